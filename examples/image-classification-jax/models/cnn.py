"""A small convolutional network: cheap, and hard to beat on small pictures."""

import math

from config import Config

import jax
import jax.numpy as jnp
from flax import nnx

FIRST = nnx.initializers.variance_scaling(1 / 3, "fan_in", "uniform")  # as PyTorch begins
SMALL = nnx.initializers.normal(0.01)  # at first all classes are about equally likely
MOST = 4  # rows and columns that the head looks at


class Block(nnx.Module):
    """A 3×3 convolution, pooling, batch normalisation and ReLU.

    Input  (batch, height, width, inputs)
    Output (batch, height / 2, width / 2, outputs), or of the input's size where that is 1
    """

    def __init__(self, inputs: int, outputs: int, rngs: nnx.Rngs) -> None:
        self.convolution = nnx.Conv(inputs, outputs, (3, 3), use_bias=False, kernel_init=FIRST, rngs=rngs)
        self.norm = nnx.BatchNorm(outputs, momentum=0.9, rngs=rngs)  # has the bias

    def __call__(self, x: jax.Array) -> jax.Array:
        x = self.convolution(x)
        if min(x.shape[1:3]) > 1:
            x = nnx.max_pool(x, (2, 2), strides=(2, 2))
        return nnx.relu(self.norm(x))


class CNN(nnx.Module):
    """Three blocks of convolution, each with twice the channels of the last, then a linear head.

    Input  (batch, height, width, channels), standardised floats
    Output (batch, classes), raw scores
    """

    def __init__(self, shape: tuple[int, int, int], classes: int, width: int, dropout: float, rngs: nnx.Rngs) -> None:
        height, wide, channels = shape
        blocks = []
        for outputs in (width, 2 * width, 4 * width):
            blocks.append(Block(channels, outputs, rngs))
            if min(height, wide) > 1:
                height, wide = height // 2, wide // 2
            channels = outputs
        self.blocks = nnx.Sequential(*blocks)
        self.dropout = nnx.Dropout(dropout)
        self.head = nnx.Linear(channels * min(height, MOST) * min(wide, MOST), classes, kernel_init=SMALL, rngs=rngs)

    def __call__(self, images: jax.Array, rngs: nnx.Rngs | None = None) -> jax.Array:
        x = averages(self.blocks(images))  # (batch, at most 4, at most 4, 4 * width)
        x = self.dropout(x.reshape(len(x), -1), rngs=rngs)
        return self.head(x)  # (batch, classes)


def averages(x: jax.Array) -> jax.Array:
    """Pictures of any size as MOST × MOST averages of their parts, which overlap where the sides are no multiples."""
    for axis in (1, 2):
        size, most = x.shape[axis], min(x.shape[axis], MOST)
        parts = [(i * size // most, math.ceil((i + 1) * size / most)) for i in range(most)]
        x = jnp.stack([jax.lax.slice_in_dim(x, *part, axis=axis).mean(axis) for part in parts], axis)
    return x


def build(meta: dict, config: Config) -> nnx.Module:
    """The network for pictures of meta["shape"] and the classes of meta["classes"]."""
    return CNN(meta["shape"], len(meta["classes"]), config.width, config.dropout, nnx.Rngs(config.seed))
