"""Figures of predicted numbers: learning curves, predicted against true, residuals, and the worst mistakes on valid."""

from pathlib import Path

import explain
import metrics
import report
from common import words
from data import Data

import numpy as np
from matplotlib import pyplot as plt

MOST_DOTS = 5000  # more make one blot
MOST = 10  # rows shown


def draw(run: Path, data: Data, found: dict[str, np.ndarray], on_valid: np.ndarray, sheet: dict) -> list[Path]:
    """Draw from the arrays of predictions.npz and the answers for valid; returns the paths."""
    rows = np.unique(np.linspace(0, len(found["target"]) - 1, MOST_DOTS).astype(int))
    target, output = found["target"][rows], found["output"][rows]
    name = report.shorten(data.meta["target"])
    return [
        report.save(report.learning_curves(run, sheet["metric"]), run, "learning_curves"),
        report.save(predicted_against_true(target, output, name), run, "predicted_against_true"),
        report.save(residuals(output, output - target, name), run, "residuals"),
        explain.explained(run, data, on_valid, sheet),
        report.save(worst_mistakes(data, on_valid, sheet), run, "worst_mistakes_on_valid"),
    ]


def predicted_against_true(target: np.ndarray, output: np.ndarray, name: str) -> plt.Figure:
    """A dot for each test row; on the line the model is right."""
    figure, axes = plt.subplots(figsize=(5.5, 5), layout="constrained")
    axes.scatter(target, output, s=12, alpha=0.5, linewidths=0)
    ends = [min(*target, *output), max(*target, *output)]
    axes.plot(ends, ends, color="black", linewidth=1, label=words("figure_right"))
    axes.set(xlabel=words("figure_true", name=name), ylabel=words("figure_predicted"))
    axes.legend()
    return figure


def residuals(output: np.ndarray, error: np.ndarray, name: str) -> plt.Figure:
    """Errors by what was predicted, and how often each occurs; a trend or a funnel shows what the model misses."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4), layout="constrained", sharey=True, width_ratios=(2, 1))
    left.scatter(output, error, s=12, alpha=0.5, linewidths=0)
    left.axhline(0, color="black", linewidth=1)
    left.set(xlabel=words("figure_predicted_name", name=name), ylabel=words("figure_error"))
    right.hist(error, bins=40, orientation="horizontal")
    right.set(xlabel=words("figure_test_rows"))
    return figure


def worst_mistakes(data: Data, output: np.ndarray, sheet: dict) -> plt.Figure:
    """The rows of valid whose prediction is farthest off."""
    target = metrics.truth(data.valid, data.meta)
    worst = np.argsort(-np.abs(output - target), kind="stable")[:MOST]
    captions = [words("figure_mistake", right=target[row], said=output[row]) for row in worst]
    return explain.rows_shown(data, worst, captions, sheet)
