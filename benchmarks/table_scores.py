"""Which model for a table: scores on tables that packages ship. `python benchmarks/table_scores.py PACKAGES RESULTS`.

PACKAGES holds what the first lines of wheel_tables.py fetch. RESULTS is a file of JSON lines: a table that stands there
is not measured again, so a stopped run goes on. All models meet the same rows of one split, by the project's own
train.py and evaluate.py with default settings. The tables below "held out" were measured when the choice was made.
"""

import argparse
import json
import math
import subprocess
import sys
import tempfile
from pathlib import Path

import wheel_tables

TABLES = Path(__file__).with_name("scored_tables.txt")
# Run inside a project: its own commands in one process, so that imports are paid once. Figures take longest: none.
CODE = """
import contextlib, importlib, io, json, sys
import common, evaluate, figures, metrics, numpy

def command(name, *words):
    sys.argv = [name + ".py", *words]
    with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
        importlib.import_module(name).main()

figures.draw = lambda *_: []
sheets, arrays = {}, {}
for model in ("boosting", "mlp"):
    command("train", "--model", model, "--out", model)
    command("evaluate", model)
    run = common.ROOT / "runs" / model
    sheets[model], arrays[model] = common.read_json(run / "report.json"), numpy.load(run / "predictions.npz")
meta = common.read_json(run / "meta.json")
answers = {model: found["output"] for model, found in arrays.items()}
answers |= {"linear": arrays["boosting"]["reference"], "classic": arrays["mlp"]["reference"]}
target = arrays["mlp"]["target"]
gains = {}
for other in ("mlp", "linear", "classic"):
    gains[other] = metrics.difference(target, answers["boosting"], answers[other], meta)[0]
gains["mlp over classic"] = metrics.difference(target, answers["mlp"], answers["classic"], meta)[0]
print(json.dumps({
    "metric": meta["metric"], "higher": metrics.HIGHER_IS_BETTER, "rows": meta["data"]["rows"], "gains": gains,
    "scores": {name: metrics.score(target, output, meta) for name, output in answers.items()},
    "intervals": {name: metrics.interval(target, output, meta)[0] for name, output in answers.items()},
    "seconds": {model: sheet["train_seconds"] for model, sheet in sheets.items()},
}))
"""


def measured(package: str, end: str, task: str, target: str, packages: Path, folder: Path) -> dict:
    """Scores, intervals and differences of all models on one table."""
    table = wheel_tables.write(package, end, packages, folder)
    project = folder / f"project-{package}-{table.stem}"
    words = [sys.executable, "-m", "hackgen", "new", str(project), "--yes", "--no-git", "--minimal"]
    words += ["--task", f"tabular-{task}", "--data", str(table), "--target", target]
    subprocess.run([*words, "--model", "boosting", "--model", "mlp"], check=True, stdout=subprocess.DEVNULL)
    done = subprocess.run([sys.executable, "-c", CODE], cwd=project, check=True, capture_output=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def ratio(row: dict, one: str, other: str) -> float:
    """How many times the mistakes of another model one makes: errors as they are, of scores what is missing to 1."""
    mistakes = [1 - row["scores"][name] if row["higher"] else row["scores"][name] for name in (one, other)]
    return max(mistakes[0], 1e-3) / max(mistakes[1], 1e-3)


def behind(row: dict, gain: str) -> bool:
    """Whether the interval of a difference lies wholly on the wrong side."""
    span = row["gains"][gain]
    return bool(span) and (span[1] < 0 if row["higher"] else span[0] > 0)


def summary(rows: list[dict]) -> None:
    """A row for each table, then what both halves say."""
    print("| table | rows | metric | boosting (95 % interval) | mlp | linear | scikit-learn's boosting |")
    print("|---|---:|---|---:|---:|---:|---:|")
    for row in sorted(rows, key=lambda row: (row["held"], row["table"])):
        cells = []
        for name, score in row["scores"].items():
            low, high = row["intervals"][name] if row.get("intervals") else (None, None)
            cells.append(
                f"{score:.4g}" + (f" ({low:.4g} to {high:.4g})" if low is not None and name == "boosting" else "")
            )
        where = row["table"] + (" (held out)" if row["held"] else "")
        print(f"| {where} | {row['rows']:,} | {row['metric']} | {' | '.join(cells)} |")
    for half, name in ((False, "chosen with"), (True, "held out")):
        some = [row for row in rows if row["held"] == half]
        means = {
            other: math.exp(sum(math.log(ratio(row, "boosting", other)) for row in some) / max(len(some), 1))
            for other in ("mlp", "linear", "classic")
        }
        lost = {
            gain: sum(behind(row, gain) for row in some) for gain in ("mlp", "linear", "classic", "mlp over classic")
        }
        told = ", ".join(f"{mean:.3f} of {other}'s" for other, mean in means.items())
        print(f"\n{name}, {len(some)} tables: boosting's mistakes are {told} (geometric means).")
        print(f"Behind beyond noise: boosting behind {lost}".replace("'", ""))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("packages", type=Path)
    parser.add_argument("results", type=Path)
    parser.add_argument("--stored", action="store_true", help="only show what RESULTS holds")
    args = parser.parse_args()
    text = args.results.read_text(encoding="utf-8") if args.results.exists() else ""
    rows = {row["table"]: row for row in map(json.loads, text.splitlines())}
    lines = TABLES.read_text(encoding="utf-8").splitlines()
    first_held = lines.index("# held out")
    with tempfile.TemporaryDirectory() as folder:
        for number, line in enumerate(lines):
            package, end, task, target = line.split("; ") if not line.startswith("#") else [""] * 4
            name = f"{package}/{end}"
            if package and name not in rows and not args.stored:
                rows[name] = {"table": name} | measured(package, end, task, target, args.packages, Path(folder))
                with args.results.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(rows[name]) + "\n")
            if name in rows:
                rows[name]["held"] = number > first_held
    summary(list(rows.values()))


if __name__ == "__main__":
    main()
