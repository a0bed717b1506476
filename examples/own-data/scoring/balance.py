"""What to do about rare classes: which score counts, and how much each class weighs in the loss."""

from typing import Any

import numpy as np

from cli import Misuse
from config import Config

METRICS = ("accuracy", "macro F1", "average precision")
CHOICES = ("auto", "none", "balanced")
HEAVIEST = 10.0  # times as heavy as a class of average size: a class of three rows should not rule the others


def facts(config: Config, in_all: np.ndarray, in_train: np.ndarray) -> dict[str, Any]:
    """What meta says about it: the metric, the classes' weights, and which class average precision looks for.

    in_all    (classes,) rows of each class in all of the data
    in_train  the same in train
    """
    chosen = metric(config.metric, in_all)
    return {
        "metric": chosen,
        "class_weights": weights(config.class_weights, chosen, in_train),
        "rare_class": int(in_train.argmin()),
    }


def metric(name: str, counts: np.ndarray) -> str:
    """The score that counts: where a class is so rare that accuracy would look good without it, macro F1.

    Of two classes of which one is in less than a row of twenty, average precision: what matters is to find those rows.

    counts  (classes,) rows of each class in all of the data, which is no secret of the test split
    """
    if name not in ("", *METRICS):
        raise Misuse(f"no metric {name!r}; use {', '.join(METRICS)}")
    rare = counts.min() / counts.sum() < min(0.15, 0.4 / len(counts)) and counts.max() > 2 * counts.min()
    if name == "average precision" and len(counts) != 2:
        raise Misuse(f"average precision is for two classes, and there are {len(counts)}; use macro F1")
    very_rare = len(counts) == 2 and counts.min() / counts.sum() < 0.05
    return name or METRICS[int(rare) + int(very_rare)]


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
