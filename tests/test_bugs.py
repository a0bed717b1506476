"""check.py finds classic mistakes that are planted in projects: a sample of those in bugs.py, or all of them."""

import csv
from pathlib import Path

import pytest
from bugs import Bug
from planted import edited, examined
from projects import generate
from selection import EVERYTHING
from strange_bugs import BUGS

RESULTS = Path(__file__).parents[1] / "benchmarks" / "planted_bugs.csv"
FEWEST = {"pytorch": 40, "lightning": 25, "keras": 25, "jax": 25}
CAUGHT, NAMED = 0.9, 0.7  # shares, in every framework
EACH = {"pytorch": 14, "lightning": 23, "jax": 27, "keras": 49}  # one bug in so many is planted, slow ones seldom


def rows(framework: str) -> list[dict[str, str]]:
    """What bugs came to when benchmarks/planted_bugs.py planted them."""
    with RESULTS.open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row["framework"] == framework]


def sample(framework: str) -> list[Bug]:
    """Those that are planted here, of all that were caught then."""
    missed = {row["kind"] for row in rows(framework) if row["caught"] == "0"}
    return [bug for bug in BUGS[framework] if bug.kind not in missed][:: 1 if EVERYTHING else EACH[framework]]


SAMPLE = [(framework, bug) for framework in BUGS for bug in sample(framework)]


@pytest.mark.parametrize("framework", BUGS)
def test_enough_was_caught_and_named(framework: str) -> None:
    found, there = rows(framework), [(bug.kind, *bug.project, bug.edits[0][0]) for bug in BUGS[framework]]
    assert len(there) >= FEWEST[framework]
    for row in found:  # each of a bug that is there
        there.remove((row["kind"], row["task"], row["model"], row["file"]))
    assert sum(row["caught"] == "1" for row in found) >= CAUGHT * len(found) > 0
    assert sum(row["named"] == "1" for row in found) >= NAMED * len(found)


@pytest.mark.parametrize("framework", BUGS)
def test_every_edit_fits(tmp_path: Path, framework: str) -> None:
    for task, model in {bug.project for bug in BUGS[framework]}:
        project = generate(tmp_path / f"{task} {model}", task=task, framework=framework, models=(model,))
        for bug in BUGS[framework]:
            assert bug.project != (task, model) or edited(project, framework, bug)


@pytest.mark.slow
@pytest.mark.parametrize(("framework", "bug"), SAMPLE, ids=[f"{f}-{bug.kind.replace(' ', '-')}" for f, bug in SAMPLE])
def test_a_planted_bug_is_caught(framework: str, bug: Bug) -> None:
    found = examined(framework, bug)
    assert found["caught"], found
