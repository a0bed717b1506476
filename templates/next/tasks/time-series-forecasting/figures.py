"""Figures of a forecaster: learning curves, forecasts against the truth, and the error by step ahead."""

from pathlib import Path

import metrics
import report
from data import Data, decode
from report import words

import numpy as np
import pandas as pd
from matplotlib import pyplot as plt

SHARE = 0.8  # of the errors on valid lie in a band
LEAST = 20  # windows of valid from which each step ahead has a band of its own
MOST_SERIES = 4
MOST_FORECASTS = 4


def draw(run: Path, data: Data, found: dict[str, np.ndarray], on_valid: np.ndarray) -> list[Path]:
    """Draw from the arrays of predictions.npz and the answers for valid; returns the paths."""
    width = band(data.valid.targets[:], on_valid)
    return [
        report.learning_curves(run, data.meta["metric"]),
        report.save(forecasts(data, found["output"], width), run, "forecast_against_truth"),
        report.save(error_by_step(data, found), run, "error_by_step"),
    ]


def band(target: np.ndarray, output: np.ndarray) -> np.ndarray:
    """How far from a forecast the ends of its band are, in units, (horizon,); never less for a later step."""
    gap = np.abs(target - output)
    if len(gap) < LEAST:
        return np.full(gap.shape[1], np.quantile(gap, SHARE))
    return np.maximum.accumulate(np.quantile(gap, SHARE, axis=0))


def forecasts(data: Data, output: np.ndarray, width: np.ndarray) -> plt.Figure:
    """The newest forecasts that do not overlap, on the series as it went; some of several series."""
    numbers = data.test.ids // data.meta["steps"]
    there = np.unique(numbers)
    shown = np.unique(there[np.linspace(0, len(there) - 1, MOST_SERIES).astype(int)])
    size = (10, 1.5 + 3 * len(shown))
    figure, axes = plt.subplots(len(shown), figsize=size, layout="constrained", squeeze=False)
    for number, place in zip(shown, axes[:, 0], strict=True):
        draw_series(place, data, np.flatnonzero(numbers == number)[::-1], output, width)
    axes[0, 0].legend()
    return figure


def draw_series(axes: plt.Axes, data: Data, rows: np.ndarray, output: np.ndarray, width: np.ndarray) -> None:
    """One series, and the newest forecasts of it with their band; `rows` are its rows of test, the newest first."""
    meta, ids = data.meta, data.test.ids
    horizon, steps = meta["horizon"], meta["steps"]
    apart = max(1, int(-np.diff(ids[rows[:2]], append=ids[rows[-1]] - 1)[0]))  # steps from window to window
    rows = rows[:: -(-horizon // apart)][:MOST_FORECASTS]
    number, places = ids[rows[0]] // steps, ids[rows] % steps
    name = list(meta["series"])[number]
    about = {name: meta["series"][name]}
    start = max(0, places.min() - max(meta["context"], 2 * horizon))
    end = places.max() + horizon
    values = data.test.inputs.values.reshape(-1, steps)[number]
    axes.plot(clock(meta, start, end), decode(values[None, start:end], about)[0], color="black", linewidth=1)
    for row, place in zip(rows, places, strict=True):
        times = clock(meta, place, place + horizon)
        low, middle, high = (decode(output[row][None] + side * width, about)[0] for side in (-1, 0, 1))
        axes.plot(times, middle, color="tab:blue", marker=".", markersize=4)
        axes.fill_between(times, low, high, color="tab:blue", alpha=0.2)
    axes.lines[0].set_label(words("figure_truth"))
    axes.lines[1].set_label(words("figure_forecast", steps=horizon))
    axes.collections[0].set_label(words("figure_band"))
    axes.set_ylabel(report.shorten(name, 40))


def clock(meta: dict, start: int, end: int) -> pd.Index:
    """The times of the steps from `start` to before `end`."""
    step = meta["schema"]["step"]
    if not isinstance(step, str):
        return pd.Index(float(meta["start"]) + step * np.arange(start, end))
    return pd.date_range(meta["start"], periods=end, freq=step)[start:]


def error_by_step(data: Data, found: dict[str, np.ndarray]) -> plt.Figure:
    """MASE on test for each step ahead, of the model and its rivals."""
    outputs = {"model": found["output"], "ridge on lags": found["reference"], **metrics.naive(data.test, data.meta)}
    figure, axes = plt.subplots(figsize=(8, 4), layout="constrained")
    for name, output in outputs.items():
        error = metrics.by_step(found["target"], output)
        axes.plot(np.arange(1, len(error) + 1), error, marker=".", label=name)
    axes.set(xlabel=words("figure_steps_ahead"), ylabel=words("figure_on_test", metric="MASE"), ylim=(0, None))
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.legend()
    return figure
