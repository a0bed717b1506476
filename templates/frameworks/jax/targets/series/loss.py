"""What training a forecaster minimises, and what it answers; in units of the seasonal naive forecast's error."""

import jax
from flax import nnx


def loss(
    model: nnx.Module, inputs: jax.Array, targets: jax.Array, meta: dict, rngs: nnx.Rngs | None = None
) -> jax.Array:
    """The mean absolute error of forecasts, a scalar: MASE, as values are in units of the naive error.

    rngs  where dropout's chance comes from while training
    """
    return abs(model(inputs, rngs=rngs) - targets).mean()


def answers(model: nnx.Module, inputs: jax.Array, targets: jax.Array | None, meta: dict) -> jax.Array:
    """Forecasts, (batch, horizon)."""
    return model(inputs)
