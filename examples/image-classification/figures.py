"""Figures of a classifier of pictures: learning curves, confusion matrix, worst mistakes; and its classic rival."""

import math
import textwrap
import warnings
from pathlib import Path

import metrics
import report
import runs
from common import words
from data import Data

import numpy as np
from matplotlib import pyplot as plt
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import ConfusionMatrixDisplay

MOST_CLASSES = 30  # a matrix of more is unreadable; the most frequent ones are shown
MOST_ROWS = 5_000  # training pictures of the rival; more take minutes and hardly change it …
MOST_NUMBERS = 20_000_000  # … and at most so many pixels, or it takes the memory of the whole machine
STRENGTHS = 0.01, 0.1, 1.0  # of the rival, of which valid chooses one
MOST, ACROSS, WIDE = 12, 4, 24  # pictures shown, of a row, and characters in a line above one
CHUNK = 512  # pictures scored at a time; only memory depends on it


def draw(run: Path, data: Data, found: dict[str, np.ndarray], on_valid: np.ndarray, sheet: dict) -> list[Path]:
    """Draw from the arrays of predictions.npz and the answers for valid; returns the paths."""
    return [
        report.save(report.learning_curves(run, sheet["metric"]), run, "learning_curves"),
        report.save(confusion_matrix(found, data.meta), run, "confusion_matrix"),
        report.save(worst_mistakes(data, on_valid), run, "worst_mistakes_on_valid"),
    ]


def confusion_matrix(found: dict[str, np.ndarray], meta: dict) -> plt.Figure:
    """Rows are what is true, columns what the model said."""
    target, answer = found["target"], found["output"].argmax(1)
    counts = np.bincount(target, minlength=len(meta["classes"]))
    shown = np.sort(np.argsort(-counts, kind="stable")[:MOST_CLASSES])
    side = 3 + 0.45 * len(shown)
    figure, axes = plt.subplots(figsize=(side + 1, side), layout="constrained")
    names = [report.shorten(meta["classes"][number]) for number in shown]
    ConfusionMatrixDisplay.from_predictions(
        target, answer, labels=shown, display_labels=names, ax=axes, cmap="Blues", xticks_rotation="vertical"
    )
    axes.set(xlabel=words("figure_model_says", shown=len(shown), of=len(counts)), ylabel=words("figure_truth"))
    return figure


def worst_mistakes(data: Data, output: np.ndarray) -> plt.Figure:
    """The pictures of valid that the model was most wrong about, or least sure of."""
    found = metrics.worst(data.valid, output, data.meta, MOST)
    across = min(len(found), ACROSS)
    down = math.ceil(len(found) / across)
    figure, grid = plt.subplots(down, across, figsize=(2.2 * across, 2.5 * down), layout="constrained")
    for axes, (row, caption) in zip(np.ravel(grid), found, strict=False):
        axes.imshow(data.valid.inputs.raw(row).squeeze(), cmap="gray", vmin=0, vmax=255)
        axes.set_title(textwrap.fill(caption, WIDE), fontsize=11)
    for axes in np.ravel(grid):
        axes.axis("off")
    return figure


def reference(data: Data) -> tuple[str, np.ndarray]:
    """Logistic regression on the pixels: its name, and its class probabilities for test, (rows, classes)."""
    most = min(MOST_ROWS, max(100, MOST_NUMBERS // np.prod(data.meta["shape"])))
    train, valid = (runs.fewer(split, most) for split in data[:2])
    seen = train.inputs.reshape(len(train.ids), -1)  # (rows, pixels)
    unseen = valid.inputs.reshape(len(valid.ids), -1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # near enough after max_iter
        models = [LogisticRegression(C=strength, max_iter=150).fit(seen, train.targets) for strength in STRENGTHS]
    best = max(models, key=lambda model: model.score(unseen, valid.targets))
    answer = np.zeros((len(data.test.ids), len(data.meta["classes"])))
    for rows in np.array_split(np.arange(len(answer)), 1 + len(answer) // CHUNK):
        answer[np.ix_(rows, best.classes_)] = best.predict_proba(data.test.inputs[rows].reshape(len(rows), -1))
    return words("rival_reference", rows=f"{MOST_ROWS:,}"), answer
