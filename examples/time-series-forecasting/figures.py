"""Figures of a forecaster: learning curves, forecasts against the truth, and the error by step ahead."""

from pathlib import Path
from typing import Any

import numpy as np

import band
import metrics
import timestamps
from curves import learning_curves, plt, save
from splits import Data

MOST_FORECASTS = 4  # shown behind one another, the last one ends with the data


def draw(run: Path, data: Data, model: Any, predictions: dict[str, np.ndarray], sheet: dict) -> list[Path]:
    """Draw all figures of a run; returns their paths."""
    rivals = {"last value": "last_value", "seasonal naive": "seasonal_naive", sheet["reference"]["name"]: "reference"}
    return [
        learning_curves(run, metrics.NAME),
        forecast_against_truth(run, data, predictions, band.offsets(model, data)),
        error_by_step(run, predictions, {sheet["model"]: "output", **rivals}, data.meta),
    ]


def forecast_against_truth(run: Path, data: Data, predictions: dict[str, np.ndarray], offsets: np.ndarray) -> Path:
    """The newest forecasts that do not overlap, with their band, on the series as it went."""
    horizon, values = data.meta["horizon"], data.test.inputs.values
    rows = np.arange(len(data.test) - 1, -1, -horizon)[:MOST_FORECASTS]
    before = max(data.meta["context"], 2 * horizon)
    shown = np.arange(max(0, data.test.ids[rows[-1]] - before), len(values))
    figure, axes = plt.subplots(figsize=(10, 4.5), layout="constrained")
    axes.plot(timestamps.at(shown, data.meta["clock"]), values[shown], color="black", linewidth=1, label="truth")
    for row in rows:
        steps = timestamps.at(data.test.ids[row] + np.arange(horizon), data.meta["clock"])
        forecast, newest = predictions["output"][row], row == rows[0]
        look = {"marker": ".", "markersize": 4, "color": "tab:blue"}
        axes.plot(steps, forecast, **look, label=f"forecast of {horizon} step(s)" if newest else None)
        low, high = forecast + offsets
        axes.fill_between(steps, low, high, color="tab:blue", alpha=0.2, label=band.NAME if newest else None)
        axes.axvline(steps[0], color="grey", linewidth=0.5, linestyle=":")
    axes.set_ylabel(data.meta["target"], parse_math=False)
    axes.legend()
    return save(figure, run, "forecast_against_truth")


def error_by_step(run: Path, predictions: dict[str, np.ndarray], roles: dict[str, str], meta: dict[str, Any]) -> Path:
    """MASE on test for each step ahead, of the model and its rivals."""
    figure, axes = plt.subplots(figsize=(8, 4), layout="constrained")
    steps = np.arange(1, meta["horizon"] + 1)
    for name, role in roles.items():
        error = metrics.by_step(predictions["target"], predictions[role], meta)
        axes.plot(steps, error, marker=".", linewidth=2 if role == "output" else 1, label=name)
    axes.set(xlabel="steps ahead", ylabel=f"{metrics.NAME} on test", ylim=(0, None))
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.legend()
    return save(figure, run, "error_by_step")
