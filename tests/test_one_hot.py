"""Targets that are written as columns of 0 and 1 are one, and what is known only after the outcome stays out."""

import csv
import random
from pathlib import Path
from typing import Any

import pytest
from conftest import Run
from hackgen.inspection import Findings, inspect
from hackgen.inspection.tables import opening
from PIL import Image

KINDS = ["cat", "dog", "fish"]
CHANCE = random.Random(0)


def written(folder: Path, rows: list[list[Any]]) -> str:
    with (folder / "table.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return str(folder / "table.csv")


def animals(head: list[str], one: str = "1", nothing: str = "0") -> list[list[Any]]:
    rows = [[round(CHANCE.gauss(i % 3, 1), 3), round(CHANCE.random(), 3), i % 3] for i in range(210)]
    return [["a", "b", *head], *([*row[:2], *(one if k == row[2] else nothing for k in range(3))] for row in rows)]


def unused(found: Findings) -> set[str]:
    return {column.name for column in found.columns if not column.use}


@pytest.mark.parametrize(
    ("head", "target", "classes"),
    [
        ([f"class_{kind}" for kind in KINDS], "class", KINDS),
        ([f"is {kind}" for kind in KINDS], "is", KINDS),
        (["target.0", "target.1", "target.2"], "target", ["0", "1", "2"]),
        (["setosa", "versicolor", "virginica"], "class", ["setosa", "versicolor", "virginica"]),
    ],
)
@pytest.mark.parametrize(
    "values", [("1", "0"), ("1.0", "0.0"), ("100", "0"), ("True", "False"), ("ja", "nein"), ("1", ""), ("x", "")]
)
def test_one_hot_columns_are_one_target(
    tmp_path: Path, head: list[str], target: str, classes: list[str], values: tuple[str, str]
) -> None:
    found = inspect(written(tmp_path, animals(head, *values)))
    assert (found.suggestion.task, found.suggestion.target) == ("tabular-classification", target)
    assert found.facts["classes"] == dict.fromkeys(classes, 70)
    assert [column.name for column in found.columns] == ["a", "b", target]
    assert "each row one of" in found.suggestion.why


@pytest.mark.parametrize("careful", [opening.CAREFUL, 100], ids=["small", "large"])
def test_a_project_gets_the_one_column(
    tmp_path: Path, hackgen: Run, careful: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "CAREFUL", careful)
    rows = animals([f"class_{kind}" for kind in KINDS])
    rows[7][2:] = ["", "", "NA"]  # nobody knows
    rows[8][2:] = [cell.replace("0", "") for cell in rows[8][2:]]
    path = written(tmp_path, rows)
    made = hackgen("new", "mine", "--data", path, "--yes", "--no-git", cwd=tmp_path)
    assert made.returncode == 0, made.stderr
    with (tmp_path / "mine" / "data" / "table.csv").open(encoding="utf-8", newline="") as file:
        copy = list(csv.reader(file))
    assert copy[0] == ["a", "b", "class"]
    assert [row[2] for row in copy[1:]] == [KINDS[row[2:].index("1")] if "1" in row[2:] else "" for row in rows[1:]]


def test_one_of_them_by_name_is_told_without_the_others(tmp_path: Path) -> None:
    found = inspect(written(tmp_path, animals([f"class_{kind}" for kind in KINDS])), "class_dog")
    assert found.suggestion.target == "class_dog" and unused(found) == {"class_cat", "class_fish"}
    assert '--target "class"' in next(s.detail for s in found.suspects if s.kind == "one-hot")


def test_what_is_one_hot_but_not_asked_for_stays_columns(tmp_path: Path) -> None:
    rows = animals([f"colour_{kind}" for kind in KINDS])
    priced = [[*rows[0], "price"], *([*row, round(CHANCE.gauss(9, 2), 2)] for row in rows[1:])]
    found = inspect(written(tmp_path, priced))
    assert found.suggestion.target == "price" and len(found.columns) == 6 and not unused(found)


def test_labels_that_are_no_partition_are_left_alone(tmp_path: Path) -> None:
    rows = animals([f"class_{kind}" for kind in KINDS])
    rows[5][2:] = ["1", "1", "0"]
    found = inspect(written(tmp_path, rows))
    assert len(found.columns) == 5


def test_pictures_get_the_class_of_their_row(tmp_path: Path) -> None:
    rows = [["image", *KINDS]]
    (tmp_path / "images").mkdir()
    for i in range(12):
        Image.new("RGB", (8, 8), (20 * i, 90, 7 * i)).save(tmp_path / "images" / f"i{i}.png")
        rows.append([f"i{i}", *("1.0" if k == i % 3 else "0.0" for k in range(3))])
    for path in (written(tmp_path, rows), str(tmp_path / "images")):
        found = inspect(path)
        assert found.facts["classes"] == dict.fromkeys(KINDS, 4)


@pytest.mark.parametrize(
    "after",
    [
        lambda left, i: f"2025-0{1 + i % 9}-1{i % 9}" if left else "",  # when it was over
        lambda left, i: round(CHANCE.uniform(5, 90), 2) if left else 0,  # what was paid back
        lambda left, i: CHANCE.choice(["price", "service", "moved", "died", "rival", "bored"]) if left else "none",
        lambda left, i: CHANCE.randrange(3, 400) if left else -1,  # after how many days
        lambda left, i: CHANCE.randrange(3, 400) if left and i % 50 else 0,
    ],
)
def test_what_is_known_only_after_the_outcome_stays_out(tmp_path: Path, after: Any) -> None:
    CHANCE.seed(0)  # whichever tests came before
    rows = []
    for i in range(300):
        left = CHANCE.random() < 0.3
        rows.append(
            [
                CHANCE.randrange(18, 80),
                round(CHANCE.gauss(50 + 9 * left, 9), 1),
                after(left, i),
                "yes" if left else "no",
            ]
        )
    found = inspect(written(tmp_path, [["age", "spent", "later", "churn"], *rows]))
    assert found.suggestion.target == "churn" and unused(found) == {"later"}


def test_an_honest_count_stays_in(tmp_path: Path) -> None:
    rows = []
    for i in range(300):
        left = i % 10 < 3
        calls = CHANCE.randrange(1, 9) if left and CHANCE.random() < 0.9 else CHANCE.choice([0, 0, 0, 0, 1, 2])
        rows.append([CHANCE.randrange(18, 80), calls, "yes" if left else "no"])
    assert not unused(inspect(written(tmp_path, [["age", "calls", "churn"], *rows])))
