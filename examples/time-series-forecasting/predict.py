"""Forecast with the newest run: `python predict.py [STEPS] [newer.csv]`; without a file, what follows the data.

Beyond the trained horizon forecasts are fed back as history, and have no band.
"""

import json
import re
import sys
from pathlib import Path
from typing import Any

import common
import data
import figures
import net
import runs
from common import Problem
from config import Config

import numpy as np
import pandas as pd

MOST_STEPS = 100_000


def main() -> None:
    parser = common.Parser(__doc__)
    parser.add_argument("input", nargs="*", help="a number of steps [the horizon]; newer history, - for standard input")
    parser.add_argument("--run", help="a run's name or folder [the newest, else the published one]")
    parser.add_argument("--device", help="auto, cpu, cuda, mps [auto]")
    parser.add_argument("--json", action="store_true", help="print JSON for machines")
    parser.add_argument("--csv", metavar="FILE", help="write the forecasts there, a row each")
    args, _ = parser.parse()
    run, config, meta, _ = runs.find(args.run)
    numbers = [int(word) for word in args.input if re.fullmatch(r"[+-]?\d+", word)]
    sources = [word for word in args.input if not re.fullmatch(r"[+-]?\d+", word)]
    steps = numbers[0] if numbers else meta["horizon"]
    if len(numbers) > 1 or len(sources) > 1 or not 1 <= steps <= MOST_STEPS:
        raise Problem(f"name at most one file and one number of steps, from 1 to {MOST_STEPS}", 2)
    own = (config.data, meta, meta["schema"]["reader"])  # goes on where the data end
    history, ends, series = data.read_new(sources[0], meta) if sources else data.read_new(*own)
    model = net.restore(run, config, meta, args.device)
    output = forecast(model, data.encode(history, series), steps, meta, config)
    width = band(run, model, config, meta, steps)  # (steps up to the horizon,), in units
    rows = []
    for name, end, values in zip(history, ends, output, strict=True):
        about = {name: series[name]}
        middle = data.decode(values[None], about)[0]
        near = values[: len(width)]
        low, high = data.decode(np.stack([near - width, near + width]), about)
        times = data.clock({**meta, "start": str(end)}, 1, steps + 1).astype(str)
        for step, time in enumerate(times):
            row = {"series": name, "time": time, "forecast": float(middle[step])}
            if step < len(width):
                row |= {"low": float(low[step]), "high": float(high[step])}
            rows.append(row)
    table = pd.DataFrame(rows)
    if args.csv:
        common.write(Path(args.csv), table.to_csv(index=False, lineterminator="\n"))
    if args.json:
        print(json.dumps(rows, indent=1, ensure_ascii=False))
    else:
        print(table.to_string(index=False, float_format="{:.6g}".format, na_rep="–"))


def forecast(model: Any, history: np.ndarray, steps: int, meta: dict, config: Config) -> np.ndarray:
    """The next steps of each series in units, (series, steps); what was forecast is history for what comes after."""
    context = meta["context"]
    while history.shape[1] < context + steps:
        output = net.outputs(model, history[:, -context:], None, meta, config.precision)  # (series, horizon)
        history = np.concatenate([history, output], axis=1)
    return history[:, context : context + steps]


def band(run: Path, model: Any, config: Config, meta: dict, steps: int) -> np.ndarray:
    """How wide the band is, (steps up to the horizon,); nothing, and a line why, without the training data."""
    try:
        trained = data.load(config)
        runs.check_same(run, trained.meta)
    except Problem as problem:
        print(f"no band, as it needs the training data: {problem}", file=sys.stderr)
        return np.zeros(0)
    beyond = f"; beyond {meta['horizon']} steps forecasts build on forecasts and have none" * (steps > meta["horizon"])
    print(f"low and high: a band that holds {figures.SHARE:.0%} of the errors on valid{beyond}", file=sys.stderr)
    on_valid = net.outputs(model, trained.valid.inputs, None, meta, config.precision)
    return figures.band(trained.valid.targets[:], on_valid)[:steps]


if __name__ == "__main__":
    common.run(main)
