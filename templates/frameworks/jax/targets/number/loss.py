"""What training towards a number minimises: the squared error, in deviations of train; answers are in real units."""

from typing import Any

import jax
from flax import nnx


def loss(
    model: nnx.Module, inputs: Any, targets: jax.Array, real: jax.Array, meta: dict[str, Any], rngs: Any = None
) -> jax.Array:
    """Mean squared error, a scalar; targets (batch,) have mean 0 and deviation 1 over train.

    real  (batch,) False for rows that only fill the batch up
    rngs  where dropout's chance comes from while training
    """
    errors = model(inputs, rngs=rngs)[:, 0] - targets  # (batch,)
    return (real * errors**2).sum() / real.sum()


def answers(model: nnx.Module, inputs: Any, targets: jax.Array | None, meta: dict[str, Any]) -> jax.Array:
    """Numbers in real units, (batch,)."""
    return model(inputs)[:, 0] * meta["deviation"] + meta["mean"]
