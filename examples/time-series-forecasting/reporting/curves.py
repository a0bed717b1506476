"""The figure every run has: loss and valid score by epoch, with the kept epoch marked."""

import io
import warnings
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

import runs
from engine import history
from reporting import fonts
from reporting.labels import label


def learning_curves(run: Path, metric: str) -> Path:
    """Draw history.csv as figures/learning_curves.png; returns its path."""
    rows = history.read(run)
    epochs = [row["epoch"] for row in rows]
    kept = [row for row in rows if row["kept"]][-1]
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4), layout="constrained")
    left.plot(epochs, [row["train_loss"] for row in rows], marker=".", label=label("train", "train"))
    left.plot(epochs, [row["valid_loss"] for row in rows], marker=".", label=label("valid", "valid"))
    left.set(xlabel=label("epoch", "epoch"), ylabel=label("loss", "loss"))
    left.legend()
    right.plot(epochs, [row["valid_score"] for row in rows], marker=".", color="tab:green")
    ring = {"markersize": 10, "fillstyle": "none", "color": "black", "label": label("kept", "kept")}
    right.plot(kept["epoch"], kept["valid_score"], "o", **ring)
    right.set(xlabel=label("epoch", "epoch"), ylabel=label("on_valid", f"{metric} on valid", metric=metric))
    right.legend()
    return save(figure, run, "learning_curves")


def save(figure: plt.Figure, run: Path, name: str) -> Path:
    """Write a figure to the run's figures/ folder and close it; returns its path."""
    picture = io.BytesIO()
    fonts.fit(figure)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph")  # a script that the fonts lack shows as boxes; no reason to stop
        figure.savefig(picture, format="png", dpi=120)
    plt.close(figure)
    path = run / "figures" / f"{name}.png"
    runs.write(path, picture.getvalue())
    return path
