"""A recurrent network (LSTM): reads the window step by step and forecasts from what it remembers."""

from config import Config
from data import normalise

import jax
import jax.numpy as jnp
from flax import nnx

GATES = nnx.initializers.variance_scaling(4 / 3, "fan_out", "uniform")  # as PyTorch begins
SMALL = nnx.initializers.normal(0.01)  # at first the forecast is the naive one


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
    """LSTM layers; the memory after the last step corrects the seasonal naive forecast.

    Input  (batch, context), the past in units
    Output (batch, horizon), the next steps in units
    """

    def __init__(self, meta: dict, width: int, depth: int, dropout: float, rngs: nnx.Rngs) -> None:
        self.window = (("season", meta["season"]), ("context", meta["context"]))  # for normalise; JAX wants no dict
        self.naive = tuple(meta["naive"])
        self.layers = nnx.List(Layer(inputs, width, rngs) for inputs in [1] + [width] * (depth - 1))
        self.dropout = nnx.Dropout(dropout)
        self.head = nnx.Linear(width, meta["horizon"], kernel_init=SMALL, rngs=rngs)
        self.trust = nnx.Param(
            jnp.ones(meta["horizon"])
        )  # in the naive forecast, less where its noise outweighs its use

    def __call__(self, inputs: jax.Array, rngs: nnx.Rngs | None = None) -> jax.Array:
        seen, level, spread = normalise(inputs, dict(self.window))  # (batch, context), (batch, 1), (batch, 1)
        x = seen[..., None]  # (batch, context, 1)
        for layer in self.layers:
            x = self.dropout(layer(x), rngs=rngs)  # (batch, context, width)
        naive = seen[:, jnp.array(self.naive)]  # (batch, horizon), the last season again
        forecast = self.trust * naive + self.head(x[:, -1])  # around the level
        return level + spread * forecast  # (batch, horizon)


def build(meta: dict, config: Config) -> nnx.Module:
    """The network for forecasts of meta["horizon"] steps; it reads windows of any length."""
    return LSTM(meta, config.width, config.depth, config.dropout, nnx.Rngs(config.seed))
