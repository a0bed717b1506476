"""The same project in every framework, side by side: `python benchmarks/frameworks.py PART … [--data DATA]`.

PART  mnist  the project's cnn on MNIST beside the seed articles' Keras CNN: accuracy on test, seconds
      text   seconds per epoch of the text classifiers on their sample
      start  from `python train.py` to the first finished epoch on the sample, imports included
DATA  a folder with mnist/*.gz (idx files)

Default settings, one seed; MNIST with --valid-share 0.16667, so that 10,000 of its 60,000 pictures choose the epoch.
Seconds are wall time; those of an epoch include its scoring on valid. `--framework keras:jax …` takes only some.
"""

import argparse
import csv
import itertools
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from hackgen.making.choice import Choice, choices

SIXTH = ("--valid-share", "0.16667")
TEXT = ("lstm", "transformer")
STARTS = (("image-classification", "cnn"), ("text-classification", "lstm"), ("tabular-classification", "mlp"))


def wanted(task: str, model: str, names: list[str]) -> list[Choice]:
    """The projects of a task and a model in the frameworks called `names`, such as pytorch or keras:jax."""
    fitting = [choice for choice in choices() if choice.task.name == task and choice.models[0].name == model]
    return [choice for choice in fitting if not names or name_of(choice) in names or choice.framework.name in names]


def name_of(choice: Choice) -> str:
    """The framework, with its backend where it has several."""
    return choice.label.split("/")[1]


def generate(choice: Choice, folder: Path, *more: str) -> Path:
    """Write the project to a folder of its own; returns that."""
    project = folder / choice.label.replace("/", "-").replace(":", "-")
    words = ["new", str(project), "--yes", "--no-git", "--task", choice.task.name, "--model", choice.models[0].name]
    words += ["--framework", choice.framework.name, *(["--backend", choice.backend] if choice.backend else []), *more]
    subprocess.run([sys.executable, "-m", "hackgen", *words], check=True, stdout=subprocess.DEVNULL)
    return project


def command(project: Path, *words: str) -> float:
    """Run `python WORDS…` in a project; returns its wall seconds."""
    start = time.perf_counter()
    subprocess.run([sys.executable, *words], cwd=project, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def epochs(run: Path) -> list[float]:
    """The seconds at the end of each epoch."""
    with (run / "history.csv").open(encoding="utf-8", newline="") as file:
        return [float(row["seconds"]) for row in csv.DictReader(file)]


def per_epoch(ends: list[float]) -> str:
    """Two cells: the first epoch, which compiles, and the median of the others."""
    later = [end - begin for begin, end in itertools.pairwise(ends)]
    return f"{ends[0]:.2f} | {statistics.median(later):.2f}" if later else f"{ends[0]:.2f} | –"


def mnist(folder: Path, data: Path, names: list[str]) -> Iterator[str]:
    """The seed articles' CNN on each backend, and the project's in each framework."""
    yield "| what | framework | parameters | accuracy, test | process, s | epochs | first, s | each later one, s |"
    yield "|---|---|---:|---:|---:|---:|---:|---:|"
    fitting = wanted("image-classification", "cnn", names)
    seed = [sys.executable, str(Path(__file__).with_name("seed_cnn.py")), str(data / "mnist")]
    for choice in fitting:
        if choice.backend:
            start, environment = time.perf_counter(), os.environ | {"KERAS_BACKEND": choice.backend}
            done = subprocess.run(seed, env=environment, check=True, stdout=subprocess.PIPE, text=True)
            whole, found = time.perf_counter() - start, json.loads(done.stdout.splitlines()[-1])
            cells = f"{found['parameters']:,} | {found['accuracy']:.4f} | {whole:.1f} | {len(found['seconds'])}"
            yield f"| the seed articles' CNN | {name_of(choice)} | {cells} | {per_epoch(found['seconds'])} |"
    for choice in fitting:
        project = generate(choice, folder, "--data", str(data / "mnist"))
        whole = command(project, "train.py", *SIXTH, "--out", "run")
        command(project, "evaluate.py", "run")
        report = json.loads((project / "runs/run/report.json").read_text(encoding="utf-8"))
        ends = epochs(project / "runs" / "run")
        cells = f"{report['parameters']:,} | {report['score']:.4f} | {whole:.1f} | {len(ends)}"
        yield f"| the project's cnn | {name_of(choice)} | {cells} | {per_epoch(ends)} |"


def text(folder: Path, names: list[str]) -> Iterator[str]:
    """Epochs of the text classifiers on their sample."""
    yield "| model | framework | process, s | epochs | first, s | each later one, s |"
    yield "|---|---|---:|---:|---:|---:|"
    for model in TEXT:
        for choice in wanted("text-classification", model, names):
            project = generate(choice, folder)
            whole = command(project, "train.py", "--out", "run")
            ends = epochs(project / "runs" / "run")
            yield f"| {model} | {name_of(choice)} | {whole:.1f} | {len(ends)} | {per_epoch(ends)} |"


def start(folder: Path, names: list[str], runs: int) -> Iterator[str]:
    """From nothing to the first row of the log: the first time in a project, and later."""
    yield "| task | model | framework | the first time, s | later, median s |"
    yield "|---|---|---|---:|---:|"
    for task, model in STARTS:
        for choice in wanted(task, model, names):
            project = generate(choice, folder)
            first, *later = [first_epoch(project, f"run-{number}") for number in range(1 + runs)]
            yield f"| {task} | {model} | {name_of(choice)} | {first:.1f} | {statistics.median(later):.1f} |"


def first_epoch(project: Path, run: str) -> float:
    """Seconds from the command until its first epoch is in the run's history; the rest of the training is cut off."""
    history, began = project / "runs" / run / "history.csv", time.perf_counter()
    process = subprocess.Popen([sys.executable, "train.py", "--out", run], cwd=project, stdout=subprocess.DEVNULL)
    while not history.exists():
        if process.poll():
            raise SystemExit(f"train.py failed in {project}")
        time.sleep(0.01)
    seconds = time.perf_counter() - began
    process.kill()
    process.wait()
    return seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="+", choices=["mnist", "text", "start"], metavar="PART")
    parser.add_argument("--data", type=Path)
    parser.add_argument("--framework", nargs="+", default=[], metavar="NAME")
    parser.add_argument("--runs", type=int, default=3, help="later starts")
    args = parser.parse_args()
    if "mnist" in args.parts and not (args.data and (args.data / "mnist").is_dir()):
        parser.error("part mnist needs --data DATA with DATA/mnist/*.gz")
    for part in args.parts:
        with tempfile.TemporaryDirectory() as folder:
            if part == "mnist":
                rows = mnist(Path(folder), args.data.resolve(), args.framework)
            elif part == "text":
                rows = text(Path(folder), args.framework)
            else:
                rows = start(Path(folder), args.framework, args.runs)
            for row in rows:
                print(row, flush=True)
        print()


if __name__ == "__main__":
    main()
