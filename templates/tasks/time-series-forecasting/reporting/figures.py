"""Figures of a forecaster: learning curves, forecasts against the truth, and the error by step ahead."""

from pathlib import Path
from typing import Any

import numpy as np

import metrics
from data import series_of, steps_of
from reporting import fonts
from reporting.curves import learning_curves, plt, save
from reporting.labels import label
from series import band, timestamps
from splits import Data

MOST_FORECASTS = 4  # shown behind one another, the last one ends with the data
MOST_SERIES = 4  # shown below one another


def draw(run: Path, data: Data, model: Any, predictions: dict[str, np.ndarray], sheet: dict) -> list[Path]:
    """Draw all figures of a run; returns their paths."""
    rivals = {"last value": "last_value", "seasonal naive": "seasonal_naive", sheet["reference"]["name"]: "reference"}
    return [
        learning_curves(run, metrics.NAME),
        forecast_against_truth(run, data, predictions, band.offsets(model, data)),
        error_by_step(run, predictions, {sheet["model"]: "output", **rivals}, data.meta),
    ]


def forecast_against_truth(run: Path, data: Data, predictions: dict[str, np.ndarray], offsets: np.ndarray) -> Path:
    """The newest forecasts that do not overlap, with their band, on the series as it went; some of several series."""
    number = series_of(data.test.ids, data.meta)
    present = np.unique(number)
    shown = np.unique(present[np.linspace(0, len(present) - 1, MOST_SERIES).astype(int)])
    size = (10, 4.5 if len(shown) == 1 else 3 * len(shown))
    figure, axes = plt.subplots(len(shown), figsize=size, layout="constrained", squeeze=False)
    for i, of_one in zip(shown, axes[:, 0], strict=True):
        draw_series(of_one, data, predictions["output"], np.flatnonzero(number == i), offsets)
    axes[0, 0].legend()
    return save(figure, run, "forecast_against_truth")


def draw_series(axes: Any, data: Data, output: np.ndarray, of_series: np.ndarray, offsets: np.ndarray) -> None:
    """One series and the newest forecasts of it; `of_series` are its rows of test, in order."""
    horizon, values, ids, meta = data.meta["horizon"], data.test.inputs.values, data.test.ids, data.meta
    apart = int(np.diff(ids[of_series[-2:]]).max(initial=1))  # steps from window to window
    rows = of_series[::-1][:: -(-horizon // apart)][:MOST_FORECASTS]
    first, scale, name, instead = 0, 1.0, meta["target"], "value"
    if "series" in meta:
        i = int(series_of(ids[rows[:1]], meta)[0])
        first, scale, name = meta["series"]["places"][i], meta["series"]["scales"][i], meta["series"]["names"][i]
        instead = f"series {i}"
    shift = steps_of(ids[rows[:1]], meta)[0] - ids[rows[0]]  # from places in the joined series to steps of the clock
    end = ids[of_series[-1]] + horizon
    shown = np.arange(max(first, ids[rows[-1]] - max(meta["context"], 2 * horizon)), end)
    times = timestamps.at(shown + shift, meta["clock"])
    axes.plot(times, scale * values[shown], color="black", linewidth=1, label=label("truth", "truth"))
    for row in rows:
        steps = timestamps.at(ids[row] + shift + np.arange(horizon), meta["clock"])
        forecast, newest = output[row], row == rows[0]
        look = {"marker": ".", "markersize": 4, "color": "tab:blue"}
        told = label("forecast", f"forecast of {horizon} step(s)", steps=horizon)
        axes.plot(steps, scale * forecast, **look, label=told if newest else None)
        low, high = scale * (forecast + offsets)
        in_band = label("band", band.NAME)
        axes.fill_between(steps, low, high, color="tab:blue", alpha=0.2, label=in_band if newest else None)
        axes.axvline(steps[0], color="grey", linewidth=0.5, linestyle=":")
    axes.set_ylabel(fonts.shown(name if len(name) <= 40 else name[:39] + "…", instead), parse_math=False)


def error_by_step(run: Path, predictions: dict[str, np.ndarray], roles: dict[str, str], meta: dict[str, Any]) -> Path:
    """MASE on test for each step ahead, of the model and its rivals."""
    figure, axes = plt.subplots(figsize=(8, 4), layout="constrained")
    steps = np.arange(1, meta["horizon"] + 1)
    for name, role in roles.items():
        error = metrics.by_step(predictions["target"], predictions[role], meta)
        axes.plot(steps, error, marker=".", linewidth=2 if role == "output" else 1, label=name)
    on_test = label("on_test", f"{metrics.NAME} on test", metric=metrics.NAME)
    axes.set(xlabel=label("steps_ahead", "steps ahead"), ylabel=on_test, ylim=(0, None))
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.legend()
    return save(figure, run, "error_by_step")
