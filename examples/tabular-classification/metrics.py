"""The score of a classifier from its class probabilities: accuracy, and what it hides."""

from typing import Any

import numpy as np

import intervals
from splits import Split

NAME = "accuracy"
HIGHER_IS_BETTER = True


def truth(split: Split, meta: dict[str, Any]) -> np.ndarray:
    """The right class numbers, (rows,)."""
    return np.asarray(split.targets)


def correct(target: np.ndarray, output: np.ndarray) -> np.ndarray:
    """Whether the likeliest class of each row is the right one, (rows,) of 0 and 1."""
    return (output.argmax(1) == target).astype(float)


def score(target: np.ndarray, output: np.ndarray, meta: dict[str, Any]) -> float:
    """Accuracy: the share of rows whose likeliest class is right."""
    return float(correct(target, output).mean())


def loss(target: np.ndarray, output: np.ndarray, meta: dict[str, Any]) -> float:
    """Cross-entropy in nats per row."""
    return float(-np.log(np.maximum(output[np.arange(len(target)), target], 1e-12)).mean())


def interval(target: np.ndarray, output: np.ndarray, meta: dict[str, Any]) -> tuple[list[float] | None, str]:
    """Wilson's 95 % interval of the accuracy."""
    right = correct(target, output)
    return intervals.wilson(right.sum(), len(right)), "Wilson's score interval"


def difference(target: np.ndarray, output: np.ndarray, rival: np.ndarray, meta: dict[str, Any]) -> tuple[Any, str]:
    """95 % interval of the accuracy gained over a rival on the same rows."""
    gain = correct(target, output) - correct(target, rival)
    return intervals.bootstrap(lambda index: float(gain[index].mean()), len(gain))


def others(predictions: dict[str, np.ndarray], meta: dict[str, Any]) -> dict[str, float]:
    """Means over the classes, each class counting the same however rare it is, and the cross-entropy."""
    from sklearn.metrics import precision_recall_fscore_support  # takes a second, which training should not wait for

    target, output = predictions["target"], predictions["output"]
    labels = np.arange(output.shape[1])
    precision, recall, f1, _ = precision_recall_fscore_support(
        target, output.argmax(1), labels=labels, average="macro", zero_division=0
    )
    return {
        "macro_f1": float(f1),
        "macro_precision": float(precision),
        "macro_recall": float(recall),
        "cross_entropy": loss(target, output, meta),
    }
