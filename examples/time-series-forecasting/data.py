"""Series cut into windows, what is seen and what followed, in train, valid and test: `python data.py` shows them."""

import importlib
import sys
from collections.abc import Sequence
from typing import Any, NamedTuple

import common
from common import Problem, note
from config import Config
from series import read_schema

import numpy as np
import pandas as pd

MOST_SCORED = 200_000  # windows of valid and of test
LEAST_WINDOWS = 4  # of a series in train
USUAL_HORIZON = 12


class Windows:
    """Stretches of one array, cut when they are asked for: memory holds each step once, not once for each window."""

    def __init__(self, values: np.ndarray, ids: np.ndarray, offsets: Sequence[int]) -> None:
        self.values = values  # (series * steps,), the series behind one another
        self.ids = ids  # (rows,) where the first step to forecast is
        self.offsets = np.array(offsets)  # (width,) the places to cut, counted from there

    def __len__(self) -> int:
        return len(self.ids)

    def __getitem__(self, rows: Any) -> np.ndarray:
        """The stretches of some rows, (rows, width)."""
        return self.values[self.ids[rows][..., None] + self.offsets]


class Split(NamedTuple):
    inputs: Windows  # (rows, context) float32 in units, what is seen
    targets: Windows  # (rows, horizon) float32 in units, what follows
    ids: np.ndarray  # (rows,) where the first step to forecast is: number of the series * steps + step
    keys: np.ndarray  # (rows, 2) the first and the last step that are forecast, which no other split may have


class Data(NamedTuple):
    train: Split
    valid: Split
    test: Split
    meta: dict  # plain JSON: the clock, the season, and each series' scale, measured on train


def load(config: Config) -> Data:
    """Read the series and divide the steps, the same dates for all: the oldest are train, the newest test."""
    path = common.located(config.data)
    schema = read_schema(config)
    digest = common.sha256(path)
    table = read(path, schema, schema["reader"])
    if common.sha256(path) != digest:
        raise Problem(f"{path} changed while it was read; train again, or on a copy: --data COPY")
    steps = len(table)
    horizon = config.horizon or min(USUAL_HORIZON, max(1, steps // 8))
    first_test = steps - max(horizon, round(config.test_share * steps))
    first_valid = max(0, first_test - max(horizon, round(config.valid_share * steps)))
    history = table[:first_valid]
    usual = int(history.count().median())  # steps that a series has in train
    season, context = season_and_context(usual, horizon, schema["season"], config)
    useful = history.count() >= context + horizon + LEAST_WINDOWS - 1
    if context < 2 or not useful.any():
        what = f"train has {usual} of {steps} steps, too few to see {context} and forecast {horizon}"
        raise Problem(f"{path}: {what}; use a shorter --horizon, --context and --season, or add rows")
    useful &= history.max() > history.min()
    if not useful.any():
        raise Problem(f"{path}: no series has different values in train, so there is nothing to learn")
    if not useful.all():
        note(f"{int((~useful).sum())} of {len(useful)} series are too short or constant in train and left out")
    table = table.loc[:, useful]
    series = fit(table[:first_valid], season)
    meta = {
        "metric": "MASE",
        "schema": schema,
        "series": series,
        "steps": steps,
        "first_valid": first_valid,
        "start": str(table.index[0]),
        "horizon": horizon,
        "context": context,
        "season": season,
        "naive": [context - season + ahead % season for ahead in range(horizon)],  # the last season repeated
        "data": {"name": path.name, "path": config.data, "sha256": digest, "rows": int(table.size)},
    }
    values = encode(table, series)
    ranges = (0, first_valid), (first_valid, first_test), (first_test, steps)
    splits = [cut(values, first, end, meta) for first, end in ranges]
    for name, split in zip(("train", "valid", "test"), splits, strict=True):
        if not len(split.ids):
            raise Problem(f"{path}: no series reaches into {name} with {context} steps before it; lower --context")
    return Data(*splits, meta)


def season_and_context(usual: int, horizon: int, season: int, config: Config) -> tuple[int, int]:
    """Steps after which the pattern repeats, and steps that the model sees, where series have `usual` ones in train."""
    room = usual - horizon - LEAST_WINDOWS + 1  # how far back a window may reach
    season = config.season or (season if season <= room else 1)
    context = config.context or max(season, min(max(16, 2 * season), (usual - horizon) // 2))
    if context < season:
        raise Problem(f"--context {context} must hold the season of {season} steps; --season 1 means none", 2)
    return season, context


def read(place: Any, schema: dict, reader: str) -> pd.DataFrame:
    """The series by their names, a row for each step; `reader` is the module that reads the file."""
    return importlib.import_module(reader).read(place, schema)


def fit(history: pd.DataFrame, season: int) -> dict[str, dict[str, float]]:
    """Each series' mean and unit, measured on its steps of train alone.

    A unit is the mean error of the seasonal naive forecast: errors in units are scaled as MASE wants it.
    """
    series = {}
    for name, values in history.items():
        changes = [float(values.diff(lag).abs().mean()) for lag in (season, 1)]  # the second if the first is 0
        unit = next((change for change in changes if change > 0), 1.0)
        series[str(name)] = {"mean": float(values.mean()), "unit": unit}
    return series


def encode(table: pd.DataFrame, series: dict[str, dict[str, float]]) -> np.ndarray:
    """Values in units, (series, steps) float32: the one preparation, for training and for newer history."""
    known = pd.DataFrame(series)[table.columns]
    scaled = (table - known.loc["mean"]) / known.loc["unit"]
    return np.array(scaled.T, np.float32, order="C")


def decode(output: np.ndarray, series: dict[str, dict[str, float]]) -> np.ndarray:
    """Forecasts as people measure them, from those in units; (series, steps) both."""
    means, units = ([[about[part]] for about in series.values()] for part in ("mean", "unit"))
    return np.array(means) + np.array(units) * output


def normalise(inputs: Any, meta: dict) -> tuple[Any, Any, Any]:
    """Windows without level and spread, (rows, context), and these, (rows, 1); of NumPy, PyTorch or JAX.

    The level is the mean of the newest season, or of all of the window where there is none.
    """
    season = meta["season"] if meta["season"] > 1 else meta["context"]
    level = inputs[:, -season:].mean(1)[:, None]
    around = inputs - inputs.mean(1)[:, None]
    spread = ((around**2).mean(1) ** 0.5)[:, None].clip(0.01)
    return (inputs - level) / spread, level, spread


def cut(values: np.ndarray, first: int, end: int, meta: dict) -> Split:
    """The windows whose forecasts lie in the steps from `first` to before `end`; what they see may lie before."""
    horizon = meta["horizon"]
    apart = min(horizon, 1 + len(values) * (end - first) // MOST_SCORED) if first else 1  # every step is still forecast
    found = []
    for number, row in enumerate(values):
        known = np.flatnonzero(~np.isnan(row))
        oldest = max(first, known[0] + meta["context"])
        newest = min(end, known[-1] + 1) - horizon
        origins = np.arange(oldest, newest + 1)
        kept = ((newest - origins) % apart == 0) | (origins == oldest)
        found.append(number * meta["steps"] + origins[kept])
    ids = np.concatenate(found)
    flat = values.ravel()
    inputs, targets = Windows(flat, ids, range(-meta["context"], 0)), Windows(flat, ids, range(horizon))
    return Split(inputs, targets, ids, np.stack([ids, ids + horizon - 1], 1))


def read_new(source: str, meta: dict, reader: str = "series") -> tuple[pd.DataFrame, list[Any], dict[str, dict]]:
    """Newer history: a table, or - for standard input; `reader` is the module that reads it.

    Returns the newest steps of each series, (context, series), their ends, and scales; an unknown one gets its own.
    """
    place = sys.stdin if source == "-" else common.located(source)
    table = read(place, meta["schema"], reader)
    context = meta["context"]
    long = [name for name in table if table[name].count() >= context]
    if not long:
        raise Problem(f"{source}: the model looks back {context} steps, and no series has so many; add older rows")
    if len(long) < table.shape[1]:
        note(f"{table.shape[1] - len(long)} of {table.shape[1]} series have fewer than {context} steps: no forecast")
    ends = [table[name].last_valid_index() for name in long]
    newest = pd.DataFrame({name: table[name].dropna().to_numpy()[-context:] for name in long})
    unknown = table[[name for name in long if name not in meta["series"]]]
    return newest, ends, {**fit(unknown, meta["season"]), **meta["series"]}


def clock(meta: dict, start: int, end: int) -> pd.Index:
    """The times of the steps from `start` to before `end`."""
    step = meta["schema"]["step"]
    if isinstance(step, str):
        return pd.date_range(meta["start"], periods=end, freq=step)[start:]
    return pd.Index(float(meta["start"]) + step * np.arange(start, end))


def main() -> None:
    data = load(common.configured({}))
    for name, split in zip(("train", "valid", "test"), data[:3], strict=True):
        when = clock(data.meta, 0, data.meta["steps"])[split.ids % data.meta["steps"]]
        print(f"{name}: {len(split.ids)} windows, whose forecasts begin from {when.min()} to {when.max()}")


if __name__ == "__main__":
    common.run(main)
