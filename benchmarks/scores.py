"""Scores and times on real data, by the generated projects' own commands: `python benchmarks/scores.py DATA [NAME …]`.

DATA is a folder with mnist/*.gz (idx files), text/tinyshakespeare.txt, text/sms_spam.tsv and tables/*.csv.
Each row is the mean over its seeds; seconds are wall time of `train.py` as a whole process, imports included.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass
class Case:
    """One row of the table: what to generate, on which data, with which flags."""

    task: str
    model: str
    data: str  # below DATA; empty = the sample
    flags: tuple[str, ...] = ()
    seeds: tuple[int, ...] = (0, 1, 2)
    seed_flag: str = "--seed"
    show: str = ""  # one of other_metrics instead of the score
    target: str = ""


SPLITS = {"seeds": (0, 1, 2, 3, 4), "seed_flag": "--split-seed"}
SIXTH = ("--valid-share", "0.16667")  # 10,000 of MNIST's 60,000 training pictures choose the epoch
ACCURACY = ("--metric", "accuracy")  # by itself macro F1 would count: one message in seven is spam
CASES = {
    "mnist-cnn": Case("image-classification", "cnn", "mnist", SIXTH),
    "mnist-mlp": Case("image-classification", "mlp", "mnist", SIXTH),
    "mnist-transformer": Case("image-classification", "transformer", "mnist", SIXTH, seeds=(0,)),
    "shakespeare-transformer": Case(
        "text-generation",
        "transformer",
        "text/tinyshakespeare.txt",
        ("--minutes", "0.85"),
        seeds=(0,),
        show="nats_per_character",
    ),
    "shakespeare-lstm": Case(
        "text-generation",
        "lstm",
        "text/tinyshakespeare.txt",
        ("--minutes", "1.3"),
        seeds=(0,),
        show="nats_per_character",
    ),
    "sms-cnn": Case("text-classification", "cnn", "text/sms_spam.tsv", ACCURACY),
    "sms-lstm": Case("text-classification", "lstm", "text/sms_spam.tsv", ACCURACY),
    "sms-transformer": Case("text-classification", "transformer", "text/sms_spam.tsv", ACCURACY),
    "iris-mlp": Case("tabular-classification", "mlp", "", **SPLITS),
    "iris-transformer": Case("tabular-classification", "transformer", "", **SPLITS),
    "penguins-mlp": Case("tabular-classification", "mlp", "tables/penguins.csv", target="species", **SPLITS),
    "airline-mixer": Case("time-series-forecasting", "mixer", "tables/airline-passengers.csv"),
    "airline-cnn": Case("time-series-forecasting", "cnn", "tables/airline-passengers.csv"),
    "airline-lstm": Case("time-series-forecasting", "lstm", "tables/airline-passengers.csv"),
    "airline-transformer": Case("time-series-forecasting", "transformer", "tables/airline-passengers.csv"),
}


def command(project: Path, *words: str) -> float:
    """Run `python WORDS…` in a project; returns its wall seconds."""
    start = time.perf_counter()
    subprocess.run([sys.executable, *words], cwd=project, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def measure(case: Case, data: Path, folder: Path) -> dict[str, float]:
    """Train and evaluate a case over its seeds; means of score, reference's score and seconds."""
    project = folder / f"{case.task}-{case.model}-{Path(case.data).stem}"
    words = [sys.executable, "-m", "hackgen", "new", str(project), "--yes", "--no-git", "--task", case.task]
    words += ["--model", case.model]
    words += ["--data", str(data / case.data)] if case.data else []
    words += ["--target", case.target] if case.target else []
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL)
    scores, references, train, evaluate = [], [], [], []
    for seed in case.seeds:
        train.append(command(project, "train.py", *case.flags, case.seed_flag, str(seed), "--out", f"seed-{seed}"))
        evaluate.append(command(project, "evaluate.py", f"seed-{seed}"))
        report = json.loads((project / "runs" / f"seed-{seed}" / "report.json").read_text(encoding="utf-8"))
        scores.append(report["other_metrics"][case.show] if case.show else report["score"])
        references.append(report["reference"]["score"])
    columns = {"score": scores, "reference": references, "train": train, "evaluate": evaluate}
    return {name: statistics.mean(values) for name, values in columns.items()} | {
        "lowest": min(scores),
        "highest": max(scores),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(CASES))
    args = parser.parse_args()
    print("| what | score, mean (range) | reference | train.py, s | evaluate.py, s |\n|---|---|---:|---:|---:|")
    with tempfile.TemporaryDirectory() as folder:
        for name in args.names or CASES:
            row = measure(CASES[name], args.data.resolve(), Path(folder))
            score = f"{row['score']:.4f} ({row['lowest']:.4f} to {row['highest']:.4f})"
            print(
                f"| {name} | {score} | {row['reference']:.4f} | {row['train']:.1f} | {row['evaluate']:.1f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
