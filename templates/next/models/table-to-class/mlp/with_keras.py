"""A multi-layer perceptron on the columns of a table."""

from typing import Any

from backend import keras
from config import Config

import numpy as np

layers, ops = keras.layers, keras.ops


@keras.saving.register_keras_serializable("models")
class Columns(layers.Layer):
    """The numbers of a row, and beside them a learnt vector for each category.

    Input  numbers (batch, numbers) floats, categories (batch, columns) with 0 for an unknown value
    Output (batch, numbers + lengths of all vectors)
    """

    def __init__(self, sizes: list[int], **settings: Any) -> None:
        super().__init__(**settings)
        lengths = [min(16, 1 + size // 2) for size in sizes]  # more values need longer vectors
        self.embeddings = [layers.Embedding(s, length, normal()) for s, length in zip(sizes, lengths, strict=True)]

    def call(self, numbers: Any, categories: Any) -> Any:
        vectors = [embedding(categories[:, column]) for column, embedding in enumerate(self.embeddings)]
        return ops.concatenate([numbers, *vectors], 1)

    def forget_unknown(self) -> None:
        """A value never seen says nothing: zeros, at first."""
        for embedding in self.embeddings:
            table = np.array(embedding.embeddings)
            table[0] = 0
            embedding.embeddings.assign(table)


def build(meta: dict, config: Config) -> keras.Model:
    """Linear layers with ReLU and dropout, for meta["numbers"], meta["categories"] and meta["outputs"].

    Input  numbers (batch, numbers) standardised floats, categories (batch, columns) with 0 for an unknown value
    Output (batch, outputs): a raw score for each class, or one number in deviations from the mean
    """
    numbers = keras.Input((meta["numbers"],), name="numbers")
    categories = keras.Input((len(meta["categories"]),), name="categories", dtype="int32")
    columns = Columns(meta["categories"])
    x = columns(numbers, categories)
    for _ in range(config.depth):
        x = layers.Dense(config.width, "relu", kernel_initializer=uniform())(x)  # (batch, width)
        x = layers.Dropout(config.dropout)(x)
    small = keras.initializers.RandomNormal(stddev=0.01)  # at first all classes are equally likely, numbers the mean
    outputs = layers.Dense(meta["outputs"], kernel_initializer=small)(x)  # (batch, outputs)
    columns.forget_unknown()
    return keras.Model({"numbers": numbers, "categories": categories}, outputs)


def normal() -> keras.Initializer:
    """First vectors of categories."""
    return keras.initializers.RandomNormal(stddev=1.0)


def uniform() -> keras.Initializer:
    """First weights within ±1 / √inputs; each layer needs an object of its own, or all would start alike."""
    return keras.initializers.VarianceScaling(1 / 3, "fan_in", "uniform")
