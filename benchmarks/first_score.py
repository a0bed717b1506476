"""From nothing to a first score on the sample: `hackgen new`, `train.py`, `evaluate.py`, wall seconds with imports.

usage: python benchmarks/first_score.py [/pytorch/ …] [--runs N]
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from hackgen.making.choice import choices


def seconds(*words: str, folder: Path) -> float:
    """Wall seconds of a command."""
    start = time.perf_counter()
    subprocess.run([sys.executable, *words], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help="parts of task/framework/model, e.g. /pytorch/ [all]")
    parser.add_argument("--runs", type=int, default=3)
    args = parser.parse_args()
    print("| task | model | new | train | evaluate | together | score | baseline | reference |")
    print("|---|---|---:|---:|---:|---:|---:|---:|---:|")
    for choice in (c for c in choices() if not args.names or any(name in c.label for name in args.names)):
        task, model = choice.task.name, choice.models[0].name
        times: list[list[float]] = []
        for _ in range(args.runs):
            with tempfile.TemporaryDirectory() as name:
                folder, project = Path(name), Path(name) / "p"
                new = ("-m", "hackgen", "new", str(project), "--yes", "--no-git", "--task", task, "--model", model)
                new += (
                    "--framework",
                    choice.framework.name,
                    *(("--backend", choice.backend) if choice.backend else ()),
                )
                times.append([seconds(*new, folder=folder)])
                times[-1].append(seconds("train.py", folder=project))
                times[-1].append(seconds("evaluate.py", folder=project))
                latest = (project / "runs" / "latest").read_text(encoding="utf-8").strip()
                report = json.loads((project / "runs" / latest / "report.json").read_text(encoding="utf-8"))
        medians = [statistics.median(column) for column in zip(*times, strict=True)]
        shown = " | ".join(f"{value:.1f}" for value in [*medians, statistics.median(map(sum, times))])
        scores = " | ".join(
            f"{value:.4g}" for value in (report["score"], report["baseline"]["score"], report["reference"]["score"])
        )
        print(f"| {task} | {model} | {shown} | {scores} |", flush=True)


if __name__ == "__main__":
    main()
