"""Answers of a trained model: the one path that training, evaluation, prediction and demos share."""

from typing import Any

import loss
import numpy as np
from engine import feed
from splits import Split, take


def outputs(model: Any, split: Split, meta: dict[str, Any], batch_size: int = 512) -> np.ndarray:
    """What predictions.npz keeps of every example of a split, in order."""
    return np.concatenate([answers(model, take(split.inputs, i), meta) for i in feed.slices(len(split), batch_size)])


def answers(model: Any, inputs: Any, meta: dict[str, Any]) -> np.ndarray:
    """The same for inputs whose targets nobody knows."""
    return loss.answers(model, inputs, None, meta)


def mean_loss(model: Any, split: Split, rows: np.ndarray, meta: dict[str, Any]) -> float:
    """What training minimises, for some rows."""
    return loss.loss(model, take(split.inputs, rows), take(split.targets, rows), meta)


def parameter_count(model: Any) -> int:
    """Numbers that training sets."""
    return sum(value.size for value in model.weights.values())
