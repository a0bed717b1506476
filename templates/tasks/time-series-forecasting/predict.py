"""Forecast with the newest run: `python predict.py 24` steps after the data's end, or `python predict.py newer.csv`."""

import cli  # before all others, to say which package is missing

# isort: split
import json
import sys
from typing import Any

import numpy as np

import data
import runs
from config import Config
from engine import checkpoint, inference
from series import band


def main() -> None:
    parser = cli.Parser(__doc__)
    parser.add_argument("input", help=f"{data.INPUT}; - reads one from standard input")
    parser.add_argument("--run", help="a run's name or folder [the newest, else the published one]")
    parser.add_argument("--device", help="auto, cpu, cuda, mps [as trained, where it is there]")
    parser.add_argument("--json", action="store_true", help="print JSON for machines")
    args = cli.parse_plain(parser)
    run = runs.find(args.run)
    config, _ = runs.read_config(run)
    meta = runs.read_json(run / "meta.json")
    series = data.read_new(args.input, meta)
    model = checkpoint.restore(run, config, meta, args.device)
    steps = len(series[0].times)
    units = forecast(model, np.stack([one.history / one.scale for one in series]), steps, meta)
    low, high = limits(model, config, meta, steps)
    rows = []
    for one, values in zip(series, units, strict=True):
        answers = data.decode(one.scale * values[None], meta)
        name = {"series": one.name} if one.name else {}
        some = [{**name, "time": time, **answer} for time, answer in zip(one.times, answers, strict=True)]
        for row, below, above in zip(some, one.scale * low, one.scale * high, strict=False):
            row |= {"low": row["forecast"] + below, "high": row["forecast"] + above}
        rows += some
    print(json.dumps(rows, indent=1, ensure_ascii=False) if args.json else table(rows))


def forecast(model: Any, history: np.ndarray, steps: int, meta: dict[str, Any]) -> np.ndarray:
    """The next `steps` values of each history, (series, steps); beyond the horizon forecasts count as history."""
    start = history.shape[1]
    while history.shape[1] < start + steps:
        output = inference.answers(model, data.encode(history, meta), meta)  # (series, horizon)
        history = np.concatenate([history, output], axis=1)
    return history[:, start : start + steps]


def limits(model: Any, config: Config, meta: dict[str, Any], steps: int) -> np.ndarray:
    """What to add for the band, (2, at most horizon); nothing, and a line that says so, without the training data."""
    try:
        trained = data.load(runs.located(config))
        if trained.meta["data"]["sha256"] != meta["data"]["sha256"]:
            raise cli.Fault(f"{meta['data']['name']} has changed")
    except cli.Fault as fault:
        print(f"no band, as it needs the training data: {fault}", file=sys.stderr)
        return np.zeros((2, 0))
    if steps > meta["horizon"]:
        print(f"beyond {meta['horizon']} steps forecasts build on forecasts and have no band", file=sys.stderr)
    print(f"low and high: {band.NAME}", file=sys.stderr)
    trained.meta = meta
    return band.offsets(model, trained)


def table(rows: list[dict[str, Any]]) -> str:
    """Rows as an aligned table, with a dash where a row has no value."""
    heads = list(rows[0])
    cells = [[show(row.get(head, "–")) for head in heads] for row in rows]
    wide = [max(len(line[i]) for line in [heads, *cells]) for i in range(len(heads))]
    lines = ("  ".join(f"{cell:{width}}" for cell, width in zip(line, wide, strict=True)) for line in [heads, *cells])
    return "\n".join(line.rstrip() for line in lines)


def show(value: float | str) -> str:
    """Six significant digits: a forecast of 371.4 should not read 371."""
    return f"{value:.6g}" if isinstance(value, float) else value


if __name__ == "__main__":
    cli.run(main)
