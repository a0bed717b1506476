"""A transformer: every word of a text looks at every other one (Vaswani et al. 2017, arXiv:1706.03762)."""

from typing import Any

from backend import Embedding, keras
from config import Config

layers, ops = keras.layers, keras.ops


@keras.saving.register_keras_serializable("models")
class WordVectors(layers.Layer):
    """A learnt vector for each word, zeros for padding, and one for each place in the text.

    Input  (batch, words), word numbers; 0 is padding
    Output (batch, words, width)
    """

    def __init__(self, words: int, length: int, width: int, **settings: Any) -> None:
        super().__init__(**settings)
        small = keras.initializers.RandomNormal(stddev=0.1)  # so that words soon learn what they mean
        self.embedding = Embedding(words, width, small)
        self.places = self.add_weight((length, width), keras.initializers.RandomNormal(stddev=0.02))

    def call(self, tokens: Any) -> Any:
        is_word = ops.cast(ops.not_equal(tokens, 0), self.compute_dtype)
        return self.embedding(tokens) * is_word[..., None] + ops.cast(self.places, self.compute_dtype)


@keras.saving.register_keras_serializable("models")
class Block(layers.Layer):
    """Attention, then a small perceptron, each added to what came in (normalised first, as in GPT-2).

    Input  (batch, words, width) and the tokens, (batch, words); nobody looks at padding
    Output (batch, words, width)
    """

    def __init__(self, width: int, heads: int, dropout: float, **settings: Any) -> None:
        super().__init__(**settings)
        self.heads = heads
        self.norm1, self.norm2 = (layers.LayerNormalization(epsilon=1e-5) for _ in range(2))
        self.attention = layers.Dense(3 * width, use_bias=False, kernel_initializer=uniform())
        self.joined = layers.Dense(width, kernel_initializer=uniform())
        self.wide = layers.Dense(4 * width, "gelu", kernel_initializer=uniform())
        self.narrow = layers.Dense(width, kernel_initializer=uniform())
        self.dropout = layers.Dropout(dropout)

    def build(self, x_shape: tuple[int | None, ...], tokens_shape: tuple[int | None, ...]) -> None:
        for layer in (self.norm1, self.attention, self.joined, self.norm2, self.wide):
            layer.build(x_shape)
        self.narrow.build((*x_shape[:-1], 4 * x_shape[-1]))

    def compute_output_shape(self, x_shape: tuple, tokens_shape: tuple) -> tuple[int | None, ...]:
        return x_shape  # said, as finding it out by tracing takes half a second a block

    def call(self, x: Any, tokens: Any, training: bool = False) -> Any:
        _, words, width = x.shape
        parts = ops.reshape(self.attention(self.norm1(x)), (-1, words, 3, self.heads, width // self.heads))
        looked_at = is_there(tokens)[:, None, None]  # (batch, 1, 1, words)
        y = ops.dot_product_attention(parts[:, :, 0], parts[:, :, 1], parts[:, :, 2], mask=looked_at)
        y = self.joined(ops.reshape(y, (-1, words, width)))  # (batch, words, width)
        x = x + self.dropout(y, training=training)
        return x + self.dropout(self.narrow(self.wide(self.norm2(x))), training=training)


@keras.saving.register_keras_serializable("models")
class MeanWord(layers.Layer):
    """The mean over the words of a text, padding left out.

    Input  (batch, words, width) and the tokens, (batch, words)
    Output (batch, width)
    """

    def call(self, x: Any, tokens: Any) -> Any:
        words = ops.cast(is_there(tokens), x.dtype)
        return ops.sum(x * (words / ops.sum(words, 1, keepdims=True))[..., None], 1)


def is_there(tokens: Any) -> Any:
    """What is no padding, (batch, words): the start of a text is there even where the text is not."""
    return ops.logical_or(ops.not_equal(tokens, 0), ops.arange(tokens.shape[1]) == 0)


def build(meta: dict, config: Config) -> keras.Model:
    """Vectors of words and of their places, blocks of attention, the mean over the words, a linear head.

    For the words of meta["vocabulary"], texts of at most meta["length"] and the classes of meta["classes"].

    Input  (batch, words), word numbers; 0 is padding and changes no score
    Output (batch, classes), raw scores
    """
    length = meta["length"] + 1  # the start of the text, and its words
    tokens = keras.Input((length,), dtype="int32")
    x = WordVectors(len(meta["vocabulary"]), length, config.width)(tokens)
    x = layers.Dropout(config.dropout)(x)  # (batch, words, width)
    for _ in range(config.depth):
        x = Block(config.width, config.heads, config.dropout)(x, tokens)
    x = MeanWord()(layers.LayerNormalization(epsilon=1e-5)(x), tokens)  # (batch, width)
    small = keras.initializers.RandomNormal(stddev=0.01)  # at first all classes are about equally likely
    scores = layers.Dense(len(meta["classes"]), kernel_initializer=small)(x)  # (batch, classes)
    return keras.Model(tokens, scores)


def uniform() -> keras.Initializer:
    """First weights within ±1 / √inputs; each layer needs an object of its own, or all would start alike."""
    return keras.initializers.VarianceScaling(1 / 3, "fan_in", "uniform")
