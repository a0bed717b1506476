"""What training a classifier minimises: cross-entropy, on raw scores (batch, classes)."""

from typing import Any

import numpy as np


def loss(model: Any, inputs: np.ndarray, targets: np.ndarray, meta: dict[str, Any]) -> float:
    """Mean cross-entropy in nats of the right classes."""
    return float(-np.log(answers(model, inputs, targets, meta)[np.arange(len(targets)), targets] + 1e-12).mean())


def gradients(model: Any, inputs: np.ndarray, targets: np.ndarray, meta: dict[str, Any]) -> dict[str, np.ndarray]:
    """Its gradient, by weight: that of the scores is what was answered minus what is true."""
    slope = answers(model, inputs, targets, meta)
    slope[np.arange(len(targets)), targets] -= 1
    return model.gradients(inputs, slope / len(targets))


def answers(model: Any, inputs: np.ndarray, targets: np.ndarray | None, meta: dict[str, Any]) -> np.ndarray:
    """Class probabilities, (batch, classes)."""
    scores = model(inputs)
    likely = np.exp(scores - scores.max(1, keepdims=True))
    return likely / likely.sum(1, keepdims=True)
