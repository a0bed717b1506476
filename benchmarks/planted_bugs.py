"""How many classic mistakes check.py finds: each is planted by itself, and the checks run.

    python benchmarks/planted_bugs.py [FRAMEWORK …] [--only PATTERN] [--missing] [--save]

The mistakes are in the tables that tests/bugs.py reads. planted_bugs.csv says which checks failed (first those that
should run, all others only where none of them did), and whether what they say names the cause. --missing plants those
alone that have no row yet; --save replaces the rows of what was planted, each as soon as it is known.
"""

import argparse
import csv
import re
import sys
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
import projects
from bugs import BUGS, Bug
from planted import FIELDS, examined

NAME = FIELDS.index("caught")  # so many columns say which bug it is
RESULTS = Path(__file__).with_name("planted_bugs.csv")


def identity(framework: str, bug: Bug) -> tuple[str, ...]:
    return framework, bug.kind, *bug.project, bug.edits[0][0]


def saved() -> list[dict[str, str]]:
    with RESULTS.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def save(found: list[dict]) -> None:
    """Put the rows in the table, each in the place of its bug, in the order of BUGS; rows of no bug are left out."""
    rows = {}
    for row in [*saved(), *found]:
        rows.setdefault(tuple(row.values())[:NAME], []).append(row)
    with RESULTS.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, FIELDS, lineterminator="\n")
        writer.writeheader()
        for framework, bugs in BUGS.items():
            for name, count in Counter(identity(framework, bug) for bug in bugs).items():
                writer.writerows(rows.get(name, [])[-count:])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("framework", nargs="*", default=list(BUGS))
    parser.add_argument("--only", default="", help="kinds, tasks, models or files that match")
    parser.add_argument("--missing", action="store_true", help="those without a row in planted_bugs.csv")
    parser.add_argument("--save", action="store_true", help="write planted_bugs.csv")
    args = parser.parse_args()
    projects.IMPORTS.extend(projects.TO_TRAIN)
    there = Counter(tuple(row.values())[:NAME] for row in saved()) if args.missing else Counter()
    for framework in args.framework:
        found = []
        for bug in BUGS[framework]:
            name = identity(framework, bug)
            there[name] -= 1
            if there[name] < 0 and re.search(args.only, f"{bug.kind} {bug.project} {bug.edits[0][0]}"):
                found.append(examined(framework, bug, told=True))
                print(*found[-1].values(), sep=" | ", flush=True)
                if args.save:
                    save(found[-1:])
        caught, named = (sum(row[what] for row in found) for what in ("caught", "named"))
        print(f"{framework}: {caught} of {len(found)} caught, the cause of {named} named", flush=True)


if __name__ == "__main__":
    main()
