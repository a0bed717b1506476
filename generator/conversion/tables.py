"""Tables of any layout as a project reads them: a file that pandas reads in one call, and data/schema.toml beside it.

A text that pandas reads as the inspection does, and a flat Parquet file, stay as they are. All else becomes CSV: what
has titles, units, totals, rows of several lengths, stray quotes, several sheets or files, objects or lists inside.
"""

import csv
import io
import os
import re
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from .. import text
from ..inspection import Column, Findings, inspect
from ..inspection.columns import dates, meaning
from ..inspection.columns.delimited import ONE_COLUMN
from ..inspection.columns.relation import Table, bytes_of
from ..inspection.tables import opening
from ..inspection.target import one_of
from ..inspection.words import marks
from ..inspection.words.marks import MIXED
from ..inspection.words.names import WORDS, words_of
from ..templating import rendered
from . import COPIED, LOCATION, Plain, convert_first, located, safe_name

IN_MEMORY = {"csv": 32 * 2**20, "parquet": 6 * 2**20}  # bytes; larger tables are prepared for training …
PACKED = 5  # … and a packed text is taken for a fifth of what it holds
READABLE = ("number", "category", "date", "text")  # roles of columns that a project learns from
NOT_PLAIN = {"lenient", "units", "foot", "member", "sheet", "one_of"}  # what a dialect says that pandas does not bear
IDENTIFIERS = WORDS.ids - {"ssn"}  # words in names of columns by which rows may be called: never a person's own
BREAK = re.compile(r"[\r\n]")  # a plain cell has none
OF_NO_PROJECT = "is laid out as no project reads it, and"
TOO_LARGE = f"{OF_NO_PROJECT} too large to be converted within the project"


def plain(findings: Findings, task: str, answers: Any) -> Plain:
    """The table as a project gets it: a copy of it or of what it is converted to, or the place where it lies."""
    path = Path(os.path.abspath(findings.path))
    read = arguments(findings, path, answers.target)
    outside = answers.copy is False or path.stat().st_size > COPIED
    if read is None and outside:
        why = f"{OF_NO_PROJECT} not to be copied" if answers.copy is False else TOO_LARGE
        raise convert_first(path, why, "plain.csv")
    if outside:
        about = schema(findings, answers, path.name, read)
        return Plain(LOCATION, located(path), about, is_large(path, findings.format))
    kept = [column for column in findings.columns if "alone" not in column.detail]
    personal = any("personal" in column.detail and not column.use for column in kept)
    if read is not None and not personal and len(kept) == len(findings.columns):
        return copied(findings, path, safe_name(path.name), read, answers)
    name = safe_name(path.name.partition(".")[0] + ".csv")
    with tempfile.TemporaryDirectory(prefix="hackgen-convert-") as folder:
        place = Path(folder) / name
        written = findings.dialect.get("encoding", "utf-8")  # new rows are in it too, as far as the copy still tells
        for encoding in ("utf-8",) if written.startswith("utf") else (written, "utf-8"):
            convert(findings, place, answers.target or "", True, encoding)
            if place.stat().st_size > COPIED:  # a packed table may be a thousand times as large as its file
                raise convert_first(path, TOO_LARGE, "plain.csv")
            found = inspect(str(place), answers.target or None)  # what a project made of the copy would find
            if found.dialect.get("encoding") == encoding:
                break
        names = [field for column in kept for field, *_ in fields(column)]
        read = arguments(found, place, answers.target)
        if read is not None and [column.name for column in found.columns] == names:
            return replace(copied(found, place, name, read, answers), found=found)
        return copied(findings, place, name, None, answers)


def copied(findings: Findings, place: Path, name: str, read: dict[str, Any] | None, answers: Any) -> Plain:
    """A table that becomes part of the project."""
    about = schema(findings, answers, name, read)
    large = is_large(place, findings.format if read is not None else "csv")
    return Plain(f"data/{name}", {f"data/{name}": place.read_bytes()}, about, large)


def is_large(path: Path, format: str) -> bool:
    """Whether a table that is read as it is takes more memory than a training should."""
    return path.stat().st_size > IN_MEMORY[format] / (PACKED if path.suffix == ".gz" else 1)


def convert(
    findings: Findings, dest: Path, target: str = "", as_is: bool = False, encoding: str = "utf-8"
) -> list[str]:
    """Write the table as plain CSV to `dest`, a file that --data and predict.py take; what was found is returned.

    as_is  numbers and dates that a project reads stay as they are written, so that it reads new rows like them
    """
    with dest.open("w", encoding=encoding, errors="replace", newline="") as out:
        csv.writer(out, lineterminator="\n").writerows(converted(findings, Path(findings.path), target, as_is))
    replaced = (s for s in findings.suspects if s.kind == "personal" and "instead" in s.detail)
    told = [f"{suspect.column}: {suspect.detail}" for suspect in replaced]
    return [f"{findings.rows:,} rows of {len(findings.columns)} columns", *told, *findings.notes]


# Does pandas read the file as it is?


def arguments(findings: Findings, path: Path, target: str | None = None) -> dict[str, Any] | None:
    """The arguments with which pandas.read_csv gives the table's cells; None where it has to be converted."""
    if any((column.use and column.role == "list") or needs_words(column, target) for column in findings.columns):
        return None
    if findings.format == "parquet":
        return {} if findings.dialect.get("flat", True) else None
    dialect = findings.dialect
    if findings.format != "csv" or dialect.keys() & NOT_PLAIN or dialect["delimiter"] in (ONE_COLUMN, " "):
        return None
    if dialect["skip"] or dialect["quote"] != '"':
        return None
    found = {"sep": dialect["delimiter"]} if dialect["delimiter"] != "," else {}
    found |= {"encoding": dialect["encoding"]} if dialect["encoding"] != "utf-8" else {}
    return found if path.stat().st_size > opening.CAREFUL or is_read_plainly(findings, path) else None


def needs_words(column: Column, target: str | None) -> bool:
    """Whether cells of a column are written as no project reads them: two styles, days as numbers."""
    forms = column.parse.get("formats") or [column.parse.get("format", "")]
    clock = column.parse.get("clock", True)  # a time of day is a date to a project, unless it is to be predicted
    odd = column.parse.get("decimal") == MIXED or (clock is not True and column.name == target)
    return bool(odd) or dates.SERIAL in forms


def is_read_plainly(findings: Findings, path: Path) -> bool:
    """Whether a parser such as that of pandas, which mends nothing, finds the cells that the inspection found."""
    dialect = findings.dialect
    with opening.opened(path, findings.format) as table:
        if table.relation != "cells":
            return True  # large when unpacked, and then nothing was mended
        with bytes_of(table) as file:
            content = file.read().decode(dialect["encoding"], "replace").removeprefix("\ufeff")
        lines = io.StringIO(content, newline="")
        found = csv.reader(lines, delimiter=dialect["delimiter"], skipinitialspace=True)
        rows = ([cell.strip() for cell in row] for row in found if row)
        nothing: list[str] = []
        if dialect["header"] and next(rows, nothing) != table.names:  # each with a name of its own
            return False
        try:
            return all(next(rows, nothing) == row for row in cells_of(table)) and next(rows, None) is None
        except csv.Error:
            return False


# Cells as a project reads them


def converted(findings: Findings, path: Path, target: str = "", as_is: bool = False) -> Iterator[list[str]]:
    """The names of the columns, then the rows, each cell as a project reads it; without what new rows lack."""
    spread = [[] if "alone" in column.detail else fields(column, target, as_is) for column in findings.columns]
    if not as_is or findings.dialect.get("header", True):
        yield [name for part in spread for name, _, _ in part]
    with opening.opened(path, findings.format) as table:
        if findings.dialect.get("lenient") and table.relax:
            table.relax()
        one_of.again(table, findings.dialect)
        for row in cells_of(table):
            cells = zip(spread, (" ".join(cell.split()) if BREAK.search(cell) else cell for cell in row), strict=True)
            yield [write(cell) for part, cell in cells for _, write, _ in part]


def cells_of(table: Table) -> Iterator[list[str]]:
    """The rows of a table in their order, as text, as they were written."""
    written = [table.written.get(name, {}) if table.whole else {} for name in table.names]
    for rows in table.stream(range(len(table.names))):
        yield from ([was.get(cell, cell) for was, cell in zip(written, row, strict=True)] for row in rows)


Field = tuple[str, Callable[[str], str], dict[str, Any]]  # its name, how a cell is written, its entry in schema.toml


def fields(column: Column, target: str = "", as_is: bool = False) -> list[Field]:
    """What becomes of a column: one, as it is or converted, or one for each number of a list."""
    if column.role == "list" and column.use and column.name != target:
        elements = column.detail.get("elements", 1)
        count = min(max(elements) if isinstance(elements, list) else elements, meaning.MOST_ELEMENTS)

        def at(place: int) -> Callable[[str], str]:
            return lambda cell: next(iter(meaning.elements(cell)[place : place + 1]), "")

        return [(f"{column.name}_{place + 1}", at(place), {"role": "number"}) for place in range(count)]
    as_is = as_is and not needs_words(column, target)
    write = stand_in(column) if "personal" in column.detail and not column.use else str if as_is else plain_cell(column)
    return [(column.name, write, entry(column, target, as_is))]


def stand_in(column: Column) -> Callable[[str], str]:
    """What is written for the cells of a personal column: a number for each different one, and which kind it is."""
    numbers: dict[str, int] = {}
    kind = column.detail["personal"]
    return lambda cell: "" if meaning.is_missing(cell) else f"[{kind} {numbers.setdefault(cell, len(numbers) + 1)}]"


def plain_cell(column: Column) -> Callable[[str], str]:
    """How the cells of a column are written: numbers as Python does, times of day as seconds, dates as ISO has them."""
    parse = {rule: value for rule, value in column.parse.items() if rule not in ("missing", "unknown")}
    forms = parse.get("formats") or [parse.get("format", dates.ISO)]

    def number(cell: str) -> str:
        value = meaning.number(cell, parse)
        return cell if value is None or cell in column.parse.get("missing", ()) else f"{value:.15g}"

    def date(cell: str) -> str:
        cell = marks.replaced(cell, parse.get("replace", {}))
        form = next((form for form in forms if dates.fits(cell, form)), "")
        return dates.one(cell, form).isoformat(" ").removesuffix(" 00:00:00") if form else cell

    if column.role == "date" and (forms != [dates.ISO] or "replace" in parse):
        return date
    return number if column.role == "number" and parse else str


def entry(column: Column, target: str, as_is: bool) -> dict[str, Any]:
    """What data/schema.toml says of a column: its role, why it is not used, and how its cells are written."""
    role = column.role if column.role in READABLE else "category"
    if role == "category" and "min" in column.detail and column.name == target:
        role = "number"
    found: dict[str, Any] = {"role": role}
    if as_is and (clock := column.parse.get("clock")):
        found = {"role": "number", "formats": ["duration"]} if clock is True else {"role": "date", "formats": clock}
    if not (column.use or column.name == target) or column.role in ("empty", "constant", "picture"):
        found = {"role": "skip", "why": column.why or column.role}
    rules = ("missing", "unknown", "strip", *(("decimal", "thousands") if as_is else ()))
    found |= {rule: column.parse[rule] for rule in rules if rule in column.parse}
    forms = (column.parse.get("formats") or [column.parse.get("format", dates.ISO)]) if as_is else [dates.ISO]
    if found["role"] != "skip" and (replace := patterns(column)) and as_is:
        found["replace"] = replace
    forms = [dates.OF_WEEKS if form == dates.WEEK else form for form in forms if form not in dates.AS_ISO]
    return found | ({"formats": forms} if forms not in ([], [dates.ISO]) else {})


def patterns(column: Column) -> dict[str, str]:
    """What a project replaces in cells of a column before pandas reads them: months, quarters, words for zeros."""
    found = dict(column.parse.get("replace", {}))
    for word, zeros in column.parse.get("zeros", {}).items():
        found[rf"\s*{re.escape(word)}(?![^\W\d_])"] = f"e{zeros}"
    for form in column.parse.get("formats") or [column.parse.get("format", "")]:
        found |= dates.PERIODS.get(form, {})
    return found | (dates.DURATIONS if column.parse.get("clock") is True else {})


def schema(findings: Findings, answers: Any, name: str, read: dict[str, Any] | None) -> bytes:
    """`data/schema.toml`: what the project must know about its table, to be read and edited by hand."""
    names = {column.name for column in findings.columns}
    special = {flag: getattr(answers, flag) or "" for flag in ("target", "group", "time")}
    special = {flag: "" if value == "none" and value not in names else value for flag, value in special.items()}
    unique = (column.name for column in findings.columns if column.why.endswith("unique"))
    special["id"] = next((name for name in unique if set(words_of(name)) & IDENTIFIERS), "")
    spread = [field for column in findings.columns for field in fields(column, special["target"], as_is=True)]
    facts = {"name": text.printable(name), "read": read or {}, "columns": {name: about for name, _, about in spread}}
    return rendered(Path(__file__).with_name("table.toml.j2"), facts | special)
