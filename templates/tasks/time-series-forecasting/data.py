"""One or several series cut into windows: what was seen, and the steps that followed, in train, valid and test.

Understood by --data: a table with a column of dates and a column of numbers; several series stand below each other
(a column names them), beside each other (a column each), or in a folder with a file each.
"""

import hashlib
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import cli
from config import MODELS, Config
from series import panel as panels
from series import season as seasons
from series import timestamps
from series.panel import Panel
from splits import Data, Split, take

INPUT = "a number of steps to forecast, or a CSV that ends with newer history"
SAMPLE = Path(__file__).with_name("data") / "co2.csv"
LEAST_CONTEXT, LEAST_WINDOWS = 4, 4  # shorter series are refused
MOST_ASKED = 100  # series that are asked for their season


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


class Following:
    """The steps after each origin, cut when they are asked for: `following[index]` is (batch, horizon)."""

    def __init__(self, values: np.ndarray, origins: np.ndarray, horizon: int) -> None:
        self.values, self.origins, self.shape = values, origins, (len(origins), horizon)

    def __len__(self) -> int:
        return len(self.origins)

    def __getitem__(self, index: Any) -> np.ndarray:
        """The steps that follow the origins `index`, float32."""
        return self.values[self.origins[index][:, None] + np.arange(self.shape[1])].astype(np.float32)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return self[:] if dtype is None else self[:].astype(dtype)


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
        values = np.concatenate([series / scale for series, scale in zip(panel.values, scales, strict=True)])
        meta |= {"scale": 1.0, "least_spread": 0.01} | several(panel, scales, reach)
    else:
        values = panel.values[0]
        meta |= {"scale": scales[0], "least_spread": 0.01 * scales[0], **only(panel, reach)}
    meta["data"] = {
        "name": name,
        "path": config.data,
        "sha256": fingerprint(panel),
        "rows": sum(map(len, panel.values)),
    }
    ranges = (0, first_valid), (first_valid, first_test), (first_test, int(steps))
    parts = [cut(values, origins(panel, first, end, reach, horizon), meta) for first, end in ranges]
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


def origins(panel: Panel, first: int, end: int, reach: int, horizon: int) -> np.ndarray:
    """Places in the joined series of the first steps to forecast, such that all of a forecast lies in [first, end)."""
    found, before = [], 0
    for start, values in zip(panel.starts, panel.values, strict=True):
        here = np.arange(max(first, start + reach), min(end, start + len(values)) - horizon + 1)
        found.append(here - start + before)
        before += len(values)
    return np.concatenate(found)


def only(panel: Panel, reach: int) -> dict[str, Any]:
    """What meta says about a single series."""
    (values,) = panel.values
    return {
        "target": panel.layout["targets"][0],
        "time": panel.layout["time"],
        "clock": panel.clock,
        "end": {"steps": len(values), "values": values[-reach:].tolist()},  # where predict goes on
    }


def several(panel: Panel, scales: list[float], reach: int) -> dict[str, Any]:
    """What meta says about several series, in lists of one entry for each.

    All windows are in units of their series' scale, its own seasonal naive error in train, so that the scale is 1.
    """
    lengths = np.array([len(values) for values in panel.values])
    return {
        "target": ", ".join(panel.layout["targets"][:3]) + (" …" if len(panel.layout["targets"]) > 3 else ""),
        "time": panel.layout["time"],
        "clock": panel.clock,
        "layout": panel.layout,
        "series": {
            "names": panel.names,
            "scales": scales,
            "places": (lengths.cumsum() - lengths).tolist(),  # where each begins in the joined series
            "starts": panel.starts.tolist(),  # the step of the clock at which it begins
            "ends": (panel.starts + lengths).tolist(),
            "values": [values[-reach:].tolist() for values in panel.values],  # where predict goes on
        },
    }


def fingerprint(panel: Panel) -> str:
    """The sha256 of all values, and of the names where there are several."""
    digest = hashlib.sha256()
    for name, values in zip(panel.names, panel.values, strict=True):
        digest.update(name.encode("utf-8", "surrogatepass") if panel.several() else b"")
        digest.update(values.astype("<f8").tobytes())
    return digest.hexdigest()


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
    """The examples whose first steps to forecast are `origins`, places in the joined series."""
    return Split(Windows(values, origins, meta), Following(values, origins, meta["horizon"]), origins)


def example_keys(split: Split) -> np.ndarray:
    """What must not stand in two splits: the steps to forecast. Inputs may reach back, as they do at forecast time."""
    return np.unique(split.ids[:, None] + np.arange(split.targets.shape[1]))


@dataclass
class Asked:
    """A series to go on with."""

    name: str  # "" where there is only one
    times: list[str]  # the time stamps to forecast
    past: list[str]  # the time stamps of the history
    history: np.ndarray  # (steps,) as long as the model looks back, in real units
    scale: float  # what the model's units are in real ones


def read_new(source: str, meta: dict[str, Any]) -> list[Asked]:
    """The series to forecast, their histories and the time stamps of the steps.

    A number of steps goes on where the data ended; a CSV (or "-") with the columns of training brings its own history
    and gets a full horizon.
    """
    if re.fullmatch(r"[+-]?\d+", source):
        steps = int(source)
        if not 1 <= steps <= 100_000:
            raise cli.Misuse(f"{source} steps cannot be forecast; name a number from 1 to 100000")
        if "series" not in meta:
            return [asked("", meta["end"]["values"], meta["end"]["steps"], steps, meta["clock"], 1.0)]
        of = meta["series"]
        each = zip(of["names"], of["values"], of["ends"], of["scales"], strict=True)
        return [asked(name, values, end, steps, meta["clock"], scale) for name, values, end, scale in each]
    one = {"shape": "one", "targets": [meta["target"]], "time": meta["time"], "group": []}
    like = meta["clock"] if "series" in meta or "floor" in meta["clock"] else None
    found = panels.read(source, None, meta.get("layout", one), like)
    for name in ("unit", "every"):
        if found.clock[name] != meta["clock"][name]:
            here, there = timestamps.describe(found.clock), timestamps.describe(meta["clock"])
            raise cli.Fault(f"{source} has steps of {here}, but the model learned steps of {there}; resample it")
    needed = max(meta["context"], meta["season"])
    scales = dict(zip(meta["series"]["names"], meta["series"]["scales"], strict=True)) if "series" in meta else {}
    answers = []
    for name, values, start in zip(found.names, found.values, found.starts, strict=True):
        if len(values) < needed:
            which = f", series {name!r}," if found.several() else ""
            raise cli.Fault(
                f"{source}{which} has {len(values)} steps; the model looks back {needed}, so add older rows"
            )
        end = int(start) + len(values)
        if not found.several():
            answers.append(asked("", values[-needed:], end, meta["horizon"], found.clock, 1.0))
        else:
            own = scales.get(name) or (seasons.scale(values, meta["season"]) if np.ptp(values) else 1.0)
            answers.append(asked(name, values[-needed:], end, meta["horizon"], found.clock, own))
    return answers


def asked(name: str, history: Any, end: int, steps: int, clock: dict[str, Any], scale: float) -> Asked:
    """A series whose next steps are the numbers from `end` on."""
    times = timestamps.show(np.arange(end - len(history), end + steps), clock)
    return Asked(name, times[len(history) :], times[: len(history)], np.array(history, float), scale)


def encode(raw: np.ndarray, meta: dict[str, Any]) -> dict[str, np.ndarray]:
    """Histories (series, steps), in units of their scales, as the inputs of the windows that end with them."""
    return normalise(raw.ravel(), np.arange(1, len(raw) + 1) * raw.shape[1], meta)


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
