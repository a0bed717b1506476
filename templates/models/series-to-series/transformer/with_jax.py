"""A transformer: each step to forecast looks at the steps of the window that tell most about it."""

import functools

from config import Config
from data import normalise

import jax
import jax.numpy as jnp
from flax import nnx

FIRST = nnx.initializers.variance_scaling(1 / 3, "fan_in", "uniform")  # as PyTorch begins
SMALL = nnx.initializers.normal(0.01)  # at first the forecast is the naive one


class Block(nnx.Module):
    """Attention and a two-layer network, each on normalised features and added to its input.

    Input and output (batch, steps, width)
    """

    def __init__(self, width: int, heads: int, dropout: float, rngs: nnx.Rngs) -> None:
        linear = functools.partial(nnx.Linear, kernel_init=FIRST, rngs=rngs)
        self.heads = heads
        self.before_attention = nnx.LayerNorm(width, epsilon=1e-5, rngs=rngs)
        self.query = linear(width, width)
        # a bias of the keys would change no answer, and one of the values is what the bias of `out` is
        self.key = linear(width, width, use_bias=False)
        self.value = linear(width, width, use_bias=False)
        self.out = linear(width, width)
        self.before_layers = nnx.LayerNorm(width, epsilon=1e-5, rngs=rngs)
        self.widen = linear(width, 4 * width)
        self.narrow = linear(4 * width, width)
        self.dropout = nnx.Dropout(dropout)

    def attend(self, x: jax.Array) -> jax.Array:
        parts = (part(x).reshape(*x.shape[:2], self.heads, -1) for part in (self.query, self.key, self.value))
        mixed = jax.nn.dot_product_attention(*parts)  # (batch, steps, heads, width / heads)
        return self.out(mixed.reshape(x.shape))  # (batch, steps, width)

    def __call__(self, x: jax.Array, rngs: nnx.Rngs | None) -> jax.Array:
        x = x + self.dropout(self.attend(self.before_attention(x)), rngs=rngs)
        y = nnx.gelu(self.widen(self.before_layers(x)), approximate=False)
        return x + self.dropout(self.narrow(y), rngs=rngs)  # (batch, steps, width)


class Transformer(nnx.Module):
    """Blocks over the window and a learned query for each step ahead, which corrects the seasonal naive forecast.

    Input  (batch, context), the past in units
    Output (batch, horizon), the next steps in units
    """

    def __init__(self, meta: dict, width: int, depth: int, heads: int, dropout: float, rngs: nnx.Rngs) -> None:
        self.window = (("season", meta["season"]), ("context", meta["context"]))  # for normalise; JAX wants no dict
        self.naive = tuple(meta["naive"])
        context, horizon = meta["context"], meta["horizon"]
        self.first = nnx.Linear(1, width, use_bias=False, kernel_init=FIRST, rngs=rngs)  # the positions have the bias
        self.positions = nnx.Param(0.2 * rngs.params.normal((context, width)))
        self.queries = nnx.Param(0.2 * rngs.params.normal((horizon, width)))
        self.blocks = nnx.List(Block(width, heads, dropout, rngs) for _ in range(depth))
        self.norm = nnx.LayerNorm(width, epsilon=1e-5, rngs=rngs)
        self.head = nnx.Linear(width, 1, kernel_init=SMALL, rngs=rngs)
        self.trust = nnx.Param(jnp.ones(horizon))  # in the naive forecast, less where its noise outweighs its use

    def __call__(self, inputs: jax.Array, rngs: nnx.Rngs | None = None) -> jax.Array:
        seen, level, spread = normalise(inputs, dict(self.window))  # (batch, context), (batch, 1), (batch, 1)
        past = self.first(seen[..., None]) + self.positions  # (batch, context, width)
        ahead = jnp.broadcast_to(self.queries[...], (len(past), *self.queries.shape))
        x = jnp.concatenate([past, ahead], axis=1)  # (batch, context + horizon, width)
        for block in self.blocks:
            x = block(x, rngs)
        x = self.head(self.norm(x[:, seen.shape[1] :])).squeeze(2)  # (batch, horizon)
        naive = seen[:, jnp.array(self.naive)]  # (batch, horizon), the last season again
        forecast = self.trust * naive + x  # around the level
        return level + spread * forecast  # (batch, horizon)


def build(meta: dict, config: Config) -> nnx.Module:
    """The network for windows of meta["context"] steps and forecasts of meta["horizon"]."""
    sizes = config.width, config.depth, config.heads, config.dropout
    return Transformer(meta, *sizes, nnx.Rngs(config.seed))
