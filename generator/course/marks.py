"""Marks to give back: as Canvas and Moodle take them, every test's points, and what each person is told."""

import csv
from collections.abc import Iterator
from pathlib import Path

from .grader.results import Result, number, terminal
from .variants import folder_name

SHEET = ["Identifier", "Full name", "Email address", "Grade", "Maximum Grade", "Last modified (grade)"]  # Moodle's
Person = dict[str, str]  # id, and what is known of: name, email, sis, canvas, moodle


def write(out: Path, marks: list[tuple[Person, Result]]) -> None:
    """canvas.csv, moodle.csv, points.csv, and feedback/ID.txt."""
    (out / "feedback").mkdir(parents=True, exist_ok=True)
    for who, result in marks:
        (out / "feedback" / f"{folder_name(who['id'])}.txt").write_text(f"{terminal(result)}\n", "utf-8", "replace")
    for name, lines in (("canvas", canvas(marks)), ("moodle", moodle(marks)), ("points", points(marks))):
        with (out / f"{name}.csv").open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows(lines)


def canvas(marks: list[tuple[Person, Result]]) -> Iterator[list[str]]:
    """Rows for Canvas's gradebook, which knows people by its own id, by SIS id or by login."""
    yield ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", marks[0][1].title]
    yield ["    Points Possible", "", "", "", "", str(marks[0][1].max)]
    for who, result in marks:
        known = [who.get("name", who["id"]), who.get("canvas", ""), who.get("sis", ""), who["id"]]
        yield [*map(plain, known), "", number(result.total)]


def moodle(marks: list[tuple[Person, Result]]) -> Iterator[list[str]]:
    """A grading worksheet as Moodle's assignments take it, and its gradebook by the e-mail address."""
    yield [*SHEET, "Feedback comments"]
    for who, result in marks:
        known = [f"Participant {who['moodle']}" if "moodle" in who else "", who.get("name", ""), who.get("email", "")]
        points = [number(result.total), str(result.max), "-"]
        yield [*map(plain, known), *points, plain(terminal(result))]


def points(marks: list[tuple[Person, Result]]) -> Iterator[list[str]]:
    """Every test's points."""
    yield ["id", "total", *(f"{test.part}: {test.name}" for test in marks[0][1].tests)]
    for who, result in marks:
        yield [plain(who["id"]), *(number(x) for x in (result.total, *(test.score for test in result.tests)))]


def plain(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    text = text.encode("utf-8", "replace").decode()
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r", "\n") else text
