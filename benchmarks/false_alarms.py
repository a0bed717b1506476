"""What check.py says of projects that are sound: every failing row is a false alarm.

    python benchmarks/false_alarms.py [--some] [--tables] [--seeds N] [--only PATTERN]

Without flags every task and model with every framework and backend, in PyTorch each default model over three
seeds; --some takes the default model of each task in each framework; --tables takes made-up tables that tell little,
are lopsided, tiny or long, or hold rows that contradict each other. Prints each row that is not "ok", and at the end
how many projects had a false alarm, how many rows of one could not judge, and the seconds.
"""

import argparse
import json
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
import projects
from hackgen.making.choice import choices
from selection import is_default

TARGET = "outcome"


def tables() -> dict[str, list[list]]:
    """Honest tables that are hard to judge; the last column is the target."""
    rng = np.random.default_rng(7)

    def table(rows: int, columns: int = 4) -> np.ndarray:
        return rng.normal(size=(rows, columns)).round(3)

    made = {}
    for rows in (12, 20, 40, 100, 600, 5000, 50_000):
        cells = table(rows)
        weak = rng.random(rows) < 1 / (1 + np.exp(-0.3 * cells[:, 0]))
        made[f"weak-{rows}"] = with_target(cells, np.where(weak, "yes", "no"))
        if rows >= 100:
            made[f"noise-{rows}"] = with_target(cells, rng.choice(["up", "down", "even"], rows))
            rare = rng.random(rows) < 1 / (1 + np.exp(3.1 - 0.5 * cells[:, 0]))
            made[f"rare-{rows}"] = with_target(cells, np.where(rare, "ill", "well"))
            made[f"number-{rows}"] = with_target(cells, (50 + 8 * (0.2 * cells[:, 0] + rng.normal(size=rows))).round(2))
    cells = table(300)
    near = np.vstack([cells, cells + 0.001])
    made["near-duplicates-of-another-class"] = with_target(near, rng.permutation(["a", "b"] * 300))
    made["equal-rows-of-another-class"] = with_target(np.vstack([cells, cells]), rng.permutation(["a", "b"] * 300))
    made["heavy-tail"] = with_target(cells, np.exp(2 * rng.normal(size=300)).round(3))
    made["many-classes"] = with_target(table(900), rng.choice([f"kind {i}" for i in range(30)], 900))
    holes = table(400).astype(object)
    holes[rng.random(holes.shape) < 0.4] = ""
    made["holes"] = with_target(holes, rng.choice(["a", "b"], 400))
    words = rng.choice(["red", "blue", "green", "pink", "NA"], (500, 5))
    made["words"] = with_target(words, np.where(words[:, 0] == "red", "hot", rng.choice(["hot", "cold"], 500)))
    made["zeros-and-ones"] = with_target(rng.integers(0, 2, (500, 6)), rng.choice(["0", "1"], 500))
    return made


def with_target(cells: np.ndarray, target: np.ndarray) -> list[list]:
    header = [*"abcdefgh"[: cells.shape[1]], TARGET]
    return [header, *([*row, end] for row, end in zip(cells.tolist(), target.tolist(), strict=True))]


def all_projects(args: argparse.Namespace, folder: Path) -> Iterator[tuple[str, Path, int]]:
    """The name, place and seed of each sound project."""
    if args.tables:
        for name, rows in tables().items():
            for framework, model in (("pytorch", "mlp"), ("jax", "mlp"), ("keras", "mlp"), ("pytorch", "boosting")):
                label = f"{name} {framework} {model}"
                if re.search(args.only, label):
                    text = "\n".join(",".join(map(str, row)) for row in rows) + "\n"
                    (folder / "table.csv").write_text(text, encoding="utf-8")
                    task = "tabular-regression" if isinstance(rows[1][-1], float) else "tabular-classification"
                    known = {"framework": framework, "models": (model,), "target": TARGET, "task": task}
                    yield label, projects.generate_own(folder / "p", folder / "table.csv", **known), 0
        return
    for choice in choices():
        default = choice.models[0].name == choice.task.card["default_model"]
        if re.search(args.only, choice.label) and (not args.some or (default and is_default(choice))):
            known = {"task": choice.task.name, "framework": choice.framework.name, "backend": choice.backend}
            for seed in range(args.seeds if default and choice.framework.name == "pytorch" else 1):
                yield choice.label, projects.generate(folder / "p", models=(choice.models[0].name,), **known), seed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--some", action="store_true")
    parser.add_argument("--tables", action="store_true")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--only", default="", help="names that match")
    args = parser.parse_args()
    projects.IMPORTS.extend(projects.TO_TRAIN)
    folder, count, alarms, silent, slowest = Path(tempfile.mkdtemp()), 0, 0, 0, 0.0
    for label, project, seed in all_projects(args, folder):
        began = time.monotonic()
        done = projects.run(project, "check.py", "--json", "--seed", str(seed))
        seconds = time.monotonic() - began
        results = json.loads(done.out) if done.out.startswith("[") else []
        failed = [result for result in results if result["passed"] is False]
        unsaid = [result for result in results if result["passed"] is None]
        print(f"{label}, seed {seed}: {len(results)} rows, {len(failed)} failed, {seconds:.0f} s", flush=True)
        if not results:
            print(f"    {done.err.strip().splitlines()[-1:]}")
        for result in failed + unsaid:
            print(f"    {result['id']} {result['passed']}: {result['found']}; expected {result['expected']}")
        count, alarms, silent = count + bool(results), alarms + bool(failed), max(silent, len(unsaid))
        slowest = max(slowest, seconds)
        shutil.rmtree(project)
    print(f"{count} projects, {alarms} with a false alarm, at most {silent} rows that cannot judge, {slowest:.0f} s")


if __name__ == "__main__":
    main()
