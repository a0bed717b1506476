"""Opening tables of other programs: Excel's sheet with the most cells, Weka's ARFF, SQLite's largest table."""

import csv
import datetime
import io
import itertools
import re
import sqlite3
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from ...errors import Problem
from ..columns import delimited
from ..columns.relation import Table, bytes_of, fill, name_columns, take_names
from . import ends

MOST_ROWS, MOST_CELLS = 1_048_576, 20_000_000  # of a sheet: as many rows as Excel has, and cells that memory holds
SMALLER = "take away what is empty, or save it as CSV"


def open_excel(table: Table, folder: Path) -> None:
    """The sheet with the most cells; empty rows, and empty columns after it, are left out."""
    import openpyxl

    try:
        book = openpyxl.load_workbook(table.path, read_only=True, data_only=True)
        read = {sheet.title: _cells_of(table, sheet) for sheet in book.worksheets}
        book.close()
    except (Problem, OSError, MemoryError):
        raise
    except Exception as error:  # openpyxl raises whatever its parsers meet
        line = " ".join(str(error).split())
        raise Problem(f"{table.path} cannot be read as Excel ({line}); save it again as .xlsx or CSV") from None
    sheets, unsaved = ({name: pair[k] for name, pair in read.items()} for k in range(2))
    counts = {name: sum(map(bool, itertools.chain.from_iterable(rows))) for name, rows in sheets.items()}
    if not any(counts.values()):
        table.notes.append("no sheet holds any cell")
        return
    chosen = max(counts, key=counts.get)
    table.dialect["sheet"] = chosen
    if others := [name for name in counts if name != chosen and counts[name]]:
        same = [name for name in others if sheets[name][0] and sheets[name][0] == sheets[chosen][0]]
        what = f'"{same[0]}" has the same columns: put it below' if same else "to take another, save it as CSV"
        told = f'the largest sheet, "{chosen}", is read; {what}'
        table.notes.append(f"{told}; not read: {', '.join(others[:5])}")
    if unsaved[chosen]:
        remedy = "open the workbook in a spreadsheet program and save it there"
        table.notes.append(f"{unsaved[chosen]:,} formula(s) have no saved result and are read as empty; {remedy}")
    filled_cells = [sum(map(bool, row)) for row in sheets[chosen][:100]]
    usual = sorted(filled_cells)[len(filled_cells) // 2]  # titles above the table fill fewer than half as many
    skip = next((i for i, count in enumerate(filled_cells) if count and 2 * count > usual), 0)
    rows = [row for row in sheets[chosen][skip:] if row]
    width = max(map(len, rows))
    if width * len(rows) > MOST_CELLS:
        raise Problem(f"{table.path}: its sheet {chosen} is {len(rows):,} × {width:,} cells; {SMALLER}")
    rows = [row + [""] * (width - len(row)) for row in rows]
    table.dialect["skip"] = skip
    header = ends.is_header(rows) if len(rows) > 1 else True
    take_names(table, rows, header)
    fill(table, ends.trimmed(table, rows[header:]))


def _cells_of(table: Table, sheet: Any) -> tuple[list[list[str]], int]:
    """The rows of a sheet without empty cells at their ends, and how many formulas have no saved result."""
    if hasattr(sheet, "reset_dimensions"):
        sheet.reset_dimensions()  # what the file says of its size is often wrong
    part = getattr(sheet, "_worksheet_path", "")  # which has no public name; a chart has none
    merged, unsaved = scan(table.path, part) if part else ({}, 0)
    rows, count = [], 0
    for row in filled(merged, sheet.iter_rows(values_only=True)):
        cells = [_excel_cell(value) for value in row]
        while cells and not cells[-1]:
            cells.pop()
        rows.append(cells)
        count += len(cells)
        if len(rows) > MOST_ROWS or count > MOST_CELLS:
            raise Problem(f"{table.path}: its sheet {sheet.title} has more cells than are read; {SMALLER}")
    return rows, unsaved


def _excel_cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime.datetime):
        return value.date().isoformat() if value.time() == datetime.time() else value.isoformat(" ", "seconds")
    return " ".join(str(value).split())


BLOCK = 1 << 20  # bytes of a sheet looked at together …
OVERLAP = 1 << 12  # … with so many of those before, as what is sought may be cut
MERGED = re.compile(rb'<(?:\w+:)?mergeCell [^>]*?ref="([A-Z]{1,3})(\d+):[A-Z]+(\d+)"')
UNSAVED = re.compile(rb"</(?:\w+:)?f>\s*(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?\s*</(?:\w+:)?c>")
Merged = dict[int, list[tuple[int, int]]]  # first row of cells merged downwards: their column from 0, their last row


def scan(path: Path, part: str) -> tuple[Merged, int]:
    """Cells merged downwards, and how many formulas have no saved result, in the part of a workbook that is a sheet."""
    from openpyxl.utils import column_index_from_string

    merged: Merged = {}
    unsaved, rest = 0, b""
    with zipfile.ZipFile(path) as archive, archive.open(part) as file:
        while block := file.read(BLOCK):
            text = rest + block
            ends = [match.end() for match in UNSAVED.finditer(text)]
            unsaved += len(ends)
            found = list(MERGED.finditer(text))
            for letters, first, last in (match.groups() for match in found):
                if int(last) > int(first):
                    place = column_index_from_string(letters.decode()) - 1
                    merged.setdefault(int(first), []).append((place, int(last)))
            rest = text[max([len(text) - OVERLAP, *ends[-1:], *(match.end() for match in found[-1:])]) :]
    return merged, unsaved


def filled(merged: Merged, rows: Iterable[tuple[Any, ...]]) -> Iterator[list[Any]]:
    """The rows of a sheet, each cell that is merged downwards with what the first of them holds."""
    held: dict[int, tuple[int, Any]] = {}  # column -> last row, value
    for place, row in enumerate(rows, 1):
        cells, held = list(row), {column: pair for column, pair in held.items() if place <= pair[0]}
        for column, (_, value) in held.items():
            cells += [None] * (column + 1 - len(cells))
            cells[column] = value if cells[column] in (None, "") else cells[column]
        for column, last in merged.get(place, ()):
            if column < len(cells):
                held[column] = last, cells[column]
        yield cells


LARGEST = 64 * 2**20  # bytes of an ARFF file
ATTRIBUTE = re.compile(r"@attribute\s+('(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|\S+)\s+(.*)", re.IGNORECASE)
IN_SQL = "a table that is smaller, made with CREATE TABLE … AS SELECT …, or CSV from its own program, can be read"


def open_arff(table: Table, folder: Path) -> None:
    """ARFF: names and kinds of columns, then rows between commas; also rows that list what is not 0."""
    with bytes_of(table) as file:
        raw = file.read(LARGEST + 1)
    if len(raw) > LARGEST:
        raise Problem(f"{table.path} is ARFF of more than {LARGEST >> 20} MB; save it as CSV")
    text, _ = delimited.decoded(raw)
    head, *body = re.split(r"^[ \t]*@data[ \t]*$", re.sub(r"\r\n?", "\n", text), maxsplit=1, flags=re.I | re.M)
    known = [match.groups() for line in head.splitlines() if (match := ATTRIBUTE.match(line.strip()))]
    if not known:
        raise Problem(f"{table.path} is ARFF without an @attribute; get it again")
    name_columns(table, [unquoted(name) for name, _ in known])
    lines = [line.strip() for line in "".join(body).splitlines()]
    rows, odd = [], 0
    for line in lines:
        if not line or line.startswith("%"):
            continue
        cells = _sparse(line, known) if line.startswith("{") else _cells(line)
        if len(cells) == len(known) + 1 and cells[-1].startswith("{"):
            cells.pop()  # its weight
        if len(cells) == len(known):
            rows.append(["" if cell == "?" else cell for cell in cells])
        else:
            odd += 1
    if odd:
        table.notes.append(f"{odd} row(s) have more or fewer cells than the {len(known)} attributes and are left out")
    fill(table, rows)


def _cells(line: str) -> list[str]:
    """The cells of a row, between commas or tabs, in quotes of either kind."""
    quote = "'" if "'" in line and '"' not in line else '"'
    delimiter = "," if "," in line or "\t" not in line else "\t"
    reader = csv.reader(io.StringIO(line), delimiter=delimiter, quotechar=quote, escapechar="\\", skipinitialspace=True)
    return [cell.strip() for cell in next(reader, [])]


def _sparse(line: str, known: list[tuple[str, str]]) -> list[str]:
    """A row such as {1 X, 3 Y}: what is not named is 0, or the first of the values that its attribute lists."""
    cells = [kind.strip("{} \t").split(",")[0].strip(" '\"") if kind.startswith("{") else "0" for _, kind in known]
    for part in _cells(line.strip("{}")):
        place, _, value = part.partition(" ")
        if place.isdecimal() and int(place) < len(cells):
            cells[int(place)] = unquoted(value.strip())
    return cells


def unquoted(name: str) -> str:
    return re.sub(r"\\(.)", r"\1", name[1:-1]) if name[:1] in "'\"" and name[-1:] == name[:1] else name


def open_sqlite(table: Table, folder: Path) -> None:
    """The table with the most cells in an SQLite file, which is only read."""
    try:
        base = sqlite3.connect(f"{table.path.resolve().as_uri()}?mode=ro", uri=True)
    except sqlite3.Error as error:
        raise Problem(f"{table.path} cannot be read as SQLite ({error})") from None
    base.text_factory = lambda raw: raw.decode("utf-8", "replace")
    try:
        base.execute("PRAGMA query_only = ON")
        base.execute("PRAGMA trusted_schema = OFF")
        found = base.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'")
        sizes = {name: _size(base, name) for (name,) in found.fetchall() if not name.startswith("sqlite_")}
        if not any(sizes.values()):
            raise Problem(f"{table.path} is SQLite without a table that holds rows")
        chosen = max(sizes, key=sizes.get)
        if sizes[chosen] > MOST_CELLS:
            raise Problem(f"{table.path}: its table {chosen} has {sizes[chosen]:,} cells; {IN_SQL}")
        table.dialect["sheet"] = chosen
        if others := [f"{name} ({size:,} cells)" for name, size in sizes.items() if name != chosen and size]:
            table.notes.append(f'the largest table, "{chosen}", is read; the others are not: {", ".join(others[:5])}')
        cursor = base.execute(f"SELECT * FROM {quoted(chosen)}")
        name_columns(table, [name for name, *_ in cursor.description])
        rows = [["" if v is None or isinstance(v, bytes) else str(v).strip() for v in row] for row in cursor]
    except sqlite3.Error as error:
        raise Problem(f"{table.path} cannot be read as SQLite ({error}); get it again, or export it as CSV") from None
    finally:
        base.close()
    fill(table, rows)


def _size(base: sqlite3.Connection, name: str) -> int:
    """How many cells a table has."""
    wide = len(base.execute(f"SELECT * FROM {quoted(name)} LIMIT 0").description)
    return wide * base.execute(f"SELECT count(*) FROM {quoted(name)}").fetchone()[0]


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
