"""What the two players of a GAN minimise: the non-saturating loss of Goodfellow et al. (2014); and what it answers."""

import jax
import jax.numpy as jnp
from flax import nnx

JITTER = 0.1  # the noise's standard deviation, of pictures in [-1, 1]


def tell_apart(model: nnx.Module, real: jax.Array, made: jax.Array, key: jax.Array) -> jax.Array:
    """The discriminator's loss, a scalar: real pictures above 0, made ones below, and no steep slopes beside real ones.

    real, made  (batch, height, width, channels) in [-1, 1]
    key         where the noise beside real pictures comes from
    """
    judge = model.discriminator
    scores = judge(real)  # (batch,), above 0 means "real"
    beside = judge(real + JITTER * jax.random.normal(key, real.shape))
    steepness = (((beside - scores) / JITTER) ** 2).mean() / 2  # R1 of Mescheder et al. (2018), by differences
    fake = judge(jax.lax.stop_gradient(made))
    return jax.nn.softplus(-scores).mean() + jax.nn.softplus(fake).mean() + model.penalty * steepness


def fool(model: nnx.Module, made: jax.Array) -> jax.Array:
    """The generator's loss, a scalar: made pictures should be taken for real."""
    return jax.nn.softplus(-model.discriminator(made)).mean()


def loss(model: nnx.Module, inputs: jax.Array, targets: jax.Array, meta: dict) -> jax.Array:
    """What should fall, a scalar: how far means and spreads of made pictures are from those of real ones.

    inputs   (batch, latent) noise
    targets  (batch, height, width, channels) real pictures in [-1, 1]
    """
    basis = jnp.array(meta["basis"])  # (components, pixels)
    made = model(inputs).reshape(len(inputs), -1) @ basis.T  # (batch, components)
    real = targets.reshape(len(targets), -1) @ basis.T  # (batch, components)
    means, spreads = made.mean(0) - real.mean(0), made.std(0) - real.std(0)
    return (means**2).sum() + (spreads**2).sum()


def answers(model: nnx.Module, inputs: jax.Array, targets: jax.Array | None, meta: dict) -> jax.Array:
    """With targets to be compared with: every draw along the components of train, (batch, draws, components).

    Without: the pictures of noise (batch, latent), (batch, height, width, channels) in [-1, 1].
    """
    if targets is None:
        return model(inputs)
    basis = jnp.array(meta["basis"])

    def components(noise: jax.Array) -> jax.Array:
        """Of one draw, (batch, latent): one by one, to spare memory."""
        with jax.default_matmul_precision("float32"):
            return model(noise).reshape(len(noise), -1) @ basis.T

    return jax.lax.map(components, inputs.swapaxes(0, 1)).swapaxes(0, 1)
