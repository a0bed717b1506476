"""What inspection says of cells that are not written alike: lost ones, two styles, spellings, short forms."""

import csv
import re
from pathlib import Path
from typing import Any

import duckdb
import pytest
from conftest import Run
from hackgen.conversion import tables
from hackgen.inspection import Findings, inspect
from hackgen.inspection.columns import aggregates, meaning
from hackgen.inspection.tables import opening
from PIL import Image


def looked_at(folder: Path, rows: list[list[Any]], target: str | None = None) -> Findings:
    path = folder / "table.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)
    return inspect(str(path), target)


def told(found: Findings, kind: str, column: str | None = None) -> str:
    return " | ".join(s.detail for s in found.suspects if s.kind == kind and column in (None, s.column))


def sized(number: int, words: list[Any]) -> list[list[Any]]:
    """Sizes, of which the first cells are some words; what is large is red."""
    cells = [*words, *(round(20 + 0.83 * i, 2) for i in range(number - len(words)))]
    rows = [[cell, i % 7, "red" if isinstance(cell, float) and cell > 90 else "blue"] for i, cell in enumerate(cells)]
    return [["size", "batch", "colour"], *rows]


@pytest.mark.parametrize(
    "words",
    [
        ["TBD"] * 9 + ["?"] * 8 + ["see note"] * 12,
        ["broken"] * 5 + ["see note 3"] * 4 + ["> 200", "about 40", "too heavy", "repeat"],
        ["auf Anfrage"] * 40 + ["n. v."] * 20,
    ],
)
def test_a_column_that_is_mostly_numbers_is_a_number_and_the_rest_is_named(tmp_path: Path, words: list[str]) -> None:
    found = looked_at(tmp_path, sized(200, words))
    assert (size := found.columns[0]).role == "number" and size.use
    assert size.missing == pytest.approx(len(words) / 200, abs=1e-6)
    said = told(found, "lost", "size") + told(found, "sentinel", "size")
    usual = max(set(words), key=words.count)
    assert f'"{usual}" {words.count(usual)}×' in said


def test_infinity_among_numbers_is_called_missing(tmp_path: Path) -> None:
    rows = [[i % 7, "Infinity" if i % 40 == 0 else "-inf" if i % 50 == 1 else i / 3] for i in range(200)]
    found = looked_at(tmp_path, [["a", "cost"], *rows], "cost")
    assert '"Infinity" 5×, "-inf" 4× (read as missing)' in told(found, "sentinel", "cost")
    assert "10 of" not in told(found, "unlabelled") and "9 of 200 rows have no cost" in told(found, "unlabelled")


@pytest.mark.parametrize(
    "cells",
    [
        [f"{i}{'abc'[i % 3]}" if i % 3 else str(1000 + i) for i in range(200)],  # house numbers
        [f"PC {1000 + 7 * i}" if i % 4 == 0 else str(113000 + 3 * i) for i in range(200)],  # tickets
        [f"room {chr(97 + i % 26)}" if i % 2 else str(i) for i in range(200)],
    ],
)
def test_codes_and_names_stay_what_they_are(tmp_path: Path, cells: list[str]) -> None:
    found = looked_at(tmp_path, [["code", "x", "y"], *([cell, i % 9, i % 2] for i, cell in enumerate(cells))])
    assert found.columns[0].role != "number"


VALUES = [1_234_567.25 + 1000 * i if i % 3 else -1000.5 - i for i in range(300)]


def indian(value: float) -> str:
    thousands = f"{value:,.2f}".replace(",", "")
    head, tail = thousands[:-6], thousands[-6:]
    return (re.sub(r"(?<=\d)(?=(\d\d)+$)", ",", head) + "," + tail).replace("-,", "-")


WRITTEN = {  # numbers as books, printers and spreadsheets of many countries write them
    "two styles": [f"{v:.2f}" if i % 5 else f"{v:,.2f}".translate({44: 46, 46: 44}) for i, v in enumerate(VALUES)],
    "parentheses": [f"{v:,.2f}" if v > 0 else f"({-v:,.2f})" for v in VALUES],
    "dollars": [f"${v:,.2f}" if v > 0 else f"(${-v:,.2f})" for v in VALUES],
    "dollars before": [f"$ {v:.2f}" if v > 0 else f"$ ({-v:.2f})" for v in VALUES],
    "minus before dollars": [f"$ {v:.2f}" if v > 0 else f"- $ {-v:.2f}" for v in VALUES],
    "minus behind": [f"{v:.2f}" if v > 0 else f"{-v:.2f}-" for v in VALUES],
    "minus sign": [f"{v:.2f}".replace("-", "−") for v in VALUES],
    "Indian": [indian(v) for v in VALUES],
    "Indian rupees": [f"₹ {indian(v)}" for v in VALUES],
    "Swiss": [f"{v:,.2f}".replace(",", "’") for v in VALUES],
}


@pytest.mark.parametrize("size", ["small", "large"])
@pytest.mark.parametrize("styles", [["two styles"], [style for style in WRITTEN if style != "two styles"]], ids=len)
def test_numbers_of_any_style_are_read_and_brought_in_as_one(
    tmp_path: Path, styles: list[str], size: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if size == "large":
        monkeypatch.setattr(opening, "CAREFUL", 1000)
    cells = zip(*(WRITTEN[style] for style in styles), strict=True)
    rows = [[*written, i % 9, "ab"[i % 2]] for i, written in enumerate(cells)]
    found = looked_at(tmp_path, [[*styles, "n", "kind"], *rows], "kind")
    assert not told(found, "lost")
    tables.convert(found, tmp_path / "plain.csv")
    with (tmp_path / "plain.csv").open(encoding="utf-8") as file:
        plain = list(csv.DictReader(file))
    for style, column in zip(styles, found.columns, strict=False):
        assert column.role == "number", style
        assert (column.detail["min"], column.detail["max"]) == (min(VALUES), max(VALUES))
        assert "are read as numbers" in told(found, "numbers-as-text", style) or style == "two styles"
        assert [float(row[style].translate(dict.fromkeys(map(ord, "₹ ,’")))) for row in plain] == VALUES, style


def test_what_only_looks_like_less_than_nothing_is_not(tmp_path: Path) -> None:
    marks = [f"{1 + i % 5}{'-+'[i % 2] if i % 3 else ''}" for i in range(60)]
    rows = [[mark, f"({i})", i % 2] for i, mark in enumerate(marks)]
    found = looked_at(tmp_path, [["mark", "votes", "y"], *rows])
    assert not any("replace" in column.parse for column in found.columns)


@pytest.mark.parametrize(
    ("cells", "said"), [(["$5", "€7", "$9.50"], "amounts in $ and €"), (["5 %", "0.5", "7 %"], "and without %")]
)
def test_amounts_of_several_kinds_count_alike_and_that_is_said(tmp_path: Path, cells: list[str], said: str) -> None:
    rows = [[cells[i % 3].replace("5", str(i)), "ab"[i % 2]] for i in range(60)]
    found = looked_at(tmp_path, [["price", "kind"], *rows], "kind")
    assert said in told(found, "numbers-as-text", "price")


def test_what_may_be_thousands_in_a_european_file_is_said(tmp_path: Path) -> None:
    rows = [f"{1 + i % 30}.{100 + i};0.{100 + i};{'ab'[i % 2]}" for i in range(90)]
    for mark in ";,":
        (tmp_path / "t.csv").write_text("\n".join(["guests;share;kind", *rows]).replace(";", mark), encoding="utf-8")
        found = inspect(str(tmp_path / "t.csv"), "kind")
        assert ("not as thousands" in told(found, "numbers-as-text", "guests")) == (mark == ";")
        assert not told(found, "numbers-as-text", "share")


def test_a_slip_of_the_hand_in_a_class_is_a_suspicion(tmp_path: Path) -> None:
    kinds = ["setosa", "virginica"] * 40 + ["setsoa", "Virginca", "ruderalis"]
    found = looked_at(tmp_path, [["size", "kind"], *([i % 7, kind] for i, kind in enumerate(kinds))], "kind")
    assert told(found, "short-forms").startswith('"setsoa" 1× for "setosa", "Virginca" 1× for "virginica"?')


def test_what_could_be_of_both_styles_is_lost_and_named(tmp_path: Path) -> None:
    cells = [f"{i},5" if i % 2 else f"{i}.25" for i in range(100)] + ["1.234", "2,345"]
    found = looked_at(tmp_path, [["price", "kind"], *([cell, "ab"[i % 2]] for i, cell in enumerate(cells))], "kind")
    assert told(found, "lost", "price").startswith("2 of 102 cells hold no number")
    sql = aggregates.cast("cell", {"decimal": ".,"})
    for cell in ["1.234", "1.234,5", "1,234.5", "12,5", "-0.125", "7", "1,234,567", "x", "1.234.567", "0,125"]:
        ((value,),) = duckdb.execute(f"SELECT {sql} FROM (SELECT ? AS cell)", [cell]).fetchall()
        assert value == meaning.number(cell, {"decimal": ".,"}), cell


def test_a_date_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    days = [f"{1 + i % 28:02}.0{1 + i % 9}.2025" for i in range(96)] + [
        "25.08,2025",
        "31.02.2025",
        "soon",
        "25.08,2025",
    ]
    found = looked_at(
        tmp_path, [["picked", "x", "kind"], *([d, i % 7, "ab"[i % 2]] for i, d in enumerate(days))], "kind"
    )
    assert found.columns[0].role == "date"
    assert told(found, "lost", "picked").startswith('4 of 100 cells hold no date (read as missing): "25.08,2025" 2×')


def test_kinds_that_differ_in_case_or_spaces_are_one_and_short_forms_are_suspected(tmp_path: Path) -> None:
    sexes = ["Male", "male ", "Female", "FEMALE", "M", "F", "Male", "Female"]
    states = ["New York", "new  york", "NY", "Texas", "Ohio", "Texas", "Ohio", "Texas"]
    rows = [[sexes[i % 8], states[i % 8], i % 13, ["yes", "no", "Yes"][i % 3]] for i in range(160)]
    found = looked_at(tmp_path, [["sex", "state", "n", "bought"], *rows])
    by_name = {column.name: column for column in found.columns}
    assert by_name["sex"].distinct == 4 and by_name["state"].distinct == 4
    assert [value for value, _ in by_name["sex"].detail["top"]][:2] == ["Female", "Male"]
    assert "one value" in told(found, "spellings", "sex")
    assert '"M" 20× for "Male"' in told(found, "short-forms", "sex")
    assert '"NY" 20× for "New York"' in told(found, "short-forms", "state")
    assert found.suggestion.target == "bought" and set(found.facts["classes"]) == {"yes", "no"}


def test_letters_that_mean_themselves_are_no_short_forms(tmp_path: Path) -> None:
    rows = [["ABCD"[i % 4], ["S", "South", "Southeast"][i % 3], i % 13, i % 2] for i in range(120)]
    found = looked_at(tmp_path, [["grade", "region", "n", "passed"], *rows])
    assert not told(found, "short-forms")


def test_codes_in_letters_are_told_apart_by_case(tmp_path: Path) -> None:
    codes = [f"{'aAbB'[i % 4]}{'xXyY'[i // 4 % 4]}{'qQrR'[i // 16 % 4]}" for i in range(64)]
    found = looked_at(tmp_path, [["key", "n", "kind"], *([code, i % 5, "ab"[i % 2]] for i, code in enumerate(codes))])
    assert found.columns[0].distinct == 64


def test_labels_of_texts_and_pictures_that_differ_in_case_or_spaces_are_one(hackgen: Run) -> None:
    place = hackgen.work
    words = "late order please send money now friend again today hello".split()
    said = (" ".join(words[(i * k + k) % 10] for k in range(1, 9)) for i in range(80))
    rows = [f"{text} {i},{['spam', 'ham', 'Spam', 'ham '][i % 4]}" for i, text in enumerate(said)]
    (place / "mails.csv").write_text("\n".join(["text,label", *rows]), encoding="utf-8")
    for i in range(16):
        kind = ["Cat", "dog", "cat", "Cat"][i % 4]
        (place / "photos" / kind).mkdir(parents=True, exist_ok=True)
        Image.new("L", (8, 8), 15 * i).save(place / "photos" / kind / f"{i}.png")
        (place / "texts" / kind).mkdir(parents=True, exist_ok=True)
        (place / "texts" / kind / f"{i}.txt").write_text(f"{kind} {i} says some words", encoding="utf-8")
    assert inspect(str(place / "photos")).facts["classes"] == {"Cat": 12, "dog": 4}
    assert inspect(str(place / "texts")).facts["classes"] == {"Cat": 12, "dog": 4}
    for name in ("mails.csv", "photos", "texts"):
        made = hackgen("new", f"of {name}", "--data", name, "--yes", "--no-git")
        assert made.returncode == 0, made.stderr
    with (place / "of mails.csv" / "data" / "mails.csv").open(encoding="utf-8", newline="") as file:
        assert {row["label"] for row in csv.DictReader(file)} == {"spam", "ham"}
    assert {folder.name for folder in (place / "of photos/data/photos").iterdir()} == {"Cat", "dog"}
    with (place / "of texts" / "data" / "texts.csv").open(encoding="utf-8", newline="") as file:
        assert {row["label"] for row in csv.DictReader(file)} == {"Cat", "dog"}
