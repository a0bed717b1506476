"""A linear layer and a small hidden one beside the seasonal naive forecast, as DLinear and TSMixer have them."""

from config import Config
from data import normalise

import jax
import jax.numpy as jnp
from flax import nnx

FIRST = nnx.initializers.variance_scaling(1 / 3, "fan_in", "uniform")  # as PyTorch begins
SMALL = nnx.initializers.normal(0.01)  # at first the forecast is the naive one


class Mixer(nnx.Module):
    """Two ways from the window to a correction of the seasonal naive forecast: straight, and through a hidden layer.

    Input  (batch, context), the past in units
    Output (batch, horizon), the next steps in units
    """

    def __init__(self, meta: dict, width: int, dropout: float, rngs: nnx.Rngs) -> None:
        self.window = (("season", meta["season"]), ("context", meta["context"]))  # for normalise; JAX wants no dict
        self.naive = tuple(meta["naive"])
        context, horizon = meta["context"], meta["horizon"]
        self.hidden = nnx.Linear(context, width, kernel_init=FIRST, rngs=rngs)
        self.dropout = nnx.Dropout(dropout)
        self.linear = nnx.Linear(context, horizon, use_bias=False, kernel_init=SMALL, rngs=rngs)  # the head has it
        self.head = nnx.Linear(width, horizon, kernel_init=SMALL, rngs=rngs)
        self.trust = nnx.Param(jnp.ones(horizon))  # in the naive forecast, less where its noise outweighs its use

    def __call__(self, inputs: jax.Array, rngs: nnx.Rngs | None = None) -> jax.Array:
        seen, level, spread = normalise(inputs, dict(self.window))  # (batch, context), (batch, 1), (batch, 1)
        x = self.dropout(nnx.relu(self.hidden(seen)), rngs=rngs)  # (batch, width)
        naive = seen[:, jnp.array(self.naive)]  # (batch, horizon), the last season again
        forecast = self.trust * naive + self.linear(seen) + self.head(x)  # around the level
        return level + spread * forecast  # (batch, horizon)


def build(meta: dict, config: Config) -> nnx.Module:
    """The network for windows of meta["context"] steps and forecasts of meta["horizon"]."""
    return Mixer(meta, config.width, config.dropout, nnx.Rngs(config.seed))
