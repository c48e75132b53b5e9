"""Writes the models of the folder `keras2` with Keras 2 (PyPI's tensorflow-cpu 2.15), into the current folder."""

import json
import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import numpy as np
from tensorflow import keras

L = keras.layers
rng = np.random.default_rng(3)


def save(name, model, inputs=None, kinds=("h5",)):
    for weight in model.weights:
        low = 0.3 if "variance" in weight.name else -0.7
        weight.assign(rng.uniform(low, 0.8, weight.shape).astype("float32"))
    inputs = inputs or [rng.uniform(-1.5, 1.5, (1, *i.shape[1:])).astype("float32") for i in model.inputs]
    outputs = model(inputs if len(inputs) > 1 else inputs[0])
    outputs = outputs if isinstance(outputs, (list, tuple)) else [outputs]
    for kind in kinds:
        model.save(f"{name}.{kind}")
    with open(name + ".json", "w") as file:
        data = {"inputs": [i.tolist() for i in inputs], "outputs": [o.numpy().tolist() for o in outputs]}
        json.dump(data, file)


save("convolutions", keras.Sequential([
    L.Conv2D(3, 3, padding="same", activation="relu", input_shape=(9, 8, 2)), L.BatchNormalization(), L.MaxPooling2D(),
    L.DepthwiseConv2D(2, depth_multiplier=2), L.LeakyReLU(0.1), L.SeparableConv2D(4, 2, padding="same"), L.PReLU(),
    L.Dropout(0.5), L.Conv2DTranspose(2, 3, strides=2, padding="same"), L.Activation("hard_sigmoid"), L.AveragePooling2D(2, 1),
    L.Flatten(), L.Dense(3, activation="softmax"),
]), kinds=("h5", "keras"))

save("recurrence", keras.Sequential([
    L.Embedding(6, 3, input_length=4), L.Bidirectional(L.LSTM(2, return_sequences=True)), L.GRU(3, return_sequences=True),
    L.TimeDistributed(L.Dense(2, activation="swish")), L.SimpleRNN(2, activation="relu"),
]), inputs=[np.array([[0, 5, 2, 3]], "float32")])

a, b = keras.Input((4,), name="a"), keras.Input((4,), name="b")
inner = keras.Sequential([keras.Input((4,)), L.Dense(3, name="first"), L.BatchNormalization(), L.Dense(4, name="second")], name="inner")
x = keras.Input((4,))
deep = keras.Model(x, L.Add()([inner(x), L.Dense(4, name="third")(x)]), name="deep")
save("nested", keras.Model([a, b], [L.Concatenate()([deep(a), deep(b)]), 1 - (deep(a) * 2 + b) / 4]), kinds=("h5", "keras"))

x, y = keras.Input((3, 4)), keras.Input((2, 4))
z = L.LayerNormalization()(L.MultiHeadAttention(2, 3)(x, key=y, value=y))
save("attention", keras.Model([x, y], L.GlobalAveragePooling1D()(z)), kinds=("h5", "keras"))

keras.Sequential([keras.Input((4,)), L.Lambda(lambda x: x**2 + x, name="poly")]).save("lambda.h5")
