"""Keras networks by tf2onnx: images in NHWC, LSTM and GRU over tokens and series."""

import os

os.environ.update(KERAS_BACKEND="tensorflow", TF_CPP_MIN_LOG_LEVEL="3", CUDA_VISIBLE_DEVICES="", TF_ENABLE_ONEDNN_OPTS="0")

import keras
import numpy as np
import tensorflow as tf
import tf2onnx
from keras import layers

from assets import file_of, record, versions


def gratings(rows, side, seed=1, classes=10):
    """The coloured gratings of torch_export.py, channels last."""
    generator = np.random.default_rng(seed)
    labels = np.arange(rows) % classes
    angle = (np.pi * labels / classes)[:, None, None]
    across, down = np.meshgrid(np.arange(side), np.arange(side))
    wave = np.sin((np.cos(angle) * across + np.sin(angle) * down) * 0.9 + generator.uniform(0, 2 * np.pi, (rows, 1, 1)))
    images = 0.5 + generator.uniform(0.15, 0.4, (rows, 1, 1, 3)) * wave[..., None] + generator.normal(0, 0.08, (rows, side, side, 3))
    return (images.clip(0, 1) * 255).round().astype(np.float32) / 255, labels


def cnn():
    return keras.Sequential(
        [
            layers.Input((28, 28, 3), name="image"),
            layers.Rescaling(2.0, offset=-1.0),
            layers.Conv2D(8, 3, strides=2, padding="same", use_bias=False),
            layers.BatchNormalization(),
            layers.ReLU(max_value=6),
            layers.MaxPooling2D(2, padding="same"),
            layers.Conv2D(16, 3, padding="valid", activation="elu"),
            layers.Dropout(0.2),
            layers.Flatten(),
            layers.Dense(10, activation="softmax"),
        ]
    )


def separable():
    image = layers.Input((32, 32, 3), name="image")
    x = layers.Conv2D(8, 3, strides=2, padding="same", activation="swish")(image)
    for width, stride in [(12, 1), (16, 2)]:
        y = layers.DepthwiseConv2D(3, strides=stride, padding="same", use_bias=False)(x)
        y = layers.BatchNormalization()(y)
        y = layers.Activation("hard_swish")(y)
        squeezed = layers.Dense(y.shape[-1], activation="sigmoid")(layers.GlobalAveragePooling2D(keepdims=True)(y))
        x = layers.Conv2D(width, 1)(layers.Multiply()([y, squeezed]))
    x = layers.UpSampling2D(2, interpolation="bilinear")(x)
    x = layers.Conv2DTranspose(8, 3, strides=2, padding="same", activation="selu")(x)
    x = layers.LayerNormalization()(layers.AveragePooling2D(2, padding="same")(layers.LeakyReLU()(x)))
    return keras.Model(image, layers.Dense(10)(layers.GlobalMaxPooling2D()(x)))


def tokens():
    return keras.Sequential(
        [
            layers.Input((None,), dtype="int32", name="tokens"),
            layers.Embedding(60, 12),
            layers.Bidirectional(layers.LSTM(10)),
            layers.Dense(3, activation="softmax"),
        ]
    )


def series():
    sequence = layers.Input((20, 4), name="sequence")
    x = layers.Conv1D(8, 5, padding="causal", activation="relu")(sequence)
    x = layers.GRU(12, return_sequences=True)(x)
    x = layers.MultiHeadAttention(2, 6)(x, x)
    return keras.Model(sequence, layers.Dense(3)(layers.GlobalAveragePooling1D()(x)))


def train(model, x, y, epochs, probabilities):
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=not probabilities)
    model.compile(keras.optimizers.Adam(5e-3), loss=loss, metrics=["accuracy"])
    model.fit(x, y, epochs=epochs, batch_size=32, verbose=0)
    return f"{epochs} epochs on seeded data; {model.evaluate(x, y, verbose=0)[1]:.0%} on the same"


def export(name, make, x, y, epochs, opset, what, probabilities=True):
    keras.utils.set_random_seed(0)
    model = make()
    how = train(model, x, y, epochs, probabilities)
    port = model.inputs[0]
    signature = [tf.TensorSpec(port.shape, port.dtype, name=port.name)]
    call = tf.function(lambda value: {"output": model(value, training=False)}, input_signature=signature)
    proto, _ = tf2onnx.convert.from_function(call, input_signature=signature, opset=opset, output_path=str(file_of(name)))
    shown = x[3:5]
    record(
        name,
        library=versions("keras", "tensorflow-cpu"),
        exporter=f"tf2onnx {versions('tf2onnx')['tf2onnx']}, from_function",
        exercises=what,
        inputs={proto.graph.input[0].name: shown},
        expected=[model(shown, training=False).numpy()],
        trained=how,
    )


def main():
    x28, y28 = gratings(400, 28)
    x32, y32 = gratings(400, 32)
    generator = np.random.default_rng(3)
    ids = generator.integers(1, 60, (600, 14)).astype(np.int32)
    kinds = np.digitize((ids < 20).sum(1) - (ids >= 40).sum(1), [-1, 2])
    walks = generator.normal(0, 0.3, (600, 20, 4))
    up = generator.integers(0, 3, 600)
    walks[np.arange(600), :, up] += 0.2
    walks = walks.cumsum(1).astype(np.float32)
    export("keras-cnn-nhwc-13", cnn, x28, y28, 20, 13, "NHWC with Transpose, SAME padding, ReLU6, probabilities, opset 13")
    export("keras-cnn-nhwc-18", cnn, x28, y28, 20, 18, "the same, opset 18")
    export(
        "keras-separable-nhwc-15",
        separable,
        x32,
        y32,
        20,
        15,
        "depthwise Conv, squeeze and excitation, Resize, ConvTranspose, logits",
        False,
    )
    export("keras-lstm-tokens-15", tokens, ids, kinds, 12, 15, "bidirectional LSTM over int32 tokens, free length")
    export("keras-gru-attention-17", series, walks, up, 15, 17, "causal Conv 1-D, GRU, attention by Einsum", False)


if __name__ == "__main__":
    main()
