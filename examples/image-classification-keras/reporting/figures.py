"""Figures of a classifier: learning curves, confusion matrix, and the worst mistakes (taken from valid, never test)."""

from pathlib import Path
from typing import Any

import numpy as np

import metrics
from engine import inference
from reporting import fonts, gallery
from reporting.curves import learning_curves, plt, save
from reporting.labels import label
from splits import Data

MOST_CLASSES = 30  # a matrix of more is unreadable; the most frequent ones are shown


def draw(run: Path, data: Data, model: Any, predictions: dict[str, np.ndarray], sheet: dict) -> list[Path]:
    """Draw all figures of a run; returns their paths."""
    return [
        learning_curves(run, metrics.name(data.meta)),
        confusion_matrix(run, predictions["target"], predictions["output"].argmax(1), data.meta["classes"]),
        worst_mistakes(run, data, model),
    ]


def confusion_matrix(run: Path, target: np.ndarray, answer: np.ndarray, classes: list[str]) -> Path:
    """Rows are what is true, columns what the model said; a row sums to 1."""
    counts = np.zeros((len(classes), len(classes)), int)
    np.add.at(counts, (target, answer), 1)
    shown = np.sort(np.argsort(-counts.sum(1), kind="stable")[:MOST_CLASSES])
    counts, names = counts[np.ix_(shown, shown)], [class_name(classes, i) for i in shown]
    shares = counts / np.maximum(counts.sum(1, keepdims=True), 1)
    side = 2.5 + 0.45 * len(names)
    figure, axes = plt.subplots(figsize=(side + 1, side), layout="constrained")
    image = axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    axes.set(xticks=range(len(names)), yticks=range(len(names)))
    axes.set(xlabel=label("model_says", "the model says"), ylabel=label("truth", "truth"))
    axes.set_xticklabels(names, rotation=90 if max(map(len, names)) > 2 else 0, parse_math=False)
    axes.set_yticklabels(names, parse_math=False)
    for (row, column), count in np.ndenumerate(counts):
        if count:
            color = "white" if shares[row, column] > 0.5 else "black"
            axes.text(column, row, count, ha="center", va="center", color=color, fontsize=8)
    figure.colorbar(image, label=label("share", "share of the true class"))
    return save(figure, run, "confusion_matrix")


def worst_mistakes(run: Path, data: Data, model: Any) -> Path:
    """The rows of valid whose true class got the least probability; where mistakes are few, unsure answers follow."""
    output, target, names = inference.outputs(model, data.valid, data.meta), data.valid.targets, data.meta["classes"]
    worst = np.argsort(output[np.arange(len(target)), target], kind="stable")[: gallery.MOST]
    captions = []
    for row in worst:
        right, said = target[row], output[row].argmax()
        true, other = class_name(names, right), class_name(names, said)
        what = true if said == right else label("mistake", f"{true}, not {other}", right=true, said=other)
        captions.append(f"{what} ({output[row].max():.0%})")
    return save(gallery.draw(data, worst, captions), run, "worst_mistakes_on_valid")


def class_name(classes: list[str], number: int, most: int = 24) -> str:
    """A class's name as it fits beside an axis."""
    name = classes[number]
    return fonts.shown(name if len(name) <= most else name[: most - 1] + "…", f"class {number}")
