"""A generative adversarial network: a generator, its running average, and the discriminator that teaches it.

After DCGAN (Radford et al. 2015), without batch normalisation in the discriminator; the running average of the
generator's weights (Yazıcı et al. 2018) is what draws when training is over.
"""

import math

from config import Config

import jax
import jax.numpy as jnp
from flax import nnx

FIRST = nnx.initializers.variance_scaling(1 / 3, "fan_in", "uniform")  # as PyTorch begins
FIRST_UP = nnx.initializers.variance_scaling(2 / 3, "fan_in", "uniform")  # it counts outputs there, half as many
UNDECIDED = nnx.initializers.normal(0.001)  # at first it cannot tell


class Running(nnx.Variable):
    """What is saved with the model, but not trained."""


class Norm(nnx.Module):
    """Batch normalisation and ReLU.

    Input and output (batch, height, width, channels)
    """

    def __init__(self, channels: int, rngs: nnx.Rngs) -> None:
        self.norm = nnx.BatchNorm(channels, momentum=0.9, rngs=rngs)

    def __call__(self, x: jax.Array) -> jax.Array:
        return nnx.relu(self.norm(x))


class Generator(nnx.Module):
    """A linear layer to a tiny picture of many channels, then each step doubles the sides and halves the channels.

    Input  (batch, latent), standard normal noise
    Output (batch, height, width, channels), floats in [-1, 1]
    """

    def __init__(self, shape: tuple[int, int, int], latent: int, width: int, rngs: nnx.Rngs) -> None:
        self.height, self.wide, channels = shape
        steps = max(1, math.ceil(math.log2(min(shape[:2]) / 4)))  # from 4 pixels or a few less
        inner = width * 2**steps
        self.start = (math.ceil(self.height / 2**steps), math.ceil(self.wide / 2**steps), inner)
        self.first = nnx.Linear(latent, math.prod(self.start), use_bias=False, kernel_init=FIRST, rngs=rngs)
        layers: list[nnx.Module] = [Norm(inner, rngs)]
        for inputs in (width * 2**step for step in range(steps, 0, -1)):
            sizes = inputs, inputs // 2, (4, 4), (2, 2)
            layers.append(nnx.ConvTranspose(*sizes, use_bias=False, kernel_init=FIRST_UP, rngs=rngs))
            layers.append(Norm(inputs // 2, rngs))
        self.layers = nnx.Sequential(*layers, nnx.Conv(width, channels, (3, 3), kernel_init=FIRST, rngs=rngs))

    def __call__(self, noise: jax.Array) -> jax.Array:
        x = self.first(noise).reshape(-1, *self.start)
        x = jnp.tanh(self.layers(x))  # (batch, at least height, at least width, channels)
        return x[:, : self.height, : self.wide]  # (batch, height, width, channels)


class Discriminator(nnx.Module):
    """Convolutions that halve the sides, down to 2 or 3 pixels, and double the channels, then one number a picture.

    Input  (batch, height, width, channels), floats in [-1, 1]
    Output (batch,), raw scores: above 0 means "real"
    """

    def __init__(self, shape: tuple[int, int, int], width: int, rngs: nnx.Rngs) -> None:
        height, wide, channels = shape
        self.first = nnx.Conv(channels, width, (3, 3), kernel_init=FIRST, rngs=rngs)
        layers = []
        while min(height, wide) > 3:
            sizes = width, 2 * width, (4, 4), (2, 2)
            layers.append(nnx.Conv(*sizes, padding=1, kernel_init=FIRST, rngs=rngs))
            height, wide, width = height // 2, wide // 2, 2 * width
        self.layers = nnx.List(layers)
        self.head = nnx.Linear(width * height * wide, 1, kernel_init=UNDECIDED, rngs=rngs)

    def __call__(self, images: jax.Array) -> jax.Array:
        x = nnx.leaky_relu(self.first(images), 0.2)
        for layer in self.layers:
            x = nnx.leaky_relu(layer(x), 0.2)
        return self.head(x.reshape(len(x), -1)).squeeze(1)  # (batch,)


class GAN(nnx.Module):
    """Both players; while training the generator draws, afterwards its running average.

    Input  (batch, latent), standard normal noise
    Output (batch, height, width, channels), floats in [-1, 1]
    """

    def __init__(
        self,
        shape: tuple[int, int, int],
        latent: int,
        width: int,
        penalty: float,
        average: float,
        rngs: nnx.Rngs,
    ) -> None:
        self.generator = Generator(shape, latent, width, rngs)
        self.discriminator = Discriminator(shape, width, rngs)
        self.average = nnx.clone(self.generator)
        for _, part in nnx.iter_modules(self.average):  # no parameters: saved with the model, but not trained
            for name, value in list(vars(part).items()):
                if isinstance(value, nnx.Param):
                    setattr(part, name, Running(value[...]))
        self.penalty, self.memory = penalty, average  # loss.py weighs with the penalty
        self.latent = latent
        self.updates = Running(jnp.array(0.0))
        self.deterministic = False  # train() and eval() set it, as in a dropout layer

    def __call__(self, noise: jax.Array, rngs: nnx.Rngs | None = None) -> jax.Array:
        if self.deterministic:
            return self.average(noise)
        self.update_average()
        return self.generator(noise)

    def update_average(self) -> None:
        """Move the running average a little towards the generator; at first more, to forget the fresh weights."""
        self.updates[...] += 1
        share = jnp.maximum(1 / self.updates[...], 1 - self.memory)
        now = nnx.to_pure_dict(nnx.state(self.generator, nnx.Variable))
        then = nnx.to_pure_dict(nnx.state(self.average, nnx.Variable))
        now = jax.lax.stop_gradient(now)
        nnx.update(self.average, jax.tree.map(lambda old, new: old + share * (new - old), then, now))


def build(meta: dict, config: Config) -> nnx.Module:
    """Both nets for pictures of meta["shape"] from noise of meta["latent"] numbers."""
    sizes = config.width, config.penalty, config.average
    return GAN(meta["shape"], meta["latent"], *sizes, nnx.Rngs(config.seed))
