"""Checks for check.py on classes: how much each counts, and what figures show of them."""

import copy
import dataclasses
import importlib
from collections.abc import Callable
from typing import Any

import data as data_module
import metrics
from checks.parts import Result, alike, picked
from common import words

import numpy as np

FEWEST = 40  # rows that a share is learnt from


def weighed(bench: Any) -> Result:
    """A class counts as often as it should: balanced weights of data.metric_and_weights() are as scikit-learn's,
    loss.loss() takes class_weights of each row's true class, and in train.fit() nothing else weighs or draws rows by
    their class, or it would count twice"""
    from sklearn.utils.class_weight import compute_class_weight  # slow to import

    classes = bench.meta["classes"]
    some = np.repeat(np.arange(len(classes)), 1 + np.arange(len(classes)) % 3)
    config = dataclasses.replace(bench.config, class_weights="balanced", metric="")
    said = data_module.metric_and_weights(config, np.zeros(len(some), int), some, classes)["class_weights"]
    if not alike(said, known := compute_class_weight("balanced", classes=np.arange(len(classes)), y=some)):
        return False, f"weights {np.round(said, 2)} of classes", f"{np.round(known, 2)}"
    meta = bench.meta | {"class_weights": np.linspace(2, 3, len(classes)).tolist()}
    model = bench.trainer.fresh(meta, bench.config)
    few = picked(bench.train, np.argsort(bench.train.targets, kind="stable")[: len(bench.train.ids) // 2])
    answers = bench.net.outputs(model, few.inputs, None, meta, "float32")
    right, found = metrics.loss(few.targets, answers, meta), bench.net.mean_loss(model, few, meta)
    if not alike(found, right):
        return False, f"loss {found:.6f}", f"{right:.6f}"
    if len(bench.train.ids) < FEWEST or bench.trainer is bench.net:  # boosting: `taught` looks at that
        return True, f"loss {found:.6f}, of {len(bench.train.ids)} rows", f"{right:.6f}"
    other = copy.copy(bench)  # of two classes that are drawn by lot, one counts four times
    other.meta = meta | {"class_weights": [4.0] + [1.0] * (len(classes) - 1)}
    other.data = bench.data._replace(meta=other.meta)
    lot = bench.train._replace(targets=np.arange(len(bench.train.ids)) % 2)
    model, _ = other.trained(lot, weight_decay=0.0, depth=1)
    said = np.log(bench.net.outputs(model, bench.valid.inputs, None, other.meta, "float32")[:, :2] + 1e-9).mean(0)
    share = 1 / (1 + np.exp(said[1] - said[0]))
    return 0.68 < share < 0.88, f"of two classes, one with a weight of 4, that is said with {share:.2f}", "about 0.80"


def rules(train: np.ndarray, target: np.ndarray, output: np.ndarray) -> dict[str, Callable[[], float]]:
    """How scikit-learn works out each score of class probabilities, where the rarest class is that of train."""
    from sklearn import metrics as known  # slow to import

    said, rows, macro = output.argmax(1), np.arange(len(output)), {"average": "macro", "zero_division": 0}
    rare = np.bincount(train, minlength=output.shape[1]).argmin()
    return {
        "accuracy": lambda: known.accuracy_score(target, said),
        "macro_f1": lambda: known.f1_score(target, said, **macro),
        "F1 of classes that weigh as they are frequent": lambda: known.f1_score(target, said, average="weighted"),
        "macro_precision": lambda: known.precision_score(target, said, **macro),
        "macro_recall": lambda: known.recall_score(target, said, **macro),
        "average precision": lambda: known.average_precision_score(target == rare, output[:, rare]),
        "cross_entropy": lambda: -np.log(output[rows, target].clip(1e-12)).mean(),
    }


def scored(bench: Any) -> Result:
    """A score is what its name says: metrics.score(), for each of METRICS in data.py, also where classes are rare"""
    classes, rng, wrong = len(bench.meta["classes"]), np.random.default_rng(0), []
    target = rng.integers(classes, size=300) * (rng.random(300) < 0.3)  # most are of the first class
    target[:classes] = np.arange(classes)
    output = rng.dirichlet(np.ones(classes), len(target))  # by lot
    known = {name: rule() for name, rule in rules(target, target, output).items()}
    for name in data_module.METRICS[: 2 + (classes == 2)]:
        meta = bench.meta | {"metric": name, "rare_class": int(np.bincount(target).argmin())}
        said, right = metrics.score(target, output, meta), known[name.replace("macro F1", "macro_f1")]
        same = [f", which is {other}" for other, score in known.items() if alike(said, score)]
        wrong += [f"{name} {said:.4f} for {right:.4f}{''.join(same)}"] * (not alike(said, right))
    return not wrong, "; ".join(wrong) or "equal scores", "those of scikit-learn"


def figures_right(bench: Any) -> Result:
    """Figures show what is what: figures.confusion_matrix() has a row for each true class, and metrics.worst() begins
    with the row whose class got the least chance"""
    figures, classes = importlib.import_module("figures"), len(bench.meta["classes"])  # slow to import
    said = {"target": np.array([0, 0, 0, 1]), "output": np.eye(classes)[[1, 1, 1, 1]]}
    axes = figures.confusion_matrix(said, bench.meta).axes[0]
    figures.plt.close("all")
    right, titled = int(axes.images[0].get_array()[0, 1]), axes.get_ylabel() == words("figure_truth")
    output = np.random.default_rng(0).dirichlet(np.ones(classes), len(bench.valid.ids))
    (worst, _), *_ = metrics.worst(bench.valid, output, bench.meta, 1)
    chance = output[np.arange(len(output)), metrics.truth(bench.valid, bench.meta)]
    first = int((chance < chance[worst]).sum())
    found = f"{right} of 3 mistakes in the row of their true class, {first} worse mistakes left out"
    return right == 3 and titled and first == 0, found, "3, and 0"


CHECKS = [weighed, scored, figures_right]
