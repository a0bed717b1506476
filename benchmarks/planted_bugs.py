"""How many classic mistakes check.py finds: each is planted by itself, and the checks run.

    python benchmarks/planted_bugs.py [FRAMEWORK …] [--only PATTERN] [--save]

The mistakes are in tests/bugs.py. For each, planted_bugs.csv says which checks failed (first those that should run, all
others only where none of them did), and whether what they say names the cause; --save replaces the frameworks' rows.
"""

import argparse
import csv
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
import projects
from bugs import BUGS
from planted import FIELDS, examined

RESULTS = Path(__file__).with_name("planted_bugs.csv")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("framework", nargs="*", default=list(BUGS))
    parser.add_argument("--only", default="", help="kinds, tasks, models or files that match")
    parser.add_argument("--save", action="store_true", help="write planted_bugs.csv")
    args = parser.parse_args()
    projects.IMPORTS.extend(projects.TO_TRAIN)
    found = []
    for framework in args.framework:
        for bug in BUGS[framework]:
            if re.search(args.only, f"{bug.kind} {bug.project} {bug.edits[0][0]}"):
                found.append(examined(framework, bug, told=True))
                print(*found[-1].values(), sep=" | ", flush=True)
        some = [row for row in found if row["framework"] == framework]
        caught, named = (sum(row[what] for row in some) for what in ("caught", "named"))
        print(f"{framework}: {caught} of {len(some)} caught, the cause of {named} named", flush=True)
    if args.save:
        with RESULTS.open(encoding="utf-8", newline="") as file:
            others = [row for row in csv.DictReader(file) if row["framework"] not in args.framework]
        with RESULTS.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, FIELDS, lineterminator="\n")
            writer.writeheader()
            writer.writerows(others + found)


if __name__ == "__main__":
    main()
