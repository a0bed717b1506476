"""Figures of a forecaster: learning curves, forecasts against the truth, and the error by step ahead."""

from pathlib import Path

import metrics
import report
from common import words
from data import Data, clock, decode

import numpy as np
from matplotlib import pyplot as plt

SHARE = 0.8  # of the errors on valid lie in a band
LEAST = 20  # windows of valid from which each step ahead has a band of its own
MOST = 4  # series that are shown, and forecasts of each


def draw(run: Path, data: Data, found: dict[str, np.ndarray], on_valid: np.ndarray, sheet: dict) -> list[Path]:
    """Draw from the arrays of predictions.npz and the answers for valid; returns the paths."""
    width = band(data.valid.targets[:], on_valid)
    return [
        report.save(report.learning_curves(run, sheet["metric"]), run, "learning_curves"),
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
    ids = data.test.ids
    numbers = ids // data.meta["steps"]
    there = np.unique(numbers)
    shown = np.unique(there[np.linspace(0, len(there) - 1, MOST).astype(int)])
    figure, grid = plt.subplots(len(shown), figsize=(10, 1.5 + 3 * len(shown)), layout="constrained", squeeze=False)
    for number, axes in zip(shown, grid[:, 0], strict=True):
        rows = np.flatnonzero(numbers == number)
        back = ids[rows[-1]] - ids[rows]  # steps before the newest forecast
        apart = rows[back % data.meta["horizon"] == 0]
        draw_series(axes, data, apart[-MOST:], output, width)
    named = dict(zip(*grid[0, 0].get_legend_handles_labels()[::-1], strict=True))  # each once
    grid[0, 0].legend(named.values(), named.keys())
    return figure


def draw_series(axes: plt.Axes, data: Data, rows: np.ndarray, output: np.ndarray, width: np.ndarray) -> None:
    """One series, and the forecasts of these rows with their band."""
    meta = data.meta
    horizon = meta["horizon"]
    numbers, places = divmod(data.test.ids[rows], meta["steps"])
    name = list(meta["series"])[numbers[0]]
    about = {name: meta["series"][name]}
    start = max(0, places[0] - max(meta["context"], 2 * horizon))
    end = places[-1] + horizon
    values = data.test.inputs.values.reshape(-1, meta["steps"])
    truth = decode(values[numbers[0], start:end], about)[0]
    axes.plot(clock(meta, start, end), truth, color="black", label=words("figure_truth"))
    for forecast, place in zip(output[rows], places, strict=True):
        times = clock(meta, place, place + horizon)
        low, middle, high = decode(np.stack([forecast - width, forecast, forecast + width]), about)
        axes.plot(times, middle, ".-", color="tab:blue", label=words("figure_forecast", steps=horizon))
        axes.fill_between(times, low, high, color="tab:blue", alpha=0.2, label=words("figure_band"))
    axes.set_ylabel(report.shorten(name, 40))


def error_by_step(data: Data, found: dict[str, np.ndarray]) -> plt.Figure:
    """MASE on test for each step ahead, of the model and its rivals."""
    naive = metrics.naive(data.test, data.meta)
    if data.meta["season"] == 1:  # then both are one line
        naive = {" = ".join(naive): next(iter(naive.values()))}
    rivals = {words("rival_reference"): found["reference"], **naive}
    figure, axes = plt.subplots(figsize=(8, 4), layout="constrained")
    for name, output in {"model": found["output"], **rivals}.items():
        error = metrics.by_step(found["target"], output)
        axes.plot(np.arange(1, len(error) + 1), error, marker=".", label=name)
    axes.set(xlabel=words("figure_steps_ahead"), ylabel=words("figure_on_test", metric="MASE"), ylim=(0, None))
    axes.legend()
    return figure
