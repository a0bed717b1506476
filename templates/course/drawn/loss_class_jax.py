"""The loss of a classifier in the form that spec.json names."""

from spec import SPEC

import jax
import jax.numpy as jnp
from flax import nnx


def loss(
    model: nnx.Module, inputs: jax.Array, targets: jax.Array, meta: dict, rngs: nnx.Rngs | None = None
) -> jax.Array:
    """The mean over the batch of the loss that ASSIGNMENT.md asks for, a scalar; meta["class_weights"] count each row.

    targets  (batch,) class numbers
    rngs     where dropout's chance comes from while training
    """
    form = SPEC["loss"]
    logs = jax.nn.log_softmax(model(inputs, rngs=rngs))  # (batch, classes)
    own, count = jnp.take_along_axis(logs, targets[:, None], 1)[:, 0], logs.shape[1]
    if form["form"] == "smoothing":
        nats = -(1 - form["epsilon"]) * own - form["epsilon"] * logs.mean(1)
    elif form["form"] == "focal":
        nats = -own * ((1 - jnp.exp(own)) / (1 - 1 / count)) ** form["gamma"]
    else:
        nats = -own * (1 + form["slope"] * (2 * targets / (count - 1) - 1))
    weights = jnp.array(meta["class_weights"] or [1.0] * count)
    return (nats * weights[targets]).mean()
