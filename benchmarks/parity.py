"""Scores of the same project in every framework, over seeds: `python benchmarks/parity.py --out FILE [NAME …]`.

NAME is a part of `task/framework/model`, such as `image-classification` or `keras:jax`; without one all are measured.
Each project learns from its sample at default settings; test has the same rows in all of them. A metric that is a
share may differ from PyTorch's mean by 2 points, another one by 5 %. FILE takes one JSON line for each project and
seed, and what it holds already is not measured again; `--table` only prints its table. With `--jobs 2` two trainings
go on at a time, one thread each: scores stay what they are, seconds do not.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from hackgen.making.choice import Choice, choices

SHARES = ("accuracy", "macro F1", "average precision")
THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "NPROC")
WRITING = threading.Lock()  # one line at a time


def read(file: Path) -> list[dict[str, Any]]:
    """What is measured already: one dict for each project and seed."""
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    return [json.loads(line) for line in lines if line.strip()]


def measure(choice: Choice, seeds: list[int], out: Path, alone: bool) -> None:
    """Generate one project, train and score it with each seed; adds a line to `out` after each."""
    environment = os.environ | ({} if alone else dict.fromkeys(THREADS, "1"))
    with tempfile.TemporaryDirectory() as name:
        project = Path(name) / "project"

        def python(*words: str) -> float:
            start = time.perf_counter()
            done = subprocess.run(
                [sys.executable, *words], cwd=name, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
            )
            if done.returncode:
                last = done.stderr.decode("utf-8", "replace").strip().splitlines()[-1:]
                raise RuntimeError(f"{choice.label}: `python {' '.join(words)}` failed: {''.join(last)}")
            return time.perf_counter() - start

        new = ["-m", "hackgen", "new", "project", "--yes", "--no-git", "--task", choice.task.name]
        new += ["--framework", choice.framework.name, *(["--backend", choice.backend] if choice.backend else [])]
        python(*new, "--model", choice.models[0].name)
        for seed in seeds:
            run = project / "runs" / f"seed-{seed}"
            whole = python("project/train.py", "--seed", str(seed), "--out", str(run))
            python("project/evaluate.py", str(run))
            report = json.loads((run / "report.json").read_text(encoding="utf-8"))
            line = {"label": choice.label, "seed": seed, "score": report["score"], "metric": choice.task["metric"]}
            line |= {"whole": whole, "training": report["train_seconds"], "parameters": report["parameters"]}
            with WRITING, out.open("a", encoding="utf-8") as file:
                file.write(json.dumps(line) + "\n")


def distance(mean: float, reference: float, metric: str) -> tuple[str, bool]:
    """How far a mean is from PyTorch's, in words, and whether that is near enough."""
    if metric in SHARES:
        return f"{100 * (mean - reference):+.1f} points", abs(mean - reference) <= 0.02
    return f"{100 * (mean / reference - 1):+.1f} %", abs(mean / reference - 1) <= 0.05


def table(lines: list[dict[str, Any]], labels: list[str]) -> None:
    """Print a row for each task and model, a column for each framework; what is too far from PyTorch stands out."""
    known: dict[str, list[dict[str, Any]]] = {label: [] for label in labels}
    for line in lines:
        known.get(line["label"], []).append(line)
    others = list(dict.fromkeys(label.split("/")[1] for label in labels if "/pytorch/" not in label))
    print("| task | model | parameters | pytorch, mean (range) |", " | ".join(others), "|")
    print("|---|---|---:|---|" + "---:|" * len(others))
    far = 0
    for task, model in dict.fromkeys((label.split("/")[0], label.split("/")[2]) for label in labels):
        if not (found := known.get(f"{task}/pytorch/{model}")):
            continue
        scores = [line["score"] for line in found]
        mean, cells = statistics.mean(scores), []
        for framework in others:
            rows = known.get(f"{task}/{framework}/{model}")
            here = statistics.mean(row["score"] for row in rows) if rows else mean
            words, near = distance(here, mean, found[0]["metric"])
            cells.append(("–" if not rows else words) if near else f"**{words}**")
            far += not near
        spread = f"{mean:.4g} ({min(scores):.4g} to {max(scores):.4g})"
        print(f"| {task} | {model} | {found[0]['parameters']:,} | {spread} |", " | ".join(cells), "|")
    measured = sum(map(bool, known.values()))
    print(f"\n{measured} of {len(labels)} measured; {far} further from PyTorch than 2 points or 5 %.")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="JSON lines; measured ones are skipped")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--jobs", type=int, default=1, help="trainings at a time; with 2 or more, one thread each")
    parser.add_argument("--table", action="store_true", help="measure nothing, print the table of FILE")
    args = parser.parse_args()
    wanted = [c for c in choices() if not args.names or any(name in c.label for name in args.names)]
    if not wanted:
        raise SystemExit(f"no project is called like {' or '.join(args.names)}; `hackgen list` shows all")
    wanted.sort(key=lambda choice: (choice.task.name, choice.models[0].name, choice.framework.name != "pytorch"))
    if not args.table:
        known = {(line["label"], line["seed"]) for line in read(args.out)}
        left = {c: [seed for seed in range(args.seeds) if (c.label, seed) not in known] for c in wanted}
        pool = ThreadPoolExecutor(args.jobs)
        try:
            jobs = [pool.submit(measure, c, seeds, args.out, args.jobs == 1) for c, seeds in left.items() if seeds]
            failed = [error for job in jobs if (error := job.exception())]  # the others go on
        finally:
            pool.shutdown(cancel_futures=True)  # after Ctrl-C nothing new begins
        for error in failed:
            print(error, file=sys.stderr)
    table(read(args.out), [choice.label for choice in wanted])
    raise SystemExit(1 if not args.table and failed else 0)


if __name__ == "__main__":
    main()
