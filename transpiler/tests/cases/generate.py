"""Writes the models of this folder and what onnxruntime computes of them.

    pip install onnx onnxruntime numpy && python generate.py
"""

import json
import pathlib

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

FOLDER = pathlib.Path(__file__).parent
RANDOM = np.random.default_rng(7)


def uniform(*shape):
    return RANDOM.uniform(-1, 1, shape).astype(np.float32)


def case(name, nodes, shape, constants=(), opset=15, is_external=False):
    initializers = [numpy_helper.from_array(value, key) for key, value in dict(constants).items()]
    value = lambda key, dims: helper.make_tensor_value_info(key, TensorProto.FLOAT, dims)
    graph = helper.make_graph(nodes, name, [value("x", ["batch", *shape[1:]])], [value("y", None)], initializers)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)])
    model.ir_version = 8
    if is_external:
        (FOLDER / f"{name}.bin").unlink(missing_ok=True)
        copy = onnx.ModelProto.FromString(model.SerializeToString())
        onnx.save(copy, FOLDER / f"{name}.onnx", save_as_external_data=True, location=f"{name}.bin", size_threshold=0)
    else:
        onnx.save(model, FOLDER / f"{name}.onnx")
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    rows = [uniform(*shape) for _ in range(3)]
    outputs = [session.run(None, {"x": row})[0] for row in rows]
    data = {"inputs": [row.tolist() for row in rows], "outputs": [np.asarray(row).tolist() for row in outputs]}
    (FOLDER / f"{name}.json").write_text(json.dumps(data))


def node(operator, inputs, output="y", **attributes):
    inputs = inputs.split() if isinstance(inputs, str) else inputs
    return helper.make_node(operator, inputs, [output], name=f"net/{operator.lower()}_{output}/{operator}", **attributes)


conv = lambda **attributes: [node("Conv", "x w b", **attributes)]
case("conv_strides_pads", conv(strides=[2, 1], pads=[1, 0, 0, 2]), (1, 2, 5, 4), {"w": uniform(3, 2, 3, 2), "b": uniform(3)})
case("conv_same_upper", conv(auto_pad="SAME_UPPER", strides=[2, 2]), (1, 1, 5, 6), {"w": uniform(2, 1, 3, 3), "b": uniform(2)})
case("conv_same_lower", conv(auto_pad="SAME_LOWER"), (1, 1, 4, 4), {"w": uniform(2, 1, 2, 2), "b": uniform(2)})
case("conv_dilated", conv(dilations=[2, 2]), (1, 1, 5, 5), {"w": uniform(1, 1, 2, 2), "b": uniform(1)})
case("conv_grouped", conv(group=2), (1, 4, 3, 3), {"w": uniform(4, 2, 2, 2), "b": uniform(4)})
case("conv_depthwise", conv(group=3, pads=[1, 1, 1, 1]), (1, 3, 3, 3), {"w": uniform(6, 1, 3, 3), "b": uniform(6)})
case("conv_pointwise_without_bias", [node("Conv", "x w")], (1, 3, 2, 2), {"w": uniform(4, 3, 1, 1)})
case("gemm", [node("Gemm", "x w b", alpha=0.5, beta=2.0, transB=1)], (1, 5), {"w": uniform(3, 5), "b": uniform(3)})
case("gemm_untransposed", [node("Gemm", "x w b")], (1, 4), {"w": uniform(4, 2), "b": uniform(1)})
case(
    "mat_mul_add_relu",
    [node("MatMul", "x w", "m"), node("Add", "b m", "a"), node("Relu", "a")],
    (1, 6), {"w": uniform(6, 4), "b": uniform(4)},
)
case(
    "batch_normalization",
    [node("Conv", "x w", "c"), node("BatchNormalization", "c scale bias mean variance", "n", epsilon=0.01), node("Relu", "n")],
    (1, 2, 4, 4),
    {"w": uniform(3, 2, 2, 2), "scale": uniform(3), "bias": uniform(3), "mean": uniform(3), "variance": np.abs(uniform(3)) + 0.1},
)
case(
    "affine_alone",
    [node("Relu", "x", "r"), node("Mul", "r m", "p"), node("Sub", "p s")],
    (1, 3, 2, 2), {"m": uniform(1, 3, 1, 1), "s": uniform(3, 1, 1)},
)
case("max_pool", [node("MaxPool", "x", kernel_shape=[2, 3], strides=[2, 1], pads=[1, 1, 0, 1])], (1, 2, 4, 4))
case("relu_max_pool", [node("Relu", "x", "r"), node("MaxPool", "r", kernel_shape=[2, 2], strides=[2, 2])], (1, 1, 4, 4))
case("average_pool", [node("AveragePool", "x", kernel_shape=[2, 2], strides=[1, 2], pads=[1, 0, 0, 1], count_include_pad=1)], (1, 2, 3, 4))
case("global_average_pool", [node("GlobalAveragePool", "x", "p"), node("Flatten", "p")], (1, 3, 3, 2))
case("residual", [node("Conv", "x w b", "c"), node("Relu", "c", "r"), node("Add", "r x")], (1, 2, 3, 3), {"w": uniform(2, 2, 1, 1), "b": uniform(2)})
case("square_plus", [node("MatMul", "x w", "m"), node("Mul", "m m", "s"), node("Add", "s m")], (1, 3), {"w": uniform(3, 3)})
case(
    "shapes",
    [
        node("Transpose", "x", "t", perm=[0, 2, 3, 1]), node("Shape", "t", "s"),
        node("Slice", "s zero one zero", "n"), node("Concat", "n rest", "target", axis=0),
        node("Reshape", "t target", "r"), node("Unsqueeze", "r axes", "u"), node("Squeeze", "u axes", "q"),
        node("Identity", "q", "i"), node("Relu", "i"),
    ],
    (1, 2, 2, 3),
    {"zero": np.array([0]), "one": np.array([1]), "rest": np.array([-1]), "axes": np.array([1])},
)
case("softmax", [node("MatMul", "x w", "m"), node("Softmax", "m", axis=-1)], (1, 4), {"w": uniform(4, 5)})
case(
    "shape_from_start_to_end",
    [
        node("Shape", "x", "s", start=-3, end=-1), node("Slice", ["s", "zero", "one", "", "one"], "c"),
        node("Concat", "batch c rest", "target", axis=0), node("Relu", "x", "r"), node("Shape", "r", "unused"),
        node("Reshape", "x target", "q"), node("Relu", "q"),
    ],
    (1, 2, 2, 3),
    {"zero": np.array([0]), "one": np.array([1]), "batch": np.array([1]), "rest": np.array([-1])},
)
case(
    "float16_weights",
    [node("Cast", "w", "v", to=1), node("MatMul", "x v", "m"), node("Dropout", "m ratio training")],
    (1, 5), {"w": uniform(5, 3).astype(np.float16), "ratio": np.float32(0.5), "training": np.array(False)},
)
case(
    "affine_chain",
    [node("Conv", "x w", "c"), node("Identity", "c", "i"), node("Add", "i a", "d"), node("Mul", "m d", "e"), node("Sub", "s e")],
    (1, 1, 3, 3), {"w": uniform(2, 1, 2, 2), "a": uniform(2, 1, 1), "m": uniform(1, 2, 1, 1), "s": uniform(1)},
)
case("external_data", [node("Gemm", "x w b")], (1, 4), {"w": uniform(4, 3), "b": uniform(3)}, is_external=True)
