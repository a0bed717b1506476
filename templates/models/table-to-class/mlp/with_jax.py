"""A multi-layer perceptron on the columns of a table."""

from config import Config

import jax
import jax.numpy as jnp
from flax import nnx

FIRST = nnx.initializers.variance_scaling(1 / 3, "fan_in", "uniform")  # as PyTorch begins
SMALL = nnx.initializers.normal(0.01)  # at first it knows nothing: classes are equally likely, numbers the mean
VECTORS = nnx.initializers.normal(1.0)


class MLP(nnx.Module):
    """Each number and how far along each of its bins it is, a learnt vector for each category, then plain layers.

    Input  (batch, numbers + categories) floats: standardised numbers, then the code of each category, 0 = unknown
    Output (batch, outputs): a raw score for each class, or one number in deviations from the mean
    """

    def __init__(
        self,
        bins: list[list],
        sizes: list[int],
        outputs: int,
        width: int,
        depth: int,
        dropout: float,
        rngs: nnx.Rngs,
    ) -> None:
        self.starts, self.widths = (nnx.Variable(jnp.array(some)) for some in bins)  # (numbers, bins) each
        self.numbers = numbers = len(self.starts)
        lengths = [min(16, 1 + size // 2) for size in sizes]  # more values need longer vectors
        pairs = zip(sizes, lengths, strict=True)
        self.embeddings = nnx.List(nnx.Embed(*pair, embedding_init=VECTORS, rngs=rngs) for pair in pairs)
        for layer in self.embeddings:
            layer.embedding[...] = layer.embedding.at[0].set(0)  # a value never seen says nothing
        inputs = [numbers + self.starts.size + sum(lengths)] + [width] * (depth - 1)
        self.hidden = nnx.List(nnx.Linear(size, width, kernel_init=FIRST, rngs=rngs) for size in inputs)
        self.dropout = nnx.Dropout(dropout)
        self.head = nnx.Linear(width, outputs, kernel_init=SMALL, rngs=rngs)

    def __call__(self, inputs: jax.Array, rngs: nnx.Rngs | None = None) -> jax.Array:
        numbers, codes = inputs[:, : self.numbers], inputs[:, self.numbers :].astype(jnp.int32)
        vectors = [embedding(column) for embedding, column in zip(self.embeddings, codes.T, strict=True)]
        along = jnp.clip((numbers[:, :, None] - self.starts[...]) / self.widths[...], 0, 1)  # (batch, numbers, bins)
        x = jnp.concatenate([numbers, along.reshape(len(inputs), -1), *vectors], axis=1)
        for layer in self.hidden:
            x = self.dropout(nnx.relu(layer(x)), rngs=rngs)  # (batch, width)
        return self.head(x)  # (batch, outputs)


def build(meta: dict, config: Config) -> nnx.Module:
    """The network for meta["numbers"] numbers, categories of meta["categories"] values each, and meta["outputs"]."""
    sizes = [meta["bin_starts"], meta["bin_widths"]], meta["categories"], meta["outputs"]
    return MLP(*sizes, config.width, config.depth, config.dropout, nnx.Rngs(config.seed))
