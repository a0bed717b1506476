"""A series cut into windows: what was seen, and the steps that followed, in train, valid and test.

Understood by --data: a CSV (or TSV) with a column of dates and a column of numbers.
"""

import hashlib
import re
from pathlib import Path
from typing import Any

import numpy as np

import cli
import season as seasons
import series
import tables
import timestamps
from config import MODELS, Config
from splits import Data, Split, take

INPUT = "a number of steps to forecast, or a CSV that ends with newer history"
SAMPLE = Path(__file__).with_name("data") / "co2.csv"
LEAST_CONTEXT, LEAST_WINDOWS = 4, 4  # shorter series are refused


class Windows:
    """A series kept once, from which windows are cut and normalised when a batch is asked for."""

    def __init__(self, values: np.ndarray, origins: np.ndarray, meta: dict[str, Any]) -> None:
        self.values, self.origins, self.meta = values, origins, meta  # (steps,), (rows,) the first step to forecast

    def __len__(self) -> int:
        return len(self.origins)

    def __getitem__(self, index: Any) -> dict[str, np.ndarray]:
        """What a model sees of the examples `index`: see `normalise`."""
        return normalise(self.values, self.origins[index], self.meta)


def normalise(values: np.ndarray, origins: np.ndarray, meta: dict[str, Any]) -> dict[str, np.ndarray]:
    """Model inputs of windows that end before `origins`: the one normalisation, by nothing but the window itself.

    values  (batch, context) the window, as distance from its level in units of its spread
    naive   (batch, horizon) the last season repeated, likewise: where a forecast starts from
    level   (batch, 1) the mean of the window's last season, in real units
    spread  (batch, 1) the window's standard deviation, in real units; a constant window gets a small one
    """
    windows = values[origins[:, None] + np.arange(-meta["context"], 0)]
    level = windows[:, -meta["season"] :].mean(1, keepdims=True)
    spread = np.maximum(windows.std(1, keepdims=True), meta["least_spread"])
    naive = seasons.repeat(values, origins, meta["season"], meta["horizon"])
    inputs = {
        "values": (windows - level) / spread,
        "naive": (naive - level) / spread,
        "level": level,
        "spread": spread,
    }
    return {name: array.astype(np.float32) for name, array in inputs.items()}


def load(config: Config) -> Data:
    """Read the series and cut it, oldest first, into train, valid and test; season and scale come from train."""
    check_knobs(config)
    found = series.read(tables.read(config.data or str(SAMPLE)), config.target, config.time)
    values, horizon = found.values, config.horizon
    name = Path(config.data).name if config.data else "CO2 at Mauna Loa (ppm)"
    first_valid, first_test = divide(config, len(values), name)
    room = first_valid - horizon + 1 - LEAST_WINDOWS  # how far back the windows of train may reach
    if not np.ptp(values[:first_valid]):
        raise cli.Fault(
            f'{name}: column "{found.target}" is {values[0]:g} all through train; there is nothing to learn'
        )
    season = config.season or seasons.find(values[:first_valid], room)
    context = config.context or min(max(16, 2 * season), (first_valid - horizon) // 2)
    if max(season, context) > room:
        raise cli.Fault(
            f"{name}: train has {first_valid} of {len(values)} steps, too few to look back {max(season, context)} and "
            f"forecast {horizon}; use a --season and --context of at most {room}, a shorter --horizon, or more rows"
        )
    scale = seasons.scale(values[:first_valid], season)
    meta = {
        "horizon": horizon,
        "context": context,
        "season": season,
        "scale": scale,
        "least_spread": 0.01 * scale,
        "target": found.target,
        "time": found.time,
        "clock": found.clock,
        "end": {"steps": len(values), "values": values[-max(context, season) :].tolist()},  # where predict goes on
        "data": {
            "name": name,
            "path": config.data,
            "sha256": hashlib.sha256(values.astype("<f8").tobytes()).hexdigest(),
            "rows": len(values),
        },
    }
    reach = max(context, season)
    ranges = (reach, first_valid), (first_valid, first_test), (first_test, len(values))
    return Data(*(cut(values, np.arange(first, end - horizon + 1), meta) for first, end in ranges), meta)


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


def cut(values: np.ndarray, origins: np.ndarray, meta: dict[str, Any]) -> Split:
    """The examples whose first steps to forecast are `origins` (consecutive); targets (rows, horizon) are a view."""
    following = np.lib.stride_tricks.sliding_window_view(values.astype(np.float32), meta["horizon"], writeable=True)
    return Split(Windows(values, origins, meta), following[origins[0] : origins[-1] + 1], origins)


def example_keys(split: Split) -> np.ndarray:
    """What must not stand in two splits: the steps to forecast. Inputs may reach back, as they do at forecast time."""
    return np.unique(split.ids[:, None] + np.arange(split.targets.shape[1]))


def read_new(source: str, meta: dict[str, Any]) -> tuple[list[str], np.ndarray]:
    """Time stamps of the steps to forecast, and the history before them, (steps,).

    A number of steps goes on where the data ended; a CSV (or "-") with the columns of training brings its own history
    and gets a full horizon.
    """
    if re.fullmatch(r"[+-]?\d+", source):
        steps = int(source)
        if not 1 <= steps <= 100_000:
            raise cli.Misuse(f"{source} steps cannot be forecast; name a number from 1 to 100000")
        numbers = np.arange(meta["end"]["steps"], meta["end"]["steps"] + steps)
        return timestamps.show(numbers, meta["clock"]), np.array(meta["end"]["values"])
    table = tables.read(source)
    for column in (meta["time"], meta["target"]):
        if column and column not in table.columns:
            has = ", ".join(table.columns[:20])
            raise cli.Fault(f'{table.path} has no column "{column}" (it has: {has}); it needs the columns of training')
    found = series.read(table, meta["target"], meta["time"] or "none")
    for name in ("unit", "every"):
        if found.clock[name] != meta["clock"][name]:
            here, there = timestamps.describe(found.clock), timestamps.describe(meta["clock"])
            raise cli.Fault(f"{table.path} has steps of {here}, but the model learned steps of {there}; resample it")
    needed = len(meta["end"]["values"])
    if len(found.values) < needed:
        raise cli.Fault(f"{table.path} has {len(found.values)} steps; the model looks back {needed}, so add older rows")
    numbers = np.arange(len(found.values), len(found.values) + meta["horizon"])
    return timestamps.show(numbers, found.clock), found.values


def encode(raw: np.ndarray, meta: dict[str, Any]) -> dict[str, np.ndarray]:
    """History (steps,) as the inputs of one window, the one that ends with it."""
    return normalise(raw, np.array([len(raw)]), meta)


def decode(output: np.ndarray, meta: dict[str, Any]) -> list[dict[str, Any]]:
    """The forecast of one window, (1, steps), as an answer for each step."""
    return [{"forecast": float(value)} for value in output[0]]


def main() -> None:
    data = load(next(iter(MODELS.values()))())
    for name, split in (("train", data.train), ("valid", data.valid), ("test", data.test)):
        inputs = ", ".join(f"{key} {array.shape}" for key, array in take(split.inputs, slice(0, 2)).items())
        steps = timestamps.show(split.ids[[0, -1]] + [0, data.meta["horizon"] - 1], data.meta["clock"])
        print(f"{name}: {len(split)} windows that forecast {steps[0]} to {steps[1]}; a batch of two is {inputs}")
    print(f"season {data.meta['season']}, naive error on train {data.meta['scale']:.4g}")


if __name__ == "__main__":
    cli.run(main)
