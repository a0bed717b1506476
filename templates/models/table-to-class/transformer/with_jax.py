"""A transformer whose tokens are the columns of a table (FT-Transformer, Gorishniy et al. 2021)."""

from config import Config

import jax
import jax.numpy as jnp
from flax import nnx

FIRST = nnx.initializers.variance_scaling(1 / 3, "fan_in", "uniform")  # as PyTorch begins
SMALL = nnx.initializers.normal(0.01)  # at first it knows nothing: classes are equally likely, numbers the mean
VECTORS = nnx.initializers.normal(1.0)


class Attention(nnx.Module):
    """Each token gathers from all tokens.

    Input and output (batch, tokens, width)
    """

    def __init__(self, width: int, heads: int, rngs: nnx.Rngs) -> None:
        self.heads = heads
        self.queries_keys_values = nnx.Linear(width, 3 * width, use_bias=False, kernel_init=FIRST, rngs=rngs)
        self.output = nnx.Linear(width, width, kernel_init=FIRST, rngs=rngs)

    def __call__(self, x: jax.Array) -> jax.Array:
        batch, tokens, width = x.shape
        x = self.queries_keys_values(x).reshape(batch, tokens, 3 * self.heads, width // self.heads)
        queries, keys, values = jnp.split(x, 3, axis=2)  # (batch, tokens, heads, width / heads) each
        x = jax.nn.dot_product_attention(queries, keys, values)
        return self.output(x.reshape(batch, tokens, width))  # (batch, tokens, width)


class Block(nnx.Module):
    """Attention, then two linear layers on each token; both add to what was there.

    Input and output (batch, tokens, width)
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
        return x + self.dropout(self.narrow(y), rngs=rngs)  # (batch, tokens, width)


class Transformer(nnx.Module):
    """A token for each column and one for the answer, blocks of attention, a linear head on the answer's token.

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
        heads: int,
        dropout: float,
        rngs: nnx.Rngs,
    ) -> None:
        self.starts, self.widths = (nnx.Variable(jnp.array(some)) for some in bins)  # (numbers, bins) each
        self.numbers = numbers = len(self.starts)
        self.answer_token = nnx.Param(rngs.params.normal((width,)))
        if numbers:
            self.directions = nnx.Param(rngs.params.normal((numbers, width)))
            self.origins = nnx.Param(rngs.params.normal((numbers, width)))
        if self.starts.size:
            self.bends = nnx.Param(jnp.zeros((*self.starts.shape, width)))  # at first a number goes one way
        self.embeddings = nnx.List(nnx.Embed(size, width, embedding_init=VECTORS, rngs=rngs) for size in sizes)
        self.blocks = nnx.List(Block(width, heads, dropout, rngs) for _ in range(depth))
        self.norm = nnx.LayerNorm(width, epsilon=1e-5, rngs=rngs)
        self.head = nnx.Linear(width, outputs, kernel_init=SMALL, rngs=rngs)

    def __call__(self, inputs: jax.Array, rngs: nnx.Rngs | None = None) -> jax.Array:
        numbers, codes = inputs[:, : self.numbers], inputs[:, self.numbers :].astype(jnp.int32)
        tokens = [jnp.broadcast_to(self.answer_token[...], (len(numbers), 1, self.answer_token.size))]
        if self.numbers:
            tokens.append(numbers[:, :, None] * self.directions + self.origins)  # (batch, numbers, width)
        if self.starts.size:
            along = jnp.clip(
                (numbers[:, :, None] - self.starts[...]) / self.widths[...], 0, 1
            )  # (batch, numbers, bins)
            tokens[1] += jnp.einsum("rnb,nbw->rnw", along, self.bends[...])
        tokens += [embedding(column)[:, None] for embedding, column in zip(self.embeddings, codes.T, strict=True)]
        x = jnp.concatenate(tokens, axis=1)  # (batch, 1 + numbers + columns, width)
        for block in self.blocks:
            x = block(x, rngs)
        return self.head(self.norm(x[:, 0]))  # (batch, outputs)


def build(meta: dict, config: Config) -> nnx.Module:
    """The network for meta["numbers"] numbers, categories of meta["categories"] values each, and meta["outputs"]."""
    sizes = [meta["bin_starts"], meta["bin_widths"]], meta["categories"], meta["outputs"]
    return Transformer(*sizes, config.width, config.depth, config.heads, config.dropout, nnx.Rngs(config.seed))
