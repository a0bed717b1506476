"""Memory while training on a made-up CSV that memory should not hold: `python benchmarks/big_table.py --folder DIR`.

It makes a table of numbers, categories, dates and missing cells with a class (kept in the folder and reused), generates
a project, prepares the table, trains, evaluates and checks. Reported for each: seconds, and what the
kernel says of the process and those it started, read every 50 ms: RssAnon, added up, is memory that only RAM can hold.
"""

import argparse
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
from hackgen.compose import plan
from hackgen.project import Answers, choose, settled
from hackgen.write import write

ROWS = 50_000  # made at a time
NUMBERS = 12


def make(path: Path, megabytes: int) -> None:
    """Write rows of about 120 bytes until the file is as large as it should be."""
    rng = np.random.default_rng(0)
    towns = np.array([f"town {i}" for i in range(500)])
    with path.with_suffix(".part").open("w", encoding="utf-8", newline="") as file:
        file.write(",".join([*(f"n{i}" for i in range(NUMBERS)), "town", "day", "kind"]) + "\n")
        while file.tell() < megabytes * 2**20:
            numbers = rng.normal(size=(ROWS, NUMBERS)) * 10.0 ** np.arange(NUMBERS).clip(0, 5)
            kinds = np.digitize(numbers[:, 0] + rng.normal(size=ROWS), [-0.5, 0.7])
            cells = np.char.mod("%.6g", numbers)
            cells[rng.random((ROWS, NUMBERS)) < 0.02] = ""
            days = (np.datetime64("2015-01-01") + rng.integers(0, 3000, ROWS)).astype(str)
            columns = [*cells.T, towns[rng.integers(0, len(towns), ROWS)], days, np.array(list("abc"))[kinds]]
            file.write("\n".join(map(",".join, zip(*columns, strict=True))) + "\n")
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


def watched(words: list[str], project: Path) -> tuple[float, int, str]:
    """Run a command: its seconds, the most RssAnon in MB, and what it printed."""
    began, peak = time.monotonic(), 0
    with (project / "output.txt").open("w", encoding="utf-8") as output:
        process = subprocess.Popen([sys.executable, *words], cwd=project, stdout=output, stderr=subprocess.STDOUT)
        while process.poll() is None:
            peak = max(peak, sum(map(anonymous, family(process.pid))))
            time.sleep(0.05)
    text = (project / "output.txt").read_text(encoding="utf-8")
    if process.wait():
        sys.exit(text)
    return time.monotonic() - began, peak, text


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mb", type=int, default=3000, help="size of the table [3000]")
    parser.add_argument("--minutes", type=float, default=0.5, help="of training [0.5]")
    parser.add_argument("--folder", type=Path, required=True, help="where table and project are made")
    args = parser.parse_args()
    args.folder.mkdir(parents=True, exist_ok=True)
    table, project = args.folder / f"big-{args.mb}.csv", args.folder / f"project-{args.mb}-{time.time_ns()}"
    if not table.exists():
        make(table, args.mb)
    answers = Answers(task="tabular-classification", models=("mlp",), title="A big table")
    choice = choose(answers)
    write(plan(choice, settled(answers, choice)), project)
    words = ["train.py", "--data", str(table.resolve()), "--patience", "1000"]
    prepare = ["-c", f"import data, config; data.load(config.Mlp(data={str(table.resolve())!r}))"]
    later = [*words, "--minutes", str(args.minutes)]
    for what, command in (("prepare", prepare), ("train", later), ("evaluate", ["evaluate.py"]), ("check", [
        "check.py", "--data", str(table.resolve())])):  # fmt: skip
        seconds, peak, text = watched(command, project)
        print(f"{what}: {seconds:.0f} s, RssAnon at most {peak} MB\n{text.strip()}", flush=True)


if __name__ == "__main__":
    main()
