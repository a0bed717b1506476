"""A bag of words: a linear model on which words a text holds, each once (Pang, Lee and Vaithyanathan 2002)."""

from config import Config

import jax
import jax.numpy as jnp
from flax import nnx

SMALL = nnx.initializers.normal(0.01)  # at first all classes are about equally likely

ANY_ORDER = True  # of the words gives the same answer, which check.py asks


class Bag(nnx.Module):
    """A weight of each word for each class; a text's score is their sum over its words, as if it were of length one.

    Input  (batch, words), word numbers; 0 is padding and changes no score
    Output (batch, classes), raw scores
    """

    def __init__(self, words: int, classes: int, rngs: nnx.Rngs) -> None:
        self.embedding = nnx.Embed(words, classes, embedding_init=SMALL, rngs=rngs)

    def __call__(self, tokens: jax.Array, rngs: nnx.Rngs | None = None) -> jax.Array:
        x = jnp.sort(tokens, 1)
        is_new = jnp.diff(x, axis=1, prepend=0) > 0  # the first of each word, and no padding
        share = is_new / jnp.sqrt(is_new.sum(1, keepdims=True).clip(1))  # (batch, words)
        return (self.embedding(x) * share[..., None]).sum(1)  # (batch, classes)


def build(meta: dict, config: Config) -> nnx.Module:
    """The weights for the words of meta["vocabulary"] and the classes of meta["classes"]."""
    return Bag(len(meta["vocabulary"]), len(meta["classes"]), nnx.Rngs(config.seed))
