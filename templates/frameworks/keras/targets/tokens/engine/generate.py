"""Continue a text with a trained model, one token at a time."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from engine import inference
from engine.backend import keras


def continue_text(
    model: keras.Model,
    tokens: np.ndarray,
    length: int,
    temperature: float,
    rng: np.random.Generator,
    meta: dict[str, Any],
) -> Iterator[int]:
    """Yield `length` tokens after `tokens`, drawn from what the model expects.

    A temperature below 1 prefers likely tokens, 0 always takes the likeliest. A model with a state reads each token
    once; one without reads all that fits into its input again for every step.
    """
    longest = inference.longest(model)  # None: a model with a state, which reads on and on
    history, state = list(map(int, tokens)), None
    new = history[-longest:] if longest else history[:]
    for _ in range(length):
        batch = np.array([new], np.int32)
        output = inference.raw(model, batch if state is None else (batch, state))
        scores, state = (output, None) if longest else output  # (1, at least length, tokens)
        logits = scores[0, len(new) - 1].astype(np.float64)
        logits[0] = -np.inf  # an unknown character cannot be written
        chances = np.exp((logits - logits.max()) / max(temperature, 1e-6))
        token = int(rng.choice(len(chances), p=chances / chances.sum()))
        yield token
        history.append(token)
        new = history[-longest:] if longest else [token]
