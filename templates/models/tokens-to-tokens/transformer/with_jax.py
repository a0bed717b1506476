"""A small GPT: blocks of causal attention over the characters so far, with rotary positions."""

import functools

from config import Config

import jax
import jax.numpy as jnp
from flax import nnx

FIRST = nnx.initializers.variance_scaling(1 / 3, "fan_in", "uniform")  # as PyTorch begins
SMALL = nnx.initializers.normal(0.01)  # at first all tokens are about equally likely
VECTORS = nnx.initializers.normal(0.02)
normal = functools.cache(nnx.initializers.normal)  # equal layers have one initialiser, so that they compile once


class Attention(nnx.Module):
    """Each token gathers from the tokens up to itself; positions enter as rotations (Su et al. 2021).

    Input and output (batch, length, width)
    """

    def __init__(self, width: int, heads: int, last: nnx.Initializer, rngs: nnx.Rngs) -> None:
        self.heads = heads
        self.queries_keys_values = nnx.Linear(width, 3 * width, use_bias=False, kernel_init=FIRST, rngs=rngs)
        self.output = nnx.Linear(width, width, use_bias=False, kernel_init=last, rngs=rngs)

    def __call__(self, x: jax.Array) -> jax.Array:
        batch, length, width = x.shape
        x = self.queries_keys_values(x).reshape(batch, length, 3 * self.heads, width // self.heads)
        queries, keys, values = jnp.split(x, 3, axis=2)  # (batch, length, heads, width / heads) each
        x = jax.nn.dot_product_attention(rotate(queries), rotate(keys), values, is_causal=True)
        return self.output(x.reshape(batch, length, width))  # (batch, length, width)


def rotate(x: jax.Array) -> jax.Array:
    """Turn pairs of features by an angle that grows with the position, so that products tell distances."""
    length, half = x.shape[1], x.shape[3] // 2
    angles = jnp.arange(length)[:, None, None] * 10_000.0 ** (-jnp.arange(half) / half)  # (length, 1, half)
    a, b = jnp.split(x, 2, axis=3)  # (batch, length, heads, half) each
    cosine, sine = jnp.cos(angles), jnp.sin(angles)
    return jnp.concatenate([a * cosine - b * sine, a * sine + b * cosine], axis=3)


class Block(nnx.Module):
    """Attention, then two linear layers on each token; both add to what was there.

    Input and output (batch, length, width)
    """

    def __init__(self, width: int, heads: int, dropout: float, last: nnx.Initializer, rngs: nnx.Rngs) -> None:
        self.before_attention = nnx.LayerNorm(width, epsilon=1e-5, rngs=rngs)
        self.attention = Attention(width, heads, last, rngs)
        self.before_layers = nnx.LayerNorm(width, epsilon=1e-5, rngs=rngs)
        self.widen = nnx.Linear(width, 4 * width, kernel_init=FIRST, rngs=rngs)
        self.narrow = nnx.Linear(4 * width, width, kernel_init=last, rngs=rngs)
        self.dropout = nnx.Dropout(dropout)

    def __call__(self, x: jax.Array, rngs: nnx.Rngs | None) -> jax.Array:
        x = x + self.dropout(self.attention(self.before_attention(x)), rngs=rngs)
        y = nnx.gelu(self.widen(self.before_layers(x)), approximate=False)
        return x + self.dropout(self.narrow(y), rngs=rngs)  # (batch, length, width)


class Transformer(nnx.Module):
    """Token vectors, blocks of causal attention, a linear head.

    Input  (batch, length) tokens, of which the last `context` are read
    Output (batch, length, tokens) raw scores of each next token, and None: it keeps no state
    """

    def __init__(
        self, tokens: int, context: int, width: int, depth: int, heads: int, dropout: float, rngs: nnx.Rngs
    ) -> None:
        self.context = context
        self.embedding = nnx.Embed(tokens, width, embedding_init=VECTORS, rngs=rngs)
        last = normal(0.02 / (2 * depth) ** 0.5)  # the sum of all blocks starts as large as one would (GPT-2)
        self.blocks = nnx.List(Block(width, heads, dropout, last, rngs) for _ in range(depth))
        self.norm = nnx.LayerNorm(width, epsilon=1e-5, rngs=rngs)
        self.head = nnx.Linear(width, tokens, kernel_init=SMALL, rngs=rngs)

    def __call__(self, tokens: jax.Array, state: None = None, rngs: nnx.Rngs | None = None) -> tuple[jax.Array, None]:
        x = self.embedding(tokens[:, -self.context :])  # (batch, length, width)
        for block in self.blocks:
            x = block(x, rngs)
        return self.head(self.norm(x)), None  # (batch, length, tokens)


def build(meta: dict, config: Config) -> nnx.Module:
    """The network for the characters of meta["characters"] and the unknown one, and windows of meta["context"]."""
    sizes = config.width, config.depth, config.heads, config.dropout
    return Transformer(len(meta["characters"]) + 1, meta["context"], *sizes, nnx.Rngs(config.seed))
