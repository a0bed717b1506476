"""How many classic mistakes check.py finds: each is planted by itself, and all checks run.

    python benchmarks/planted_bugs.py [FRAMEWORK …] [--only PATTERN]

The mistakes are in tests/bugs.py. For each, planted_bugs.csv says which checks failed, and whether what they say names the cause.
"""

import argparse
import csv
import json
import re
import shutil
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tests"))
import projects
from bugs import BUGS, Bug

FIELDS = ["framework", "kind", "task", "model", "file", "caught", "named", "checks", "seconds"]


def planted(folder: Path, framework: str, bug: Bug) -> Path:
    """A project with a bug; the edits must fit."""
    task, model = bug.project
    project = projects.generate(folder, task=task, framework=framework, models=(model,))
    for file, right, wrong in bug.edits:
        text = (project / file).read_text(encoding="utf-8")
        assert text.count(right) == 1, f"{framework} {bug.kind}: {file} has {text.count(right)} times {right!r}"
        (project / file).write_text(text.replace(right, wrong), encoding="utf-8")
    return project


def examined(framework: str, bug: Bug, keep: Path | None = None) -> dict[str, object]:
    """A row of the table: which checks fail on a planted bug."""
    folder = Path(tempfile.mkdtemp())
    try:
        project = planted(folder / "p", framework, bug)
        began = time.monotonic()
        done = projects.run(project, "check.py", "--json")
        seconds = round(time.monotonic() - began, 1)
        if done.err and "Traceback" in done.err:
            return row(framework, bug, False, False, "traceback: " + done.err.strip().splitlines()[-1], seconds)
        failed = [result for result in json.loads(done.out) if result["passed"] is False]
        said = [f"{result['found']} {result['expected']} {result['advice']}" for result in failed]
        named = any(re.search(bug.named, text, re.DOTALL) for text in said)
        if keep:
            lines = [f"{result['id']}: {text}" for result, text in zip(failed, said, strict=True)]
            print(f"--- {framework} {bug.kind} {bug.project} {bug.edits[0][0]} named={named}\n", *(f"    {line}\n" for line in lines), sep="")
        return row(framework, bug, bool(failed), named, " ".join(result["id"] for result in failed), seconds)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def row(framework: str, bug: Bug, caught: bool, named: bool, checks: str, seconds: float) -> dict[str, object]:
    about = framework, bug.kind, *bug.project, bug.edits[0][0]
    return dict(zip(FIELDS, (*about, int(caught), int(named), checks, seconds), strict=True))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("framework", nargs="*", default=list(BUGS))
    parser.add_argument("--only", default="", help="kinds that match")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--save", action="store_true", help="write planted_bugs.csv")
    args = parser.parse_args()
    wanted = [(f, bug) for f in args.framework for bug in BUGS[f] if re.search(args.only, f"{bug.kind} {bug.project} {bug.edits[0][0]}")]
    projects.IMPORTS.extend(projects.TO_TRAIN)
    found = []
    with ThreadPoolExecutor(args.jobs) as pool:
        for result in pool.map(lambda pair: examined(*pair, HERE if not args.save else None), wanted):
            found.append(result)
            print(*result.values(), sep=" | ", flush=True)
    for framework in args.framework:
        some = [result for result in found if result["framework"] == framework]
        print(f"{framework}: caught {sum(r['caught'] for r in some)} of {len(some)}, named {sum(r['named'] for r in some)}")
    if args.save:
        with (HERE / "planted_bugs.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, FIELDS, lineterminator="\n")
            writer.writeheader()
            writer.writerows(found)


if __name__ == "__main__":
    main()
