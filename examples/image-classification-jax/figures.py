"""Figures of a classifier of pictures: learning curves, confusion matrix of test, and the worst mistakes on valid."""

from pathlib import Path

import report
from data import Data
from report import words

import numpy as np
from matplotlib import pyplot as plt
from sklearn.metrics import ConfusionMatrixDisplay

MOST_CLASSES = 30  # a matrix of more is unreadable; the most frequent ones are shown
MOST = 15  # pictures shown


def draw(run: Path, data: Data, found: dict[str, np.ndarray], on_valid: np.ndarray) -> list[Path]:
    """Draw from the arrays of predictions.npz and the answers for valid; returns the paths."""
    return [
        report.learning_curves(run, data.meta["metric"]),
        report.save(confusion_matrix(found["target"], found["output"].argmax(1), data.meta), run, "confusion_matrix"),
        report.save(worst_mistakes(data, on_valid), run, "worst_mistakes_on_valid"),
    ]


def confusion_matrix(target: np.ndarray, answer: np.ndarray, meta: dict) -> plt.Figure:
    """Rows are what is true, columns what the model said."""
    shown = np.sort(np.argsort(-np.bincount(target, minlength=len(meta["classes"])), kind="stable")[:MOST_CLASSES])
    side = 3 + 0.45 * len(shown)
    figure, axes = plt.subplots(figsize=(side + 1, side), layout="constrained")
    ConfusionMatrixDisplay.from_predictions(
        target,
        answer,
        labels=shown,
        display_labels=[report.shorten(meta["classes"][number]) for number in shown],
        ax=axes,
        cmap="Blues",
        xticks_rotation="vertical",
    )
    axes.set(xlabel=words("figure_model_says"), ylabel=words("figure_truth"))
    return figure


def worst_mistakes(data: Data, output: np.ndarray) -> plt.Figure:
    """The pictures of valid whose true class got the least probability; where mistakes are few, unsure ones follow."""
    targets, classes = data.valid.targets, data.meta["classes"]
    worst = np.argsort(output[np.arange(len(targets)), targets], kind="stable")[:MOST]
    figure, grid = plt.subplots(3, 5, figsize=(10, 6.6), layout="constrained")
    for axes in grid.flat:
        axes.axis("off")
    for axes, row in zip(grid.flat, worst, strict=False):
        right, said = targets[row], output[row].argmax()
        what = report.shorten(classes[right])
        if said != right:
            what = words("figure_mistake", right=what, said=report.shorten(classes[said]))
        axes.imshow(data.valid.inputs.raw(row).squeeze(), cmap="gray", vmin=0, vmax=255)
        axes.set_title(f"{what} ({output[row].max():.0%})", fontsize=8)
    return figure
