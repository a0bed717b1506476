"""The grader: points, overlay, limits, and what students are told."""

import shutil
from pathlib import Path

import pytest
from course_bundle import LOSS, REFERENCE, TOTAL, blank, bundle, submission
from hackgen.course.grader import engine

POINTS = {"forward": 5, "scaled": 2, "loss": 3}


@pytest.fixture(scope="module")
def secret(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return bundle(tmp_path_factory.mktemp("secret"))


@pytest.fixture(scope="module")
def public(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return bundle(tmp_path_factory.mktemp("public"), secret=False)


def scores(result: engine.Result) -> dict[str, float]:
    return {part: score for part, (score, _) in result.parts.items()}


def test_the_solution_gets_all_and_the_blank_nothing(secret: Path, public: Path, tmp_path: Path) -> None:
    solution = submission(tmp_path / "sö lution")
    nothing = submission(tmp_path / "blank", {name: blank(text) for name, text in REFERENCE.items()})
    for folder, most in ((secret, TOTAL), (public, 5)):
        assert engine.grade(folder, solution).total == most
        result = engine.grade(folder, nothing)
        assert (result.total, result.max) == (0, most)
        assert all("not done yet in " in test.message and "Hint: " in test.message for test in result.tests)


def test_each_part_is_graded_alone(secret: Path, tmp_path: Path) -> None:
    for part in POINTS:
        left_out = submission(tmp_path / part, {name: blank(text, (part,)) for name, text in REFERENCE.items()})
        assert scores(engine.grade(secret, left_out)) == {**POINTS, part: 0}
        others = tuple(POINTS.keys() - {part})
        alone = submission(tmp_path / f"{part} alone", {name: blank(text, others) for name, text in REFERENCE.items()})
        assert scores(engine.grade(secret, alone)) == {**dict.fromkeys(POINTS, 0), part: POINTS[part]}


def test_a_project_is_graded_where_it_stands(public: Path, tmp_path: Path) -> None:
    """As students do, with a bundle that lies in their own project and holds no other."""
    shutil.copytree(public, tmp_path / "work" / "public_checks", ignore=shutil.ignore_patterns("starter"))
    work = submission(tmp_path / "work", {**REFERENCE, "loss.py": blank(LOSS)})
    result = engine.grade(work / "public_checks", work, isolation="none")
    assert scores(result) == {"forward": 2, "scaled": 2, "loss": 0}
