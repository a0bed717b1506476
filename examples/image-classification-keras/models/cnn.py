"""A small convolutional network: cheap, and hard to beat on small pictures."""

import math
from typing import Any

from backend import keras
from config import Config

import numpy as np

layers, ops = keras.layers, keras.ops


@keras.saving.register_keras_serializable("models")
class MeanGrid(layers.Layer):
    """The means of at most side × side equal fields of a picture, however large it is.

    Input  (batch, height, width, channels)
    Output (batch, at most side, at most side, channels)
    """

    def __init__(self, side: int, **settings: Any) -> None:
        super().__init__(**settings)
        self.side = side

    def call(self, images: Any) -> Any:
        sizes = images.shape[1:3]
        over_rows, over_columns = (ops.convert_to_tensor(means(size, self.side), self.compute_dtype) for size in sizes)
        return ops.einsum("bhwc,ih,jw->bijc", images, over_rows, over_columns)


def means(size: int, most: int) -> np.ndarray:
    """A matrix (parts, size) that averages `size` values over each of at most `most` parts, which may overlap."""
    parts = min(size, most)
    matrix = np.zeros((parts, size))
    for part in range(parts):
        matrix[part, part * size // parts : math.ceil((part + 1) * size / parts)] = 1
    return matrix / matrix.sum(1, keepdims=True)


def build(meta: dict, config: Config) -> keras.Model:
    """Three 3×3 convolutions, each with pooling, batch normalisation and ReLU, then a linear head.

    For pictures of meta["shape"] and the classes of meta["classes"].

    Input  (batch, height, width, channels), standardised floats
    Output (batch, classes), raw scores
    """
    images = x = keras.Input(meta["shape"])
    for outputs in (config.width, 2 * config.width, 4 * config.width):
        x = layers.Conv2D(outputs, 3, padding="same", use_bias=False, kernel_initializer=uniform())(x)
        if min(x.shape[1:3]) > 1:
            x = layers.MaxPooling2D(2)(x)
        x = layers.BatchNormalization(momentum=0.9, epsilon=1e-5)(x)  # it has the bias
        x = layers.ReLU()(x)
    x = MeanGrid(4)(x)  # (batch, at most 4, at most 4, 4 * width)
    x = layers.Dropout(config.dropout)(layers.Flatten()(x))
    small = keras.initializers.RandomNormal(stddev=0.01)  # at first all classes are about equally likely
    scores = layers.Dense(len(meta["classes"]), kernel_initializer=small)(x)  # (batch, classes)
    return keras.Model(images, scores)


def uniform() -> keras.Initializer:
    """First weights within ±1 / √inputs; each layer needs an object of its own, or all would start alike."""
    return keras.initializers.VarianceScaling(1 / 3, "fan_in", "uniform")
