"""A multi-layer perceptron on the pixels: no idea of space, but fast."""

from config import Config

import jax
from flax import nnx

FIRST = nnx.initializers.variance_scaling(1 / 3, "fan_in", "uniform")  # as PyTorch begins
SMALL = nnx.initializers.normal(0.01)  # at first all classes are about equally likely


class MLP(nnx.Module):
    """Linear layers with ReLU and dropout.

    Input  (batch, height, width, channels), standardised floats
    Output (batch, classes), raw scores
    """

    def __init__(self, pixels: int, classes: int, width: int, depth: int, dropout: float, rngs: nnx.Rngs) -> None:
        sizes = [pixels] + [width] * (depth - 1)
        self.hidden = nnx.List(nnx.Linear(inputs, width, kernel_init=FIRST, rngs=rngs) for inputs in sizes)
        self.dropout = nnx.Dropout(dropout)
        self.head = nnx.Linear(width, classes, kernel_init=SMALL, rngs=rngs)

    def __call__(self, images: jax.Array, rngs: nnx.Rngs | None = None) -> jax.Array:
        x = images.reshape(len(images), -1)
        for layer in self.hidden:
            x = self.dropout(nnx.relu(layer(x)), rngs=rngs)  # (batch, width)
        return self.head(x)  # (batch, classes)


def build(meta: dict, config: Config) -> nnx.Module:
    """The network for pictures of meta["shape"] and the classes of meta["classes"]."""
    height, width, channels = meta["shape"]
    sizes = config.width, config.depth, config.dropout
    return MLP(height * width * channels, len(meta["classes"]), *sizes, nnx.Rngs(config.seed))
