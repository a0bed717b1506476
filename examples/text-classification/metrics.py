"""The score of a classifier from class probabilities, its 95 % interval, and the rivals that it is held against."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from common import Problem
from config import Config

import numpy as np

if TYPE_CHECKING:  # data.py asks `choose`, and so it is imported after this file
    from data import Data, Split

HIGHER_IS_BETTER = True
METRICS = ("accuracy", "macro F1", "average precision")
HEAVIEST = 10.0  # times as heavy as a class of average size: a class of three rows should not rule the others
Interval = tuple[list[float] | None, str]  # low and high, and how they were found, or why not


def choose(config: Config, targets: np.ndarray, is_train: np.ndarray) -> dict:
    """What meta says about rare classes: which score counts, how much each class weighs in the loss, which is rare.

    Where a class is so rare that accuracy would look good without it, macro F1 counts; of two classes of which one is
    in less than a row of twenty, average precision: what matters is to find those rows.

    targets   (rows,) class numbers of all data
    is_train  (rows,) which of them are for training
    """
    counts = np.bincount(targets)
    classes, least = len(counts), counts.min() / counts.sum()
    rare = least < min(0.15, 0.4 / classes) and counts.max() > 2 * counts.min()
    metric = config.metric or METRICS[int(rare) + int(rare and classes == 2 and least < 0.05)]
    if metric not in METRICS or (metric == "average precision" and classes != 2):
        raise Problem(f"no metric {metric!r} for {classes} classes; use {', '.join(METRICS[: 2 + (classes == 2)])}", 2)
    if config.class_weights not in ("auto", "none", "balanced"):
        raise Problem(f"no class weights {config.class_weights!r}; use auto, none or balanced", 2)
    counts = np.bincount(targets[is_train], minlength=classes)
    weights = None
    if config.class_weights == "balanced" or (config.class_weights == "auto" and metric != "accuracy"):
        weights = counts.sum() / (classes * np.maximum(counts, 1))
        weights = np.minimum(weights, HEAVIEST).round(6).tolist()
    return {"metric": metric, "class_weights": weights, "rare_class": int(counts.argmin())}


def truth(split: Split, meta: dict) -> np.ndarray:
    """The right class of each row, (rows,)."""
    return np.asarray(split.targets[:])


def score(target: np.ndarray, output: np.ndarray, meta: dict, weight: np.ndarray | None = None) -> float:
    """Accuracy, macro F1 (the mean over the classes that occur), or average precision of the rare class.

    weight  (rows,) how often each row counts; None = once
    """
    if meta["metric"] == "average precision":
        from sklearn.metrics import average_precision_score  # slow to import, and most trainings need none of it

        rare = meta["rare_class"]
        return float(average_precision_score(target == rare, output[:, rare], sample_weight=weight))
    said = output.argmax(1)
    if meta["metric"] == "accuracy":
        return float(np.average(said == target, weights=weight))
    classes = output.shape[1]
    matrix = np.bincount(target * classes + said, weight, classes**2).reshape(classes, classes)
    both = matrix.sum(0) + matrix.sum(1)
    return float((2 * matrix.diagonal()[both > 0] / both[both > 0]).mean())


def loss(target: np.ndarray, output: np.ndarray, meta: dict) -> float:
    """Cross-entropy in nats per row, weighted as in training."""
    nats = -np.log(np.maximum(output[np.arange(len(target)), target], 1e-12))
    return float((nats * np.array(meta["class_weights"] or [1.0] * output.shape[1])[target]).mean())


def interval(target: np.ndarray, output: np.ndarray, meta: dict) -> Interval:
    """95 % interval of the score: Wilson's, which is right also near 0 and 1, or a bootstrap."""
    right = output.argmax(1) == target
    if len(np.unique(target)) < 2:
        return None, "all test rows are of one class"
    if meta["metric"] == "accuracy":
        from scipy.stats import binomtest

        found = binomtest(int(right.sum()), len(right)).proportion_ci(method="wilson")
        return [float(found.low), float(found.high)], "Wilson's score interval"
    return bootstrap(lambda weight: score(target, output, meta, weight), len(target))


def difference(target: np.ndarray, output: np.ndarray, rival: np.ndarray, meta: dict) -> Interval:
    """95 % interval of the score gained over a rival on the same rows; where it excludes 0, one beats the other."""

    def gain(weight: np.ndarray) -> float:
        return score(target, output, meta, weight) - score(target, rival, meta, weight)

    if len(np.unique(target)) < 2:
        return None, "all test rows are of one class"
    return bootstrap(gain, len(target))


def bootstrap(statistic: Callable[[np.ndarray], float], rows: int, draws: int = 1000) -> Interval:
    """Percentile bootstrap: rows drawn with replacement are rows that count 0, 1, 2 … times."""
    if rows < 10:
        return None, f"{rows} test rows are too few for an interval"
    rng = np.random.default_rng(0)
    values = [statistic(np.bincount(rng.integers(rows, size=rows), minlength=rows)) for _ in range(draws)]
    return np.percentile(values, [2.5, 97.5]).tolist(), f"bootstrap over {rows} rows"


def rivals(data: Data) -> dict[str, tuple[str, np.ndarray]]:
    """What the model must beat, fitted on train alone: name and class probabilities for test, (rows, classes)."""

    from reference import reference  # what only evaluate.py needs is slow to import
    from report import words

    classes = len(data.meta["classes"])
    shares = np.bincount(truth(data.train, data.meta), minlength=classes) / len(data.train.ids)
    everywhere = np.tile(shares, (len(data.test.ids), 1))
    return {"baseline": (words("rival_baseline"), everywhere), "reference": reference(data)}


def others(target: np.ndarray, output: np.ndarray, meta: dict) -> dict[str, float]:
    """What the score alone does not tell; means over the classes count each the same, however rare."""

    from sklearn.metrics import f1_score, precision_score, recall_score

    said, mean = output.argmax(1), {"average": "macro", "zero_division": 0}
    return {
        "accuracy": float((said == target).mean()),
        "macro_f1": float(f1_score(target, said, **mean)),
        "macro_precision": float(precision_score(target, said, **mean)),
        "macro_recall": float(recall_score(target, said, **mean)),
        "cross_entropy": loss(target, output, {"class_weights": None}),
    }


def loss_of_knowing_nothing(split: Split, meta: dict) -> tuple[float, float]:
    """The loss of a model to which all classes are equally likely, and how far fresh weights may be from it."""
    classes = len(meta["classes"])
    expected = loss(truth(split, meta), np.full((len(split.ids), classes), 1 / classes), meta)
    return expected, 0.2 * expected
