"""A convolutional network that looks for telling phrases, wherever they stand (Kim 2014, arXiv:1408.5882)."""

from config import Config

import jax
import jax.numpy as jnp
from flax import nnx

FIRST = nnx.initializers.variance_scaling(1 / 3, "fan_in", "uniform")  # as PyTorch begins
SMALL = nnx.initializers.normal(0.01)  # at first all classes are about equally likely
WORDS = nnx.initializers.normal(0.1)  # small, so that words soon learn what they mean
PHRASES = (3, 4, 5)  # words, as in the paper


class CNN(nnx.Module):
    """Word vectors, a convolution for each length of phrase, the strongest hit of each filter, a linear head.

    Input  (batch, words), word numbers; 0 is padding and changes no score
    Output (batch, classes), raw scores
    """

    def __init__(self, words: int, classes: int, width: int, dropout: float, rngs: nnx.Rngs) -> None:
        self.embedding = nnx.Embed(words, width, embedding_init=WORDS, rngs=rngs)
        self.phrases = nnx.List(
            nnx.Conv(width, width, size, padding=((0, size - 1),), kernel_init=FIRST, rngs=rngs) for size in PHRASES
        )
        self.dropout = nnx.Dropout(dropout)
        self.head = nnx.Linear(len(PHRASES) * width, classes, kernel_init=SMALL, rngs=rngs)

    def __call__(self, tokens: jax.Array, rngs: nnx.Rngs | None = None) -> jax.Array:
        is_word = (tokens != 0)[..., None]  # (batch, words, 1)
        x = self.embedding(tokens) * is_word  # (batch, words, width), zero where there is padding
        x = jnp.concatenate([phrase(x) for phrase in self.phrases], axis=2)  # how well what begins there fits
        there = is_word.at[:, 0].set(True)  # the start of a text is there even where the text is not
        x = nnx.relu(jnp.where(there, x, -jnp.inf).max(1))  # (batch, 3 * width)
        return self.head(self.dropout(x, rngs=rngs))  # (batch, classes)


def build(meta: dict, config: Config) -> nnx.Module:
    """The network for the words of meta["vocabulary"] and the classes of meta["classes"]."""
    sizes = len(meta["vocabulary"]), len(meta["classes"]), config.width, config.dropout
    return CNN(*sizes, nnx.Rngs(config.seed))
