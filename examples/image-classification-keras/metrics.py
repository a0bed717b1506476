"""The score of a classifier from class probabilities: accuracy, macro F1 or average precision, and what each hides."""

from typing import Any

import numpy as np

from scoring import intervals
from splits import Split

NAME = "accuracy"  # unless meta["metric"] says another
HIGHER_IS_BETTER = True
MOST_RANKED = 20_000  # test rows whose order a bootstrap sorts anew a thousand times


def name(meta: dict[str, Any]) -> str:
    """Which score counts: accuracy; where some classes are rare, macro F1, or average precision for one of two."""
    return meta.get("metric", NAME)


def truth(split: Split, meta: dict[str, Any]) -> np.ndarray:
    """The right class numbers, (rows,)."""
    return np.asarray(split.targets)


def correct(target: np.ndarray, output: np.ndarray) -> np.ndarray:
    """Whether the likeliest class of each row is the right one, (rows,) of 0 and 1."""
    return (output.argmax(1) == target).astype(float)


def score(target: np.ndarray, output: np.ndarray, meta: dict[str, Any]) -> float:
    """Accuracy, the share of rows whose likeliest class is right; the mean F1 of the classes; or average precision."""
    if name(meta) == "accuracy":
        return float(correct(target, output).mean())
    if name(meta) == "average precision":
        return average_precision(*ranked(target, output, meta))
    return macro_f1(counts(target, output).sum(0))


def ranked(target: np.ndarray, output: np.ndarray, meta: dict[str, Any]) -> tuple[np.ndarray, np.ndarray]:
    """Whether each row is of the class to be found, (rows,), and how likely the model holds that, (rows,)."""
    rare = meta.get("rare_class", 1)
    return target == rare, output[:, rare]


def average_precision(wanted: np.ndarray, chance: np.ndarray) -> float:
    """The mean over the wanted rows of the precision among all rows held at least as likely."""
    order = np.argsort(-chance, kind="stable")
    found, chance = np.cumsum(wanted[order]), chance[order]
    last = np.append(np.flatnonzero(np.diff(chance)), len(chance) - 1)  # of each run of equal chances
    gained = np.diff(found[last], prepend=0)
    return float((gained * found[last] / (last + 1)).sum() / max(found[-1], 1))


def counts(target: np.ndarray, output: np.ndarray, blocks: int = 1) -> np.ndarray:
    """Rows by class, (blocks, 3, classes): those that are of it, those said to be, and those where both agree."""
    rows, classes = output.shape
    block = np.arange(rows) * blocks // rows
    said, found = output.argmax(1), np.zeros((blocks, 3, classes), np.int64)
    right = said == target
    for what, (where, which) in enumerate(((block, target), (block, said), (block[right], target[right]))):
        np.add.at(found[:, what], (where, which), 1)
    return found


def macro_f1(found: np.ndarray) -> float:
    """The mean over the classes of F1, the harmonic mean of precision and recall; classes that do not occur are out."""
    true, said, right = found
    there = true + said > 0
    return float((2 * right[there] / (true + said)[there]).mean())


def loss(target: np.ndarray, output: np.ndarray, meta: dict[str, Any]) -> float:
    """Cross-entropy in nats per row, weighted like the loss of training."""
    errors = -np.log(np.maximum(output[np.arange(len(target)), target], 1e-12))
    weights = meta.get("class_weights")
    return float((errors * np.array(weights)[target] if weights else errors).mean())


def interval(target: np.ndarray, output: np.ndarray, meta: dict[str, Any]) -> tuple[list[float] | None, str]:
    """95 % interval: Wilson's of the accuracy, a bootstrap of macro F1."""
    if name(meta) == "accuracy":
        right = correct(target, output)
        return intervals.wilson(right.sum(), len(right)), "Wilson's score interval"
    if name(meta) == "average precision":
        some = slice(None, None, 1 + len(target) // MOST_RANKED)
        wanted, chance = ranked(target[some], output[some], meta)
        return intervals.bootstrap(lambda index: average_precision(wanted[index], chance[index]), len(wanted))
    found = counts(target, output, min(intervals.MOST_BLOCKS, len(target)))
    return intervals.bootstrap(lambda index: macro_f1(found[index].sum(0)), len(found))


def difference(target: np.ndarray, output: np.ndarray, rival: np.ndarray, meta: dict[str, Any]) -> tuple[Any, str]:
    """95 % interval of the score gained over a rival on the same rows."""
    if name(meta) == "average precision":
        some = slice(None, None, 1 + len(target) // MOST_RANKED)
        wanted, ours = ranked(target[some], output[some], meta)
        theirs = ranked(target[some], rival[some], meta)[1]

        def more(index: np.ndarray) -> float:
            return average_precision(wanted[index], ours[index]) - average_precision(wanted[index], theirs[index])

        return intervals.bootstrap(more, len(wanted))
    if name(meta) != "accuracy":
        blocks = min(intervals.MOST_BLOCKS, len(target))
        ours, theirs = counts(target, output, blocks), counts(target, rival, blocks)
        gained = lambda drawn: macro_f1(ours[drawn].sum(0)) - macro_f1(theirs[drawn].sum(0))  # noqa: E731
        return intervals.bootstrap(gained, blocks)
    return intervals.of_means(correct(target, output) - correct(target, rival))


def others(predictions: dict[str, np.ndarray], meta: dict[str, Any]) -> dict[str, float]:
    """Accuracy, means over the classes, each class counting the same however rare it is, and the cross-entropy."""
    target, output = predictions["target"], predictions["output"]
    found = counts(target, output)[0]
    true, said, right = found
    precision, recall = right / np.maximum(said, 1), right / np.maximum(true, 1)
    there = true + said > 0
    return {
        "accuracy": float(correct(target, output).mean()),
        "macro_f1": macro_f1(found),
        "macro_precision": float(precision[there].mean()),
        "macro_recall": float(recall[there].mean()),
        "cross_entropy": loss(target, output, {}),
    }
