"""Opening tables of other programs: Weka's ARFF, and the largest table of an SQLite file."""

import csv
import io
import re
import sqlite3
from pathlib import Path

from ...errors import Problem
from ..columns import delimited
from ..columns.relation import Table, bytes_of, fill, name_columns

LARGEST = 64 * 2**20  # bytes of an ARFF file
MOST_CELLS = 20_000_000  # of a table in SQLite
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
        rows = [[_cell(value) for value in row] for row in cursor]
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


def _cell(value: object) -> str:
    """A value as the cell of a text file; bytes are none."""
    return "" if value is None or isinstance(value, bytes) else str(value).strip()
