"""Small models of the kinds that people prove, with what onnxruntime computes of them."""

import numpy as np
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

RANDOM = np.random.default_rng(5)
ML = "ai.onnx.ml"
MICROSOFT = "com.microsoft"


def uniform(*shape):
    return RANDOM.uniform(-1, 1, shape).astype(np.float32)


def node(operator, inputs, outputs, **attributes):
    return helper.make_node(operator, inputs.split(), outputs.split(), **attributes)


def model(name, nodes, shape, constants=(), outputs=("y",), x=None, functions=()):
    """Returns name, model, inputs and outputs."""
    initializers = [numpy_helper.from_array(np.asarray(value), key) for key, value in dict(constants).items()]
    x = uniform(*shape) if x is None else x
    kind = TensorProto.INT64 if x.dtype == np.int64 else TensorProto.FLOAT
    graph = helper.make_graph(
        nodes,
        name,
        [helper.make_tensor_value_info("x", kind, shape)],
        [helper.make_empty_tensor_value_info(output) for output in outputs],
        initializers,
    )
    opsets = [helper.make_opsetid("", 21), helper.make_opsetid(ML, 3), helper.make_opsetid(MICROSOFT, 1), helper.make_opsetid("own", 1)]
    result = helper.make_model(graph, opset_imports=opsets, ir_version=9, functions=functions)
    session = onnxruntime.InferenceSession(result.SerializeToString(), providers=["CPUExecutionProvider"])
    return name, result, [x], session.run(None, {"x": x})


def trees(trees, kind, outputs, **attributes):
    """A forest; each tree is (feature, threshold, left, right) or the weights of a leaf."""
    lists = {key: [] for key in "treeids nodeids featureids values modes truenodeids falsenodeids".split()}
    weights = {key: [] for key in "treeids nodeids ids weights".split()}

    def add(tree, number):
        place = sum(1 for known in lists["treeids"] if known == number)
        leaf = not isinstance(tree, tuple)
        row = [number, place, 0 if leaf else tree[0], 0.0 if leaf else tree[1], "LEAF" if leaf else "BRANCH_LEQ", 0, 0]
        at = len(lists["treeids"])
        for key, value in zip(lists, row):
            lists[key].append(value)
        if leaf:
            for output, weight in tree.items():
                for key, value in zip(weights, [number, place, output, weight]):
                    weights[key].append(value)
        else:
            lists["truenodeids"][at] = add(tree[2], number)
            lists["falsenodeids"][at] = add(tree[3], number)
        return place

    for number, tree in enumerate(trees):
        add(tree, number)
    named = {f"nodes_{key}": value for key, value in lists.items()}
    prefix = "class" if kind == "TreeEnsembleClassifier" else "target"
    named |= {f"{prefix}_{key}": value for key, value in weights.items()}
    return node(kind, "x", outputs, domain=ML, **named, **attributes)


def attention_block():
    d, h, t = 8, 2, 5
    heads = dict(shape=np.array([1, t, h, d // h]), whole=np.array([1, t, d]))
    mask = np.where(np.tril(np.ones((t, t))) > 0, 0, -30).astype(np.float32)
    constants = heads | {key: uniform(d, d) for key in ["wq", "wk", "wv", "wo"]} | {
        "mask": mask, "scale": np.float32((d // h) ** -0.5), "g1": 1 + 0.1 * uniform(d), "b1": uniform(d),
        "g2": 1 + 0.1 * uniform(d), "b2": uniform(d), "w1": uniform(d, 16), "c1": uniform(16), "w2": uniform(16, d), "c2": uniform(d),
    }
    nodes = [node("LayerNormalization", "x g1 b1", "n")]
    for part in "qkv":
        nodes += [node("MatMul", f"n w{part}", f"{part}1"), node("Reshape", f"{part}1 shape", f"{part}2"),
                  node("Transpose", f"{part}2", f"{part}3", perm=[0, 2, 3, 1] if part == "k" else [0, 2, 1, 3])]
    nodes += [
        node("MatMul", "q3 k3", "s1"), node("Mul", "s1 scale", "s2"), node("Add", "s2 mask", "s3"), node("Softmax", "s3", "p", axis=-1),
        node("MatMul", "p v3", "o1"), node("Transpose", "o1", "o2", perm=[0, 2, 1, 3]), node("Reshape", "o2 whole", "o3"),
        node("MatMul", "o3 wo", "o4"), node("Add", "x o4", "r"), node("LayerNormalization", "r g2 b2", "m"),
        node("MatMul", "m w1", "f1"), node("Add", "f1 c1", "f2"), node("Gelu", "f2", "f3"), node("MatMul", "f3 w2", "f4"),
        node("Add", "f4 c2", "f5"), node("Add", "r f5", "y"),
    ]
    return model("own_transformer_block", nodes, (1, t, d), constants)


def quantized_weights(weights, axis):
    """Weights of 8 bits with a scale for each row of an axis."""
    axes = tuple(other for other in range(weights.ndim) if other != axis)
    scale = (np.abs(weights).max(axis=axes) / 127).astype(np.float32)
    shape = [-1 if other == axis else 1 for other in range(weights.ndim)]
    return np.round(weights / scale.reshape(shape)).astype(np.int8), scale


def quantized_network():
    """Quantized after training, as onnxruntime's tools write it: each tensor to 8 bits and back."""
    (w, ws), (v, vs) = quantized_weights(uniform(4, 2, 3, 3), 0), quantized_weights(uniform(64, 3), 1)
    constants = {"w": w, "ws": ws, "wz": np.zeros(4, np.int8), "v": v, "vs": vs, "vz": np.zeros(3, np.int8),
                 "xs": np.float32(1 / 127), "xz": np.int8(0), "cs": np.float32(0.03), "cz": np.uint8(0), "ys": np.float32(0.05), "yz": np.int8(-7)}

    def around(name, scale, zero, to, **attributes):
        return [node("QuantizeLinear", f"{name} {scale} {zero}", f"{name}_q", **attributes),
                node("DequantizeLinear", f"{name}_q {scale} {zero}", to, **attributes)]

    nodes = around("x", "xs", "xz", "a") + [node("DequantizeLinear", "w ws wz", "wd", axis=0), node("Conv", "a wd", "c", pads=[1, 1, 1, 1]),
                                            node("Relu", "c", "r")] + around("r", "cs", "cz", "b")
    nodes += [node("Flatten", "b", "f"), node("DequantizeLinear", "v vs vz", "vd", axis=1), node("MatMul", "f vd", "m")] + around("m", "ys", "yz", "y")
    return model("own_quantized_network", nodes, (1, 2, 4, 4), constants)


def control_flow():
    def body(name, nodes, inputs, outputs):
        kinds = {"s": [1, 3], "e": [3], "n": [1, 3], "o": [3], "y": [1, 3]}
        info = lambda names: [helper.make_tensor_value_info(value, TensorProto.FLOAT, kinds[value]) for value in names.split()]
        return helper.make_graph(nodes, name, info(inputs), info(outputs))

    double, negate = (body(name, [node(operator, f"x {other}", "y")], "", "y") for name, operator, other in [("then", "Add", "x"), ("else", "Sub", "zero")])
    yield model("own_if", [node("If", "yes", "y", then_branch=double, else_branch=negate)], (1, 3), {"yes": np.array(True), "zero": np.float32(0)})
    # A recurrence written out: the state is what is left of it and the element.
    step = body("step", [node("Mul", "s half", "h"), node("Add", "h e", "n"), node("ReduceSum", "n zero_axis", "o", keepdims=0)], "s e", "n o")
    yield model("own_scan", [node("Scan", "start x", "last y", body=step, num_scan_inputs=1, scan_input_directions=[1])], (4, 3),
                {"start": uniform(1, 3), "half": np.float32(0.5), "zero_axis": np.array([0])}, ["last", "y"])


def own():
    yield attention_block()
    yield quantized_network()
    yield from control_flow()
    for kernel in ["LINEAR", "POLY", "RBF", "SIGMOID"]:
        yield model(f"own_svm_{kernel.lower()}", [node("SVMRegressor", "x", "y", domain=ML, kernel_type=kernel, kernel_params=[0.7, 0.3, 3.0], n_supports=4,
                                                       coefficients=uniform(4).tolist(), support_vectors=uniform(12).tolist(), rho=[0.2])], (1, 3))
    for vectors in [[2, 2], [1, 2, 1], [2, 1, 1, 2]]:
        count, classes = sum(vectors), len(vectors)
        yield model(f"own_svm_{classes}_classes", [node("SVMClassifier", "x", "label y", domain=ML, kernel_type="RBF", kernel_params=[0.7, 0.0, 0.0],
                                                        vectors_per_class=vectors, coefficients=uniform((classes - 1) * count).tolist(),
                                                        support_vectors=uniform(3 * count).tolist(), rho=uniform(classes * (classes - 1) // 2).tolist(),
                                                        classlabels_ints=list(range(3, 3 + classes)))], (1, 3), outputs=["label", "y"])
    for name, attributes in {"plain": {}, "strided": dict(strides=[2, 1, 2], pads=[1, 0, 1, 0, 1, 1]), "dilated": dict(dilations=[2, 1, 1], pads=[1, 0, 1, 2, 1, 0]), "same": dict(strides=[2, 2, 1], auto_pad="SAME_LOWER")}.items():
        yield model(f"own_conv3d_{name}", [node("Conv", "x w b", "c", **attributes), node("Relu", "c", "y")], (1, 2, 4, 4, 4),
                    {"w": uniform(3, 2, 2, 3, 2), "b": uniform(3)})
    yield model("own_conv3d_grouped", [node("Conv", "x w", "y", group=2)], (1, 4, 3, 3, 3), {"w": uniform(4, 2, 2, 2, 2)})
    yield model("own_masked_softmax", [node("Where", "m x low", "w"), node("Softmax", "w", "p", axis=-1), node("MatMul", "p v", "y")], (1, 4, 4),
                {"m": np.tril(np.ones((4, 4))) > 0, "low": np.float32(-np.inf), "v": uniform(4, 2)})
    for operator, gates in [("LSTM", 4), ("GRU", 3), ("RNN", 1)]:
        weights = {"w": uniform(2, gates * 3, 4), "r": uniform(2, gates * 3, 3), "b": uniform(2, 2 * gates * 3)}
        attributes = {"linear_before_reset": 1} if operator == "GRU" else {}
        nodes = [node(operator, "x w r b", "y h", hidden_size=3, direction="bidirectional", **attributes)]
        yield model(f"own_{operator.lower()}_bidirectional", nodes, (4, 1, 4), weights, ["y", "h"])
    yield model("own_embedding", [node("Gather", "t x", "e"), node("ReduceMean", "e axes", "m", keepdims=0), node("MatMul", "m w", "y")],
                (1, 4), {"t": uniform(7, 3), "axes": np.array([1]), "w": uniform(3, 2)}, x=np.array([[3, 0, 6, 3]]))
    yield model("own_conv1d", [node("Conv", "x w b", "c", pads=[1, 1]), node("Relu", "c", "r"), node("MaxPool", "r", "p", kernel_shape=[2], strides=[2]),
                               node("Flatten", "p", "f"), node("Gemm", "f v", "y")],
                (1, 2, 8), {"w": uniform(3, 2, 3), "b": uniform(3), "v": uniform(12, 2)})
    yield model("own_depth_separable", [node("Conv", "x d", "c", group=3, pads=[1, 1, 1, 1]), node("BatchNormalization", "c s o m v", "n"),
                                        node("Clip", "n zero six", "a"), node("Conv", "a p", "q"), node("HardSwish", "q", "h"),
                                        node("GlobalAveragePool", "h", "g"), node("Sigmoid", "g", "t"), node("Mul", "h t", "y")],
                (1, 3, 4, 4), {"d": uniform(3, 1, 3, 3), "s": uniform(3), "o": uniform(3), "m": uniform(3), "v": 1 + np.abs(uniform(3)),
                               "zero": np.float32(0), "six": np.float32(6), "p": uniform(4, 3, 1, 1)})
    forest = [(0, 0.1, (1, -0.3, {0: 0.7}, {1: 0.9}), {2: 0.4}), (2, 0.0, {0: 0.3}, (1, 0.5, (0, -0.5, {1: 0.2}, {2: 0.6}), {0: 0.8}))]
    label = {"classlabels_int64s": [0, 1, 2]}
    yield model("own_forest_classes", [trees(forest, "TreeEnsembleClassifier", "label y", **label)], (1, 3), outputs=["label", "y"])
    yield model("own_forest_softmax", [trees(forest, "TreeEnsembleClassifier", "label y", post_transform="SOFTMAX", **label)], (1, 3), outputs=["label", "y"])
    boosted = [(0, 0.1, {0: -0.7}, (1, 0.4, {0: 0.9}, {0: 0.2})), (1, -0.2, {0: 0.3}, {0: -0.4})]
    yield model("own_forest_values", [trees(boosted, "TreeEnsembleRegressor", "y", n_targets=1, base_values=[0.5])], (1, 3))
    coefficients = uniform(9).tolist()
    yield model("own_linear_classifier", [node("LinearClassifier", "x", "label y", domain=ML, coefficients=coefficients, intercepts=[0.1, -0.2, 0.3],
                                               classlabels_ints=[4, 5, 9], post_transform="SOFTMAX")], (1, 3), outputs=["label", "y"])
    yield model("own_linear_regressor", [node("Scaler", "x", "s", domain=ML, offset=[0.5, -0.5, 0.1], scale=[2.0, 0.5, 1.5]),
                                         node("LinearRegressor", "s", "y", domain=ML, coefficients=coefficients[:6], intercepts=[0.1, 0.2], targets=2)], (1, 3))

    yield from of_onnxruntime()
    yield from of_control()
    yield from of_pictures()


def of_onnxruntime():
    """What onnxruntime's optimizer and quantizer make."""
    weights = {"w": uniform(4, 3), "b": uniform(3)}
    for activation, attributes in [("Relu", {}), ("LeakyRelu", {"activation_alpha": 0.2}), ("Tanh", {}), ("Sigmoid", {})]:
        yield model(f"own_fused_gemm_{activation}", [node("FusedGemm", "x w b", "y", domain=MICROSOFT, activation=activation, **attributes)], (2, 4), weights)
    yield model("own_fused_conv", [node("FusedConv", "x w b", "y", domain=MICROSOFT, activation="HardSigmoid", activation_params=[0.2, 0.5])],
                (1, 2, 4, 4), {"w": uniform(3, 2, 3, 3), "b": uniform(3)})
    yield model("own_fused_mat_mul", [node("FusedMatMul", "x w", "y", domain=MICROSOFT, alpha=0.5, transA=1)], (1, 4, 2), {"w": uniform(1, 4, 3)})
    yield model("own_bias_gelu", [node("BiasGelu", "x b", "y", domain=MICROSOFT)], (2, 3), {"b": uniform(3)})
    yield model("own_fast_gelu", [node("FastGelu", "x", "y", domain=MICROSOFT)], (2, 3))
    yield model("own_quick_gelu", [node("QuickGelu", "x", "y", domain=MICROSOFT)], (2, 3))
    yield model("own_skip_layer_norm", [node("SkipLayerNormalization", "x s g b c", "y m i t", domain=MICROSOFT, epsilon=1e-3)], (1, 2, 4),
                {"s": uniform(1, 2, 4), "g": uniform(4), "b": uniform(4), "c": uniform(4)}, ["y"])
    yield model("own_skip_rms_norm", [node("SkipSimplifiedLayerNormalization", "x s g", "y", domain=MICROSOFT, epsilon=1e-3)], (1, 2, 4),
                {"s": uniform(1, 2, 4), "g": uniform(4)})
    integers = {"w": RANDOM.integers(-90, 90, (4, 3)).astype(np.int8), "s": np.float32(0.02), "z": np.int8(0)}
    yield model("own_dynamic_quantization", [node("DynamicQuantizeLinear", "x", "q t o"), node("MatMulInteger", "q w o z", "i"), node("Cast", "i", "f", to=1),
                                             node("Mul", "t s", "u"), node("Mul", "f u", "y")], (1, 4), integers)
    yield model("own_dynamic_quantize_mat_mul", [node("DynamicQuantizeMatMul", "x w s z b", "y", domain=MICROSOFT)], (1, 4), integers | {"b": uniform(3)})
    bytes = {"s": np.float32(0.01), "z": np.uint8(120), "w": RANDOM.integers(-90, 90, (4, 3)).astype(np.int8), "v": np.float32(0.02), "k": np.int8(0),
             "c": RANDOM.integers(-900, 900, 3).astype(np.int32), "t": np.float32(0.03), "o": np.uint8(128)}
    yield model("own_q_gemm", [node("QuantizeLinear", "x s z", "q"), node("QGemm", "q s z w v k c t o", "r", domain=MICROSOFT),
                               node("DequantizeLinear", "r t o", "y")], (2, 4), bytes)
    yield model("own_q_linear_add", [node("QuantizeLinear", "x s z", "q"), node("QLinearAdd", "q s z q s z t o", "r", domain=MICROSOFT),
                                     node("DequantizeLinear", "r t o", "y")], (2, 4), bytes)
    yield model("own_mat_mul_integer_to_float", [node("QuantizeLinear", "x s z", "q"), node("MatMulIntegerToFloat", "q w s v z k b", "y", domain=MICROSOFT)], (2, 4),
                bytes | {"b": uniform(3)})


def of_control():
    """Functions, loops, branches, equations."""
    inner = helper.make_function("own", "Scaled", ["v"], ["r"], [
        helper.make_node("Constant", [], ["a"], name="k"), helper.make_node("Mul", ["v", "a"], ["r"])], [helper.make_opsetid("", 21)], ["factor"])
    value = inner.node[0].attribute.add()
    value.name, value.ref_attr_name, value.type = "value_float", "factor", 1
    outer = helper.make_function("own", "Twice", ["v", "w"], ["r", "s"], [
        helper.make_node("Scaled", ["v"], ["t"], domain="own", factor=2.0), helper.make_node("Scaled", ["t"], ["r"], domain="own", factor=0.25),
        helper.make_node("Add", ["t", "w"], ["s"])], [helper.make_opsetid("", 21), helper.make_opsetid("own", 1)])
    yield model("own_functions", [node("Twice", "x b", "t u", domain="own"), node("Twice", "u t", "p q", domain="own"), node("Sub", "p q", "y")],
                (1, 3), {"b": uniform(3)}, functions=[inner, outer])
    graph = lambda name, nodes, inputs, outputs: helper.make_graph(
        nodes, name, [helper.make_tensor_value_info(key, kind, shape) for key, kind, shape in inputs],
        [helper.make_empty_tensor_value_info(key) for key in outputs])
    step = graph("step", [node("Identity", "c", "go"), node("MatMul", "v w", "m"), node("Tanh", "m", "tn"), node("Identity", "tn", "sn")],
                 [("i", TensorProto.INT64, []), ("c", TensorProto.BOOL, []), ("v", TensorProto.FLOAT, [1, 3])], ["go", "tn", "sn"])
    yield model("own_loop", [node("Loop", "n t x", "last all", body=step), node("ReduceSum", "all", "sum", keepdims=0), node("Add", "last sum", "y")],
                (1, 3), {"n": np.int64(3), "t": np.bool_(True), "w": uniform(3, 3)})
    branches = {"then_branch": graph("yes", [node("Mul", "x b", "p")], [], ["p"]), "else_branch": graph("no", [node("Sub", "b x", "q")], [], ["q"])}
    for bound in [-9.0, 9.0]:
        yield model(f"own_if_{'yes' if bound < 0 else 'no'}", [node("ReduceMax", "x", "m", keepdims=0), node("Greater", "m l", "c"), node("If", "c", "y", **branches)],
                    (1, 3), {"b": uniform(3), "l": np.float32(bound)})
    for name, equation, shape, others in [
        ("ellipsis", "...ij,jk->...ik", (2, 3, 4), [(4, 2)]), ("three", "bi,ij,bj->b", (2, 3), [(3, 4), (2, 4)]), ("diagonal", "bii->bi", (2, 3, 3), []),
        ("trace", "ii", (3, 3), []), ("outer", "i,j->ij", (3,), [(2,)])]:
        constants = {f"c{at}": uniform(*other) for at, other in enumerate(others)}
        yield model(f"own_einsum_{name}", [node("Einsum", " ".join(["x", *constants]), "y", equation=equation)], shape, constants)


def of_pictures():
    """Pictures, and indices that depend on the input."""
    split = [node("Slice", "x b0 e0 ax", "p"), node("Slice", "x b1 e1 ax", "h"), node("Reshape", "p ps", "image"), node("Reshape", "h gs", "grid")]
    places = {"b0": np.array([0]), "e0": np.array([18]), "b1": np.array([18]), "e1": np.array([30]), "ax": np.array([1]),
              "ps": np.array([1, 2, 3, 3]), "gs": np.array([1, 2, 3, 2])}
    for mode in ["linear", "nearest"]:
        for padding in ["zeros", "border", "reflection"]:
            for align in [0, 1]:
                sample = node("GridSample", "image grid", "y", mode=mode, padding_mode=padding, align_corners=align)
                yield model(f"own_grid_sample_{mode}_{padding}_{align}", [*split, sample], (1, 30), places, x=1.3 * uniform(1, 30))
    for mode in ["linear", "cubic"]:
        for padding in ["zeros", "border", "reflection"]:
            yield model(f"own_grid_sample_constant_{mode}_{padding}", [node("GridSample", "x g", "y", mode=mode, padding_mode=padding)], (1, 2, 3, 3),
                        {"g": 1.3 * uniform(1, 2, 3, 2)})
    yield model("own_conv_transpose_3d", [node("ConvTranspose", "x w b", "y", strides=[2, 1, 2], pads=[1, 0, 1, 0, 1, 0], output_padding=[1, 0, 0])], (1, 2, 2, 3, 2),
                {"w": uniform(2, 3, 3, 2, 2), "b": uniform(3)})
    yield model("own_conv_transpose_3d_grouped", [node("ConvTranspose", "x w", "y", group=2, dilations=[1, 2, 1])], (1, 4, 2, 2, 3), {"w": uniform(4, 2, 2, 2, 2)})
    for name, attributes, sizes in [("cubic", {"mode": "cubic"}, [1, 1, 7, 6]), ("cubic_smaller", {"mode": "cubic", "antialias": 1}, [1, 1, 2, 3]),
                                    ("linear_smaller", {"mode": "linear", "antialias": 1}, [1, 1, 3, 2])]:
        yield model(f"own_resize_{name}", [helper.make_node("Resize", ["x", "", "", "s"], ["y"], **attributes)],
                    (1, 1, 4, 5), {"s": np.array(sizes)})
    yield model("own_max_pool_indices", [node("MaxPool", "x", "v i", kernel_shape=[2, 2], strides=[2, 2], pads=[1, 0, 0, 1]), node("Cast", "i", "f", to=1), node("Add", "v f", "y")],
                (1, 2, 4, 4))
    yield model("own_batch_norm_training", [node("BatchNormalization", "x s b m v", "y rm rv", training_mode=1)], (2, 3, 2, 2),
                {"s": uniform(3), "b": uniform(3), "m": np.zeros(3, np.float32), "v": np.ones(3, np.float32)}, ["y", "rm", "rv"])
    index = [node("Cast", "x", "i", to=7)]
    whole = np.array([[2.0, 0.0, -1.0, 1.0]], np.float32)
    for axis in [0, 1]:
        yield model(f"own_gather_runtime_{axis}", [*index, node("Gather", "t i", "y", axis=axis)], (1, 4), {"t": uniform(3, 3)}, x=whole)
    yield model("own_scatter_elements_runtime", [*index, node("ScatterElements", "t i x", "y", axis=1)], (1, 4), {"t": uniform(2, 5)}, x=whole)
    yield model("own_scatter_nd_slices", [node("ScatterND", "x at u", "y")], (1, 3, 4), {"at": np.array([[0, 2], [0, 0]]), "u": uniform(2, 4)})
    yield model("own_constant_subgraphs", [node("NonZero", "m", "n"), node("Transpose", "n", "at"), node("GatherND", "x at", "g"), node("Mod", "k five", "r"),
                                           node("Gather", "g r", "y")],
                (2, 3), {"m": np.array([[1, 0, 1], [0, 1, 1]], np.float32), "k": np.array([7, 3, 5, 6]), "five": np.int64(4)})
    yield model("own_log_of_clipped", [node("Clip", "x low", "c"), node("Log", "c", "y")], (1, 6), {"low": np.float32(1e-3)}, x=np.abs(uniform(1, 6)))
    yield model("own_signed_division", [node("Add", "x one", "d"), node("Neg", "d", "n"), node("Div", "w n", "y")], (1, 6), {"one": np.float32(1.5), "w": uniform(6)})
    yield model("own_constant_output", [node("Relu", "x", "y"), node("Shape", "x", "s")], (1, 6), outputs=["y", "s"])
