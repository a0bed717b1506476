"""A multi-layer perceptron on the columns of a table."""

from typing import Any

from backend import Embedding, keras
from config import Config

import numpy as np

layers, ops = keras.layers, keras.ops


@keras.saving.register_keras_serializable("models")
class Columns(layers.Layer):
    """The numbers of a row, how far along each of its bins each is, and a learnt vector for each category.

    Input  (batch, numbers + categories) floats: standardised numbers, then the code of each category, 0 = unknown
    Output (batch, numbers + numbers · bins + lengths of all vectors)
    """

    def __init__(self, bins: list[list], sizes: list[int], **settings: Any) -> None:
        super().__init__(autocast=False, **settings)  # bfloat16 would not tell large codes apart
        self.starts, self.widths = (np.array(some, "float32") for some in bins)  # (numbers, bins) each
        self.numbers = len(self.starts)
        lengths = [min(16, 1 + size // 2) for size in sizes]  # more values need longer vectors
        self.embeddings = [Embedding(s, length, normal()) for s, length in zip(sizes, lengths, strict=True)]

    def call(self, inputs: Any) -> Any:
        numbers, codes = inputs[:, : self.numbers], ops.cast(inputs[:, self.numbers :], "int32")
        vectors = [embedding(codes[:, column]) for column, embedding in enumerate(self.embeddings)]
        if self.starts.size:
            along = ops.clip((numbers[:, :, None] - self.starts) / self.widths, 0, 1)  # (batch, numbers, bins)
            numbers = ops.concatenate([numbers, ops.reshape(along, (-1, self.starts.size))], 1)
        return ops.concatenate([ops.cast(numbers, self.compute_dtype), *vectors], 1)


def build(meta: dict, config: Config) -> keras.Model:
    """Linear layers with ReLU and dropout, for meta["numbers"], meta["categories"] and meta["outputs"].

    Input  (batch, numbers + categories) floats: standardised numbers, then the code of each category, 0 = unknown
    Output (batch, outputs): a raw score for each class, or one number in deviations from the mean
    """
    inputs = keras.Input((meta["numbers"] + len(meta["categories"]),))
    columns = Columns([meta["bin_starts"], meta["bin_widths"]], meta["categories"])
    x = columns(inputs)
    for _ in range(config.depth):
        x = layers.Dense(config.width, "relu", kernel_initializer=uniform())(x)  # (batch, width)
        x = layers.Dropout(config.dropout)(x)
    small = keras.initializers.RandomNormal(stddev=0.01)  # at first all classes are equally likely, numbers the mean
    outputs = layers.Dense(meta["outputs"], kernel_initializer=small)(x)  # (batch, outputs)
    for embedding in columns.embeddings:  # a value never seen says nothing: zeros, at first
        table = np.array(embedding.embeddings)
        table[0] = 0
        embedding.embeddings.assign(table)
    return keras.Model(inputs, outputs)


def normal() -> keras.Initializer:
    """First vectors of categories."""
    return keras.initializers.RandomNormal(stddev=1.0)


def uniform() -> keras.Initializer:
    """First weights within ±1 / √inputs; each layer needs an object of its own, or all would start alike."""
    return keras.initializers.VarianceScaling(1 / 3, "fan_in", "uniform")
