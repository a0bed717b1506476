"""What a GAN minimises: the non-saturating loss of Goodfellow et al. (2014), both players in one scalar."""

from typing import Any

import jax
import jax.numpy as jnp
from flax import nnx

JITTER = 0.1  # the noise's standard deviation, of pictures in [-1, 1]


def loss(
    model: nnx.Module, inputs: jax.Array, targets: jax.Array, real: jax.Array, meta: dict[str, Any], rngs: Any = None
) -> jax.Array:
    """The discriminator's loss plus the generator's, a scalar; each part has gradients for its own player alone.

    inputs   (batch, latent) noise
    targets  (batch, height, width, channels) real pictures in [-1, 1]
    real     (batch,) False for rows that only fill the batch up
    rngs     where the noise beside real pictures comes from while training
    """
    made = model(inputs, rngs=rngs)
    judge = model.discriminator
    genuine, fake = judge(targets), judge(jax.lax.stop_gradient(made))  # (batch,), above 0 means genuine
    graph, weights = nnx.split(judge)
    unmoved = nnx.merge(graph, jax.lax.stop_gradient(weights))  # the generator's loss leaves the judge alone
    tell_apart = jax.nn.softplus(-genuine) + jax.nn.softplus(fake)
    fool = jax.nn.softplus(-unmoved(made))
    losses = tell_apart + fool
    if rngs is not None:
        losses += model.penalty * steepness(judge, targets, genuine, rngs)
    return (real * losses).sum() / real.sum()


def steepness(judge: nnx.Module, images: jax.Array, scores: jax.Array, rngs: nnx.Rngs) -> jax.Array:
    """How fast the discriminator's scores (batch,) change beside real pictures, (batch,).

    Half the squared gradient, R1 of Mescheder et al. (2018), from differences to pictures with a little noise.
    """
    beside = judge(images + JITTER * jax.random.normal(rngs.noise(), images.shape))  # (batch,)
    return jnp.square((beside - scores) / JITTER) / 2


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
