"""Prints what layers of Keras compute: for each its arrays by name and its output, without the batch.

Numbers are multiples of 1/100, or of 1/256 where the scale is a power of two, so that fixed point holds them exactly.
"""

import json
import os

os.environ["KERAS_BACKEND"] = "jax"
os.environ["JAX_ENABLE_X64"] = "1"
import keras
import numpy as np
from keras import layers as L
from keras import ops

keras.config.set_floatx("float64")
keras.config.set_dtype_policy("float64")
rng = np.random.default_rng(11)
rows = []


def draw(shape, low=-3.0, high=3.0, step=0.01):
    return np.round(rng.uniform(low, high, shape) / step) * step


def row(name, arrays, out):
    described = {key: {"shape": np.shape(value), "values": np.ravel(value).tolist()} for key, value in arrays.items()}
    out = np.asarray(out)
    rows.append({"layer": name, "arrays": described, "out": {"shape": out.shape, "values": np.ravel(out).tolist()}})


def layer(name, layer, shape, prepare=lambda layer: None, **options):
    """Gives every weight a value, so that none hides behind a zero or a one."""
    x = draw((1, *shape), **options)
    layer.build(x.shape)
    prepare(layer)
    for weight in layer.weights:
        weight.assign(draw(weight.shape, 0.3 if "variance" in weight.name else -1.5, 1.5))
    arrays = {weight.name: np.asarray(weight) for weight in layer.weights}
    row(name, {"in": x[0], **arrays}, layer(x)[0])


layer("dense", L.Dense(3), (5,))
layer("dense with LoRA", L.Dense(3), (5,), lambda dense: dense.enable_lora(2, lora_alpha=4))
for name, options in {
    "valid": {},
    "same, strided": {"padding": "same", "strides": 2},
    "dilated": {"dilation_rate": 2},
    "groups": {"groups": 2},
    "causal": {"padding": "causal"},
}.items():
    layer("conv1d, " + name, L.Conv1D(4, 3, **options), (7, 2))
for name, options in {
    "valid": {},
    "same": {"padding": "same"},
    "same, strided": {"padding": "same", "strides": 2},
    "dilated": {"dilation_rate": 2},
    "groups": {"groups": 2},
}.items():
    layer("conv2d, " + name, L.Conv2D(4, (3, 2), **options), (6, 5, 2))
layer("pointwise", L.Conv2D(3, 1), (3, 4, 2))
layer("depthwise, valid", L.DepthwiseConv2D(2, depth_multiplier=2), (4, 5, 2))
layer("depthwise, same, strided", L.DepthwiseConv2D(3, strides=2, padding="same"), (6, 5, 2))
layer("separable", L.SeparableConv2D(3, (2, 3)), (4, 5, 2))
layer("separable, same", L.SeparableConv2D(3, 3, padding="same"), (4, 5, 2))
layer("transposed, valid", L.Conv2DTranspose(3, (2, 3), strides=2), (3, 2, 2))
layer("transposed, same", L.Conv2DTranspose(3, 3, strides=2, padding="same"), (3, 2, 2))

norm = L.BatchNormalization(epsilon=0.01)
x = draw((1, 4, 3, 2))
norm.build(x.shape)
for weight in norm.weights:
    weight.assign(draw(weight.shape, 0.3, 1.5))
gamma, beta, mean, variance = [np.asarray(weight) for weight in norm.weights]
factor = gamma / np.sqrt(variance + 0.01)
row("batch normalization", {"in": x[0], "factor": factor, "offset": beta - mean * factor}, norm(x)[0])
layer("layer normalization", L.LayerNormalization(epsilon=0.01, center=False, scale=False), (8,))

layer("largest, valid", L.MaxPooling2D(2), (4, 5, 2))
layer("largest, same", L.MaxPooling2D(3, strides=2, padding="same"), (4, 5, 2))
layer("largest of all", L.GlobalMaxPooling2D(), (4, 5, 2))
layer("mean, valid", L.AveragePooling2D((2, 3), strides=(1, 2)), (4, 5, 2))
layer("mean of all", L.GlobalAveragePooling2D(), (4, 5, 2))
layer("largest along", L.GlobalMaxPooling1D(), (5, 3))
layer("mean along", L.GlobalAveragePooling1D(), (5, 3))
layer("flatten", L.Flatten(), (2, 3, 4))
layer("enlarge", L.UpSampling2D((2, 3)), (2, 3, 2))

layer("relu", L.ReLU(), (20,))
layer("relu up to 1.5", L.ReLU(max_value=1.5), (20,))
layer("leaky relu", L.LeakyReLU(0.1), (20,))
layer("prelu", L.PReLU(), (20,))
layer("x^2 + x", L.Activation(lambda x: x * x + x), (20,))
zanh = [0.006769816, 0.554670504, -0.009411195, -0.014187547]
layer("zanh", L.Activation(lambda x: sum(c * x**i for i, c in enumerate(zanh))), (20,))
# Chords of 64 pieces from -4 to 4, the slopes for steps of 1/256.
points = np.tanh(np.linspace(-4, 4, 65))
x = draw((40,), step=1 / 256)
row("tanh", {"in": x, "values": points[:-1], "slopes": np.diff(points) / 32}, L.Activation("tanh")(x[None])[0])
layer("softmax", L.Softmax(), (6,), step=1 / 256)

a, b = draw((1, 3, 4)), draw((1, 4, 2))
row("product of matrices", {"a": a[0], "b": b[0]}, L.Dot((2, 1))([a, b])[0])
a, b = draw((1, 8)), draw((1, 8))
row("product", {"a": a[0], "b": b[0]}, L.Multiply()([a, b])[0])
row("mean of two", {"a": a[0], "b": b[0]}, L.Average()([a, b])[0])
row("difference", {"a": a[0], "b": b[0]}, L.Subtract()([a, b])[0])
x = draw((6,))
row("class", {"in": x}, ops.argmax(x))
print(json.dumps(rows))
