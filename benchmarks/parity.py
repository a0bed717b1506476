"""Scores of the same project in every framework, over seeds: `python benchmarks/parity.py [NAME …] [--seeds N]`.

NAME is a part of `task/framework/model`, such as `image-classification` or `keras:jax`; without one all are measured.
Each project learns from its sample at default settings; test has the same rows in all of them. A metric that is a
share may differ from PyTorch's mean by 2 points, another one by 5 %.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from hackgen.project import Choice, choices

SHARES = ("accuracy", "macro F1", "average precision")


def measure(choice: Choice, seeds: int, folder: Path) -> dict[str, list[float]]:
    """Scores on test, seconds of `train.py` as a whole process, and seconds of training, for each seed."""
    project = folder / choice.label.replace("/", "-").replace(":", "-")
    words = ["new", str(project), "--yes", "--no-git", "--task", choice.task.name, "--framework", choice.framework.name]
    words += ["--model", choice.models[0].name, *(["--backend", choice.backend] if choice.backend else [])]
    subprocess.run([sys.executable, "-m", "hackgen", *words], check=True, stdout=subprocess.DEVNULL)
    found: dict[str, list[float]] = {"score": [], "whole": [], "training": []}
    for seed in range(seeds):
        start = time.perf_counter()
        train = [sys.executable, "train.py", "--seed", str(seed), "--out", f"seed-{seed}"]
        subprocess.run(train, cwd=project, check=True, stdout=subprocess.DEVNULL)
        found["whole"].append(time.perf_counter() - start)
        evaluate = [sys.executable, "evaluate.py", f"seed-{seed}"]
        subprocess.run(evaluate, cwd=project, check=True, stdout=subprocess.DEVNULL)
        report = json.loads((project / "runs" / f"seed-{seed}" / "report.json").read_text(encoding="utf-8"))
        found["score"].append(report["score"])
        found["training"].append(report["train_seconds"])
    return found


def distance(mean: float, reference: float, metric: str) -> tuple[str, bool]:
    """How far a mean is from PyTorch's, in words, and whether that is near enough."""
    if metric in SHARES:
        return f"{100 * (mean - reference):+.1f} points", abs(mean - reference) <= 0.02
    return f"{100 * (mean / reference - 1):+.1f} %", abs(mean / reference - 1) <= 0.05


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--seeds", type=int, default=5)
    args = parser.parse_args()
    wanted = [c for c in choices() if not args.names or any(name in c.label for name in args.names)]
    groups: dict[tuple[str, str], list[Choice]] = {}
    for choice in wanted:
        groups.setdefault((choice.task.name, choice.models[0].name), []).append(choice)
    print("| task | model | framework | score, mean (range) | from PyTorch | train.py, s | of it training, s |")
    print("|---|---|---|---|---|---:|---:|")
    with tempfile.TemporaryDirectory() as folder:
        for (task, model), group in groups.items():
            reference = None
            for choice in sorted(group, key=lambda choice: choice.framework.name != "pytorch"):
                found = measure(choice, args.seeds, Path(folder))
                mean, spread = (
                    statistics.mean(found["score"]),
                    f"{min(found['score']):.4f} to {max(found['score']):.4f}",
                )
                gap = "–"
                if reference is not None:
                    words, near = distance(mean, reference, choice.task["metric"])
                    gap = words if near else f"**{words}**"
                elif choice.framework.name == "pytorch":
                    reference = mean
                name = choice.label.split("/")[1]
                seconds = " | ".join(f"{statistics.mean(found[key]):.1f}" for key in ("whole", "training"))
                print(f"| {task} | {model} | {name} | {mean:.4f} ({spread}) | {gap} | {seconds} |", flush=True)


if __name__ == "__main__":
    main()
