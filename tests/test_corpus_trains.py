"""Each awkward file that suggests a task becomes a project that trains, is scored, and answers for odd new rows."""

import csv
import json
from pathlib import Path

import pytest
from corpus import CASES, Case
from projects import generate_own, run

KINDS = ("classification", "regression")


@pytest.mark.slow
@pytest.mark.parametrize("case", [case for case in CASES if case.trains], ids=str)
def test_an_awkward_file_becomes_a_project_that_works(tmp_path: Path, case: Case) -> None:
    (tmp_path / "data").mkdir()
    project = generate_own(tmp_path / "p", case.write(tmp_path / "data"))
    run(project, "train.py", "--smoke", "--out", "a").ok()
    run(project, "evaluate.py", "a").ok()
    config = json.loads((project / "runs/a/config.json").read_text(encoding="utf-8"))
    meta = json.loads((project / "runs/a/meta.json").read_text(encoding="utf-8"))
    asked, answers = new_input(tmp_path / "new.csv", config["task"], meta)
    found = json.loads(run(project, "predict.py", asked, "--json").ok().out)
    assert len(found) >= answers


def new_input(path: Path, task: str, meta: dict) -> tuple[str, int]:
    """What to ask of a project, and how many answers it must give at least.

    Of a table: a row of which nothing is known and rows of values never seen, in another order, with a column more.
    """
    if task.startswith("tabular"):
        names = meta["header"][::-1] if "header" in meta else [feature["name"] for feature in meta["features"]][::-1]
        cells = ["NA", "", "never seen", "-1e300", "2099-12-31"]
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([["one more", *names], *([1, *[cell] * len(names)] for cell in cells)])
        return str(path), len(cells)
    return ("3", 3) if task == "time-series-forecasting" else ("words that nobody has seen before", 1)
