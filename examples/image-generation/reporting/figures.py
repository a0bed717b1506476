"""Figures of a generator: curves, samples, their nearest training pictures, and one noise along training."""

from pathlib import Path
from typing import Any

import numpy as np

import data as data_module
import metrics
from engine import history, inference
from reporting import snapshots
from reporting.curves import plt, save
from reporting.gallery import tile
from reporting.labels import label
from splits import Data

SAMPLES, COMPARED, NEAREST = 100, 8, 5  # pictures in the sheet of samples; samples with so many neighbours each
CHUNK = 8 << 20  # numbers of training pictures compared at a time; only memory depends on it


def draw(run: Path, data: Data, model: Any, predictions: dict[str, np.ndarray], sheet: dict) -> list[Path]:
    """Draw all figures of a run; returns their paths."""
    made = inference.answers(model, data_module.noise((SAMPLES, data.meta["latent"]), 4), data.meta)
    drawn = [curves(run, data), samples(run, made), beside_nearest(run, data, made[:COMPARED])]
    return drawn + [along_training(run, epochs) for epochs in [snapshots.read(run)] if epochs]


def curves(run: Path, data: Data) -> Path:
    """The players' loss, which need not fall, and the distance on valid, which should."""
    rows = history.read(run)
    epochs = [row["epoch"] for row in rows]
    kept = [row for row in rows if row["kept"]][-1]
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4), layout="constrained")
    left.plot(epochs, [row["train_loss"] for row in rows], marker=".")
    cannot_tell = label("cannot_tell", "a discriminator that cannot tell")
    left.axhline(3 * np.log(2), color="grey", linestyle="--", label=cannot_tell)
    left.set(xlabel=label("epoch", "epoch"), ylabel=label("both_losses", "loss of both players on train"))
    left.legend()
    right.plot(epochs, [row["valid_score"] for row in rows], marker=".", color="tab:green")
    ring = {"markersize": 10, "fillstyle": "none", "color": "black", "label": label("kept", "kept")}
    right.plot(kept["epoch"], kept["valid_score"], "o", **ring)
    on_valid = label("on_valid", f"{metrics.NAME} on valid", metric=metrics.NAME)
    right.set(xlabel=label("epoch", "epoch"), ylabel=on_valid, yscale="log")
    right.legend()
    return save(figure, run, "learning_curves")


def samples(run: Path, made: np.ndarray) -> Path:
    """Generated pictures as they come, none picked."""
    figure, axes = plt.subplots(figsize=(8, 8), layout="constrained")
    show(axes, made, 10)
    return save(figure, run, "samples")


def beside_nearest(run: Path, data: Data, made: np.ndarray) -> Path:
    """Each sample with the training pictures nearest to it in their pixels: a copy would show here."""
    rows = nearest(made, data.train.targets, NEAREST)
    pictures = data.train.targets[rows.reshape(-1)].reshape(*rows.shape, *made.shape[1:])
    lines = np.concatenate([made[:, None], pictures], axis=1)  # (samples, 1 + nearest, height, width, channels)
    figure, axes = plt.subplots(figsize=(6, 8), layout="constrained")
    show(axes, lines.reshape(-1, *made.shape[1:]), lines.shape[1])
    axes.set_title(label("nearest", "left: generated; right: the nearest pictures of train"), fontsize=10)
    return save(figure, run, "samples_beside_nearest")


def nearest(made: np.ndarray, pictures: Any, most: int) -> np.ndarray:
    """Rows of the pictures with the least squared distance to each sample, (samples, at most `most`), nearest first."""
    flat = made.reshape(len(made), -1)
    distances = []
    step = max(1, CHUNK // flat.shape[1])
    for start in range(0, len(pictures), step):
        chunk = pictures[start : start + step].reshape(-1, flat.shape[1])
        distances.append((chunk**2).sum(1) - 2 * flat @ chunk.T)  # the sample's own square is the same for all
    return np.concatenate(distances, axis=1).argsort(1, kind="stable")[:, :most]


def along_training(run: Path, epochs: dict[int, np.ndarray]) -> Path:
    """Pictures from the same noise, a row for each snapshot."""
    images = np.concatenate(list(epochs.values())).astype(np.float32)
    figure, axes = plt.subplots(figsize=(8, 0.9 + 7 * len(epochs) / snapshots.PICTURES), layout="constrained")
    show(axes, images, snapshots.PICTURES)
    height = images.shape[1] + max(1, images.shape[1] // 16)  # of a row with the line below it
    axes.axis("on")
    axes.set_yticks([height * (row + 0.5) for row in range(len(epochs))], [str(epoch) for epoch in epochs])
    axes.set(xticks=[], ylabel=label("epoch", "epoch"), title=label("along", "the same noise along training"))
    return save(figure, run, "fixed_noise_along_training")


def show(axes: plt.Axes, images: np.ndarray, columns: int) -> None:
    """Pictures in [-1, 1] as one picture without axes."""
    pictures = np.stack([answer["picture"] for answer in data_module.decode(images, {})])
    axes.imshow(tile(pictures, columns).squeeze(), cmap="gray", vmin=0, vmax=255, interpolation="nearest")
    axes.axis("off")
