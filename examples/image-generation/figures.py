"""Figures of a generator: curves, samples, their nearest training pictures, and one noise along training."""

import math
from pathlib import Path

import data as data_module
import net
import report
import runs
from data import Data
from report import words

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.ticker import LogFormatter

SAMPLES, COMPARED, NEAREST = 100, 8, 5  # pictures in the sheet of samples; samples with so many neighbours each
CHUNK = 8 << 20  # numbers of training pictures compared at a time; only memory depends on it


def draw(run: Path, data: Data, found: dict[str, np.ndarray], on_valid: np.ndarray) -> list[Path]:
    """Draw all figures of a run; returns their paths."""
    _, config, meta, _ = runs.find(str(run))
    model, noise = net.restore(run, config, meta), data_module.noise((SAMPLES, meta["latent"]), 4)
    made = net.outputs(model, noise, None, meta, config.precision)
    drawn = {"learning_curves": curves(run), "samples": sheet(made, 10, (8, 8))}
    drawn["samples_beside_nearest"] = beside_nearest(data, made[:COMPARED])
    if (run / "progress.npz").is_file():
        with np.load(run / "progress.npz") as arrays:
            drawn["fixed_noise_along_training"] = along_training({name: arrays[name] for name in arrays.files})
    return [report.save(figure, run, name) for name, figure in drawn.items()]


def curves(run: Path) -> plt.Figure:
    """The players' loss, which need not fall, and the distance on valid, which should."""
    history = runs.read_history(run)
    kept = history[history["kept"] == 1][-1]
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4), layout="constrained")
    left.plot(history["epoch"], history["train_loss"], marker=".")
    left.axhline(3 * np.log(2), color="grey", linestyle="--", label=words("figure_cannot_tell"))
    left.set(xlabel=words("figure_epoch"), ylabel=words("figure_both_losses"))
    left.legend()
    right.plot(history["epoch"], history["valid_score"], marker=".", color="tab:green")
    right.axvline(kept["epoch"], linestyle=":", color="black", label=words("figure_kept"))
    on_valid = words("figure_on_valid", metric="Fréchet distance")
    right.set(xlabel=words("figure_epoch"), ylabel=on_valid, yscale="log")
    right.yaxis.set_major_formatter("{x:g}")
    right.yaxis.set_minor_formatter(LogFormatter())
    right.legend()
    return figure


def beside_nearest(data: Data, made: np.ndarray) -> plt.Figure:
    """Each sample with the training pictures nearest to it in their pixels: a copy would show here."""
    rows = nearest(made, data.train.targets, NEAREST)
    pictures = data.train.targets[rows.reshape(-1)].reshape(*rows.shape, *made.shape[1:])
    lines = np.concatenate([made[:, None], pictures], axis=1)  # (samples, 1 + nearest, height, width, channels)
    figure = sheet(lines.reshape(-1, *made.shape[1:]), lines.shape[1], (6, 8))
    figure.axes[0].set_title(words("figure_nearest"), fontsize=10)
    return figure


def nearest(made: np.ndarray, pictures: data_module.Pictures, most: int) -> np.ndarray:
    """Rows of the pictures with the least squared distance to each sample, (samples, at most `most`), nearest first."""
    flat = made.reshape(len(made), -1)
    distances = []
    step = max(1, CHUNK // flat.shape[1])
    for start in range(0, len(pictures), step):
        chunk = pictures[start : start + step].reshape(-1, flat.shape[1])
        distances.append((chunk**2).sum(1) - 2 * flat @ chunk.T)  # the sample's own square is the same for all
    return np.concatenate(distances, axis=1).argsort(1, kind="stable")[:, :most]


def along_training(epochs: dict[str, np.ndarray]) -> plt.Figure:
    """Pictures from the same noise, a row for each epoch that was kept."""
    images = np.concatenate(list(epochs.values())).astype(np.float32)
    columns = len(images) // len(epochs)
    figure = sheet(images, columns, (8, 0.9 + 7 * len(epochs) / columns))
    height = images.shape[1] + max(1, images.shape[1] // 16)  # of a row with the line below it
    axes = figure.axes[0]
    axes.axis("on")
    axes.set_yticks([height * (row + 0.5) for row in range(len(epochs))], list(epochs))
    axes.set(xticks=[], ylabel=words("figure_epoch"), title=words("figure_along"))
    return figure


def sheet(images: np.ndarray, columns: int, size: tuple[float, float]) -> plt.Figure:
    """Pictures in [-1, 1] as one picture without axes."""
    figure, axes = plt.subplots(figsize=size, layout="constrained")
    axes.imshow(tile(images, columns).squeeze(), cmap="gray", vmin=0, vmax=255, interpolation="nearest")
    axes.axis("off")
    return figure


def tile(images: np.ndarray, columns: int = 0) -> np.ndarray:
    """Pictures in [-1, 1] side by side as bytes, row by row, with white lines between; 0 columns = a square."""
    pictures = np.stack([answer["picture"] for answer in data_module.decode(images, {})])
    n, height, width, channels = pictures.shape
    columns, line = columns or math.ceil(math.sqrt(n)), max(1, height // 16)
    lines = -(-n // columns)
    whole = np.full((lines * (height + line) - line, columns * (width + line) - line, channels), 255, np.uint8)
    for number, picture in enumerate(pictures):
        top, left = number // columns * (height + line), number % columns * (width + line)
        whole[top : top + height, left : left + width] = picture
    return whole
