"""A recurrent network that reads a text word by word, from both ends."""

from config import Config

import jax
import jax.numpy as jnp
from flax import nnx

GATES = nnx.initializers.variance_scaling(4 / 3, "fan_out", "uniform")  # as PyTorch begins
SMALL = nnx.initializers.normal(0.01)  # at first all classes are about equally likely
WORDS = nnx.initializers.normal(0.1)  # small, so that words soon learn what they mean


class Layer(nnx.Module):
    """An LSTM layer (Hochreiter and Schmidhuber 1997): what it has read is kept in a memory of fixed size.

    Input  (batch, length, inputs)
    Output (batch, length, width)
    """

    def __init__(self, inputs: int, width: int, rngs: nnx.Rngs) -> None:
        self.width = width
        self.from_input = nnx.Linear(inputs, 4 * width, kernel_init=GATES, rngs=rngs)
        self.from_hidden = nnx.Linear(width, 4 * width, kernel_init=GATES, rngs=rngs)

    def __call__(self, x: jax.Array) -> jax.Array:
        def step(state: tuple[jax.Array, jax.Array], x: jax.Array) -> tuple[tuple[jax.Array, jax.Array], jax.Array]:
            hidden, memory = state
            take, keep, new, show = jnp.split(x + self.from_hidden(hidden), 4, axis=1)  # (batch, width) each
            memory = nnx.sigmoid(keep) * memory + nnx.sigmoid(take) * jnp.tanh(new)
            hidden = nnx.sigmoid(show) * jnp.tanh(memory)
            return (hidden, memory), hidden

        x = self.from_input(x).swapaxes(0, 1)  # (length, batch, 4 * width), of all steps at once
        zeros = jnp.zeros((x.shape[1], self.width))
        return jax.lax.scan(step, (zeros, zeros), x)[1].swapaxes(0, 1)  # (batch, length, width)


class LSTM(nnx.Module):
    """Word vectors, an LSTM in each direction, the strongest value of each feature, a linear head.

    Input  (batch, words), word numbers; 0 is padding and changes no score
    Output (batch, classes), raw scores
    """

    def __init__(self, words: int, classes: int, width: int, dropout: float, rngs: nnx.Rngs) -> None:
        self.embedding = nnx.Embed(words, width, embedding_init=WORDS, rngs=rngs)
        self.forwards = Layer(width, width, rngs)
        self.backwards = Layer(width, width, rngs)
        self.dropout = nnx.Dropout(dropout)
        self.head = nnx.Linear(2 * width, classes, kernel_init=SMALL, rngs=rngs)

    def __call__(self, tokens: jax.Array, rngs: nnx.Rngs | None = None) -> jax.Array:
        is_word = tokens != 0  # (batch, words)
        x = self.embedding(tokens) * is_word[..., None]  # (batch, words, width), zero where there is padding
        is_word = is_word.at[:, 0].set(True)  # the start of a text is there even where the text is not
        place = jnp.arange(tokens.shape[1])
        last = is_word.sum(1, keepdims=True) - 1
        from_end = jnp.where(is_word, last - place, place)  # (batch, words): reads words backwards, leaves padding
        x = self.dropout(x, rngs=rngs)
        y = jnp.take_along_axis(x, from_end[..., None], axis=1)
        x = jnp.concatenate([self.forwards(x), self.backwards(y)], axis=2)  # (batch, words, 2 * width)
        x = jnp.where(is_word[..., None], x, -jnp.inf).max(1)  # (batch, 2 * width)
        return self.head(self.dropout(x, rngs=rngs))  # (batch, classes)


def build(meta: dict, config: Config) -> nnx.Module:
    """The network for the words of meta["vocabulary"] and the classes of meta["classes"]."""
    sizes = len(meta["vocabulary"]), len(meta["classes"]), config.width, config.dropout
    return LSTM(*sizes, nnx.Rngs(config.seed))
