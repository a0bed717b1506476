"""Reading delimited text (CSV, TSV) as people have it: any delimiter, stray quotes, other encodings, no header."""

import csv
import io
import sys
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import runs
from cli import Fault

DELIMITERS = "\t;|,"  # of equally good ones the first wins: decimal commas are consistent too
SAMPLE = 100  # rows that decide on delimiter and header
MISSING = {"", "?", "na", "n/a", "#n/a", "<na>", "nan", "null", "none", "inf", "-inf"}  # compared in lower case


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
        if name in self.columns:
            return self.columns.index(name)
        known = ", ".join(self.columns[:20]) + (" …" if len(self.columns) > 20 else "")
        raise Fault(f'{self.path} has no column "{name}" (it has: {known}). Name it with {flag}.')

    def column(self, name: str, flag: str = "--target") -> list[str]:
        """The cells of a column from top to bottom."""
        index = self.index(name, flag)
        return [row[index] for row in self.rows]


def read(path: Path | str, known: Collection[str] = ()) -> Table:
    """Read a delimited text file ("-" is standard input); raises `Fault` naming file and line.

    known  columns of which a header would hold at least one, where that is clear; else its look decides
    """
    if str(path) == "-":
        return read_text(decode(sys.stdin.buffer.read(), "standard input"), "standard input", known)
    table = read_text(decode(read_bytes(Path(path)), str(path)), str(path), known)
    table.sha256 = runs.sha256(Path(path))
    return table


def read_text(text: str, name: str, known: Collection[str] = ()) -> Table:
    """The same from text; `name` says in errors where it is from."""
    rows, lines = parse(text, name)
    named = any(cell in known for cell in rows[0]) or (is_header(rows) and not (known and len(rows) == 1))
    columns = unique_names(rows[0] if named else [""] * len(rows[0]))
    if named and len(rows) == 1:
        raise Fault(f"{name} has column names ({', '.join(columns[:5])}) but no rows")
    return Table(name, Path(name).name, "", columns, rows[named:], lines[named:], named)


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


def decode(raw: bytes, name: str) -> str:
    """Bytes as text: UTF-8, UTF-16 with its mark, else Windows-1252, which is said once."""
    try:
        text = raw.decode("utf-16" if raw.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig")
    except UnicodeDecodeError:
        print(f"{name} is not UTF-8 and is read as Windows-1252; save it as UTF-8 to be sure", file=sys.stderr)
        try:
            text = raw.decode("cp1252")
        except UnicodeDecodeError:
            text = raw.decode("latin-1")
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        raise Fault(f"{name} holds a NUL byte in line {line}, so it is no plain text; save it as CSV (UTF-8)")
    if not text.strip():
        raise Fault(f"{name} is empty; it needs a line per row, cells separated by commas, semicolons or tabs")
    return text


def parse(text: str, name: str) -> tuple[list[list[str]], list[int]]:
    """All rows, header included, and the lines where they start; raises `Fault` at a row of another length.

    Quotes are believed as long as no quoted cell holds a line end. Where one does, the line end may be meant, or a
    stray quote may have swallowed rows: a reading line by line in which all rows have all cells then has precedence.
    """
    csv.field_size_limit(2**31 - 1)
    delimiter, width = choose_delimiter(text)
    if excel_hint(text):
        text = "\n" + text.partition("\n")[2]
    if '"' not in text:
        return same_length(*split_rows(text, delimiter, quoted=False), width, name)
    try:
        rows, lines = split_rows(text, delimiter, quoted=True)
        if not any("\n" in cell or "\r" in cell for row in rows for cell in row):
            return same_length(rows, lines, width, name)
    except csv.Error:
        rows, lines = [], []
    empty = count_empty(rows) if rows else float("inf")
    for other in (split_rows(text, delimiter, quoted=False), split_lines(text, delimiter, width)):
        if all(len(row) == width for row in other[0]) and count_empty(other[0]) <= empty:
            return other
    return same_length(*((rows, lines) if rows else other), width, name)


def count_empty(rows: list[list[str]]) -> int:
    """How many cells are empty; cutting a cell that had line ends makes some."""
    return sum(not cell for row in rows for cell in row)


def excel_hint(text: str) -> str:
    """The delimiter that Excel names in a first line like `sep=;`, else nothing."""
    line = text[:6].rstrip("\r\n")
    return line[4] if len(line) == 5 and line.lower().startswith("sep=") else ""


def choose_delimiter(text: str) -> tuple[str, int]:
    """The delimiter whose first rows agree most with the very first one, and how many cells that has."""
    lines = [line for _, line in zip(range(SAMPLE), io.StringIO(text, newline=""), strict=False)]
    hint = excel_hint(text)
    sample = "".join(lines[1:] if hint else lines)
    best, delimiter, width = 0.0, "\x1f", 1  # a single column, unless two rows agree on more
    for candidate in hint or DELIMITERS:
        for quoted in (True, False):
            rows, _ = split_rows(sample, candidate, quoted, strict=False)
            lengths = [len(row) for row in rows] or [0]
            share = lengths.count(lengths[0]) / len(lengths)
            if lengths[0] > 1 and share > best and (len(rows) == 1 or lengths.count(lengths[0]) > 1):
                best, delimiter, width = share, candidate, lengths[0]
    return delimiter, width


def split_rows(text: str, delimiter: str, quoted: bool, strict: bool = True) -> tuple[list[list[str]], list[int]]:
    """Rows of stripped cells and their lines, empty lines left out; strict raises csv.Error at broken quotes."""
    quoting = csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE
    reader = csv.reader(
        io.StringIO(text, newline=""),
        delimiter=delimiter,
        quoting=quoting,
        strict=strict and quoted,
        skipinitialspace=delimiter != "\t",
    )
    rows, lines, line = [], [], 1
    for row in reader:
        cells = [cell.strip() for cell in row]
        if any(cells) or len(cells) == 1:
            rows.append(cells)
            lines.append(line)
        line = reader.line_num + 1
    return rows, lines


def split_lines(text: str, delimiter: str, width: int) -> tuple[list[list[str]], list[int]]:
    """Each line for itself: with quotes where that gives `width` cells, else without."""
    rows, lines = [], []
    for number, line in enumerate(io.StringIO(text, newline=""), 1):
        plain = split_rows(line, delimiter, quoted=False)[0]
        if plain and '"' in line:
            quoted = split_rows(line.rstrip("\r\n"), delimiter, quoted=True, strict=False)[0]
            plain = quoted if len(quoted[0]) == width else plain
        rows += plain
        lines += [number] * len(plain)
    return rows, lines


def same_length(rows: list[list[str]], lines: list[int], width: int, name: str) -> tuple[list[list[str]], list[int]]:
    """The rows cut to `width` where only empty cells follow; any other length is a `Fault`."""
    for i, row in enumerate(rows):
        if len(row) != width:
            if len(row) < width or any(row[width:]):
                raise Fault(
                    f"{name} has {len(row)} cell(s) in line {lines[i]}, but {width} in its first; mend that line"
                )
            rows[i] = row[:width]
    return rows, lines


def unique_names(cells: Sequence[str]) -> list[str]:
    """Column names from the cells of a header: those without one are called column_1 …, equal ones are numbered."""
    names: list[str] = []
    for i, cell in enumerate(cells, 1):
        name = stem = " ".join(cell.split()) or f"column_{i}"
        number = 2
        while name in names:
            name, number = f"{stem}_{number}", number + 1
        names.append(name)
    return names


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


def is_missing(cell: str) -> bool:
    """Whether a cell stands for "not known"."""
    return cell.strip().lower() in MISSING


def number(cell: str) -> float | None:
    """A cell as a number that can be squared; None if it is none."""
    try:
        value = float(cell)
    except ValueError:
        return None
    return value if abs(value) < 1e100 and "_" not in cell else None


def numbers(cells: Iterable[str]) -> np.ndarray:
    """Cells as floats, NaN where they are missing or no number."""
    found = (number(cell) for cell in cells)
    return np.array([np.nan if value is None else value for value in found], np.float64)


def are_numbers(cells: Sequence[str], share: float = 1.0) -> bool:
    """Whether at least a share of the cells that are not missing are numbers, and at least one is."""
    found = [number(cell) is not None for cell in cells if not is_missing(cell)]
    return any(found) and sum(found) >= share * len(found)
