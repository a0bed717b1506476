"""A bag of words: a linear model on which words a text holds, each once (Pang, Lee and Vaithyanathan 2002)."""

from typing import Any

from backend import Embedding, keras
from config import Config

layers, ops = keras.layers, keras.ops

ANY_ORDER = True  # of the words gives the same answer, which check.py asks


@keras.saving.register_keras_serializable("models")
class Bag(layers.Layer):
    """A weight of each word for each class; a text's score is their sum over its words, as if it were of length one.

    Input  (batch, words), word numbers; 0 is padding and changes no score
    Output (batch, classes), raw scores
    """

    def __init__(self, words: int, classes: int, **settings: Any) -> None:
        super().__init__(**settings)
        small = keras.initializers.RandomNormal(stddev=0.01)  # at first all classes are about equally likely
        self.embedding = Embedding(words, classes, small)

    def call(self, tokens: Any) -> Any:
        x = ops.sort(tokens, 1)
        before = ops.concatenate([ops.zeros_like(x[:, :1]), x[:, :-1]], 1)
        is_new = ops.cast(ops.greater(x, before), self.compute_dtype)  # the first of each word, and no padding
        share = is_new / ops.sqrt(ops.maximum(ops.sum(is_new, 1, keepdims=True), 1))  # (batch, words)
        return ops.sum(self.embedding(x) * share[..., None], 1)  # (batch, classes)


def build(meta: dict, config: Config) -> keras.Model:
    """The weights for the words of meta["vocabulary"], texts of meta["length"] and the classes of meta["classes"]."""
    tokens = keras.Input((meta["length"] + 1,), dtype="int32")  # the start of the text, and its words
    return keras.Model(tokens, Bag(len(meta["vocabulary"]), len(meta["classes"]))(tokens))
