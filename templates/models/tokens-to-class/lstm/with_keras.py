"""A recurrent network that reads a text word by word, from both ends."""

from typing import Any

from backend import Embedding, keras
from config import Config

layers, ops = keras.layers, keras.ops


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
class FromEnd(layers.Layer):
    """Words in the opposite order; padding stays where it is.

    Input  (batch, words, width) and the tokens, (batch, words)
    Output (batch, words, width)
    """

    def call(self, x: Any, tokens: Any) -> Any:
        words = is_there(tokens)
        place = ops.arange(tokens.shape[1])
        last = ops.sum(ops.cast(words, "int32"), 1, keepdims=True) - 1
        return ops.take_along_axis(x, ops.where(words, last - place, place)[..., None], 1)


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
    """Word vectors, an LSTM in each direction, the strongest value of each feature, a linear head.

    For the words of meta["vocabulary"], texts of at most meta["length"] and the classes of meta["classes"].

    Input  (batch, words), word numbers; 0 is padding and changes no score
    Output (batch, classes), raw scores
    """
    tokens = keras.Input((meta["length"] + 1,), dtype="int32")  # the start of the text, and its words
    x = WordVectors(len(meta["vocabulary"]), config.width)(tokens)
    x = layers.Dropout(config.dropout)(x)  # (batch, words, width)
    x = layers.Concatenate()([memory(config.width)(x), memory(config.width)(FromEnd()(x, tokens))])
    x = Strongest()(x, tokens)  # (batch, 2 * width)
    small = keras.initializers.RandomNormal(stddev=0.01)  # at first all classes are about equally likely
    head = layers.Dense(len(meta["classes"]), kernel_initializer=small)
    return keras.Model(tokens, head(layers.Dropout(config.dropout)(x)))  # (batch, classes)


def memory(width: int, **settings: Any) -> keras.layers.LSTM:
    """An LSTM layer whose first weights lie within ±1 / √width; each kind needs an object of its own."""
    kinds = ("kernel_initializer", "recurrent_initializer", "bias_initializer")
    starts = {kind: keras.initializers.RandomUniform(-(width**-0.5), width**-0.5) for kind in kinds}
    return layers.LSTM(width, return_sequences=True, unit_forget_bias=False, **starts, **settings)
