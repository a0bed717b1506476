"""Memory while training on a made-up CSV that memory should not hold: `python benchmarks/big_table.py --folder DIR`.

It makes a table of numbers, categories, dates and missing cells with a class (kept in the folder and reused), generates
a project and trains. Reported: seconds of the first start, which prepares the table, and of a later one, and what the
kernel says of the process, read every 50 ms: RssAnon is memory that only RAM can hold, VmHWM counts mapped pages too.
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


def watched(words: list[str], project: Path) -> tuple[float, float, list[tuple[float, int]], str]:
    """Run a command: its seconds, VmHWM in MB, (seconds, RssAnon in MB) over time, and what it printed."""
    began, peak, seen = time.monotonic(), 0, []
    with (project / "output.txt").open("w", encoding="utf-8") as output:
        process = subprocess.Popen([sys.executable, *words], cwd=project, stdout=output, stderr=subprocess.STDOUT)
        while process.poll() is None:
            try:
                status = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii").splitlines()
            except OSError:
                break
            sizes = {line.split(":")[0]: int(line.split()[1]) // 1024 for line in status if line.endswith(" kB")}
            peak = max(peak, sizes.get("VmHWM", 0))
            seen.append((time.monotonic() - began, sizes.get("RssAnon", 0)))
            time.sleep(0.05)
    text = (project / "output.txt").read_text(encoding="utf-8")
    if process.wait():
        sys.exit(text)
    return time.monotonic() - began, peak, seen, text


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
    for what, more in (("first start", ["--smoke"]), ("later start", ["--minutes", str(args.minutes)])):
        seconds, peak, seen, text = watched([*words, *more], project)
        anonymous = max(size for _, size in seen)
        print(f"{what}: {seconds:.0f} s, RssAnon at most {anonymous} MB, VmHWM {peak} MB")
    print(text.strip())
    seconds, peak, seen, text = watched(["evaluate.py"], project)
    print(f"evaluate: {seconds:.0f} s, RssAnon at most {max(size for _, size in seen)} MB, VmHWM {peak} MB")
    print(text.strip())


if __name__ == "__main__":
    main()
