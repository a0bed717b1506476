"""What training a language model minimises, what it answers, and how it writes; on raw scores of the next token."""

import math
from collections.abc import Callable, Iterator
from typing import Any

from backend import keras
from data import UNICODE, UNKNOWN

import numpy as np

ops = keras.ops


def nats(targets: Any, scores: Any) -> Any:
    """What naming each target costs, (batch, length); nothing where it is -1."""
    known = ops.maximum(targets, 0)
    each = keras.losses.sparse_categorical_crossentropy(known, ops.cast(scores, "float32"), from_logits=True)
    return ops.where(targets >= 0, each, 0.0)


def loss(meta: dict) -> Callable[[Any, Any], Any]:
    """For `compile`: mean nats of the targets (batch, length), (batch,); targets of -1 count elsewhere."""

    def cross_entropy(targets: Any, scores: Any) -> Any:
        counts = ops.cast(targets >= 0, "float32")
        return ops.sum(nats(targets, scores), axis=-1) / ops.mean(ops.sum(counts, axis=-1))

    return cross_entropy


def answers(predict: Callable[[Any], np.ndarray], inputs: Any, targets: Any, meta: dict) -> np.ndarray:
    """Bits charged for each target that counts, (characters,); an unknown one is also charged for naming it."""
    each = ops.convert_to_numpy(nats(targets, predict(inputs)))
    escape = math.log2(UNICODE - len(meta["characters"]))
    bits = each / math.log(2) + escape * (targets == UNKNOWN)
    return bits[targets >= 0].astype(np.float32)


def continue_text(
    model: keras.Model, tokens: list[int], length: int, temperature: float, rng: np.random.Generator, meta: dict
) -> Iterator[int]:
    """`length` tokens after `tokens`, one by one, drawn from what the model expects.

    A temperature below 1 prefers likely tokens, 0 always takes the likeliest. A model with a state reads each token
    once; one without reads the last meta["context"] tokens again for every step.
    """
    history, state, new = list(tokens), None, list(tokens)
    remembers = hasattr(model, "read")
    for _ in range(length):
        if remembers:
            scores, state = model.read(np.array([new], np.int32), state)  # (1, length, tokens)
        else:  # always as many tokens as the network takes; what is filled up comes later and is not seen
            new = history[-meta["context"] :]
            scores = model.predict_on_batch(np.array([new + [0] * (meta["context"] - len(new))], np.int32))
        logits = ops.convert_to_numpy(scores)[0, len(new) - 1].astype(np.float64)
        logits[UNKNOWN] = -np.inf  # an unknown character cannot be written
        chances = np.exp((logits - logits.max()) / max(temperature, 1e-6))
        history.append(int(rng.choice(len(chances), p=chances / chances.sum())))
        yield history[-1]
        new = history[-1:]
