"""Runs the translations in the current folder with onnxruntime and compares them with what Keras computed."""

import glob
import json
import sys

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper


def tensor(name, constant):
    kind = TensorProto.FLOAT if constant["kind"] == "float" else TensorProto.INT64
    return helper.make_tensor(name, kind, constant["shape"], constant["values"])


def check(path):
    model = json.load(open(path))
    data = json.load(open(path.rsplit(".", 2)[0] + ".json"))
    inputs = [helper.make_tensor_value_info(n, TensorProto.FLOAT, s) for n, s in model["inputs"]]
    outputs = [helper.make_tensor_value_info(n, TensorProto.FLOAT, None) for n in model["outputs"]]
    nodes = [helper.make_node(n["operator"], n["inputs"], n["outputs"], name=n["name"], **n["attributes"]) for n in model["nodes"]]
    constants = [tensor(n, c) for n, c in model["constants"].items()]
    graph = helper.make_graph(nodes, "keras", inputs, outputs, constants)
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", model["opset"])], ir_version=10)
    onnx.checker.check_model(made)
    session = onnxruntime.InferenceSession(made.SerializeToString(), providers=["CPUExecutionProvider"])
    feeds = {n: np.asarray(v, "float32") for (n, _), v in zip(model["inputs"], data["inputs"], strict=True)}
    for actual, expected in zip(session.run(None, feeds), data["outputs"], strict=True):
        expected = np.asarray(expected, "float32")
        assert actual.shape == expected.shape, f"shape {actual.shape}, expected {expected.shape}"
        error = np.abs(actual - expected).max()
        assert error < 1e-4, f"error {error}"


paths = sorted(glob.glob("*.dump"))
failures = 0
for path in paths:
    try:
        check(path)
    except Exception as problem:
        failures += 1
        print(path, str(problem)[:300])
print(len(paths), "models,", failures, "failures")
sys.exit(failures > 0)
