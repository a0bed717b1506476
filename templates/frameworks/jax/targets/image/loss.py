"""What a GAN minimises: the non-saturating loss of Goodfellow et al. (2014), both players in one scalar."""

from typing import Any

import jax
import jax.numpy as jnp
from flax import nnx


def loss(
    model: nnx.Module, inputs: jax.Array, targets: jax.Array, real: jax.Array, meta: dict[str, Any], rngs: Any = None
) -> jax.Array:
    """The discriminator's loss plus the generator's, a scalar; each part has gradients for its own player alone.

    inputs   (batch, latent) noise
    targets  (batch, height, width, channels) real pictures in [-1, 1]
    real     (batch,) False for rows that only fill the batch up
    rngs     where dropout's chance comes from while training
    """
    made = model(inputs, rngs=rngs)
    judge = model.discriminator
    genuine, fake = judge(targets, rngs), judge(jax.lax.stop_gradient(made), rngs)  # (batch,), above 0 means genuine
    graph, weights = nnx.split(judge)
    unmoved = nnx.merge(graph, jax.lax.stop_gradient(weights))  # the generator's loss leaves the judge alone
    tell_apart = jax.nn.softplus(-genuine) + jax.nn.softplus(fake)
    fool = jax.nn.softplus(-unmoved(made, rngs))
    return (real * (tell_apart + fool)).sum() / real.sum()


def answers(model: nnx.Module, inputs: jax.Array, targets: Any, meta: dict[str, Any]) -> jax.Array:
    """With targets to be compared with: every draw along the components of train, (batch, draws, components).

    Without: the pictures of noise (batch, latent), (batch, height, width, channels) in [-1, 1].
    """
    if targets is None:
        return model(inputs)
    basis = jnp.array(meta["basis"])  # (components, pixels)

    def components(noise: jax.Array) -> jax.Array:
        """Of one draw, (batch, latent): one by one, to spare memory."""
        with jax.default_matmul_precision("float32"):
            return model(noise).reshape(len(noise), -1) @ basis.T  # (batch, components)

    return jax.lax.map(components, inputs.swapaxes(0, 1)).swapaxes(0, 1)  # (batch, draws, components)
