"""A convolutional network that looks for telling phrases, wherever they stand (Kim 2014, arXiv:1408.5882)."""

from typing import Any

from backend import Embedding, keras
from config import Config

layers, ops = keras.layers, keras.ops

PHRASES = (3, 4, 5)  # words, as in the paper


@keras.saving.register_keras_serializable("models")
class WordVectors(layers.Layer):
    """A learnt vector for each word, zeros for padding.

    Input  (batch, words), word numbers; 0 is padding
    Output (batch, words, width)
    """

    def __init__(self, words: int, width: int, **settings: Any) -> None:
        super().__init__(**settings)
        small = keras.initializers.RandomNormal(stddev=0.1)  # so that words soon learn what they mean
        self.embedding = Embedding(words, width, small)

    def call(self, tokens: Any) -> Any:
        is_word = ops.cast(ops.not_equal(tokens, 0), self.compute_dtype)
        return self.embedding(tokens) * is_word[..., None]


@keras.saving.register_keras_serializable("models")
class Strongest(layers.Layer):
    """The highest value of each feature over the words of a text, padding left out.

    Input  (batch, words, features) and the tokens, (batch, words)
    Output (batch, features)
    """

    def call(self, x: Any, tokens: Any) -> Any:
        return ops.max(ops.where(is_there(tokens)[..., None], x, -float("inf")), 1)


def is_there(tokens: Any) -> Any:
    """What is no padding, (batch, words): the start of a text is there even where the text is not."""
    return ops.logical_or(ops.not_equal(tokens, 0), ops.arange(tokens.shape[1]) == 0)


def build(meta: dict, config: Config) -> keras.Model:
    """Word vectors, a convolution for each length of phrase, the strongest hit of each filter, a linear head.

    For the words of meta["vocabulary"], texts of at most meta["length"] and the classes of meta["classes"].

    Input  (batch, words), word numbers; 0 is padding and changes no score
    Output (batch, classes), raw scores
    """
    tokens = keras.Input((meta["length"] + 1,), dtype="int32")  # the start of the text, and its words
    x = WordVectors(len(meta["vocabulary"]), config.width)(tokens)  # (batch, words, width)
    hits = []  # (batch, words, width) each, how well the phrase that begins there fits
    for size in PHRASES:
        behind = layers.ZeroPadding1D((0, size - 1))(x)
        hits.append(layers.Conv1D(config.width, size, kernel_initializer=uniform())(behind))
    x = layers.ReLU()(Strongest()(layers.Concatenate()(hits), tokens))  # (batch, 3 * width)
    small = keras.initializers.RandomNormal(stddev=0.01)  # at first all classes are about equally likely
    head = layers.Dense(len(meta["classes"]), kernel_initializer=small)
    return keras.Model(tokens, head(layers.Dropout(config.dropout)(x)))  # (batch, classes)


def uniform() -> keras.Initializer:
    """First weights within ±1 / √inputs; each layer needs an object of its own, or all would start alike."""
    return keras.initializers.VarianceScaling(1 / 3, "fan_in", "uniform")
