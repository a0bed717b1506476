"""What check.py examines in series alone: the forecasts of predict.py, and the score, worked out by hand."""

import json
from typing import Any

import common

import numpy as np

Found = tuple[bool | None, str, str]


def forecasts(bench: Any) -> Found:
    """predict.py forecasts from the newest steps: data.read_new() takes the newest steps, data.encode() and
    data.decode() go to units and back, predict.forecast() begins with the next step"""
    import check_runs  # here, as it imports predict.py, and that this file

    run, meta, values = check_runs.smoke_run(bench), bench.meta, bench.data.test.inputs.values
    rows = values.reshape(len(meta["series"]), -1)
    if len(rows) > check_runs.MOST_ROWS:
        return None, f"{len(rows)} series", f"at most {check_runs.MOST_ROWS}, or it takes long"
    said: dict[str, list[float]] = {name: [] for name in meta["series"]}
    for answer in json.loads(check_runs.command("predict", "--run", run.name, "--device", "cpu", "--json")):
        said.setdefault(str(answer["series"]), []).append(answer["forecast"])
    model = bench.net.restore(run, bench.config, meta, "cpu")
    newest = np.stack([row[~np.isnan(row)][-meta["context"] :] for row in rows])  # (series, context)
    output = bench.net.outputs(model, newest, None, meta, "float32")
    right = [about["mean"] + about["unit"] * row for about, row in zip(meta["series"].values(), output, strict=True)]
    other = sum(not check_runs.alike(said[name], row) for name, row in zip(meta["series"], right, strict=True))
    return other == 0, f"forecasts of {other} of {len(rows)} series differ", "0 differ"


def score_by_hand(bench: Any) -> Found:
    """The score is MASE: metrics.score() is the mean over the steps ahead, the rows, and then the series, of
    metrics.errors(), whose targets begin behind the number of the series"""
    import check_runs

    run = check_runs.smoke_run(bench)
    with np.load(run / "predictions.npz") as found:
        number, target, output = found["target"][:, 0], found["target"][:, 1:], found["output"]
    right = float(np.mean([np.abs(output - target)[number == one].mean() for one in np.unique(number)]))
    score = common.read_json(run / "report.json")["score"]
    return check_runs.alike(score, right), f"{score:.6f}", f"{right:.6f}"


CHECKS = [forecasts, score_by_hand]
