"""What training a forecaster minimises: the mean absolute error, scaled like the metric; answers are in real units."""

from typing import Any

import jax
from flax import nnx


def loss(
    model: nnx.Module,
    inputs: dict[str, jax.Array],
    targets: jax.Array,
    real: jax.Array,
    meta: dict[str, Any],
    rngs: Any = None,
) -> jax.Array:
    """MASE of forecasts, a scalar.

    real  (batch,) False for rows that only fill the batch up
    rngs  where dropout's chance comes from while training
    """
    errors = abs(model(inputs, rngs=rngs) - targets).mean(1)  # (batch,)
    return (real * errors).sum() / real.sum() / meta["scale"]


def answers(
    model: nnx.Module, inputs: dict[str, jax.Array], targets: jax.Array | None, meta: dict[str, Any]
) -> jax.Array:
    """Forecasts in real units, (batch, horizon)."""
    return model(inputs)
