"""What to do about rare classes: which score counts, and how much each class weighs in the loss."""

import numpy as np

from cli import Misuse

METRICS = ("accuracy", "macro F1")
CHOICES = ("auto", "none", "balanced")
HEAVIEST = 10.0  # times as heavy as a class of average size: a class of three rows should not rule the others


def metric(name: str, counts: np.ndarray) -> str:
    """The score that counts: where a class is so rare that accuracy would look good without it, macro F1.

    counts  (classes,) rows of each class in all of the data, which is no secret of the test split
    """
    if name not in ("", *METRICS):
        raise Misuse(f"no metric {name!r}; use {' or '.join(METRICS)}")
    rare = counts.min() / counts.sum() < min(0.15, 0.4 / len(counts)) and counts.max() > 2 * counts.min()
    return name or METRICS[int(rare)]


def weights(name: str, metric: str, counts: np.ndarray) -> list[float] | None:
    """A weight for each class by its rows in train, (classes,); None where all weigh the same.

    none      every row weighs the same, as accuracy counts them
    balanced  every class weighs the same, as macro F1 counts them: rows / (classes * rows of the class)
    auto      balanced where the score is macro F1, else none
    """
    if name not in CHOICES:
        raise Misuse(f"no class weights {name!r}; use {', '.join(CHOICES)}")
    if name == "none" or (name == "auto" and metric == "accuracy"):
        return None
    weights = np.minimum(counts.sum() / (len(counts) * np.maximum(counts, 1)), HEAVIEST)
    return [round(float(weight), 6) for weight in weights]
