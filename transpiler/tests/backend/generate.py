"""Writes the node tests of ONNX's backend suite, and models of our own: the models, their inputs and what they compute.

    python generate.py FOLDER

In `all` models every input stays one; in `first` models all but the first are constants, as weights are.
"""

import json
import pathlib
import sys

import numpy as np
import onnx
from onnx import numpy_helper
from onnx.backend.test.case.node import collect_testcases

from models import own

FOLDER = pathlib.Path(sys.argv[1])
MOST_VALUES = 5000


def is_tensor(value):
    return isinstance(value, np.ndarray) and value.dtype.kind in "fiub" and value.dtype.itemsize <= 8


def tensor(value):
    return {"shape": list(value.shape), "values": [float(x) for x in value.astype(np.float64).ravel()]}


rows = []
for case in collect_testcases(None):
    if case.model is None or not case.data_sets:
        continue
    inputs, outputs = case.data_sets[0]
    names = [value.name for value in case.model.graph.input]
    operators = sorted({node.op_type for node in case.model.graph.node})
    row = {"name": case.name, "operators": operators, "models": []}
    values = [*inputs, *outputs]
    if not all(is_tensor(np.asarray(value)) if not isinstance(value, (list, dict)) else False for value in values):
        row["why"] = "inputs or outputs that are not tensors of numbers"
    elif sum(np.asarray(value).size for value in values) > MOST_VALUES:
        row["why"] = f"more than {MOST_VALUES:,} values"
    elif not all(np.isfinite(np.asarray(value, dtype=np.float64)).all() for value in values):
        row["why"] = "values that are not finite"
    elif not inputs:
        row["why"] = "no input"
    else:
        inputs = [np.asarray(value) for value in inputs]
        row["outputs"] = [tensor(np.asarray(value)) for value in outputs]
        for kind in ["first", "all"]:
            if kind == "all" and len(inputs) == 1:
                continue
            model = onnx.ModelProto.FromString(case.model.SerializeToString())
            if kind == "first":
                for name, value in zip(names[1:], inputs[1:]):
                    model.graph.initializer.append(numpy_helper.from_array(value, name))
            path = f"{case.name}_{kind}.onnx"
            (FOLDER / path).write_bytes(model.SerializeToString())
            given = inputs[:1] if kind == "first" else inputs
            row["models"].append({"path": path, "inputs": [tensor(value) for value in given]})
    rows.append(row)
for name, model, inputs, outputs in own():
    path = f"{name}.onnx"
    (FOLDER / path).write_bytes(model.SerializeToString())
    operators = sorted({node.op_type for node in model.graph.node})
    values = [tensor(np.asarray(value)) for value in outputs]
    row = {"name": name, "operators": operators, "outputs": values}
    rows.append(row | {"models": [{"path": path, "inputs": [tensor(value) for value in inputs]}]})
(FOLDER / "index.json").write_text(json.dumps(rows))
