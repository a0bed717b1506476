"""The loss of a language model in the form that spec.json names."""

from spec import SPEC

import jax
import jax.numpy as jnp
from flax import nnx


def loss(
    model: nnx.Module, inputs: jax.Array, targets: jax.Array, meta: dict, rngs: nnx.Rngs | None = None
) -> jax.Array:
    """The mean of the loss that ASSIGNMENT.md asks for, a scalar; targets (batch, length) of -1 count elsewhere.

    rngs  where dropout's chance comes from while training
    """
    form = SPEC["loss"]
    scores, _ = model(inputs, rngs=rngs)
    logs = jax.nn.log_softmax(scores)  # (batch, length, tokens)
    counts = targets >= 0
    own = jnp.take_along_axis(logs, jnp.maximum(targets, 0)[..., None], 2)[..., 0]
    if form["form"] == "smoothing":
        nats = -(1 - form["epsilon"]) * own - form["epsilon"] * logs.mean(2)
    else:
        nats = -own * ((1 - jnp.exp(own)) / (1 - 1 / logs.shape[2])) ** form["gamma"]
    return (counts * nats).sum() / counts.sum()
