"""A transformer: every word of a text looks at every other one (Vaswani et al. 2017, arXiv:1706.03762)."""

import functools

from config import Config

import jax
from flax import nnx

FIRST = nnx.initializers.variance_scaling(1 / 3, "fan_in", "uniform")  # as PyTorch begins
SMALL = nnx.initializers.normal(0.01)  # at first all classes are about equally likely
WORDS = nnx.initializers.normal(0.1)  # small, so that words soon learn what they mean


class Block(nnx.Module):
    """Attention, then a small perceptron, each added to what came in (normalised first, as in GPT-2)."""

    def __init__(self, width: int, heads: int, dropout: float, rngs: nnx.Rngs) -> None:
        linear = functools.partial(nnx.Linear, kernel_init=FIRST, rngs=rngs)
        self.heads = heads
        self.norm1 = nnx.LayerNorm(width, epsilon=1e-5, rngs=rngs)
        self.norm2 = nnx.LayerNorm(width, epsilon=1e-5, rngs=rngs)
        # a bias of the keys would change nothing
        self.attention = linear(width, 3 * width, use_bias=False)
        self.joined = linear(width, width)
        self.widen = linear(width, 4 * width)
        self.narrow = linear(4 * width, width)
        self.dropout = nnx.Dropout(dropout)

    def __call__(self, x: jax.Array, is_word: jax.Array, rngs: nnx.Rngs | None) -> jax.Array:
        """(batch, words, width) to the same; nobody looks where (batch, words) `is_word` is False."""
        batch, words, width = x.shape
        parts = self.attention(self.norm1(x)).reshape(batch, words, 3, self.heads, width // self.heads)
        query, key, value = (parts[:, :, i] for i in range(3))  # each (batch, words, heads, size)
        y = jax.nn.dot_product_attention(query, key, value, mask=is_word[:, None, None])
        x = x + self.dropout(self.joined(y.reshape(batch, words, width)), rngs=rngs)
        y = nnx.gelu(self.widen(self.norm2(x)), approximate=False)
        return x + self.dropout(self.narrow(y), rngs=rngs)


class Transformer(nnx.Module):
    """Vectors of words and of their places, blocks of attention, the mean over the words, a linear head.

    Input  (batch, words), word numbers; 0 is padding and changes no score
    Output (batch, classes), raw scores
    """

    def __init__(
        self,
        words: int,
        length: int,
        classes: int,
        width: int,
        depth: int,
        heads: int,
        dropout: float,
        rngs: nnx.Rngs,
    ) -> None:
        self.embedding = nnx.Embed(words, width, embedding_init=WORDS, rngs=rngs)
        self.places = nnx.Param(0.02 * rngs.params.normal((length, width)))
        self.dropout = nnx.Dropout(dropout)
        self.blocks = nnx.List(Block(width, heads, dropout, rngs) for _ in range(depth))
        self.norm = nnx.LayerNorm(width, epsilon=1e-5, rngs=rngs)
        self.head = nnx.Linear(width, classes, kernel_init=SMALL, rngs=rngs)

    def __call__(self, tokens: jax.Array, rngs: nnx.Rngs | None = None) -> jax.Array:
        is_word = tokens != 0  # (batch, words)
        x = self.embedding(tokens) * is_word[..., None] + self.places[: tokens.shape[1]]
        x = self.dropout(x, rngs=rngs)  # (batch, words, width)
        is_word = is_word.at[:, 0].set(True)  # the start of a text is there even where the text is not
        for block in self.blocks:
            x = block(x, is_word, rngs)
        share = is_word / is_word.sum(1, keepdims=True)
        x = (self.norm(x) * share[..., None]).sum(1)  # (batch, width), the mean over the words
        return self.head(x)  # (batch, classes)


def build(meta: dict, config: Config) -> nnx.Module:
    """The network for the words of meta["vocabulary"], texts of meta["length"] and the classes of meta["classes"]."""
    length = meta["length"] + 1  # the start of the text
    sizes = config.width, config.depth, config.heads, config.dropout
    return Transformer(len(meta["vocabulary"]), length, len(meta["classes"]), *sizes, nnx.Rngs(config.seed))
