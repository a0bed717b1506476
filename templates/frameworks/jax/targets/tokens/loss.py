"""What training a language model minimises: cross-entropy of the next token, on raw scores (batch, length, tokens)."""

import math
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
from flax import nnx

UNICODE = 0x110000  # an unknown character is charged for naming one of these on top


def loss(
    model: nnx.Module, inputs: jax.Array, targets: jax.Array, real: jax.Array, meta: dict[str, Any], rngs: Any = None
) -> jax.Array:
    """Mean nats of the targets (batch, length), a scalar; targets of -1 count elsewhere.

    real  (batch,) False for rows that only fill the batch up
    rngs  where dropout's chance comes from while training
    """
    counts = (targets >= 0) & real[:, None]  # (batch, length)
    scores, _ = model(inputs, rngs=rngs)
    nats = optax.softmax_cross_entropy_with_integer_labels(scores, jnp.maximum(targets, 0))
    return (counts * nats).sum() / counts.sum()


def answers(model: nnx.Module, inputs: jax.Array, targets: jax.Array, meta: dict[str, Any]) -> jax.Array:
    """Bits charged for each target, (batch, length); `counted` says which of them are kept."""
    scores, _ = model(inputs)
    nats = optax.softmax_cross_entropy_with_integer_labels(scores, jnp.maximum(targets, 0))
    escape = math.log2(UNICODE - len(meta["characters"]))
    return nats / math.log(2) + escape * (targets == 0)


def counted(answers: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """The answers for targets that count, (characters,)."""
    return answers[targets >= 0]
