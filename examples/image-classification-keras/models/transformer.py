"""A small vision transformer: the picture as patches that attend to each other (ViT, Dosovitskiy et al. 2021)."""

import math
from typing import Any

from backend import keras
from config import Config

layers, ops = keras.layers, keras.ops

MOST_PATCHES = 64  # the cost grows with the square of their number


@keras.saving.register_keras_serializable("models")
class Patches(layers.Layer):
    """A vector and a learnt position for each square patch of a picture, which is padded with zeros, the mean.

    Input  (batch, height, width, channels)
    Output (batch, patches, width)
    """

    def __init__(self, side: int, width: int, **settings: Any) -> None:
        super().__init__(**settings)
        self.side, self.width = side, width
        self.embedding = layers.Dense(width, use_bias=False, kernel_initializer=uniform())  # the positions have a bias

    def build(self, shape: tuple[int | None, ...]) -> None:
        _, height, wide, channels = shape
        self.rows, self.columns = math.ceil(height / self.side), math.ceil(wide / self.side)
        self.padding = (0, 0), (0, self.rows * self.side - height), (0, self.columns * self.side - wide), (0, 0)
        self.embedding.build((None, None, channels * self.side**2))
        start = keras.initializers.RandomNormal(stddev=0.5)  # smaller positions are found late
        self.positions = self.add_weight((self.rows * self.columns, self.width), start)

    def call(self, images: Any) -> Any:
        channels = images.shape[-1]
        x = ops.pad(images, self.padding)
        x = ops.reshape(x, (-1, self.rows, self.side, self.columns, self.side, channels))
        x = ops.transpose(x, (0, 1, 3, 5, 2, 4))  # (batch, rows, columns, channels, side, side)
        x = ops.reshape(x, (-1, self.rows * self.columns, channels * self.side**2))
        return self.embedding(x) + ops.cast(self.positions, self.compute_dtype)  # (batch, patches, width)


@keras.saving.register_keras_serializable("models")
class Attention(layers.Layer):
    """Each patch gathers from all patches.

    Input and output (batch, patches, width)
    """

    def __init__(self, width: int, heads: int, **settings: Any) -> None:
        super().__init__(**settings)
        self.heads = heads
        self.queries_keys_values = layers.Dense(3 * width, use_bias=False, kernel_initializer=uniform())
        self.output_layer = layers.Dense(width, kernel_initializer=uniform())

    def call(self, x: Any) -> Any:
        _, count, width = x.shape
        x = ops.reshape(self.queries_keys_values(x), (-1, count, 3, self.heads, width // self.heads))
        x = ops.dot_product_attention(x[:, :, 0], x[:, :, 1], x[:, :, 2])  # (batch, patches, heads, width / heads)
        return self.output_layer(ops.reshape(x, (-1, count, width)))  # (batch, patches, width)


@keras.saving.register_keras_serializable("models")
class Block(layers.Layer):
    """Attention, then two linear layers on each patch; both add to what was there.

    Input and output (batch, patches, width)
    """

    def __init__(self, width: int, heads: int, dropout: float, **settings: Any) -> None:
        super().__init__(**settings)
        self.before_attention = layers.LayerNormalization(epsilon=1e-5)
        self.attention = Attention(width, heads)
        self.before_layers = layers.LayerNormalization(epsilon=1e-5)
        self.wide = layers.Dense(2 * width, "gelu", kernel_initializer=uniform())
        self.narrow = layers.Dense(width, kernel_initializer=uniform())
        self.dropout = layers.Dropout(dropout)

    def call(self, x: Any, training: bool = False) -> Any:
        x = x + self.dropout(self.attention(self.before_attention(x)), training=training)
        y = self.narrow(self.wide(self.before_layers(x)))
        return x + self.dropout(y, training=training)  # (batch, patches, width)


def build(meta: dict, config: Config) -> keras.Model:
    """Blocks of attention on patches, then a linear head on their mean.

    For pictures of meta["shape"] and the classes of meta["classes"].

    Input  (batch, height, width, channels), standardised floats
    Output (batch, classes), raw scores
    """
    images = keras.Input(meta["shape"])
    x = Patches(patch_side(*meta["shape"][:2]), config.width)(images)  # (batch, patches, width)
    for _ in range(config.depth):
        x = Block(config.width, config.heads, config.dropout)(x)
    x = layers.LayerNormalization(epsilon=1e-5)(x)
    x = layers.GlobalAveragePooling1D()(x)  # (batch, width)
    small = keras.initializers.RandomNormal(stddev=0.01)  # at first all classes are about equally likely
    scores = layers.Dense(len(meta["classes"]), kernel_initializer=small)(x)  # (batch, classes)
    return keras.Model(images, scores)


def patch_side(height: int, width: int) -> int:
    """The smallest side from 2 pixels on with which a picture has at most MOST_PATCHES patches."""
    side = 2
    while math.ceil(height / side) * math.ceil(width / side) > MOST_PATCHES:
        side += 1
    return side


def uniform() -> keras.Initializer:
    """First weights within ±1 / √inputs; each layer needs an object of its own, or all would start alike."""
    return keras.initializers.VarianceScaling(1 / 3, "fan_in", "uniform")
