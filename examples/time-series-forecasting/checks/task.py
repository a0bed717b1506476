"""What check.py examines in series alone: the forecasts of predict.py, units, and the scores, worked out by hand."""

import json
from typing import Any

import data
import figures
import metrics
import series
from checks.parts import Result, alike
from config import Config

import numpy as np
import pandas as pd


def disturbed(table: pd.DataFrame, ids: np.ndarray) -> pd.DataFrame:
    """Other values in all steps from the first one on that some windows forecast, for check.py."""
    first = (ids % len(table)).min()
    return pd.concat([table[:first], 9 - 3 * table[first:]])


SOURCES = {"data.read": disturbed}  # what data are read by, and how check.py changes what it says


def misplaced(config: Config, split: data.Split, meta: dict) -> int:
    """How many windows hold other steps than the series, read anew, has at their place; for check.py."""
    values = data.load(config).train.inputs.values
    there = values[split.ids[:, None] + np.arange(-meta["context"], meta["horizon"])]
    same = np.isclose(np.hstack([split.inputs[:], split.targets[:]]), there)
    return int((~same.all(1)).sum())


def forecasts(bench: Any) -> Result:
    """predict.py forecasts from the newest steps: data.read_new() takes the newest steps, data.encode() and
    data.decode() go to units and back, predict.forecast() begins with the next step and beyond the horizon goes on
    from what it said; low and high are those of figures.band() on valid"""
    from checks.scores import MOST_ROWS, command, smoke_run  # here, as it imports predict.py, and that this file

    run, meta, values = smoke_run(bench), bench.meta, bench.data.test.inputs.values
    rows = values.reshape(len(meta["series"]), -1)
    if len(rows) > MOST_ROWS:
        return None, f"{len(rows)} series", f"at most {MOST_ROWS}, or it takes long"
    said: dict[str, list[dict]] = {name: [] for name in meta["series"]}
    steps = str(meta["horizon"] + 1)  # the last builds on a forecast
    for answer in json.loads(command("predict", steps, "--run", run.name, "--device", "cpu", "--json")):
        said.setdefault(str(answer["series"]), []).append(answer)
    model = bench.net.restore(run, bench.config, meta, "cpu")
    newest = np.stack([row[~np.isnan(row)][-meta["context"] :] for row in rows])  # (series, context)
    output = bench.net.outputs(model, newest, None, meta, "float32")
    seen = np.hstack([newest, output])[:, -meta["context"] :]
    output = np.hstack([output, bench.net.outputs(model, seen, None, meta, "float32")[:, :1]])
    valid, expected = bench.outputs(bench.data.valid, model), bench.data.valid.targets[:]
    width = figures.band(expected, valid)
    inside = np.abs(expected - valid) <= width
    even = np.random.default_rng(0).normal(size=(2000, meta["horizon"]))  # errors that lean to no side
    symmetric = (np.abs(even) <= figures.band(0 * even, even)).mean()
    held = min(inside.mean(), inside[:, 0].mean(), symmetric)  # later ones are as wide as those before, at least
    other, narrow, late = 0, 0, 0
    times = data.clock(meta, meta["steps"], meta["steps"] + meta["horizon"] + 1).astype(str).tolist()
    for (name, about), row, known in zip(meta["series"].items(), output, rows, strict=True):
        other += not alike([answer["forecast"] for answer in said[name]], about["mean"] + about["unit"] * row)
        ends = [answer["high"] - answer["low"] for answer in said[name][:-1]]
        narrow += not alike(ends, 2 * about["unit"] * width)
        late += [answer["time"] for answer in said[name]] != times and not np.isnan(known[-1])
    found = f"forecasts of {other}, bands of {narrow}, times of {late} of {len(rows)} series differ"
    found += f"; bands hold {held:.0%} of valid"
    return other + narrow + late == 0 and abs(held - figures.SHARE) < 0.05, found, f"0 differ; {figures.SHARE:.0%}"


def scale(bench: Any) -> Result:
    """A forecast starts from the newest season: "naive" in data.load() is the same step of that one;
    data.fit() measures means and units, which are changes over a season, in train"""
    meta, horizon = bench.meta, np.arange(bench.meta["horizon"])
    back = meta["context"] + horizon - meta["naive"]  # steps
    newest = meta["context"] - meta["season"] <= min(meta["naive"]) and max(meta["naive"]) < meta["context"]
    rows = bench.data.test.inputs.values.reshape(len(meta["series"]), -1)[:, : meta["first_valid"]]
    changes = np.abs(rows[:, meta["season"] :] - rows[:, : -meta["season"]])
    units, means = np.nanmean(changes, axis=1), np.nanmean(rows, axis=1)
    off = np.abs([means, np.where(units > 0, units - 1, 0)]).max()
    found = f"forecasts {back.min()} to {back.max()} steps after their model, means and changes off by {off:.1e}"
    return newest and not (back % meta["season"]).any() and off < 0.01, found, f"multiples of {meta['season']}, 0"


def dates(bench: Any) -> Result:
    """A step is where its date says: series.on_clock(), and data.clock(), which give steps their dates; where one
    has no value, series.filled() takes one from before it, as nobody knows the next at the time"""
    values = [1.0, 2.0, 3.0, 4.0, np.nan, 6.0, 7.0, 8.0, 9.0]
    gaps = [series.filled(pd.DataFrame({"a": [*values[:5], *(by * np.array(values[5:]))]}))["a"][4] for by in (1, 2)]
    if not alike(*gaps):
        return False, f"with other values behind it a gap becomes {gaps[0]:g} or {gaps[1]:g}", "the same"
    stamps = data.clock(bench.meta, 0, 5)
    clock, places = series.on_clock(pd.Series(stamps), bench.meta["schema"])
    same = alike(clock, stamps) if stamps.dtype.kind in "if" else list(clock) == list(stamps)
    right = same and list(places) == [0, 1, 2, 3, 4]
    return right, f"the first five steps are at {list(map(int, places))}", "0 to 4, with their dates"


def simplest(bench: Any) -> Result:
    """The baseline is the better of two simple forecasts on valid: metrics.rivals() takes the one with less error, and
    metrics.naive() sees nothing of what is to be forecast"""
    meta, test = bench.meta, bench.data.test
    on_valid, on_test = (metrics.naive(split, meta) for split in bench.data[1:3])
    truth = metrics.truth(bench.data.valid, meta)
    found = {name: mase(truth, said, meta) for name, said in on_valid.items()}
    least = min(found, key=found.__getitem__)
    _, said = metrics.rivals(bench.data)["baseline"]
    wrong = not (alike(said, on_test[least]) or alike(*found.values()))
    scores = ", ".join(f"{name} {score:.4g}" for name, score in found.items())
    last = test.ids[[-1]]
    other = test.inputs.values.copy()
    other[last[0] : last[0] + meta["horizon"]] += 9  # what follows the last window
    last = data.Split(*(data.Windows(other, last, some.offsets) for some in test[:2]), last, test.keys[[-1]])
    if seen := [name for name, said in metrics.naive(last, meta).items() if not alike(said[0], on_test[name][-1])]:
        return False, f"{', '.join(seen)} follows what is to be forecast", "what was before it alone"
    return not wrong, f"{'the other' if wrong else 'that'} of {scores}", f"{least!r}"


def errors(target: np.ndarray, output: np.ndarray, meta: dict) -> np.ndarray:
    """The error of each forecast as people measure it, (rows, horizon)."""
    units = np.array([about["unit"] for about in meta["series"].values()])
    return units[target[:, 0].astype(int), None] * (output - target[:, 1:])


def mase(target: np.ndarray, output: np.ndarray, meta: dict) -> float:
    """The mean over the steps ahead, the rows, and then the series."""
    number = target[:, 0]
    return float(np.mean([np.abs(output - target[:, 1:])[number == one].mean() for one in np.unique(number)]))


SCORES = {
    "MASE": mase,
    "mae": lambda *given: float(np.abs(errors(*given)).mean()),
    "rmse": lambda *given: float((errors(*given) ** 2).mean() ** 0.5),
}
CHECKS = [forecasts, scale, dates, simplest]
