"""Figures of a generator: curves, samples, their nearest training pictures, and one noise along training."""

import math
from pathlib import Path

import data as data_module
import net
import report
import runs
from common import words
from data import Data

import numpy as np
from matplotlib import pyplot as plt
from scipy.spatial.distance import cdist

SAMPLES, COMPARED, NEAREST = 100, 8, 5  # pictures in the sheet of samples; samples with so many neighbours each
CHUNK = 500  # training pictures compared at a time; only memory depends on it


def draw(run: Path, data: Data, found: dict[str, np.ndarray], on_valid: np.ndarray, sheet: dict) -> list[Path]:
    """Draw all figures of a run; returns their paths."""
    _, config, meta, _ = runs.find(str(run))
    noise = data_module.noise((SAMPLES, meta["latent"]), data_module.SAMPLES_SEED)
    made = net.outputs(net.restore(run, config, meta), noise, None, meta, config.precision)
    epochs = {path.stem.lstrip("0"): np.load(path) for path in sorted((run / "progress").glob("*.npy"))}
    along, title = np.concatenate(list(epochs.values())), words("figure_along", epochs=", ".join(epochs))
    figures = {
        "learning_curves": report.learning_curves(run, sheet["metric"]),
        "samples": framed(data_module.decode(made), 10),
        "samples_beside_nearest": beside_nearest(data, made[:COMPARED]),
        "fixed_noise_along_training": framed(along, data_module.SNAPSHOTS, title),
    }
    losses = figures["learning_curves"].axes[0]
    losses.lines[1].remove()  # of valid, another kind of loss
    losses.relim()
    losses.autoscale()
    losses.axhline(3 * np.log(2), color="grey", linestyle="--", label=words("figure_cannot_tell"))
    losses.set_ylabel(words("figure_both_losses"))
    losses.legend()
    return [report.save(figure, run, name) for name, figure in figures.items()]


def beside_nearest(data: Data, made: np.ndarray) -> plt.Figure:
    """Each sample with the training pictures nearest to it in their pixels: a copy would show here."""
    train, flat = data.train.targets, made.reshape(len(made), -1)
    chunks = np.array_split(np.arange(len(train)), math.ceil(len(train) / CHUNK))
    gaps = [cdist(flat, train[rows].reshape(len(rows), -1), "sqeuclidean") for rows in chunks]  # (samples, rows) each
    nearest = np.hstack(gaps).argsort(1, kind="stable")[:, :NEAREST]  # (samples, nearest), rows of train
    lines = [np.concatenate([made[[number]], train[rows]]) for number, rows in enumerate(nearest)]
    return framed(data_module.decode(np.concatenate(lines)), 1 + nearest.shape[1], words("figure_nearest"))


def framed(pictures: np.ndarray, columns: int, title: str = "") -> plt.Figure:
    """Pictures, bytes, as one picture without axes."""
    tiles = tile(pictures, columns).squeeze()
    figure, axes = plt.subplots(figsize=(7, 0.5 + 7 * len(tiles) / tiles.shape[1]), layout="constrained")
    axes.imshow(tiles, cmap="gray", vmin=0, vmax=255, interpolation="nearest")
    axes.set_title(title, fontsize=10)
    axes.axis("off")
    return figure


def tile(pictures: np.ndarray, columns: int = 0) -> np.ndarray:
    """Pictures, bytes, side by side, row by row, with white lines between; 0 columns = a square."""
    count, height, width, channels = pictures.shape
    columns, line = columns or math.ceil(math.sqrt(count)), max(1, height // 16)
    lines = math.ceil(count / columns)
    sheet = np.full((lines * columns, height + line, width + line, channels), 255, np.uint8)
    sheet[:count, :height, :width] = pictures
    sheet = sheet.reshape(lines, columns, *sheet.shape[1:]).swapaxes(1, 2)  # (lines, height, columns, width, channels)
    return sheet.reshape(lines * (height + line), columns * (width + line), channels)[:-line, :-line]
