"""The score of a classifier from class probabilities, its 95 % interval, and the rivals that it is held against."""

from collections.abc import Callable

from common import words
from data import Data, Split

import numpy as np

HIGHER_IS_BETTER = True
SURE, SHOWN = 0.9, 3  # rows whose class got this chance are no mistakes; so many are shown in any case
Interval = tuple[list[float] | None, str]  # low and high, and how they were found, or why not


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
    said, classes = output.argmax(1), output.shape[1]
    weight = np.ones(len(target)) if weight is None else weight
    right = weight * (said == target)
    if meta["metric"] == "accuracy":
        return float(right.sum() / weight.sum())
    hits = np.bincount(target, right, classes)  # (classes,), as the next
    both = np.bincount(target, weight, classes) + np.bincount(said, weight, classes)  # true or said to be so
    occurs = both > 0
    return float((2 * hits[occurs] / both[occurs]).mean())


def loss(target: np.ndarray, output: np.ndarray, meta: dict) -> float:
    """Cross-entropy in nats per row, weighted as in training."""
    nats = -np.log(np.maximum(output[np.arange(len(target)), target], 1e-12))
    weights = np.array(meta["class_weights"] or [1.0] * output.shape[1])
    return float((nats * weights[target]).mean())


def interval(target: np.ndarray, output: np.ndarray, meta: dict) -> Interval:
    """95 % interval of the score: Wilson's, right also near 0 and 1 and where nothing is wrong, or a bootstrap."""
    right = (output.argmax(1) == target).sum()
    if (meta["metric"] != "accuracy" and right < len(target)) or len(np.unique(target)) < 2:
        return bootstrap(lambda weight: score(target, output, meta, weight), target)
    from scipy.stats import binomtest

    found = binomtest(right, len(target)).proportion_ci(method="wilson")
    return [found.low, found.high], "Wilson's score interval"


def difference(target: np.ndarray, output: np.ndarray, rival: np.ndarray, meta: dict) -> Interval:
    """95 % interval of the score gained over a rival on the same rows; where it excludes 0, one beats the other."""

    def gain(weight: np.ndarray) -> float:
        return score(target, output, meta, weight) - score(target, rival, meta, weight)

    return bootstrap(gain, target)


def bootstrap(statistic: Callable[[np.ndarray], float], target: np.ndarray) -> Interval:
    """Percentile bootstrap: rows drawn with replacement are rows that count 0, 1, 2 … times."""
    rows = len(target)
    if len(np.unique(target)) < 2:
        return None, "all test examples are of one class"
    if rows < 10:
        return None, f"{rows} test examples are too few for an interval"
    rng = np.random.default_rng(0)
    values = []
    for _ in range(1000):
        drawn = rng.integers(rows, size=rows)
        if len(np.unique(target[drawn])) > 1:  # of one class, average precision means nothing
            values.append(statistic(np.bincount(drawn, minlength=rows)))
    return np.percentile(values, [2.5, 97.5]).tolist(), f"bootstrap over {rows} examples"


def rivals(data: Data) -> dict[str, tuple[str, np.ndarray]]:
    """What the model must beat, fitted on train alone: name and class probabilities for test, (rows, classes)."""
    from figures import reference  # what only evaluate.py needs is slow to import

    classes = len(data.meta["classes"])
    shares = np.bincount(data.train.targets[:], minlength=classes) / len(data.train.ids)
    everywhere = np.tile(shares, (len(data.test.ids), 1))
    return {"baseline": (words("rival_baseline"), everywhere), "reference": reference(data)}


def others(target: np.ndarray, output: np.ndarray, meta: dict) -> dict[str, float]:
    """What the score alone does not tell; means over the classes count each the same, however rare."""
    from sklearn.metrics import precision_recall_fscore_support

    said = output.argmax(1)
    precision, recall, f1, _ = precision_recall_fscore_support(target, said, average="macro", zero_division=0)
    return {
        "accuracy": float((said == target).mean()),
        "macro_f1": float(f1),
        "macro_precision": float(precision),
        "macro_recall": float(recall),
        "cross_entropy": loss(target, output, {"class_weights": None}),
    }


def worst(split: Split, output: np.ndarray, meta: dict, most: int) -> list[tuple[int, str]]:
    """The rows whose class got the least chance: mistakes, then unsure ones, each with a caption; of duplicates one."""
    from report import shorten

    targets, names = truth(split, meta), [shorten(name) for name in meta["classes"]]
    chance = output[np.arange(len(output)), targets]
    keys = np.unique(split.keys, return_inverse=True)[1]
    rows = np.unique(np.stack([chance, keys]), axis=1, return_index=True)[1]  # by chance, then by key
    found = []
    for row in rows[: np.clip(np.sum(chance[rows] < SURE), SHOWN, most)]:
        right, said = targets[row], output[row].argmax()
        told = words("figure_correct" if right == said else "figure_mistake", right=names[right], said=names[said])
        found.append((row, f"{told} ({output[row].max():.0%})"))
    return found
