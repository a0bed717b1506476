"""What training a classifier minimises: cross-entropy, on raw scores (batch, classes)."""

from typing import Any

import jax
import jax.numpy as jnp
import optax
from flax import nnx


def loss(
    model: nnx.Module, inputs: Any, targets: jax.Array, real: jax.Array, meta: dict[str, Any], rngs: Any = None
) -> jax.Array:
    """Mean cross-entropy in nats of the right classes, a scalar; rows of a class with a weight count that often.

    real  (batch,) False for rows that only fill the batch up
    rngs  where dropout's chance comes from while training
    """
    weights = jnp.array(meta.get("class_weights") or [1.0] * len(meta["classes"]))[targets] * real
    losses = optax.softmax_cross_entropy_with_integer_labels(model(inputs, rngs=rngs), targets)  # (batch,)
    return (weights * losses).sum() / real.sum()  # not by the weights: rare classes would count less in small batches


def answers(model: nnx.Module, inputs: Any, targets: jax.Array | None, meta: dict[str, Any]) -> jax.Array:
    """Class probabilities, (batch, classes)."""
    return jax.nn.softmax(model(inputs))
