"""A character-level LSTM: what it has read so far is kept in a memory of fixed size."""

from typing import Any

from config import Config

import jax
import jax.numpy as jnp
from flax import nnx

GATES = nnx.initializers.variance_scaling(4 / 3, "fan_out", "uniform")  # as PyTorch begins
SMALL = nnx.initializers.normal(0.01)  # at first all tokens are about equally likely
VECTORS = nnx.initializers.normal(1.0)

State = tuple[jax.Array, jax.Array]  # what was shown last and the memory, (batch, width) each


def closed(key: jax.Array, shape: tuple[int], dtype: Any) -> jax.Array:
    """Biases of the gates: the ones that keep the memory start closed, for near letters matter most."""
    width = shape[0] // 4
    return jnp.zeros(shape, dtype).at[width : 2 * width].set(-2.0)


class Layer(nnx.Module):
    """An LSTM layer (Hochreiter and Schmidhuber 1997): what it has read is kept in a memory of fixed size.

    Input  (batch, length, inputs), and the state after what came before
    Output (batch, length, width), and the state after the last step
    """

    def __init__(self, inputs: int, width: int, rngs: nnx.Rngs) -> None:
        self.width = width
        self.from_input = nnx.Linear(inputs, 4 * width, kernel_init=GATES, bias_init=closed, rngs=rngs)
        self.from_hidden = nnx.Linear(width, 4 * width, kernel_init=GATES, rngs=rngs)

    def __call__(self, x: jax.Array, state: State) -> tuple[jax.Array, State]:
        def step(state: State, x: jax.Array) -> tuple[State, jax.Array]:
            hidden, memory = state
            take, keep, new, show = jnp.split(x + self.from_hidden(hidden), 4, axis=1)  # (batch, width) each
            memory = nnx.sigmoid(keep) * memory + nnx.sigmoid(take) * jnp.tanh(new)
            hidden = nnx.sigmoid(show) * jnp.tanh(memory)
            return (hidden, memory), hidden

        x = self.from_input(x).swapaxes(0, 1)  # (length, batch, 4 * width), of all steps at once
        state, x = jax.lax.scan(step, state, x)
        return x.swapaxes(0, 1), state  # (batch, length, width)


class LSTM(nnx.Module):
    """Token vectors, LSTM layers, a linear head.

    Input  (batch, length) tokens, and the state after the tokens before (None: nothing was read yet)
    Output (batch, length, tokens) raw scores of each next token, and the state after the last one
    """

    def __init__(self, tokens: int, width: int, depth: int, dropout: float, rngs: nnx.Rngs) -> None:
        self.embedding = nnx.Embed(tokens, width, embedding_init=VECTORS, rngs=rngs)
        self.layers = nnx.List(Layer(width, width, rngs) for _ in range(depth))
        self.dropout = nnx.Dropout(dropout)
        self.head = nnx.Linear(width, tokens, kernel_init=SMALL, rngs=rngs)

    def __call__(
        self, tokens: jax.Array, state: list[State] | None = None, rngs: nnx.Rngs | None = None
    ) -> tuple[jax.Array, list[State]]:
        x, after = self.embedding(tokens), []  # (batch, length, width)
        zeros = jnp.zeros((len(tokens), x.shape[2]))
        for layer, before in zip(self.layers, state or [(zeros, zeros)] * len(self.layers), strict=True):
            x, last = layer(x, before)
            x = self.dropout(x, rngs=rngs)  # (batch, length, width)
            after.append(last)
        return self.head(x), after  # (batch, length, tokens)


def build(meta: dict, config: Config) -> nnx.Module:
    """The network for the characters of meta["characters"] and the unknown one."""
    sizes = len(meta["characters"]) + 1, config.width, config.depth, config.dropout
    return LSTM(*sizes, nnx.Rngs(config.seed))
