"""check.py finds classic mistakes that are planted in projects: one for each check and framework, or all of them."""

import csv
import json
import re
from pathlib import Path

import pytest
from bugs import BUGS, GAN, Bug
from planted import edited, planted
from projects import generate, run
from selection import EVERYTHING

RESULTS = Path(__file__).parents[1] / "benchmarks" / "planted_bugs.csv"
FEWEST = {"pytorch": 40, "lightning": 25, "keras": 25, "jax": 25}
CAUGHT, NAMED = 0.9, 0.7  # shares, in every framework
BY_DATA = {"equal-rows", "newest-test"}  # where data have groups or dates, as in test_checks.py


def rows(framework: str) -> list[tuple[dict[str, str], Bug]]:
    """What bugs came to when benchmarks/planted_bugs.py planted them; each of a bug that is there."""
    there, found = list(BUGS[framework]), []
    with RESULTS.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["framework"] == framework:
                identity = row["kind"], (row["task"], row["model"]), row["file"]
                bug = next(bug for bug in there if (bug.kind, bug.project, bug.edits[0][0]) == identity)
                there.remove(bug)
                found.append((row, bug))
    return found


def sample(framework: str) -> list[tuple[str, Bug, list[str]]]:
    """The first bug that each check found then, with the checks that found no earlier one."""
    seen, found = set(), []
    for row, bug in rows(framework):
        new = [check for check in row["checks"].split() if EVERYTHING or check not in seen]
        if row["caught"] == "1" and new:
            found.append((framework, bug, new))
            seen |= {*new}
    return found


SAMPLE = [one for framework in BUGS for one in sample(framework)]


@pytest.mark.parametrize("framework", BUGS)
def test_enough_was_caught_and_named(framework: str) -> None:
    assert len(BUGS[framework]) >= FEWEST[framework]
    found = [row for row, _ in rows(framework)]
    assert sum(row["caught"] == "1" for row in found) >= CAUGHT * len(found) > 0
    assert sum(row["named"] == "1" for row in found) >= NAMED * len(found)


@pytest.mark.parametrize("framework", BUGS)
def test_every_edit_fits(tmp_path: Path, framework: str) -> None:
    for task, model in {bug.project for bug in BUGS[framework]}:
        project = generate(tmp_path / f"{task} {model}", task=task, framework=framework, models=(model,))
        for bug in BUGS[framework]:
            assert bug.project != (task, model) or edited(project, framework, bug)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("framework", "bug", "checks"), SAMPLE, ids=[f"{f}-{','.join(checks)}" for f, _, checks in SAMPLE]
)
def test_a_planted_bug_is_caught(tmp_path: Path, framework: str, bug: Bug, checks: list[str]) -> None:
    project = planted(tmp_path / "p", framework, bug)
    done = run(project, "check.py", "--only", ",".join(checks), "--json")
    assert done.code == 1 and "Traceback" not in done.err, f"cd {project}; {bug.kind}\n{done.out}{done.err}"
    results = json.loads(done.out)
    assert {result["id"] for result in results} == {*checks}
    for result in results:
        assert result["passed"] is False and result["advice"], (bug.kind, result)
    if framework == "pytorch" and bug.project != GAN and bug.edits[0][0] == "train.py":
        assert re.search(r"\(\w+\.py:\d+\)", done.out), (bug.kind, results)


@pytest.mark.slow
def test_the_bugs_cover_every_check(tmp_path: Path) -> None:
    there = set()
    for task, *models in {(bug.project[0],) for bug in BUGS["pytorch"]} | {("tabular-regression", "boosting")}:
        project = generate(tmp_path / "-".join([task, *models]), task=task, models=tuple(models))
        known = run(project, "check.py", "--only", "nothing").refused(2, "no check nothing; there are ")
        there |= set(known.partition(" are ")[2].split(", "))
    assert there - BY_DATA == {check for framework, _, checks in SAMPLE if framework == "pytorch" for check in checks}
