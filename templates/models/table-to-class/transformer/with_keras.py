"""A transformer whose tokens are the columns of a table (FT-Transformer, Gorishniy et al. 2021)."""

from typing import Any

from backend import Embedding, keras
from config import Config

import numpy as np

layers, ops = keras.layers, keras.ops


@keras.saving.register_keras_serializable("models")
class Tokens(layers.Layer):
    """A token for the answer and one for each column: a direction times the number, or a vector for the category.

    Input  (batch, numbers + categories) floats: standardised numbers, then the code of each category, 0 = unknown
    Output (batch, 1 + numbers + columns, width)
    """

    def __init__(self, bins: list[list], sizes: list[int], width: int, **settings: Any) -> None:
        super().__init__(autocast=False, **settings)  # bfloat16 would not tell large codes apart
        self.starts, self.widths = (np.array(some, "float32") for some in bins)  # (numbers, bins) each
        self.numbers = numbers = len(self.starts)
        self.answer_token = self.add_weight((1, 1, width), normal())
        self.directions = self.add_weight((numbers, width), normal()) if numbers else None
        self.origins = self.add_weight((numbers, width), normal()) if numbers else None
        self.bends = None
        if self.starts.size:
            self.bends = self.add_weight((*self.starts.shape, width), "zeros")  # at first a number goes one way
        self.embeddings = [Embedding(size, width, normal()) for size in sizes]

    def call(self, inputs: Any) -> Any:
        numbers = ops.cast(inputs[:, : self.numbers], self.compute_dtype)
        codes = ops.cast(inputs[:, self.numbers :], "int32")
        answer = ops.cast(self.answer_token, self.compute_dtype)
        tokens = [ops.repeat(answer, ops.shape(numbers)[0], axis=0)]  # (batch, 1, width)
        if self.directions is not None:
            directions, origins = (ops.cast(part, self.compute_dtype) for part in (self.directions, self.origins))
            tokens.append(numbers[:, :, None] * directions + origins)  # (batch, numbers, width)
        if self.bends is not None:
            along = ops.clip((inputs[:, : self.numbers, None] - self.starts) / self.widths, 0, 1)
            along = ops.cast(along, self.compute_dtype)  # (batch, numbers, bins)
            tokens[1] += ops.einsum("rnb,nbw->rnw", along, ops.cast(self.bends, self.compute_dtype))
        for column, embedding in enumerate(self.embeddings):
            tokens.append(embedding(codes[:, column])[:, None])  # (batch, 1, width)
        return ops.concatenate(tokens, 1)


@keras.saving.register_keras_serializable("models")
class Attention(layers.Layer):
    """Each token gathers from all tokens.

    Input and output (batch, tokens, width)
    """

    def __init__(self, width: int, heads: int, **settings: Any) -> None:
        super().__init__(**settings)
        self.heads = heads
        self.queries_keys_values = layers.Dense(3 * width, use_bias=False, kernel_initializer=uniform())
        self.output_layer = layers.Dense(width, kernel_initializer=uniform())

    def call(self, x: Any) -> Any:
        _, count, width = x.shape
        x = ops.reshape(self.queries_keys_values(x), (-1, count, 3, self.heads, width // self.heads))
        x = ops.dot_product_attention(x[:, :, 0], x[:, :, 1], x[:, :, 2])  # (batch, tokens, heads, width / heads)
        return self.output_layer(ops.reshape(x, (-1, count, width)))  # (batch, tokens, width)


@keras.saving.register_keras_serializable("models")
class Block(layers.Layer):
    """Attention, then two linear layers on each token; both add to what was there.

    Input and output (batch, tokens, width)
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
        return x + self.dropout(y, training=training)  # (batch, tokens, width)


@keras.saving.register_keras_serializable("models")
class Answer(layers.Layer):
    """The token of the answer alone, (batch, width) of (batch, tokens, width)."""

    def call(self, x: Any) -> Any:
        return x[:, 0]


def build(meta: dict, config: Config) -> keras.Model:
    """A token for each column and one for the answer, blocks of attention, a linear head on the answer's token.

    For meta["numbers"] numbers, categories of meta["categories"] values each, and meta["outputs"].

    Input  (batch, numbers + categories) floats: standardised numbers, then the code of each category, 0 = unknown
    Output (batch, outputs): a raw score for each class, or one number in deviations from the mean
    """
    inputs = keras.Input((meta["numbers"] + len(meta["categories"]),))
    x = Tokens([meta["bin_starts"], meta["bin_widths"]], meta["categories"], config.width)(inputs)
    for _ in range(config.depth):
        x = Block(config.width, config.heads, config.dropout)(x)
    x = layers.LayerNormalization(epsilon=1e-5)(Answer()(x))  # (batch, width)
    small = keras.initializers.RandomNormal(stddev=0.01)  # at first all classes are equally likely, numbers the mean
    outputs = layers.Dense(meta["outputs"], kernel_initializer=small)(x)  # (batch, outputs)
    return keras.Model(inputs, outputs)


def normal() -> keras.Initializer:
    """First tokens."""
    return keras.initializers.RandomNormal(stddev=1.0)


def uniform() -> keras.Initializer:
    """First weights within ±1 / √inputs; each layer needs an object of its own, or all would start alike."""
    return keras.initializers.VarianceScaling(1 / 3, "fan_in", "uniform")
