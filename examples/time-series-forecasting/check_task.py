"""What check.py examines in series alone: the forecasts of predict.py, and the score, worked out by hand."""

import json
from typing import Any

import common
import data
import figures
from check_parts import Found, alike
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


def forecasts(bench: Any) -> Found:
    """predict.py forecasts from the newest steps: data.read_new() takes the newest steps, data.encode() and
    data.decode() go to units and back, predict.forecast() begins with the next step and beyond the horizon goes on
    from what it said; low and high are those of figures.band() on valid"""
    import check_runs  # here, as it imports predict.py, and that this file

    run, meta, values = check_runs.smoke_run(bench), bench.meta, bench.data.test.inputs.values
    rows = values.reshape(len(meta["series"]), -1)
    if len(rows) > check_runs.MOST_ROWS:
        return None, f"{len(rows)} series", f"at most {check_runs.MOST_ROWS}, or it takes long"
    said: dict[str, list[dict]] = {name: [] for name in meta["series"]}
    steps = str(meta["horizon"] + 1)  # the last builds on a forecast
    for answer in json.loads(check_runs.command("predict", steps, "--run", run.name, "--device", "cpu", "--json")):
        said.setdefault(str(answer["series"]), []).append(answer)
    model = bench.net.restore(run, bench.config, meta, "cpu")
    newest = np.stack([row[~np.isnan(row)][-meta["context"] :] for row in rows])  # (series, context)
    output = bench.net.outputs(model, newest, None, meta, "float32")
    seen = np.hstack([newest, output])[:, -meta["context"] :]
    output = np.hstack([output, bench.net.outputs(model, seen, None, meta, "float32")[:, :1]])
    width = figures.band(bench.data.valid.targets[:], bench.outputs(bench.data.valid, model))
    other, narrow = 0, 0
    for (name, about), row in zip(meta["series"].items(), output, strict=True):
        other += not alike([answer["forecast"] for answer in said[name]], about["mean"] + about["unit"] * row)
        ends = [answer["high"] - answer["low"] for answer in said[name][:-1]]
        narrow += not alike(ends, 2 * about["unit"] * width)
    return other + narrow == 0, f"forecasts of {other}, bands of {narrow} of {len(rows)} series differ", "0 differ"


def score_by_hand(bench: Any) -> Found:
    """The score is MASE: metrics.score() is the mean over the steps ahead, the rows, and then the series, of
    metrics.errors(), whose targets begin behind the number of the series"""
    import check_runs

    run = check_runs.smoke_run(bench)
    with np.load(run / "predictions.npz") as found:
        number, target, output = found["target"][:, 0], found["target"][:, 1:], found["output"]
    right = float(np.mean([np.abs(output - target)[number == one].mean() for one in np.unique(number)]))
    score = common.read_json(run / "report.json")["score"]
    return alike(score, right), f"{score:.6f}", f"{right:.6f}"


CHECKS = [forecasts, score_by_hand]
