"""Time and memory of a made-up CSV that memory should not hold: `python benchmarks/big_table.py --folder DIR`.

It makes a table of numbers, categories, dates and missing cells with a class (kept in the folder and reused), inspects
it, generates a project, prepares the table, trains, evaluates and checks. Reported for each: seconds, CPU seconds of
the process and those it started, and what the kernel says of them, read every 50 ms: RssAnon, added up, is memory that
only RAM can hold. With `--mb 3000` the table has 25.2 million rows of 15 columns, with `--numbers 21` 15.8
million of 24.
"""

import argparse
import resource
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
from hackgen.making.choice import Answers
from hackgen.making.compose import planned
from hackgen.making.write import write

ROWS = 50_000  # made at a time
STEPS = ("inspect", "prepare", "train", "evaluate", "check")


def make(path: Path, megabytes: int, columns: int) -> None:
    """Write rows of so many numbers and three more columns until the file is as large as it should be."""
    rng = np.random.default_rng(0)
    towns = np.array([f"town {i}" for i in range(500)])
    with path.with_suffix(".part").open("w", encoding="utf-8", newline="") as file:
        file.write(",".join([*(f"n{i}" for i in range(columns)), "town", "day", "kind"]) + "\n")
        while file.tell() < megabytes * 10**6:
            numbers = rng.normal(size=(ROWS, columns)) * 10.0 ** np.arange(columns).clip(0, 5)
            kinds = np.digitize(numbers[:, 0] + rng.normal(size=ROWS), [-0.5, 0.7])
            cells = np.char.mod("%.6g", numbers)
            cells[rng.random((ROWS, columns)) < 0.02] = ""
            days = (np.datetime64("2015-01-01") + rng.integers(0, 3000, ROWS)).astype(str)
            rows = zip(
                *cells.T, towns[rng.integers(0, len(towns), ROWS)], days, np.array(list("abc"))[kinds], strict=True
            )
            file.write("\n".join(map(",".join, rows)) + "\n")
    path.with_suffix(".part").replace(path)


def family(process: int) -> list[int]:
    """A process and all that it started."""
    children: dict[int, list[int]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[1])
        except OSError:
            continue
        children.setdefault(parent, []).append(int(folder.name))
    found = [process]
    for one in found:
        found += children.get(one, [])
    return found


def anonymous(process: int) -> int:
    """RssAnon of a process in MB, 0 where it has ended."""
    try:
        lines = Path(f"/proc/{process}/status").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) // 1024 for line in lines if line.startswith("RssAnon"))


def watched(words: list[str], project: Path) -> tuple[str, str]:
    """Run Python: its seconds, CPU seconds and most RssAnon in MB as text, and what it printed."""
    began, before, peak = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN), 0
    with (project / "output.txt").open("w", encoding="utf-8") as output:
        process = subprocess.Popen([sys.executable, *words], cwd=project, stdout=output, stderr=subprocess.STDOUT)
        while process.poll() is None:
            peak = max(peak, sum(map(anonymous, family(process.pid))))
            time.sleep(0.05)
    text = (project / "output.txt").read_text(encoding="utf-8")
    if process.wait():
        sys.exit(text)
    after, seconds = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic() - began
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return f"{seconds:.1f} s, {cpu:.1f} CPU seconds, RssAnon at most {peak} MB", text


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mb", type=int, default=3000, help="size of the table [3000]")
    parser.add_argument("--minutes", type=float, default=0.5, help="of training [0.5]")
    parser.add_argument("--numbers", type=int, default=12, help="columns of numbers, beside three others [12]")
    parser.add_argument("--only", nargs="+", choices=STEPS, help="steps to measure [all]")
    parser.add_argument("--folder", type=Path, required=True, help="where table and project are made")
    args = parser.parse_args()
    args.folder.mkdir(parents=True, exist_ok=True)
    table = (args.folder / f"big-{args.mb}-{args.numbers + 3}.csv").resolve()
    project = args.folder / f"project-{args.mb}-{time.time_ns()}"
    if not table.exists():
        make(table, args.mb, args.numbers)
    answers = Answers(title="A big table", data=str(table), target="kind", models=("mlp",), extras=())
    write(planned(answers), project)
    commands = {
        "inspect": ["-m", "hackgen", "inspect", str(table)],
        "prepare": ["data.py"],
        "train": ["train.py", "--patience", "1000", "--minutes", str(args.minutes)],
        "evaluate": ["evaluate.py"],
        "check": ["check.py"],
    }
    print(f"{table.stat().st_size / 1e9:.2f} GB, {args.numbers + 3} columns", flush=True)
    for what in args.only or STEPS:
        measured, text = watched(commands[what], project)
        print(f"{what}: {measured}\n{text.strip()}", flush=True)


if __name__ == "__main__":
    main()
