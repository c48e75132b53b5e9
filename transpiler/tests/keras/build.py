"""Writes models of Keras, in both formats, with inputs and what Keras computes, into the current folder."""

import json
import os

os.environ["KERAS_BACKEND"] = "numpy"
import keras
import numpy as np
from keras import layers as L

rng = np.random.default_rng(7)
count = {}


def values(shape):
    return rng.uniform(-1.5, 1.5, (1, *shape)).astype("float32")


def save(name, model, integers=False, like=None, keep=False, kinds=(".keras", ".h5"), given=None):
    """Gives every weight a value, so that none hides behind a zero or a one."""
    for weight in [] if keep else model.weights:
        if "seed" in weight.path or weight.name in ("count", "kernel_scale", "embeddings_scale") or weight.dtype == "int8":
            continue
        low = 0.3 if "variance" in weight.name else -0.7
        weight.assign(rng.uniform(low, 0.8, weight.shape).astype("float32"))
    for layer in model.layers:
        if isinstance(layer, L.Normalization):
            layer.finalize_state()
    if like:
        model.set_weights(like.get_weights())
    inputs = [values(i.shape[1:]) for i in model.inputs]
    if integers:
        inputs = [rng.integers(0, 5, i.shape).astype("float32") for i in inputs]
    inputs = inputs if given is None else [np.asarray(i, "float32") for i in given]
    outputs = model(inputs if len(inputs) > 1 else inputs[0], training=False)
    outputs = list(outputs.values()) if isinstance(outputs, dict) else outputs
    outputs = list(outputs) if isinstance(outputs, (list, tuple)) else [outputs]
    assert name not in count, name
    count[name] = 1
    for kind in kinds:
        model.save(name + kind)
    data = {
        "inputs": [np.asarray(i).tolist() for i in inputs],
        "outputs": [np.asarray(o).astype("float64").tolist() for o in outputs],
    }
    with open(name + ".json", "w") as file:
        json.dump(data, file)


def row(name, shape, *layers, **options):
    save(name, keras.Sequential([keras.Input(shape), *layers]), **options)


def join(name, shapes, layer):
    inputs = [keras.Input(shape) for shape in shapes]
    save(name, keras.Model(inputs, layer(inputs)))


for a in """relu relu6 leaky_relu elu selu gelu sigmoid hard_sigmoid tanh softmax softplus softsign swish silu hard_swish
        hard_silu mish exponential linear log_softmax hard_tanh celu hard_shrink soft_shrink tanh_shrink log_sigmoid
        sparse_plus sparse_sigmoid squareplus glu""".split():
    row("activation_" + a, (3, 4), L.Activation(a))
    row("conv_activation_" + a, (4, 4, 2), L.Conv2D(4, 2, activation=a))
row("relu", (6,), L.ReLU())
row("relu_max", (6,), L.ReLU(max_value=0.7))
row("relu_slope", (6,), L.ReLU(negative_slope=0.1, max_value=0.8))
row("relu_threshold", (40,), L.ReLU(threshold=0.4))
row("relu_all", (40,), L.ReLU(threshold=0.4, negative_slope=0.2, max_value=1.0))
row("leaky", (6,), L.LeakyReLU(negative_slope=0.15))
row("elu", (6,), L.ELU(alpha=0.7))
row("prelu", (4, 5, 3), L.Conv2D(2, 2), L.PReLU())
row("prelu_shared", (4, 5, 3), L.Conv2D(2, 2), L.PReLU(shared_axes=[1, 2]))
row("softmax", (3, 4), L.Softmax())
row("softmax_axis", (3, 4), L.Softmax(axis=1))
row("activation_layer", (4,), L.Dense(3, activation=L.LeakyReLU(negative_slope=0.3)))

row("dense", (5,), L.Dense(4), L.Dense(3, use_bias=False, activation="tanh"))
row("dense_rank3", (2, 5), L.Dense(4, activation="relu"), L.Dense(2, use_bias=False))
row("dense_after_conv", (5, 5, 1), L.Conv2D(3, 2), L.Dense(2), L.Flatten())

for dims, place in (1, (9,)), (2, (9, 8)):
    conv = {1: L.Conv1D, 2: L.Conv2D}[dims]
    depthwise = {1: L.DepthwiseConv1D, 2: L.DepthwiseConv2D}[dims]
    separable = {1: L.SeparableConv1D, 2: L.SeparableConv2D}[dims]
    transposed = {1: L.Conv1DTranspose, 2: L.Conv2DTranspose}[dims]
    for padding in "valid", "same":
        row(f"conv{dims}_{padding}", (*place, 4), conv(6, 3, padding=padding))
        row(f"conv{dims}_{padding}_strides", (*place, 4), conv(6, 3, strides=2, padding=padding, use_bias=False))
        row(f"conv{dims}_{padding}_dilation", (*place, 4), conv(6, 3, dilation_rate=2, padding=padding))
        row(f"conv{dims}_{padding}_even", (*place, 2), conv(3, 4, strides=3, padding=padding))
        row(f"depthwise{dims}_{padding}", (*place, 3), depthwise(3, padding=padding, depth_multiplier=2))
        row(f"depthwise{dims}_{padding}_strides", (*place, 3), depthwise(3, strides=2, padding=padding))
        row(f"separable{dims}_{padding}", (*place, 3), separable(4, 3, strides=2, padding=padding, depth_multiplier=2, activation="relu"))
        for kernel, stride in (3, 1), (3, 2), (2, 3), (4, 2), (2, 2), (5, 3):
            row(f"transposed{dims}_{padding}_{kernel}_{stride}", (*place, 2), transposed(3, kernel, strides=stride, padding=padding))
        for pool in "MaxPooling", "AveragePooling":
            layer = getattr(L, f"{pool}{dims}D")
            row(f"{pool}{dims}_{padding}", (*place, 2), layer(2, padding=padding))
            row(f"{pool}{dims}_{padding}_overlap", (*place, 2), layer(3, strides=2, padding=padding))
    for padding in "valid", "same":
        row(f"transposed{dims}_{padding}_dilation", (*place, 2), transposed(3, 3, dilation_rate=2, padding=padding))
    row(f"conv{dims}_groups", (*place, 4), conv(6, 3, groups=2))
    for pool in "GlobalMaxPooling", "GlobalAveragePooling":
        layer = getattr(L, f"{pool}{dims}D")
        row(f"{pool}{dims}", (*place, 3), layer(), L.Dense(2))
        row(f"{pool}{dims}_keepdims", (*place, 3), layer(keepdims=True))
    up = getattr(L, f"UpSampling{dims}D")
    row(f"up{dims}", (*place, 2), up(3 if dims == 1 else (2, 3)))
    pad = getattr(L, f"ZeroPadding{dims}D")
    row(f"pad{dims}", (*place, 2), pad(2))
    row(f"pad{dims}_each", (*place, 2), pad((1, 2) if dims == 1 else ((1, 2), (0, 3))))
    cut = getattr(L, f"Cropping{dims}D")
    row(f"cut{dims}", (*place, 2), cut(2))
    row(f"cut{dims}_each", (*place, 2), cut((1, 2) if dims == 1 else ((1, 2), (0, 3))), conv(2, 2))
row("conv1_causal", (9, 2), L.Conv1D(3, 3, dilation_rate=2, padding="causal"))
row("up2_bilinear", (4, 5, 2), L.UpSampling2D((2, 3), interpolation="bilinear"))
row("conv2_uneven", (9, 8, 2), L.Conv2D(3, (2, 3), strides=(2, 1), padding="same"))
row("flatten_chain", (8, 8, 1), L.Conv2D(3, 3, activation="relu"), L.MaxPooling2D(), L.BatchNormalization(),
    L.Conv2D(2, 2), L.Flatten(), L.Dense(3, activation="softmax"))

row("first_conv", (2, 6, 5), L.Conv2D(3, 2, data_format="channels_first", padding="same", activation="relu"),
    L.MaxPooling2D(data_format="channels_first"), L.BatchNormalization(axis=1), L.Flatten(data_format="channels_first"), L.Dense(2))
row("first_others", (2, 6, 5), L.ZeroPadding2D(1, data_format="channels_first"), L.Cropping2D(((1, 0), (0, 1)), data_format="channels_first"),
    L.DepthwiseConv2D(2, data_format="channels_first"), L.UpSampling2D(data_format="channels_first"), L.GlobalAveragePooling2D(data_format="channels_first"))

for dims, place in (1, (6,)), (2, (6, 5)):
    first = {"data_format": "channels_first"}
    for layer in (
        getattr(L, f"Conv{dims}D")(4, 3, strides=2, padding="same", **first),
        getattr(L, f"Conv{dims}D")(4, 3, dilation_rate=2, groups=2, **first),
        getattr(L, f"DepthwiseConv{dims}D")(3, padding="same", depth_multiplier=2, **first),
        getattr(L, f"SeparableConv{dims}D")(4, 3, padding="same", **first),
        getattr(L, f"Conv{dims}DTranspose")(3, 3, strides=2, padding="same", **first),
        getattr(L, f"MaxPooling{dims}D")(3, strides=2, padding="same", **first),
        getattr(L, f"AveragePooling{dims}D")(3, strides=2, padding="same", **first),
        getattr(L, f"GlobalMaxPooling{dims}D")(**first),
        getattr(L, f"GlobalAveragePooling{dims}D")(keepdims=True, **first),
    ):
        row("first_" + layer.name, (2, *place), layer)
# One model in both orders, with the same weights.
last = keras.Sequential([keras.Input((6, 5, 2)), L.Conv2D(3, 3, padding="same", strides=2), L.MaxPooling2D(2, padding="same"), L.GlobalAveragePooling2D()])
first = keras.Sequential([keras.Input((2, 6, 5)), L.Conv2D(3, 3, padding="same", strides=2, data_format="channels_first"),
    L.MaxPooling2D(2, padding="same", data_format="channels_first"), L.GlobalAveragePooling2D(data_format="channels_first")])
save("order_last", last)
save("order_first", first, like=last)
row("batch_norm", (4, 3), L.BatchNormalization(epsilon=0.01))
row("batch_norm_flat", (5,), L.BatchNormalization(scale=False))
row("batch_norm_bare", (4, 4, 3), L.BatchNormalization(scale=False, center=False))
row("batch_norm_conv", (4, 4, 3), L.Conv2D(2, 2), L.BatchNormalization(center=False), L.ReLU())
row("layer_norm", (4, 3), L.LayerNormalization())
row("layer_norm_axes", (4, 3), L.LayerNormalization(axis=[1, 2], scale=False, epsilon=0.02))
row("layer_norm_bare", (4, 3), L.LayerNormalization(scale=False, center=False))
row("rms_norm", (4, 3), L.RMSNormalization())
row("group_norm", (4, 4, 6), L.GroupNormalization(groups=3))
row("group_norm_instance", (4, 4, 6), L.GroupNormalization(groups=-1, scale=False))

row("flatten", (3, 4, 2), L.Flatten())
row("reshape", (3, 4, 2), L.Reshape((2, -1, 3)))
row("reshape_conv", (5, 5, 1), L.Conv2D(4, 2), L.Reshape((8, 8)))
row("permute", (3, 4, 2), L.Permute((3, 1, 2)), L.Reshape((24,)))
row("repeat", (3,), L.RepeatVector(4))
row("dropout", (3,), L.Dropout(0.5), L.GaussianNoise(0.1), L.Dense(2), L.ActivityRegularization(0.1))
row("spatial_dropout", (3, 4, 2), L.SpatialDropout2D(0.5), L.Conv2D(2, 2))
row("rescaling", (3, 4, 2), L.Rescaling(1 / 127.5, offset=-1))
row("rescaling_channels", (3, 4, 2), L.Rescaling([0.5, 2.0], offset=[0.1, 0.2]))
row("normalization", (3, 4), L.Normalization())
row("normalization_given", (3, 4), L.Normalization(mean=0.3, variance=2.0))
row("normalization_invert", (3, 2), L.Normalization(mean=[0.3, 0.1], variance=[2.0, 0.5], invert=True))
row("embedding", (6,), L.Embedding(5, 3), L.Flatten(), L.Dense(2), integers=True)

for name, shapes, layer in (
    ("add", 3 * [(3, 4)], L.Add()), ("subtract", 2 * [(3, 4)], L.Subtract()), ("multiply", 3 * [(3, 4)], L.Multiply()),
    ("average", 3 * [(3, 4)], L.Average()), ("maximum", 3 * [(3, 4)], L.Maximum()), ("minimum", 3 * [(3, 4)], L.Minimum()),
    ("add_broadcast", [(3, 4), (1, 4)], L.Add()),
    ("concatenate", [(3, 4), (3, 2)], L.Concatenate()), ("concatenate_axis", [(3, 4), (2, 4)], L.Concatenate(axis=1)),
    ("dot_vectors", 2 * [(4,)], L.Dot(axes=1)), ("dot", [(3, 4), (5, 4)], L.Dot(axes=2)), ("dot_axes", [(3, 4), (4, 2)], L.Dot(axes=(2, 1))),
):
    join(name, shapes, layer)

for layer in L.SimpleRNN, L.LSTM, L.GRU:
    name = layer.__name__
    row(name, (4, 3), layer(5))
    row(name + "_sequences", (4, 3), layer(5, return_sequences=True), layer(2))
    row(name + "_backwards", (4, 3), layer(5, go_backwards=True, return_sequences=True))
    row(name + "_backwards_last", (4, 3), layer(5, go_backwards=True, use_bias=False))
    for mode in "concat", "sum", "mul", "ave":
        row(f"{name}_both_{mode}", (4, 3), L.Bidirectional(layer(5, return_sequences=True), merge_mode=mode))
    row(name + "_both_last", (4, 3), L.Bidirectional(layer(5)))
row("LSTM_relu", (4, 3), L.LSTM(5, activation="relu", recurrent_activation="softsign"))
row("GRU_softplus", (4, 3), L.GRU(5, activation="softplus"))
row("GRU_reset_before", (4, 3), L.GRU(5, reset_after=False))
row("time_distributed", (4, 3), L.TimeDistributed(L.Dense(2, activation="relu")))
attention_input = keras.Input((4, 6))
other = keras.Input((5, 6))
save("attention", keras.Model(attention_input, L.MultiHeadAttention(2, 3)(attention_input, attention_input)))
save("attention_causal", keras.Model(attention_input, L.MultiHeadAttention(2, 3, value_dim=4, use_bias=False)(attention_input, attention_input, use_causal_mask=True)))
save("attention_named", keras.Model([attention_input, other], L.MultiHeadAttention(2, 3)(key=other, query=attention_input, value=other)))
save("attention_cross", keras.Model([attention_input, other], L.MultiHeadAttention(2, 3, value_dim=4, output_shape=5)(attention_input, other)))


def custom(name, compute):
    """A class that is not one of Keras, with what the activations and pools of circomlib-ml compute."""
    return keras.saving.register_keras_serializable("circuits")(type(name, (L.Layer,), {"call": lambda self, *x, **y: compute(*x, **y)}))


@keras.saving.register_keras_serializable("circuits")
class Poly(L.Layer):
    def __init__(self, n=1.0, **options):
        super().__init__(**options)
        self.n = n

    def call(self, x):
        return x**2 + self.n * x

    def get_config(self):
        return {**super().get_config(), "n": self.n}


@keras.saving.register_keras_serializable("circuits")
class SumPooling2D(L.AveragePooling2D):
    def call(self, x):
        return super().call(x) * (self.pool_size[0] * self.pool_size[1])


row("poly", (5,), L.Dense(4), Poly(2.5), L.Dense(2))
row("poly_default", (5,), L.Dense(4), Poly(), L.Dense(2))
for name, compute in (
    ("ZeLU", lambda x: x * x + x),
    ("Zanh", lambda x: 0.006769816 + 0.554670504 * x - 0.009411195 * x**2 - 0.014187547 * x**3),
    ("Zigmoid", lambda x: 0.500781 + 0.14670403 * x + 0.001198 * x**2 - 0.001006 * x**3),
):
    row(name, (5,), L.Dense(4), custom(name, compute)(), L.Dense(2))
row("sum_pool", (4, 6, 3), SumPooling2D(2), custom("GlobalSumPooling2D", lambda x: keras.ops.sum(x, (1, 2)))())
row("arg_max", (5,), L.Dense(4), custom("ArgMax", lambda x: keras.ops.argmax(x, -1))())

arg_max_input = keras.Input((4, 3))
save("arg_max_axis", keras.Model(arg_max_input, keras.ops.argmax(arg_max_input, axis=1)))

# Graphs: shared layers, several outputs, nested models, operators with numbers.
a, b = keras.Input((4,), name="a"), keras.Input((4,), name="b")
shared = L.Dense(3, name="shared")
save("shared", keras.Model([a, b], L.Subtract()([shared(a), shared(b)])))
x = L.Dense(3)(a)
save("outputs", keras.Model([b, a], [x, L.Concatenate()([L.Dense(2)(b), x]), x]))
save("outputs_named", keras.Model(a, {"z": L.Dense(2)(x), "y": x}))
save("numbers", keras.Model(a, 1 - (a * 2 + 3) / 4))
save("operators", keras.Model([a, b], (a + b) * a - keras.ops.square(b) + a**2 - (-b)))
save("functions", keras.Model(a, keras.ops.relu(a) + keras.ops.exp(a) + keras.ops.absolute(a) + keras.ops.maximum(a, 0.3)))
save("deep_config", keras.Sequential([keras.Input((2,)), *(L.Dense(2, name=f"layer_{i}") for i in range(100))]))
# The names of the weights take more than an attribute holds.
many = [L.Dense(1, name=f"{i}_" + 60 * "x", kernel_initializer="ones") for i in range(400)]
save("many_weights", keras.Model(a, keras.Sequential([keras.Input((4,)), *many], name="many")(a)), kinds=[".h5"])
save("lazy", keras.Model(a, keras.Sequential([L.Dense(3), L.Dense(2)])(a)))
inner = keras.Sequential([keras.Input((4,)), L.Dense(3, name="dense"), L.BatchNormalization(), L.Dense(4)], name="inner")
deep = keras.Input((4,))
deep = keras.Model(deep, L.Add()([inner(deep), L.Dense(4, name="dense")(deep)]), name="deep")
save("nested", keras.Model([a, b], L.Concatenate()([deep(a), deep(b)])))
# Keras itself cannot read the `.keras` file of a model with a layer in two places.
save("nested_twice", keras.Model([a, b], L.Concatenate()([deep(a), deep(b), inner(a)])), kinds=[".h5"])
save("nested_sequential", keras.Sequential([keras.Input((4,)), deep, L.Dense(2, name="dense")]))
i = keras.Input((8, 8, 2))
x = L.Conv2D(4, 3, padding="same", activation="relu")(i)
y = L.BatchNormalization()(L.Conv2D(4, 3, padding="same")(x))
x = L.Add()([x, y])
x = L.Concatenate()([x, L.AveragePooling2D(3, strides=1, padding="same")(i)])
save("residual", keras.Model(i, L.Dense(3)(L.GlobalAveragePooling2D()(x))))
save("input_is_output", keras.Model(a, [a, L.Dense(2)(a)]))

# Masks, from the input on through every layer that hands them on.
steps = [[[1, 2, 3], [0, 0, 0], [0.5, 0, -1], [0, 0, 0], [0, 0, 0]]]
words, others = [[3, 5, 7, 0, 0, 0]], [[1, 0, 2, 4, 0, 0]]


def function(name, shapes, compute, **options):
    inputs = [keras.Input(shape) for shape in shapes]
    save(name, keras.Model(inputs if len(inputs) > 1 else inputs[0], compute(*inputs)), **options)


def masked():
    return L.Embedding(9, 4, mask_zero=True)


for layer in L.SimpleRNN, L.LSTM, L.GRU:
    name = layer.__name__
    row(f"mask_{name}", (5, 3), L.Masking(0.0), layer(4, return_sequences=True), layer(3), L.Dense(2), given=[steps])
    row(f"mask_{name}_backwards", (5, 3), L.Masking(0.0), layer(4, return_sequences=True, go_backwards=True), given=[steps])
    row(f"mask_{name}_zero", (5, 3), L.Masking(0.0), layer(4, return_sequences=True, zero_output_for_mask=True), given=[steps])
    row(f"mask_{name}_both", (5, 3), L.Masking(0.0), L.Bidirectional(layer(4, return_sequences=True)), L.GlobalAveragePooling1D(), given=[steps])
    function(f"{name}_state", [(5, 3)], lambda i: layer(4, return_state=True, return_sequences=True)(i))
    function(f"{name}_both_state", [(5, 3)], lambda i: L.Bidirectional(layer(4, return_state=True))(i))
    function(f"{name}_both_apart", [(5, 3)], lambda i: L.Concatenate()(L.Bidirectional(layer(4), merge_mode=None)(i)))
    function(f"{name}_given_state", [(5, 3), (4, 2)], lambda i, j: layer(4, return_sequences=True)(j, initial_state=layer(4, return_state=True)(i)[1:]))
    row(f"{name}_elu", (5, 3), layer(4, activation="elu"))
row("mask_GRU_reset_before", (5, 3), L.Masking(0.0), L.GRU(4, reset_after=False), given=[steps])
row("mask_value", (3, 2), L.Masking(-1.0), L.LSTM(2), given=[[[[1, -1], [-1, -1], [0.5, 2]]]])
row("mask_pool", (6,), masked(), L.Dense(3), L.Dropout(0.1), L.GlobalAveragePooling1D(), given=[words])
row("mask_lost", (6,), masked(), L.Conv1D(3, 2), L.GlobalAveragePooling1D(), given=[words])
row("mask_nested", (6,), masked(), keras.Sequential([L.LSTM(3, return_sequences=True), L.GRU(2)]), given=[words])
row("mask_words_of_sentences", (3, 4), masked(), L.TimeDistributed(L.LSTM(2)), given=[[[[1, 2, 0, 0], [3, 0, 0, 0], [1, 2, 3, 4]]]])
for name, layer in ("add", L.Add()), ("join", L.Concatenate()), ("join_steps", L.Concatenate(axis=1)), ("attend", L.Attention()), ("attend_sum", L.AdditiveAttention()):
    function(f"mask_{name}", [(6,), (6,)], lambda i, j: L.GlobalAveragePooling1D()(layer([masked()(i), masked()(j)])), given=[words, others])
for name, options in ("plain", {}), ("dropout", {"dropout": 0.1}):
    function(f"mask_heads_{name}", [(6,)], lambda i: (lambda x: L.MultiHeadAttention(2, 3, **options)(x, x))(masked()(i)), given=[words])
function("mask_heads_causal", [(6,)], lambda i: (lambda x: L.GlobalAveragePooling1D()(L.MultiHeadAttention(2, 3)(x, x, use_causal_mask=True)))(masked()(i)), given=[words])
# The attention takes the mask from its input, so that the sum has none.
function("mask_heads_taken", [(6,)], lambda i: (lambda x: L.GlobalAveragePooling1D()(L.Add()([x, L.MultiHeadAttention(2, 3)(x, x)])))(masked()(i)), given=[words])
function("mask_heads_groups", [(6,)], lambda i: (lambda x: L.GroupQueryAttention(4, 4, 2)(x, x))(masked()(i)), given=[words])
function("mask_heads_given", [(6,)], lambda i: (lambda x: L.MultiHeadAttention(2, 3)(x, x, attention_mask=keras.ops.not_equal(i, 0)[:, None, :]))(L.Embedding(9, 4)(i)), given=[words])

function("attend_scale", [(4, 3), (4, 3)], lambda a, b: L.Attention(use_scale=True)([a, b], use_causal_mask=True))
function("attend_concat", [(4, 3), (5, 3)], lambda a, b: L.Attention(score_mode="concat", use_scale=True)([a, b]))
function("attend_scores", [(4, 3), (5, 3)], lambda a, b: L.Attention()([a, b], return_attention_scores=True))
function("attend_plain_sum", [(4, 3), (5, 3)], lambda a, b: L.AdditiveAttention(use_scale=False)([a, b]))
function("heads_groups", [(4, 6)], lambda a: L.GroupQueryAttention(3, 4, 1, use_bias=False)(a, a, use_causal_mask=True))

for name, equation, shape, output, bias in (
    ("plain", "abc,cd->abd", (5, 8), (5, 4), "d"), ("flat", "ab,bc->ac", (8,), 3, None), ("rest", "...x,xy->...y", (2, 3, 5), 4, "y"),
    ("each", "abc,bcd->abd", (5, 8), (5, 4), "bd"), ("heads", "abc,cde->abde", (5, 8), (5, 2, 3), "de"), ("sum", "abcd,cde->abe", (5, 2, 4), (5, 3), "e"),
    ("moved", "abc,bd->adc", (5, 4), (3, 4), "dc"),
):
    row(f"einsum_{name}", shape, L.EinsumDense(equation, output_shape=output, bias_axes=bias, activation="relu"))
cube = (4, 5, 4, 2)
for name, layer in (
    ("conv", L.Conv3D(3, 2, padding="same", strides=2)), ("max", L.MaxPooling3D(2)), ("average", L.AveragePooling3D(2, padding="same")),
    ("global_max", L.GlobalMaxPooling3D()), ("global_average", L.GlobalAveragePooling3D(keepdims=True)), ("pad", L.ZeroPadding3D(((1, 0), (0, 2), (1, 1)))),
    ("cut", L.Cropping3D(((1, 0), (0, 2), (1, 1)))), ("up", L.UpSampling3D((1, 2, 2))),
):
    row(f"cube_{name}", cube, layer)
row("adaptive_average", (7, 5, 2), L.AdaptiveAveragePooling2D((3, 2)))
row("adaptive_max", (7, 2), L.AdaptiveMaxPooling1D(3))
row("conv_lstm1", (3, 6, 2), L.ConvLSTM1D(2, 3, dilation_rate=2))
row("conv_lstm2", (3, 5, 5, 2), L.ConvLSTM2D(2, 3, padding="same", return_sequences=True), L.ConvLSTM2D(1, 2, strides=2))
row("cells", (4, 3), L.RNN(L.LSTMCell(3), return_sequences=True), L.RNN([L.GRUCell(2), L.SimpleRNNCell(3), L.GRUCell(2)]))
row("cells_both", (4, 3), L.Bidirectional(L.RNN(L.GRUCell(3))))
row("each_conv", (3, 6, 6, 1), L.TimeDistributed(L.Conv2D(2, 3)), L.TimeDistributed(L.GlobalMaxPooling2D()), L.LSTM(3))
row("each_norm", (3, 4, 2), L.TimeDistributed(L.BatchNormalization()), L.TimeDistributed(L.Flatten()))
row("each_model", (3, 6, 6, 1), L.TimeDistributed(keras.Sequential([keras.Input((6, 6, 1)), L.Conv2D(2, 3), L.Flatten(), L.Dense(3)])))
row("spectral", (5, 4), L.SpectralNormalization(L.Dense(3)))
row("augmented", (5, 5, 3), L.RandomFlip("horizontal"), L.RandomRotation(0.1), L.RandomContrast(0.1), L.Conv2D(2, 3))
row("resized", (5, 7, 2), L.Resizing(4, 11), L.CenterCrop(3, 5), L.CenterCrop(4, 4))
for mode in "one_hot", "multi_hot", "count":
    categories = keras.Sequential([keras.Input((3,), dtype="int32"), L.CategoryEncoding(5, output_mode=mode)])
    save(f"categories_{mode}", categories, integers=True)
    row(f"bins_{mode}", (3,), L.Discretization([-0.5, 0.2, 1.0], output_mode=mode))
row("bins", (6,), L.Discretization([-0.5, 0.2, 1.0]), L.Embedding(4, 2))
quantized = keras.Sequential([keras.Input((5,), dtype="int32"), L.Embedding(9, 4)])
quantized.quantize("int8")
save("quantized_table", quantized, integers=True, keep=True)
for name, compute in {
    "slices": lambda i: [i[:, 1:3], i[:, -1], i[:, ::2, 1:], i[:, ::-1], i[:, None, 1:3, ..., 0]],
    "means": lambda i: [keras.ops.mean(i, axis=1), keras.ops.sum(i, axis=(1, 2), keepdims=True), keras.ops.max(i, axis=-1) - keras.ops.min(i, axis=-1), keras.ops.var(i, axis=-1)],
    "moves": lambda i: [keras.ops.reshape(i, (-1, 2, 12)), keras.ops.transpose(i, (0, 2, 1)), keras.ops.stack([i, -i], axis=1), keras.ops.flip(i, axis=1), keras.ops.roll(i, 1, axis=2), keras.ops.pad(i, ((0, 0), (1, 2), (0, 1)))],
    "joins": lambda i: [*keras.ops.split(i, 2, axis=1), keras.ops.concatenate([i, i * 2], axis=-1), keras.ops.repeat(i, 3, axis=1), keras.ops.tile(i, (1, 2, 1)), keras.ops.take(i, [2, 0], axis=1)],
    "products": lambda i: [keras.ops.matmul(i, keras.ops.transpose(i, (0, 2, 1))), keras.ops.einsum("bij,bkj->bik", i, i)],
    "choices": lambda i: [keras.ops.where(keras.ops.logical_and(i > 0, i < 1), i, 0.1), keras.ops.clip(i, -0.5, 0.5), keras.ops.cast(keras.ops.logical_not(i > 0), "float32")],
    "ranks": lambda i: i * keras.ops.mean(i, axis=(1, 2))[:, None, None] + keras.ops.one_hot(keras.ops.argmax(i, axis=-1), 6),
}.items():
    function(f"ops_{name}", [(4, 6)], compute)

# Networks as they are used, too large for circuits here.
for application, options in (("MobileNetV2", {"alpha": 0.35}), ("MobileNetV3Small", {}), ("NASNetMobile", {})):
    network = getattr(keras.applications, application)(input_shape=(32, 32, 3), weights=None, classes=10, **options)
    save(application, network, keep=True, kinds=[".h5"])

# What is refused.
os.mkdir("refused")
os.chdir("refused")
keras.Sequential([keras.Input((4,)), L.Lambda(lambda x: x * 2, name="twice")]).save("lambda.keras")
keras.Sequential([keras.Input((4,)), L.AlphaDropout(0.1), L.AutoContrast(name="contrast")]).save("unknown.keras")
keras.Sequential([keras.Input((None, 4)), L.Dense(2)]).save("dynamic.keras")
keras.Sequential([keras.Input((4, 3)), L.LSTM(2, activation="sparsemax", name="rnn")]).save("activation.keras")
keras.Sequential([keras.Input((4,)), custom("Dense", lambda x: x + 1)(name="mine")]).save("custom.keras")
keras.Sequential([keras.Input((4,)), L.Dense(2, activation=lambda x: x * 3, name="tripled")]).save("function.keras")
i, w = keras.Input((4,)), keras.Input((4, 3))
keras.Model(w, keras.ops.mean(w)).save("mean.keras")
keras.Model(w, w[:1, :]).save("batch.keras")
keras.Model(w, keras.ops.sort(w, axis=1)).save("sort.keras")
keras.Model(w, keras.ops.argmax(w)).save("arg_max.keras")
keras.Model(w, keras.ops.softmax(w, axis=None)).save("softmax.keras")
keras.Model(i, L.Dropout(0.5, name="drop")(i, training=True)).save("training.keras")
keras.Model(i, custom("Poly", lambda x, y: x + y)(name="two")(i, y=3)).save("number.keras")
keras.Sequential([keras.Input((4,)), L.Dense(2)]).save_weights("alone.weights.h5")
