"""A temporal convolutional network (Bai, Kolter, Koltun 2018): causal convolutions that look back ever further."""

import math

from config import Config
from data import normalise

import jax
import jax.numpy as jnp
from flax import nnx

FIRST = nnx.initializers.variance_scaling(1 / 3, "fan_in", "uniform")  # as PyTorch begins
SMALL = nnx.initializers.normal(0.01)  # at first the forecast is the naive one


class CausalBlock(nnx.Module):
    """A dilated convolution that sees a step and what came before it, added to its input.

    Input and output (batch, steps, width)
    """

    def __init__(self, width: int, kernel: int, dilation: int, dropout: float, rngs: nnx.Rngs) -> None:
        self.convolution = nnx.Conv(
            width, width, kernel, kernel_dilation=dilation, padding="CAUSAL", kernel_init=FIRST, rngs=rngs
        )
        self.dropout = nnx.Dropout(dropout)

    def __call__(self, x: jax.Array, rngs: nnx.Rngs | None) -> jax.Array:
        return x + self.dropout(nnx.gelu(self.convolution(x), approximate=False), rngs=rngs)  # (batch, steps, width)


class CNN(nnx.Module):
    """Causal blocks whose dilation doubles; the last step's features correct the seasonal naive forecast.

    Input  (batch, context), the past in units
    Output (batch, horizon), the next steps in units
    """

    def __init__(self, meta: dict, width: int, kernel: int, dropout: float, rngs: nnx.Rngs) -> None:
        self.window = (("season", meta["season"]), ("context", meta["context"]))  # for normalise; JAX wants no dict
        self.naive = tuple(meta["naive"])
        horizon, reach = meta["horizon"], (meta["context"] - 1) / max(kernel - 1, 1)
        depth = max(1, math.ceil(math.log2(reach + 1)))  # the last block sees 1 + (kernel - 1)(2^depth - 1) steps
        self.first = nnx.Linear(1, width, kernel_init=FIRST, rngs=rngs)
        self.blocks = nnx.List(CausalBlock(width, kernel, 2**i, dropout, rngs) for i in range(depth))
        self.head = nnx.Linear(width, horizon, kernel_init=SMALL, rngs=rngs)
        self.trust = nnx.Param(jnp.ones(horizon))  # in the naive forecast, less where its noise outweighs its use

    def __call__(self, inputs: jax.Array, rngs: nnx.Rngs | None = None) -> jax.Array:
        seen, level, spread = normalise(inputs, dict(self.window))  # (batch, context), (batch, 1), (batch, 1)
        x = self.first(seen[..., None])  # (batch, context, width)
        for block in self.blocks:
            x = block(x, rngs)
        naive = seen[:, jnp.array(self.naive)]  # (batch, horizon), the last season again
        forecast = self.trust * naive + self.head(x[:, -1])  # around the level
        return level + spread * forecast  # (batch, horizon)


def build(meta: dict, config: Config) -> nnx.Module:
    """The network for windows of meta["context"] steps and forecasts of meta["horizon"]."""
    sizes = config.width, config.kernel, config.dropout
    return CNN(meta, *sizes, nnx.Rngs(config.seed))
