"""A small vision transformer: the picture as patches that attend to each other (ViT, Dosovitskiy et al. 2021)."""

import math

from config import Config

import jax
import jax.numpy as jnp
from flax import nnx

FIRST = nnx.initializers.variance_scaling(1 / 3, "fan_in", "uniform")  # as PyTorch begins
SMALL = nnx.initializers.normal(0.01)  # at first all classes are about equally likely
MOST_PATCHES = 64  # the cost grows with the square of their number


class Attention(nnx.Module):
    """Each patch gathers from all patches.

    Input and output (batch, patches, width)
    """

    def __init__(self, width: int, heads: int, rngs: nnx.Rngs) -> None:
        self.heads = heads
        self.queries_keys_values = nnx.Linear(width, 3 * width, use_bias=False, kernel_init=FIRST, rngs=rngs)
        self.output = nnx.Linear(width, width, kernel_init=FIRST, rngs=rngs)

    def __call__(self, x: jax.Array) -> jax.Array:
        batch, patches, width = x.shape
        x = self.queries_keys_values(x).reshape(batch, patches, 3 * self.heads, width // self.heads)
        queries, keys, values = jnp.split(x, 3, axis=2)  # (batch, patches, heads, width / heads) each
        x = jax.nn.dot_product_attention(queries, keys, values)
        return self.output(x.reshape(batch, patches, width))  # (batch, patches, width)


class Block(nnx.Module):
    """Attention, then two linear layers on each patch; both add to what was there.

    Input and output (batch, patches, width)
    """

    def __init__(self, width: int, heads: int, dropout: float, rngs: nnx.Rngs) -> None:
        self.before_attention = nnx.LayerNorm(width, epsilon=1e-5, rngs=rngs)
        self.attention = Attention(width, heads, rngs)
        self.before_layers = nnx.LayerNorm(width, epsilon=1e-5, rngs=rngs)
        self.widen = nnx.Linear(width, 2 * width, kernel_init=FIRST, rngs=rngs)
        self.narrow = nnx.Linear(2 * width, width, kernel_init=FIRST, rngs=rngs)
        self.dropout = nnx.Dropout(dropout)

    def __call__(self, x: jax.Array, rngs: nnx.Rngs | None) -> jax.Array:
        x = x + self.dropout(self.attention(self.before_attention(x)), rngs=rngs)
        y = nnx.gelu(self.widen(self.before_layers(x)), approximate=False)
        return x + self.dropout(self.narrow(y), rngs=rngs)  # (batch, patches, width)


class Transformer(nnx.Module):
    """A vector and a learnt position for each patch, blocks of attention, a linear head on the mean of all patches.

    Input  (batch, height, width, channels), standardised floats; padded with zeros, the mean, to whole patches
    Output (batch, classes), raw scores
    """

    def __init__(
        self,
        shape: tuple[int, int, int],
        classes: int,
        width: int,
        depth: int,
        heads: int,
        dropout: float,
        rngs: nnx.Rngs,
    ) -> None:
        height, wide, channels = shape
        self.side = patch_side(height, wide)
        self.rows, self.columns = math.ceil(height / self.side), math.ceil(wide / self.side)
        pixels = self.side**2 * channels
        self.embedding = nnx.Linear(pixels, width, use_bias=False, kernel_init=FIRST, rngs=rngs)  # positions have it
        places = 0.5 * rngs.params.normal((self.rows * self.columns, width))  # smaller ones are found late
        self.positions = nnx.Param(places)
        self.blocks = nnx.List(Block(width, heads, dropout, rngs) for _ in range(depth))
        self.norm = nnx.LayerNorm(width, epsilon=1e-5, rngs=rngs)
        self.head = nnx.Linear(width, classes, kernel_init=SMALL, rngs=rngs)

    def patches(self, images: jax.Array) -> jax.Array:
        """Pictures as rows of square patches, (batch, patches, channels * side * side)."""
        batch, height, width, channels = images.shape
        below, right = self.rows * self.side - height, self.columns * self.side - width
        x = jnp.pad(images, ((0, 0), (0, below), (0, right), (0, 0)))
        x = x.reshape(batch, self.rows, self.side, self.columns, self.side, channels)
        x = x.transpose(0, 1, 3, 5, 2, 4)  # (batch, rows, columns, channels, side, side)
        return x.reshape(batch, self.rows * self.columns, -1)

    def __call__(self, images: jax.Array, rngs: nnx.Rngs | None = None) -> jax.Array:
        x = self.embedding(self.patches(images)) + self.positions  # (batch, patches, width)
        for block in self.blocks:
            x = block(x, rngs)
        return self.head(self.norm(x).mean(1))  # (batch, classes)


def patch_side(height: int, width: int) -> int:
    """The smallest side from 2 pixels on with which a picture has at most MOST_PATCHES patches."""
    side = 2
    while math.ceil(height / side) * math.ceil(width / side) > MOST_PATCHES:
        side += 1
    return side


def build(meta: dict, config: Config) -> nnx.Module:
    """The network for pictures of meta["shape"] and the classes of meta["classes"]."""
    sizes = config.width, config.depth, config.heads, config.dropout
    return Transformer(meta["shape"], len(meta["classes"]), *sizes, nnx.Rngs(config.seed))
