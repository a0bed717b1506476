"""One or several series cut into windows: what was seen, and the steps that followed, in train, valid and test.

Understood by --data: a table with a column of dates and a column of numbers; several series stand below each other
(a column names them), beside each other (a column each), across (a row each, a column a date), or in a file each.
"""

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

import cli
from config import MODELS, Config
from series import about, newer, timestamps, windows
from series import panel as panels
from series import season as seasons
from series.panel import Panel
from splits import Data, Split, take

INPUT = "a number of steps to forecast, or a CSV that ends with newer history"
SAMPLE = Path(__file__).with_name("data") / "co2.csv"
LEAST_CONTEXT, LEAST_WINDOWS = 4, 4  # shorter series are refused
MOST_SCORED = 200_000  # windows of valid and test; of more, each begins up to a horizon after another
MOST_ASKED = 100  # series that are asked for their season


def load(config: Config) -> Data:
    """Read the series and cut them, oldest first, into train, valid and test; season and scale come from train."""
    check_knobs(config)
    panel = panels.read(config.data or str(SAMPLE), config)
    name, horizon = Path(config.data).name if config.data else "CO2 at Mauna Loa (ppm)", config.horizon
    steps = max(start + len(values) for start, values in zip(panel.starts, panel.values, strict=True))
    first_valid, first_test = divide(config, int(steps), name)
    panel = leave_out(panel, first_valid, horizon, name)
    in_train = train_parts(panel, first_valid)
    usual = int(np.median([len(values) for values in in_train]))  # steps that a series has in train
    room = usual - horizon + 1 - LEAST_WINDOWS  # how far back the windows of train may reach
    season = config.season or find_season(in_train, room)
    context = config.context or min(max(16, 2 * season), (usual - horizon) // 2)
    if max(season, context) > room:
        raise cli.Fault(
            f"{name}: train has {usual} of {steps} steps, too few to look back {max(season, context)} and "
            f"forecast {horizon}; use a --season and --context of at most {room}, a shorter --horizon, or more rows"
        )
    reach = max(context, season)
    scales = [seasons.scale(values, season) for values in in_train]
    meta = {"horizon": horizon, "context": context, "season": season}
    if panel.several():
        values = about.in_scales(panel, scales, config.data)
        meta |= {"scale": 1.0, "least_spread": 0.01} | about.several(panel, scales, reach)
    else:
        values = panel.values[0]
        meta |= {"scale": scales[0], "least_spread": 0.01 * scales[0], **about.only(panel, reach)}
    meta["data"] = {
        "name": name,
        "path": config.data,
        "sha256": about.fingerprint(panel),
        "rows": sum(map(len, panel.values)),
    }
    ranges = (0, first_valid), (first_valid, first_test), (first_test, int(steps))
    parts = [
        windows.cut(values, windows.origins(panel, first, end, reach, horizon, most), meta)
        for (first, end), most in zip(ranges, (None, MOST_SCORED, MOST_SCORED), strict=True)
    ]
    for part, what in zip(parts, ("train", "valid", "test"), strict=True):
        if not len(part):
            raise cli.Fault(f"{name}: no series reaches into {what} with {reach} steps before it; lower --context")
    return Data(*parts, meta)


def leave_out(panel: Panel, first_valid: int, horizon: int, name: str) -> Panel:
    """The panel without series that teach nothing: too short in train, or of one value all through it."""
    parts = train_parts(panel, first_valid)
    if not panel.several():
        if not np.ptp(parts[0]):
            (target,) = panel.names
            raise cli.Fault(
                f'{name}: column "{target}" is {parts[0][0]:g} all through train; there is nothing to learn'
            )
        return panel
    least = horizon + LEAST_CONTEXT + LEAST_WINDOWS
    kept = [i for i, values in enumerate(parts) if len(values) >= least and np.ptp(values)]
    if not kept:
        raise cli.Fault(f"{name}: no series has {least} steps of different values in train; use a shorter --horizon")
    if len(kept) < len(parts):
        panels.series.note(f"{len(parts) - len(kept)} of {len(parts)} series are too short or constant and left out")
    values = [panel.values[i] for i in kept]
    return Panel([panel.names[i] for i in kept], values, panel.starts[kept], panel.clock, panel.layout)


def train_parts(panel: Panel, first_valid: int) -> list[np.ndarray]:
    """What of each series lies in train."""
    return [values[: max(0, first_valid - start)] for start, values in zip(panel.starts, panel.values, strict=True)]


def find_season(parts: list[np.ndarray], room: int) -> int:
    """The season that most series have."""
    asked = parts[:: 1 + len(parts) // MOST_ASKED]
    votes = Counter(seasons.find(values, room) for values in asked)
    return max(votes, key=lambda season: (votes[season], season))


def check_knobs(config: Config) -> None:
    """Refuse numbers of steps that make no sense."""
    if config.horizon < 1:
        raise cli.Misuse(f"--horizon is a number of steps, at least 1, got {config.horizon}")
    for name in ("context", "season"):
        if getattr(config, name) < 0:
            raise cli.Misuse(f"--{name} must not be negative, got {getattr(config, name)}")


def divide(config: Config, steps: int, name: str) -> tuple[int, int]:
    """The first step of valid and of test: the asked shares, at least a horizon each, the newest for test."""

    def train_steps(horizon: int) -> tuple[int, int]:
        test, valid = (max(horizon, round(share * steps)) for share in (config.test_share, config.valid_share))
        return steps - test - valid, steps - test

    def needed(horizon: int) -> int:
        return horizon + LEAST_CONTEXT + LEAST_WINDOWS

    first_valid, first_test = train_steps(config.horizon)
    if first_valid < needed(config.horizon):
        fitting = [h for h in range(1, config.horizon) if train_steps(h)[0] >= needed(h)]
        remedy = f"use --horizon {fitting[-1]} or less, or add rows" if fitting else "add rows"
        raise cli.Fault(
            f"{name} has {steps} steps, too few to forecast {config.horizon} at once: valid and test leave "
            f"{max(0, first_valid)} for train, which needs {needed(config.horizon)}; {remedy}"
        )
    return first_valid, first_test


def example_keys(split: Split) -> np.ndarray:
    """What must not stand in two splits: the steps to forecast. Inputs may reach back, as they do at forecast time."""
    horizon = split.targets.shape[1]
    forecast = np.zeros(int(split.ids.max()) + horizon, bool)
    for ahead in range(horizon):
        forecast[split.ids + ahead] = True
    return np.flatnonzero(forecast)


def misplaced(config: Config, split: Split, meta: dict[str, Any]) -> int:
    """How many windows of a split see, or forecast, other steps than the series, read anew, has at their place."""
    values, inputs = load(config).valid.inputs.values, take(split.inputs, np.arange(len(split)))
    there = values[split.ids[:, None] + np.arange(-meta["context"], meta["horizon"])]
    found = np.hstack([inputs["level"] + inputs["spread"] * inputs["values"], np.asarray(split.targets)])
    same = np.abs(found - there) <= 1e-3 * inputs["spread"] + 1e-5 * np.abs(there)  # of numbers in 32 bits
    return int((~same.all(1)).sum())


def read_new(source: str, meta: dict[str, Any]) -> list[newer.Asked]:
    """The series to forecast: where the data ended, for a number of steps, or of a CSV with newer history."""
    return newer.read(source, meta)


def encode(raw: np.ndarray, meta: dict[str, Any]) -> dict[str, np.ndarray]:
    """Histories (series, steps), in units of their scales, as the inputs of the windows that end with them."""
    return windows.normalise(raw.ravel(), np.arange(1, len(raw) + 1) * raw.shape[1], meta)


def decode(output: np.ndarray, meta: dict[str, Any]) -> list[dict[str, Any]]:
    """The forecast of one window, (1, steps), as an answer for each step."""
    return [{"forecast": float(value)} for value in output[0]]


def series_of(ids: np.ndarray, meta: dict[str, Any]) -> np.ndarray:
    """The number of the series that each example belongs to, (rows,)."""
    return np.searchsorted(meta["series"]["places"], ids, "right") - 1 if "series" in meta else np.zeros_like(ids)


def steps_of(ids: np.ndarray, meta: dict[str, Any]) -> np.ndarray:
    """The step of the clock at which each example's forecast begins, (rows,)."""
    if "series" not in meta:
        return ids
    number = series_of(ids, meta)
    return ids - np.array(meta["series"]["places"])[number] + np.array(meta["series"]["starts"])[number]


def main() -> None:
    data = load(next(iter(MODELS.values()))())
    for name, split in (("train", data.train), ("valid", data.valid), ("test", data.test)):
        inputs = ", ".join(f"{key} {array.shape}" for key, array in take(split.inputs, slice(0, 2)).items())
        steps = steps_of(split.ids, data.meta)
        last = steps.max() + data.meta["horizon"] - 1
        first, last = timestamps.show(np.array([steps.min(), last]), data.meta["clock"])
        print(f"{name}: {len(split)} windows that forecast {first} to {last}; a batch of two is {inputs}")
    print(f"season {data.meta['season']}, naive error on train {data.meta['scale']:.4g}")


if __name__ == "__main__":
    cli.run(main)
