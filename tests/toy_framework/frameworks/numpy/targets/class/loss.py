"""What training a classifier minimises, its gradient, and what it answers; on raw scores (batch, classes)."""

from typing import Any

import numpy as np


def loss(model: Any, inputs: np.ndarray, targets: np.ndarray, meta: dict) -> float:
    """Mean cross-entropy in nats; rows of a class with a weight count that often."""
    nats = -np.log(answers(model, inputs, None, meta)[np.arange(len(targets)), targets] + 1e-12)
    return float((nats * weights(meta)[targets]).mean())


def gradients(model: Any, inputs: np.ndarray, targets: np.ndarray, meta: dict) -> dict[str, np.ndarray]:
    """Its gradient, by weight: that of the scores is what was answered minus what is true."""
    slope = answers(model, inputs, None, meta)
    slope[np.arange(len(targets)), targets] -= 1
    return model.gradients(inputs, slope * weights(meta)[targets, None] / len(targets))


def answers(model: Any, inputs: np.ndarray, targets: np.ndarray | None, meta: dict) -> np.ndarray:
    """Class probabilities, (batch, classes)."""
    scores = model(inputs)
    likely = np.exp(scores - scores.max(1, keepdims=True))
    return likely / likely.sum(1, keepdims=True)


def weights(meta: dict) -> np.ndarray:
    """How often a row of each class counts, (classes,)."""
    return np.array(meta["class_weights"] or [1.0] * len(meta["classes"]), np.float32)
