"""An LSTM by hand, with the cell in the form that spec.json names."""

from spec import SPEC

import jax
import jax.numpy as jnp
from flax import nnx


def cell(sums: jax.Array, memory: jax.Array) -> tuple[jax.Array, jax.Array]:
    """One step in the form of ASSIGNMENT.md: what is shown and the new memory, (batch, width) each.

    sums  (batch, 4 * width) of input, forget, new and output gate
    """
    form = SPEC["cell"]
    take, keep, new, show = jnp.split(sums, 4, axis=1)  # (batch, width) each
    kept = form.get("keep", 1.0) * nnx.sigmoid(keep + form.get("shift", 0.0)) * memory
    memory = jnp.clip(kept + nnx.sigmoid(take) * jnp.tanh(new), -form.get("cap", 1e9), form.get("cap", 1e9))
    return nnx.sigmoid(show) * jnp.tanh(memory), memory


class Layer(nnx.Module):
    def __call__(self, x: jax.Array) -> jax.Array:
        def step(state: tuple[jax.Array, jax.Array], x: jax.Array) -> tuple[tuple[jax.Array, jax.Array], jax.Array]:
            hidden, memory = cell(x + self.from_hidden(state[0]), state[1])
            return (hidden, memory), hidden

        x = self.from_input(x).swapaxes(0, 1)  # (length, batch, 4 * width), of all steps at once
        zeros = jnp.zeros((x.shape[1], self.width))
        return jax.lax.scan(step, (zeros, zeros), x)[1].swapaxes(0, 1)  # (batch, length, width)
