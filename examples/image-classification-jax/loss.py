"""What training a classifier minimises, and what it answers; on raw scores (batch, classes)."""

import jax
import jax.numpy as jnp
import optax
from flax import nnx


def loss(
    model: nnx.Module, inputs: jax.Array, targets: jax.Array, meta: dict, rngs: nnx.Rngs | None = None
) -> jax.Array:
    """Mean cross-entropy in nats, a scalar; rows of a class with a weight count that often.

    rngs  where dropout's chance comes from while training
    """
    nats = optax.softmax_cross_entropy_with_integer_labels(model(inputs, rngs=rngs), targets)  # (batch,)
    weights = jnp.array(meta["class_weights"] or [1.0] * len(meta["classes"]))
    return (weights[targets] * nats).mean()  # not by the weights: rare classes would count less in small batches


def answers(model: nnx.Module, inputs: jax.Array, targets: jax.Array | None, meta: dict) -> jax.Array:
    """Class probabilities, (batch, classes)."""
    return jax.nn.softmax(model(inputs))
