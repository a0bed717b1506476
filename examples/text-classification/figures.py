"""Figures of a classifier of texts: learning curves, confusion matrix of test, and the worst mistakes on valid."""

import textwrap
from pathlib import Path

import report
from data import Data
from report import words

import numpy as np
from matplotlib import pyplot as plt
from sklearn.metrics import ConfusionMatrixDisplay

MOST_CLASSES = 30  # a matrix of more is unreadable; the most frequent ones are shown
MOST_TEXTS = 10  # shown as mistakes
WIDE, HIGH = 130, 3  # characters in a line, lines of a text


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
    """The texts of valid whose true class got the least probability; where mistakes are few, unsure ones follow."""
    targets, classes = data.valid.targets, data.meta["classes"]
    worst = np.argsort(output[np.arange(len(targets)), targets], kind="stable")[:MOST_TEXTS]
    figure, axes = plt.subplots(figsize=(10, 1 + 0.8 * len(worst)), layout="constrained")
    axes.axis("off")
    axes.set(xlim=(0, 1), ylim=(len(worst), 0))
    for place, row in enumerate(worst):
        right, said = targets[row], output[row].argmax()
        caption = report.shorten(classes[right])
        if said != right:
            caption = words("figure_mistake", right=caption, said=report.shorten(classes[said]))
        text = textwrap.fill(data.valid.inputs.text(row), WIDE, max_lines=HIGH, placeholder=" …")
        axes.text(0, place, f"{caption} ({output[row].max():.0%})", fontsize=9, weight="bold", va="top")
        axes.text(0, place + 0.26, text, fontsize=9, va="top")
    return figure
