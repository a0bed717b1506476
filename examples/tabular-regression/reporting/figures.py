"""Figures of predicted numbers: learning curves, predicted against true, residuals, and the worst mistakes on valid."""

from pathlib import Path
from typing import Any

import numpy as np

import metrics
from engine import inference
from reporting import fonts, gallery
from reporting.curves import learning_curves, plt, save
from reporting.labels import label
from splits import Data

MOST_DOTS = 5000  # more make one blot


def draw(run: Path, data: Data, model: Any, predictions: dict[str, np.ndarray], sheet: dict) -> list[Path]:
    """Draw all figures of a run; returns their paths."""
    rows = np.unique(np.linspace(0, len(predictions["target"]) - 1, MOST_DOTS).astype(int))
    target, output = predictions["target"][rows], predictions["output"][rows]
    name = fonts.shown(gallery.shorten(data.meta["target"]["name"]), "target")
    return [
        learning_curves(run, metrics.NAME),
        predicted_against_true(run, target, output, name),
        residuals(run, target, output, name),
        worst_mistakes(run, data, model),
    ]


def predicted_against_true(run: Path, target: np.ndarray, output: np.ndarray, name: str) -> Path:
    """A dot for each test row; on the line the model is right."""
    figure, axes = plt.subplots(figsize=(5.5, 5), layout="constrained")
    axes.scatter(target, output, s=12, alpha=0.5, linewidths=0)
    ends = [min(target.min(), output.min()), max(target.max(), output.max())]
    axes.plot(ends, ends, color="black", linewidth=1, label=label("right", "right"))
    axes.set_xlabel(label("true", f"true {name}", name=name), parse_math=False)
    axes.set_ylabel(label("predicted", "predicted"))
    axes.legend()
    return save(figure, run, "predicted_against_true")


def residuals(run: Path, target: np.ndarray, output: np.ndarray, name: str) -> Path:
    """Errors by what was predicted, and how often each occurs; a trend or a funnel shows what the model misses."""
    error = output - target
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4), layout="constrained", sharey=True, width_ratios=(2, 1))
    left.scatter(output, error, s=12, alpha=0.5, linewidths=0)
    left.axhline(0, color="black", linewidth=1)
    left.set_xlabel(label("predicted_name", f"predicted {name}", name=name), parse_math=False)
    left.set_ylabel(label("error", "predicted less true"))
    right.hist(error, bins=40, orientation="horizontal")
    right.set_xlabel(label("test_rows", "test rows"))
    return save(figure, run, "residuals")


def worst_mistakes(run: Path, data: Data, model: Any) -> Path:
    """The rows of valid whose prediction is farthest off."""
    output, target = inference.outputs(model, data.valid, data.meta), metrics.truth(data.valid, data.meta)
    worst = np.argsort(-np.abs(output - target), kind="stable")[: gallery.MOST]
    pairs = [(f"{target[row]:.5g}", f"{output[row]:.5g}") for row in worst]
    captions = [label("mistake", f"{right}, not {said}", right=right, said=said) for right, said in pairs]
    return save(gallery.draw(data, worst, captions), run, "worst_mistakes_on_valid")
