"""Figures of a language model: learning curves, where valid surprised it, and text at several temperatures."""

import textwrap
from pathlib import Path

import net
import report
import runs
from common import words
from data import Data, decode
from loss import continue_text
from metrics import truth

import numpy as np
from matplotlib import pyplot as plt

TEMPERATURES = (0.5, 0.8, 1.0, 1.2)
COLUMNS, LINES = 80, 16  # of a passage
WRITTEN = 200  # characters of a sample


def draw(run: Path, data: Data, found: dict[str, np.ndarray], on_valid: np.ndarray, sheet: dict) -> list[Path]:
    """Draw from the answers for valid and from the model; returns the paths."""
    return [
        report.save(report.learning_curves(run, sheet["metric"]), run, "learning_curves"),
        report.save(surprise(data, on_valid), run, "surprise_on_valid"),
        report.save(samples(run, data, WRITTEN // 10 if sheet["smoke"] else WRITTEN), run, "samples"),
    ]


def surprise(data: Data, bits: np.ndarray) -> plt.Figure:
    """The first passage of valid, each character on a red as deep as the bits it cost."""
    text = decode(truth(data.valid, data.meta)[: COLUMNS * LINES], data.meta)
    figure, axes = plt.subplots(figsize=(10, 4), layout="constrained")
    axes.set(xlim=(0, COLUMNS), ylim=(LINES, 0), title=words("figure_surprise"))
    axes.axis("off")
    column, line = 0, 0
    for character, cost in zip(text, bits, strict=False):
        if character == "\n" or column == COLUMNS:
            column, line = 0, line + 1
        if line == LINES:
            break
        if character != "\n":
            red = 1, *[1 - min(float(cost), 8) / 8] * 2
            axes.add_patch(plt.Rectangle((column, line), 1, 1, color=red))
            axes.text(column + 0.5, line + 0.75, visible(character), ha="center", family="monospace", fontsize=8)
            column += 1
    return figure


def samples(run: Path, data: Data, length: int) -> plt.Figure:
    """What the model writes after the same beginning, from careful to wild."""
    _, config, meta, _ = runs.find(str(run))
    model = net.restore(run, config, meta)
    start = data.valid.inputs[:1][0].tolist()
    figure, grid = plt.subplots(2, 2, figsize=(10, 4.5), layout="constrained")
    for axes, temperature in zip(grid.flat, TEMPERATURES, strict=True):
        written = decode(continue_text(model, start, length, temperature, np.random.default_rng(0), meta), meta)
        lines = [wrapped for line in written.splitlines() for wrapped in textwrap.wrap(line, 72) or [""]]
        axes.text(0, 1, "\n".join(map(visible, lines[:14])), va="top", family="monospace", fontsize=7)
        axes.set_title(words("figure_temperature", value=temperature), loc="left")
        axes.axis("off")
    return figure


def visible(text: str) -> str:
    """What a font can show."""
    return "".join(character if character.isprintable() else " " for character in text)
