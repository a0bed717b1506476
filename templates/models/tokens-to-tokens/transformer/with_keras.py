"""A small GPT: blocks of causal attention over the characters so far, with rotary positions."""

from typing import Any

from backend import Embedding, keras
from config import Config

import numpy as np

layers, ops = keras.layers, keras.ops


@keras.saving.register_keras_serializable("models")
class Attention(layers.Layer):
    """Each token gathers from the tokens up to itself; positions enter as rotations (Su et al. 2021).

    Input and output (batch, length, width)
    """

    def __init__(self, width: int, heads: int, context: int, small: float, **settings: Any) -> None:
        super().__init__(**settings)
        self.heads = heads
        self.queries_keys_values = layers.Dense(3 * width, use_bias=False, kernel_initializer=uniform())
        start = keras.initializers.RandomNormal(stddev=small)
        self.output_layer = layers.Dense(width, use_bias=False, kernel_initializer=start)
        half = width // heads // 2
        angles = np.arange(context)[:, None] * 10_000.0 ** (-np.arange(half) / half)  # (context, half)
        self.turn = np.cos(angles)[:, None], np.sin(angles)[:, None]  # (context, 1, half) each

    def build(self, shape: tuple[int | None, ...]) -> None:
        self.queries_keys_values.build(shape)
        self.output_layer.build(shape)

    def rotate(self, x: Any) -> Any:
        """Turn pairs of features by an angle that grows with the position, so that products tell distances."""
        a, b = ops.split(x, 2, axis=-1)  # (batch, length, heads, half) each
        cosine, sine = (ops.convert_to_tensor(part[: x.shape[1]], x.dtype) for part in self.turn)
        return ops.concatenate([a * cosine - b * sine, a * sine + b * cosine], -1)

    def call(self, x: Any) -> Any:
        _, length, width = x.shape
        x = ops.reshape(self.queries_keys_values(x), (-1, length, 3, self.heads, width // self.heads))
        queries, keys = self.rotate(x[:, :, 0]), self.rotate(x[:, :, 1])  # (batch, length, heads, width / heads) each
        x = ops.dot_product_attention(queries, keys, x[:, :, 2], is_causal=True)
        return self.output_layer(ops.reshape(x, (-1, length, width)))  # (batch, length, width)


@keras.saving.register_keras_serializable("models")
class Block(layers.Layer):
    """Attention, then two linear layers on each token; both add to what was there.

    Input and output (batch, length, width)
    """

    def __init__(self, width: int, heads: int, context: int, small: float, dropout: float, **settings: Any) -> None:
        super().__init__(**settings)
        self.before_attention = layers.LayerNormalization(epsilon=1e-5)
        self.attention = Attention(width, heads, context, small)
        self.before_layers = layers.LayerNormalization(epsilon=1e-5)
        self.wide = layers.Dense(4 * width, "gelu", kernel_initializer=uniform())
        self.narrow = layers.Dense(width, kernel_initializer=keras.initializers.RandomNormal(stddev=small))
        self.dropout = layers.Dropout(dropout)

    def build(self, shape: tuple[int | None, ...]) -> None:
        for layer in (self.before_attention, self.attention, self.before_layers, self.wide):
            layer.build(shape)
        self.narrow.build((*shape[:-1], 4 * shape[-1]))

    def compute_output_shape(self, shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        return shape  # said, as finding it out by tracing takes half a second a block

    def call(self, x: Any, training: bool = False) -> Any:
        x = x + self.dropout(self.attention(self.before_attention(x)), training=training)
        y = self.narrow(self.wide(self.before_layers(x)))
        return x + self.dropout(y, training=training)  # (batch, length, width)


def build(meta: dict, config: Config) -> keras.Model:
    """Token vectors, blocks of causal attention, a linear head.

    For the characters of meta["characters"] and the unknown one, and windows of meta["context"].

    Input  (batch, context) tokens; what stands behind a token changes none of its scores
    Output (batch, context, tokens) raw scores of each next token; it keeps no state
    """
    count = len(meta["characters"]) + 1
    tokens = keras.Input((meta["context"],), dtype="int32")
    x = Embedding(count, config.width, keras.initializers.RandomNormal(stddev=0.02))(tokens)
    small = 0.02 / (2 * config.depth) ** 0.5  # the sum of all blocks starts as large as one would (Radford et al. 2019)
    for _ in range(config.depth):
        x = Block(config.width, config.heads, meta["context"], small, config.dropout)(x)  # (batch, length, width)
    x = layers.LayerNormalization(epsilon=1e-5)(x)
    equal = keras.initializers.RandomNormal(stddev=0.01)  # at first all tokens are about equally likely
    return keras.Model(tokens, layers.Dense(count, kernel_initializer=equal)(x))  # (batch, length, tokens)


def uniform() -> keras.Initializer:
    """First weights within ±1 / √inputs; each layer needs an object of its own, or all would start alike."""
    return keras.initializers.VarianceScaling(1 / 3, "fan_in", "uniform")
