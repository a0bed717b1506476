"""The losses of both players of a GAN in the form that spec.json names."""

from spec import SPEC

import jax
from flax import nnx

JITTER = 0.1  # as in loss.py


def tell_apart(model: nnx.Module, real: jax.Array, made: jax.Array, key: jax.Array) -> jax.Array:
    """The discriminator's loss in the form of ASSIGNMENT.md, a scalar, and no steep slopes beside real pictures.

    real, made  (batch, height, width, channels) in [-1, 1]
    key         where the noise beside real pictures comes from
    """
    form, judge = SPEC["judge"], model.discriminator
    scores = judge(real)  # (batch,), above 0 means "real"
    beside = judge(real + JITTER * jax.random.normal(key, real.shape))
    steepness = (((beside - scores) / JITTER) ** 2).mean() / 2
    fake = judge(jax.lax.stop_gradient(made))
    if form["form"] == "hinge":
        apart = jax.nn.relu(form["margin"] - scores).mean() + jax.nn.relu(form["margin"] + fake).mean()
    else:
        apart = ((scores - form["label"]) ** 2).mean() + (fake**2).mean()
    return apart + model.penalty * steepness


def fool(model: nnx.Module, made: jax.Array) -> jax.Array:
    """The generator's loss in the form of ASSIGNMENT.md, a scalar: made pictures should be taken for real."""
    form = SPEC["maker"]
    scores = model.discriminator(made)  # (batch,)
    each = -scores if form["form"] == "hinge" else (scores - form["label"]) ** 2
    return each.mean()
