"""Tables of text cells, whatever file they come from: reader.py knows this project's format."""

import sys
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import runs
from cli import Fault
from tables import delimited, reader
from tables.cells import MISSING, are_numbers, is_missing, number, numbers
from tables.delimited import decode

__all__ = [
    "MISSING",
    "Table",
    "are_numbers",
    "blocks",
    "decode",
    "is_missing",
    "number",
    "numbers",
    "read",
    "read_text",
]
TEXT_ENDINGS = (".csv", ".tsv", ".txt")  # read as text in every project, so that rows to predict can be typed


@dataclass
class Table:
    """Cells as text; every row is as long as `columns`."""

    path: str  # as it was given, for errors
    name: str
    sha256: str
    columns: list[str]
    rows: list[list[str]]
    lines: list[int]  # where each row starts in the file, counted from 1
    named: bool = True  # False: no header, so the columns are called column_1, column_2 …

    def index(self, name: str, flag: str = "--target") -> int:
        """The number of a column; an unknown name is a `Fault` that lists the known ones."""
        return find_column(self.path, self.columns, name, flag)

    def column(self, name: str, flag: str = "--target") -> list[str]:
        """The cells of a column from top to bottom."""
        index = self.index(name, flag)
        return [row[index] for row in self.rows]


def find_column(path: str, columns: list[str], name: str, flag: str) -> int:
    """The number of a column; an unknown name is a `Fault` that lists the known ones."""
    if name in columns:
        return columns.index(name)
    known = ", ".join(columns[:20]) + (" …" if len(columns) > 20 else "")
    raise Fault(f'{path} has no column "{name}" (it has: {known}). Name it with {flag}.')


def read(path: Path | str, known: Collection[str] = (), dialect: dict[str, Any] | None = None) -> Table:
    """Read a whole table ("-" is standard input, delimited text); raises `Fault` naming file and line.

    known    columns of which a header would hold at least one, where that is clear; else its look decides
    dialect  what is known about the file (data/schema.toml); what is not known is found out
    """
    if str(path) == "-":
        return read_text(decode(sys.stdin.buffer.read(), "standard input"), "standard input", known)
    rows: list[list[str]] = []
    lines: list[int] = []
    names = None
    for names, more, their_lines in blocks(path, dialect, known):  # noqa: B007
        rows += more
        lines += their_lines
    return table(str(path), names, rows, lines, runs.sha256(Path(path)))


def blocks(path: Path | str, dialect: dict[str, Any] | None = None, known: Collection[str] = ()) -> Iterator:
    """The same in blocks of (names or None, rows of cells, their lines), so that memory holds one block only."""
    path = Path(path)
    if path.suffix.lower() in TEXT_ENDINGS and not reader.FORMAT.startswith("delimited"):
        text = decode(read_bytes(path), str(path))
        return iter([delimited.read(text, str(path), known)])
    found = reader.blocks(path, dialect or {}, known)
    units, foot = ((dialect or {}).get(name, "") for name in ("units", "foot"))
    return trimmed(found, units, foot) if units or foot else found


def trimmed(blocks: Iterator, units: str, foot: str) -> Iterator:
    """Blocks without a first row that holds the unit, and without a last one whose first cell is `foot`."""
    held = None
    for names, rows, lines in blocks:
        if held is None and units and rows and units in rows[0]:
            rows, lines = rows[1:], lines[1:]
        elif held is not None:
            yield held
        held = names, rows, lines
    if held is not None:
        names, rows, lines = held
        keep = len(rows) - bool(foot and rows and next((cell for cell in rows[-1] if cell), "") == foot)
        yield names, rows[:keep], lines[:keep]


def read_text(text: str, name: str, known: Collection[str] = ()) -> Table:
    """A table from delimited text; `name` says in errors where it is from."""
    return table(name, *delimited.read(text, name, known), "")


def table(path: str, names: list[str] | None, rows: list[list[str]], lines: list[int], sha256: str) -> Table:
    """A table of its parts, with names for columns that have none."""
    if not rows:
        raise Fault(f"{path} has column names ({', '.join((names or [])[:5])}) but no rows")
    columns = names or delimited.unique_names([""] * len(rows[0]))
    return Table(path, Path(path).name, sha256, columns, rows, lines, names is not None)


def read_bytes(path: Path) -> bytes:
    """The bytes of a file that should be text."""
    if path.is_dir():
        raise Fault(f"{path} is a folder; name a CSV or TSV file in it")
    if not path.exists():
        raise Fault(f"{path} does not exist; check the path (it starts from {Path.cwd()})")
    raw = path.read_bytes()
    if raw.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"\x1f\x8b", b"PAR1", b"SQLite format 3")):
        raise Fault(f"{path} is a spreadsheet, an archive or another binary file; save it as CSV (UTF-8)")
    return raw
