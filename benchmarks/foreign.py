"""What hackgen adds to the time of copier and cookiecutter: `new --template` beside the tool itself, and `export`."""

import argparse
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from startup import twin

QUIET = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}


def taken(words: list) -> tuple[float, float]:
    """Seconds of the wall clock and of processors that a command takes, with all that it starts."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(words, check=True, **QUIET)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.perf_counter() - start, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=15)
    args = parser.parse_args()
    hackgen, copier, cookiecutter = (
        str(Path(sys.executable).parent / name) for name in ("hackgen", "copier", "cookiecutter")
    )
    with tempfile.TemporaryDirectory() as name:
        folder, out, theirs = Path(name), Path(name) / "out", Path(name) / "theirs"
        subprocess.run([hackgen, "new", theirs, "--yes", "--no-git", "--minimal"], check=True, **QUIET)
        for path in [path for path in theirs.rglob("*") if path.is_file()]:  # so that nothing stands where ours will
            path.rename(path.with_name(f"their_{path.name}"))
        cookie, copy = twin(theirs, folder)
        new = [hackgen, "new", out, "--yes", "--no-git", "--trust", "--template"]
        pairs = {
            "new --template, copier": ([*new, copy], [copier, "copy", "--defaults", "--quiet", copy, out]),
            "new --template, cookiecutter": ([*new, cookie], [cookiecutter, "--no-input", "-o", out, cookie]),
            "export --to copier": ([hackgen, "export", out, "--to", "copier"], ["true"]),
            "export --to cookiecutter": ([hackgen, "export", out, "--to", "cookiecutter"], ["true"]),
        }
        print("| command | hackgen: wall, CPU s | the tool alone | added, median of pairs |\n|---|---:|---:|---:|")
        for title, pair in pairs.items():
            rows = []
            for _ in range(args.runs + 1):  # the first round warms the caches
                row = []
                for words in pair:
                    shutil.rmtree(out, ignore_errors=True)
                    row.append(taken(words))
                rows.append((*row, tuple(a - b for a, b in zip(*row, strict=True))))
            medians = [
                [statistics.median(row[side][clock] for row in rows[1:]) for clock in (0, 1)] for side in range(3)
            ]
            print(f"| {title} | {' | '.join(f'{wall:.2f}, {cpu:.2f}' for wall, cpu in medians)} |")


if __name__ == "__main__":
    main()
