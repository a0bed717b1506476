"""What training a language model minimises, what it answers, and how it writes; on raw scores of the next token."""

import functools
import math
from collections.abc import Iterator
from typing import Any

from data import UNICODE, UNKNOWN

import jax
import jax.numpy as jnp
import numpy as np
import optax
from flax import nnx


def loss(
    model: nnx.Module, inputs: jax.Array, targets: jax.Array, meta: dict, rngs: nnx.Rngs | None = None
) -> jax.Array:
    """Mean nats of the targets (batch, length), a scalar; targets of -1 count elsewhere.

    rngs  where dropout's chance comes from while training
    """
    scores, _ = model(inputs, rngs=rngs)  # (batch, length, tokens)
    nats = optax.softmax_cross_entropy_with_integer_labels(scores, jnp.maximum(targets, 0))
    counts = targets >= 0
    return (counts * nats).sum() / counts.sum()


def answers(model: nnx.Module, inputs: jax.Array, targets: jax.Array | None, meta: dict) -> jax.Array:
    """Bits charged for each target, (batch, length); an unknown one is also charged for naming it."""
    scores, _ = model(inputs)  # (batch, length, tokens)
    nats = optax.softmax_cross_entropy_with_integer_labels(scores, jnp.maximum(targets, 0))
    escape = math.log2(UNICODE - len(meta["characters"]))
    return nats / math.log(2) + escape * (targets == UNKNOWN)


def counted(bits: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """The answers for the targets that count, (characters,)."""
    return bits[targets >= 0]


def continue_text(
    model: nnx.Module, tokens: list[int], length: int, temperature: float, rng: np.random.Generator, meta: dict
) -> Iterator[int]:
    """`length` tokens after `tokens`, one by one, drawn from what the model expects.

    A temperature below 1 prefers likely tokens, 0 always takes the likeliest. A model with a state reads each token
    once; one without reads the last meta["context"] tokens again for every step.
    """
    model.eval()
    graph, weights = nnx.split(model)
    read = functools.partial(next_scores, graph, nnx.to_pure_dict(weights))
    history, state = list(tokens), None
    first = np.zeros((1, 1), np.int32)
    remembers = jax.eval_shape(read, first, 0, None)[1] is not None
    for token in history[:-1] if remembers else []:
        _, state = read(np.full_like(first, token), 0, state)
    for _ in range(length):
        if remembers:
            scores, state = read(np.full_like(first, history[-1]), 0, state)
        else:  # always as many tokens, so that one shape is compiled; what is filled up comes later and is not seen
            recent = history[-meta["context"] :]
            window = np.array([recent + [0] * (meta["context"] - len(recent))], np.int32)
            scores, _ = read(window, len(recent) - 1, None)
        logits = np.asarray(scores, np.float64)
        logits[UNKNOWN] = -np.inf  # an unknown character cannot be written
        chances = np.exp((logits - logits.max()) / max(temperature, 1e-6))
        history.append(int(rng.choice(len(chances), p=chances / chances.sum())))
        yield history[-1]


@functools.partial(jax.jit, static_argnums=0)
def next_scores(graph: Any, weights: Any, tokens: Any, place: Any, state: Any) -> tuple[jax.Array, Any]:
    """Raw scores (tokens,) of what follows the token at `place` in the one row of `tokens`, and the state."""
    scores, state = nnx.merge(graph, weights)(tokens, state)
    return scores[0, place], state
