"""Figures of a language model: learning curves, where valid surprised it, and text at several temperatures."""

import textwrap
from pathlib import Path
from typing import Any

import numpy as np

import data as data_module
import metrics
from engine import generate, inference
from reporting.curves import learning_curves, plt, save
from reporting.labels import label
from splits import Data, subset

TEMPERATURES = (0.5, 0.8, 1.0, 1.2)
COLUMNS, LINES = 80, 16  # of a passage


def draw(run: Path, data: Data, model: Any, predictions: dict[str, np.ndarray], sheet: dict) -> list[Path]:
    """Draw all figures of a run; returns their paths."""
    return [learning_curves(run, metrics.NAME), surprise(run, data, model), samples(run, data, model)]


def surprise(run: Path, data: Data, model: Any) -> Path:
    """A passage of valid, each character on a red as deep as the bits it cost."""
    rows = subset(data.valid, np.arange(min(len(data.valid), 4 * COLUMNS * LINES // data.meta["context"])))
    text = data_module.decode(metrics.truth(rows, data.meta), data.meta)
    bits = inference.outputs(model, rows, data.meta)
    figure, axes = plt.subplots(figsize=(10, 4), layout="constrained")
    title = label("surprise", "bits per character on a passage of valid: red was a surprise")
    axes.set(xlim=(0, COLUMNS), ylim=(LINES, 0), title=title)
    axes.axis("off")
    column, line = 0, 0
    for character, cost in zip(text, bits, strict=True):
        if character == "\n" or column == COLUMNS:
            column, line = 0, line + 1
        if line == LINES:
            break
        if character != "\n":
            axes.add_patch(plt.Rectangle((column, line), 1, 1, color=(1, *[1 - min(float(cost), 8) / 8] * 2)))
            shown = character if character.isprintable() else " "
            axes.text(column + 0.5, line + 0.75, shown, ha="center", family="monospace", fontsize=8, parse_math=False)
            column += 1
    return save(figure, run, "surprise_on_valid")


def samples(run: Path, data: Data, model: Any) -> Path:
    """What the model writes after the same beginning, from careful to wild."""
    start = data.valid.inputs[np.arange(1)][0]
    figure, grid = plt.subplots(2, 2, figsize=(12, 7), layout="constrained")
    for axes, temperature in zip(grid.flat, TEMPERATURES, strict=True):
        tokens = generate.continue_text(model, start, 200, temperature, np.random.default_rng(0), data.meta)
        text = data_module.decode(list(tokens), data.meta)
        lines = [
            piece for line in text.splitlines() for piece in textwrap.wrap(line, 72, drop_whitespace=False) or [""]
        ]
        shown = "\n".join("".join(c if c.isprintable() else " " for c in line) for line in lines[:22])
        axes.text(0, 1, shown, va="top", family="monospace", fontsize=7, parse_math=False, transform=axes.transAxes)
        axes.set_title(label("temperature", f"temperature {temperature}", value=temperature), loc="left")
        axes.axis("off")
    return save(figure, run, "samples")
