"""Delimited text (CSV, TSV) as people have it: any delimiter, stray quotes, other encodings, no header.

dialect  {} means that everything is found out; else what is known: `delimiter`, `quote` ("" = none), `encoding`,
         `header` (true or false), `skip` (lines before the table), `lenient` (true: short rows are filled up, long
         ones cut; else either is a fault)
"""

import csv
import sys
from collections.abc import Collection
from typing import Any

from cli import Fault
from tables.cells import is_missing, number
from tables.rows import (
    SAMPLE,
    Rows,
    choose_delimiter,
    count_empty,
    excel_hint,
    index_named,
    split_lines,
    split_rows,
    unique_names,
)


def read(
    text: str, name: str, known: Collection[str] = (), dialect: dict[str, Any] | None = None
) -> tuple[list[str] | None, list[list[str]], list[int]]:
    """Column names (None: there is no header), rows of cells, and the line of each row; `name` is for errors.

    known  columns of which a header would hold at least one, where that is clear; else its look decides
    """
    rows, lines = parse(text, name, dialect or {})
    named = (dialect or {}).get("header")
    if named is None or any(cell in known for cell in rows[0]):
        named = any(cell in known for cell in rows[0]) or (is_header(rows) and not (known and len(rows) == 1))
    if not named:
        return None, rows, lines
    names = unique_names(rows[0])
    if len(rows) == 1:
        raise Fault(f"{name} has column names ({', '.join(names[:5])}) but no rows")
    return names, rows[1:], lines[1:]


def encoding_of(raw: bytes, name: str) -> str:
    """How the first bytes of a file are written: UTF-8, UTF-16 with its mark, else Windows-1252, which is said once."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    try:
        raw.decode("utf-8-sig")
        return "utf-8-sig"
    except UnicodeDecodeError:
        print(f"{name} is not UTF-8 and is read as Windows-1252; save it as UTF-8 to be sure", file=sys.stderr)
        return "latin-1" if any(byte in raw for byte in b"\x81\x8d\x8f\x90\x9d") else "cp1252"


def decode(raw: bytes, name: str, encoding: str = "") -> str:
    """Bytes as text; raises `Fault` for what is no text, or none at all."""
    try:
        text = raw.decode(encoding or encoding_of(raw, name))
    except (LookupError, UnicodeError) as error:
        why = f"{name} does not read as {encoding or 'UTF-16'} ({error})"
        if encoding:  # of data/schema.toml
            raise Fault(f"{why}; save it as {encoding}, or make a project for it: hackgen new --data {name}") from None
        raise Fault(f"{why}; save it as CSV (UTF-8)") from None
    text = text.removeprefix("\ufeff")
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        raise Fault(f"{name} holds a NUL byte in line {line}, so it is no plain text; save it as CSV (UTF-8)")
    if not text.strip():
        raise Fault(f"{name} is empty; it needs a line per row, cells separated by commas, semicolons or tabs")
    return text


def parse(text: str, name: str, dialect: dict[str, Any]) -> Rows:
    """All rows, header included, and the lines where they start; raises `Fault` at a row of another length.

    Quotes are believed as long as no quoted cell holds a line end. Where one does, the line end may be meant, or a
    stray quote may have swallowed rows: a reading line by line in which all rows have all cells then has precedence.
    """
    csv.field_size_limit(2**31 - 1)
    text = blank_lines(text, dialect.get("skip", 0))
    delimiter, width = choose_delimiter(text, dialect.get("delimiter", ""))
    if excel_hint(text):
        text = "\n" + text.partition("\n")[2]
    quote, lenient = dialect.get("quote", '"'), dialect.get("lenient", False)
    if quote not in ("", '"'):
        return same_length(*split_rows(text, delimiter, True, strict=False, quote=quote), width, name, lenient)
    if '"' not in text or not quote:
        return same_length(*split_rows(text, delimiter, quoted=False), width, name, lenient)
    try:
        rows, lines = split_rows(text, delimiter, quoted=True)
        if not any("\n" in cell or "\r" in cell for row in rows for cell in row):
            return same_length(rows, lines, width, name, lenient)
    except csv.Error:
        rows, lines = [], []
    empty = count_empty(rows) if rows else float("inf")
    for other in (split_rows(text, delimiter, quoted=False), split_lines(text, delimiter, width)):
        if all(len(row) == width for row in other[0]) and count_empty(other[0]) <= empty:
            return other
    return same_length(*((rows, lines) if rows else other), width, name, lenient)


def blank_lines(text: str, count: int) -> str:
    """The text with its first lines empty, so that the others keep their numbers."""
    for _ in range(count):
        text = text.partition("\n")[2]
    return "\n" * count + text


def same_length(rows: list[list[str]], lines: list[int], width: int, name: str, lenient: bool = False) -> Rows:
    """The rows cut to `width` where only empty cells follow; any other length is a `Fault`, or mended if `lenient`."""
    rows[:1] = [index_named(row, width) for row in rows[:1]]
    mended = []
    for i, row in enumerate(rows):
        if len(row) != width:
            if len(row) < width or any(row[width:]):
                if not lenient:
                    raise Fault(
                        f"{name} has {len(row)} cell(s) in line {lines[i]}, but {width} in its first; mend that line"
                    )
                mended.append(lines[i])
            rows[i] = fitted(row, width)
    say_mended(mended, name)
    return rows, lines


def fitted(row: list[str], width: int) -> list[str]:
    """A row of so many cells: a short one is filled up with missing values, a long one cut."""
    return (row + [""] * (width - len(row)))[:width]


def say_mended(lines: list[int], name: str) -> None:
    """Say which rows have been fitted."""
    if lines:
        what = f"{name}: {len(lines)} row(s) with more or fewer cells than columns are cut or filled up"
        print(f"{what}, first in line {lines[0]}", file=sys.stderr)


def is_header(rows: list[list[str]]) -> bool:
    """Whether the first row names the columns instead of being data like the others."""
    first, others = rows[0], [row for row in rows[1 : 10 * SAMPLE] if row != rows[0]]
    numeric = [number(cell) is not None for cell in first]
    named = [cell for cell in first if cell]
    if len(named) > 2 and named == [str(i) for i in range(len(named))]:
        return bool(others)  # columns that pandas has numbered
    for i, cell in enumerate(first):
        known = [row[i] for row in others[:SAMPLE] if not is_missing(row[i])]
        if known and not numeric[i] and not is_missing(cell) and all(number(value) is not None for value in known):
            return True  # a word above numbers
    if any(numeric) or any(cell and is_missing(cell) for cell in first):
        return False
    if any(cell and cell in {row[i] for row in others} for i, cell in enumerate(first)):
        return False  # a value like the others, such as a class
    return all(len(cell) <= 60 for cell in first)
