"""The proof of a build finds what is wrong with an assignment."""

from pathlib import Path

import pytest
from course_master import CARD, CHECKS, HIDDEN, master
from hackgen.course.build import build
from hackgen.course.proof import proof
from hackgen.errors import Problem

MORE = """
[[part.mutant]]
find = ".mean()"
replace = ".sum()"
why = "a sum"

[[part.mutant]]
find = "outputs - targets"
replace = "outputs + targets"
why = "a sign"

[[part.alternative]]
find = "(differences**2).mean()"
replace = "sum(differences**2) / len(differences)"
why = "by hand"
"""


def proved(folder: Path, dist: Path, **changed: str) -> list[str]:
    build(master(folder, **changed), dist, verify=False)
    return proof(dist, full=True)


def test_every_row_of_a_proof(tmp_path: Path) -> None:
    lines = proved(tmp_path / "a master", tmp_path / "d", assignment_dot_toml=CARD + MORE)
    rows = {cells[1]: cells[2:] for line in lines[2:] if (cells := [cell.strip() for cell in line.split("|")])}
    assert rows["solution"] == ["7 of 7", "5", "2", ""]
    assert rows["blank"] == ["0 of 7", "0", "0", ""]
    assert rows["forward alone"] == rows["all but loss"] == ["5 of 7", "5", "0", ""]
    assert rows["forward: the bias with the wrong sign"] == ["4 of 7", "2", "2", ""]
    assert rows["loss: a sum"] == rows["loss: a sign"] == ["5 of 7", "5", "0", ""]
    assert rows["loss, right: by hand"] == ["7 of 7", "5", "2", ""]
    assert rows["solution, public checks"] == ["4 of 4", "2", "2", ""]


WRONG = [
    (
        "assignment__checks__hidden_dot_py",
        HIDDEN.replace("+ bias", "- bias"),
        'assignment.toml:7: "solution" gets 2 of 5 for part forward; test "answers": the answer is wrong in',
    ),
    (
        "assignment__checks__linear_dot_py",
        CHECKS.replace("    inputs, weights, bias = drawn(rng)\n    got", "    return\n    got"),
        '"blank" must get nothing for part forward, but it gets 2 by "shapes"',
    ),
    (
        "assignment__checks__linear_dot_py",
        CHECKS.replace("    got = ask", "    nothing\n    got = ask"),
        "NameError",
    ),
    (
        "assignment_dot_toml",
        CARD.replace('"- self.bias"', '"+ 1.0 * self.bias"'),
        'no test of part forward finds the mistake "forward: the bias with the wrong sign"',
    ),
    (
        "assignment_dot_toml",
        CARD.replace('"- self.bias"', '"+  self.bias"'),
        "assignment.toml:7: the mutant of forward changes nothing",
    ),
    (
        "assignment_dot_toml",
        CARD + MORE.replace("/ len(differences)", "/ 2"),
        'assignment.toml:29: "loss, right: by hand" gets 0 of 2 for part loss',
    ),
]


@pytest.mark.slow
@pytest.mark.parametrize(("file", "text", "said"), WRONG)
def test_a_proof_names_what_is_wrong_with_its_place(file: str, text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(Problem) as caught:
        proved(tmp_path / "m", tmp_path / "d", **{file: text})
    assert said in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.slow
def test_a_build_that_proves_nothing_is_not_written(tmp_path: Path) -> None:
    file, text, _ = WRONG[1]
    with pytest.raises(Problem, match="must get nothing"):
        build(master(tmp_path / "m", **{file: text}), tmp_path / "d")
    assert not (tmp_path / "d").exists()
    build(master(tmp_path / "m", **{file: CHECKS}), tmp_path / "d")
    assert "| solution | 7 of 7 | 5 | 2 |" in (tmp_path / "d" / "report.md").read_text(encoding="utf-8")
    assert not list((tmp_path / "d").rglob("*.pyc"))  # grading leaves nothing in what is handed out
