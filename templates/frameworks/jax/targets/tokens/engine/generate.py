"""Continue a text with a trained model, one token at a time."""

import functools
from collections.abc import Iterator
from typing import Any

import jax
import numpy as np
from flax import nnx

from engine import inference


def continue_text(
    model: nnx.Module,
    tokens: np.ndarray,
    length: int,
    temperature: float,
    rng: np.random.Generator,
    meta: dict[str, Any],
) -> Iterator[int]:
    """Yield `length` tokens after `tokens`, drawn from what the model expects.

    A temperature below 1 prefers likely tokens, 0 always takes the likeliest. A model with a state reads each token
    once; one without reads the last meta["context"] tokens again for every step.
    """
    read = functools.partial(next_scores, *inference.apart(model))
    history, state = list(map(int, tokens)), None
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
        logits[0] = -np.inf  # an unknown character cannot be written
        chances = np.exp((logits - logits.max()) / max(temperature, 1e-6))
        token = int(rng.choice(len(chances), p=chances / chances.sum()))
        yield token
        history.append(token)


@functools.partial(jax.jit, static_argnums=0)
def next_scores(graph: Any, weights: Any, tokens: Any, place: Any, state: Any) -> tuple[jax.Array, Any]:
    """Raw scores (tokens,) of what follows the token at `place` in the one row of `tokens`, and the state."""
    scores, state = nnx.merge(graph, weights)(tokens, state)
    return scores[0, place], state
