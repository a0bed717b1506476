"""A generative adversarial network: a generator, its running average, and the discriminator that teaches it.

After DCGAN (Radford et al. 2015), without batch normalisation in the discriminator; the running average of the
generator's weights (Yazıcı et al. 2018) is what draws when training is over.
"""

import math
from typing import Any

from backend import keras
from config import Config

layers, ops = keras.layers, keras.ops

JITTER = 0.1  # standard deviation of the noise beside real pictures, which are in [-1, 1]


def make_generator(shape: list[int], latent: int, width: int) -> keras.Model:
    """A linear layer to a tiny picture of many channels, then each step doubles the sides and halves the channels.

    Input  (batch, latent), standard normal noise
    Output (batch, height, width, channels), floats in [-1, 1]
    """
    height, wide, channels = shape
    steps = max(1, math.ceil(math.log2(min(height, wide) / 4)))  # from 4 pixels or a few less
    inner = width * 2**steps
    start = math.ceil(height / 2**steps), math.ceil(wide / 2**steps), inner
    net = keras.Sequential([keras.Input((latent,))], name="generator")
    net.add(layers.Dense(math.prod(start), use_bias=False, kernel_initializer=uniform()))
    net.add(layers.Reshape(start))
    net.add(layers.BatchNormalization(momentum=0.9, epsilon=1e-5))
    net.add(layers.ReLU())
    for step in range(steps - 1, -1, -1):
        settings = {"strides": 2, "padding": "same", "use_bias": False, "kernel_initializer": uniform()}
        net.add(layers.Conv2DTranspose(width * 2**step, 4, **settings))
        net.add(layers.BatchNormalization(momentum=0.9, epsilon=1e-5))
        net.add(layers.ReLU())
    net.add(layers.Conv2D(channels, 3, padding="same", activation="tanh", kernel_initializer=uniform()))
    net.add(layers.Cropping2D(((0, start[0] * 2**steps - height), (0, start[1] * 2**steps - wide))))
    return net


def make_discriminator(shape: list[int], width: int) -> keras.Model:
    """Convolutions that halve the sides, down to 2 or 3 pixels, and double the channels, then one number a picture.

    Input  (batch, height, width, channels), floats in [-1, 1]
    Output (batch,), raw scores: above 0 means "real"
    """
    side = min(shape[:2])
    net = keras.Sequential([keras.Input(shape)], name="discriminator")
    net.add(layers.Conv2D(width, 3, padding="same", kernel_initializer=uniform()))
    net.add(layers.LeakyReLU(negative_slope=0.2))
    while side > 3:
        side, width = side // 2, 2 * width
        net.add(layers.ZeroPadding2D(1))
        net.add(layers.Conv2D(width, 4, strides=2, kernel_initializer=uniform()))
        net.add(layers.LeakyReLU(negative_slope=0.2))
    net.add(layers.Flatten())
    unsure = keras.initializers.RandomNormal(stddev=0.001)  # it cannot tell yet
    net.add(layers.Dense(1, kernel_initializer=unsure, dtype="float32"))
    net.add(layers.Reshape((), dtype="float32"))
    return net


@keras.saving.register_keras_serializable("models")
class GAN(keras.Model):
    """Both players; while training the generator draws, afterwards its running average.

    Input  (batch, latent), standard normal noise
    Output (batch, height, width, channels), floats in [-1, 1]
    """

    def __init__(
        self, shape: list[int], latent: int, width: int, penalty: float, average: float, **settings: Any
    ) -> None:
        super().__init__(**{"dtype": "float32"} | settings)  # of what it averages; its nets have their own
        self.made_of = {"shape": shape, "latent": latent, "width": width, "penalty": penalty, "average": average}
        self.generator = make_generator(shape, latent, width)
        self.discriminator = make_discriminator(shape, width)
        self.average = make_generator(shape, latent, width)
        self.average.set_weights(self.generator.get_weights())
        self.average.trainable = False  # it follows the generator
        self.penalty, self.memory = penalty, average  # loss.py weighs with the penalty
        self.jitter = layers.GaussianNoise(JITTER)
        self.updates = self.add_weight((), "zeros", trainable=False)

    def get_config(self) -> dict:
        """What best.keras keeps to make both nets from."""
        return super().get_config() | self.made_of

    def build(self, shape: Any = None) -> None:
        """Nothing is left to build: both nets know their inputs."""

    def call(self, noise: Any, training: bool = False) -> Any:
        if not training:
            return self.average(noise, training=False)
        self.update_average()
        return self.generator(noise, training=True)

    def update_average(self) -> None:
        """Move the running average a little towards the generator; at first more, to forget the fresh weights."""
        self.updates.assign_add(1.0)
        share = ops.maximum(1 / self.updates, 1 - self.memory)
        for average, now in zip(self.average.weights, self.generator.weights, strict=True):
            average.assign(average + share * (ops.stop_gradient(now.value) - average))


def build(meta: dict, config: Config) -> keras.Model:
    """Both nets for pictures of meta["shape"] from noise of meta["latent"] numbers."""
    model = GAN(meta["shape"], meta["latent"], config.width, config.penalty, config.average)
    model.build()
    return model


def uniform() -> keras.Initializer:
    """First weights within ±1 / √inputs; each layer needs an object of its own, or all would start alike."""
    return keras.initializers.VarianceScaling(1 / 3, "fan_in", "uniform")
