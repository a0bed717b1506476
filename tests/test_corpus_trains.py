"""Each awkward file that suggests a task becomes a project that trains, is scored, and answers for odd new rows."""

import json
from pathlib import Path

import pytest
from corpus import CASES, Case
from projects import generate_own, run


@pytest.mark.slow
@pytest.mark.parametrize("case", [case for case in CASES if case.trains], ids=str)
def test_an_awkward_file_becomes_a_project_that_works(tmp_path: Path, case: Case) -> None:
    (tmp_path / "data").mkdir()
    project = generate_own(tmp_path / "p", case.write(tmp_path / "data"))
    run(project, "train.py", "--smoke", "--out", "a").ok()
    run(project, "evaluate.py", "a").ok()
    config = json.loads((project / "runs/a/config.json").read_text(encoding="utf-8"))
    asked, answers = new_input(config["task"], json.loads((project / "runs/a/meta.json").read_text(encoding="utf-8")))
    found = json.loads(run(project, "predict.py", asked, "--json").ok().out)
    assert len(found) >= answers


def new_input(task: str, meta: dict) -> tuple[str, int]:
    """What to ask of a project, and how many answers it must give at least: a row of unseen and missing values."""
    if task.startswith("tabular"):
        cells = ["never seen" if number % 2 else "NA" for number in range(len(meta["features"]))]
        return ",".join(cells) if len(cells) > 1 else "NA", 1
    return ("3", 3) if task == "time-series-forecasting" else ("words that nobody has seen before", 1)
