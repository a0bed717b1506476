"""What each file of a folder of series holds: names, rows, span and numbers, counted exactly by one query over all.

Files of CSV that begin with the same line are asked together, each read once and none held in memory. A file that such
a query cannot read, and one of another format, is opened by itself, as a single file is.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from ..errors import Problem
from . import aggregates, delimited, tables
from .numbers import is_missing, to_number
from .series_query import Asked, Numbers, query

HEAD = 2**16  # bytes of a file, or FIRST rows, in which its steps are looked at
FIRST = 2000
MOST_FILES = 5000  # that are looked at
MOST_OPENED, OPENED_BYTES = 200, 256 * 2**20  # files, and bytes of them, that are opened one by one
NOT_LOOKED_AT = "was not looked at, as there are too many like it"
MOST_HEADERS = 20  # different first lines, after which the files are no series of one kind


@dataclass
class File:
    """One file of the folder; what was not counted is empty."""

    path: Path
    kind: str = ""  # csv parquet json jsonl excel
    names: list[str] = field(default_factory=list)
    head: bytes = b""
    dialect: dict[str, Any] = field(default_factory=dict)  # of one that was opened by itself
    why: str = ""  # it was not counted
    rows: int = 0
    dated: int = 0  # rows with a date
    span: tuple[Any, Any] | None = None  # datetimes, or numbers
    numbers: dict[str, Numbers] = field(default_factory=dict)
    first: list[list[str]] = field(default_factory=list)  # the cells that say when the first rows are


def headed(files: Sequence[Path]) -> list[File] | None:
    """The files with the names of their columns; None where they begin too differently to be of one kind."""
    known: dict[tuple[str, bytes], list[str]] = {}
    found, opened = [], 0  # files without a line to be known by
    for path in files:
        file = File(path)
        found.append(file)
        try:
            file.kind, member = tables.format_of(path)
            if file.kind not in ("csv", "parquet", "json", "jsonl", "excel"):
                file.why = "is empty" if file.kind == "empty" else "is no table"
                continue
            file.head = b"" if file.kind != "csv" or member else beginning(path)
            line = file.head.partition(b"\n")[0].rstrip(b"\r")
            if not line or (file.kind, line) not in known:
                opened += not line
                if len(known) > MOST_HEADERS:
                    return None
                if opened > MOST_OPENED:
                    file.why = NOT_LOOKED_AT
                    continue
                with tables.opened(path, file.kind) as table:
                    file.names = table.names
                if line:
                    known[file.kind, line] = table.names
            else:
                file.names = known[file.kind, line]
        except (Problem, OSError) as problem:
            file.why = unreadable(path, problem)
    return found


def unreadable(path: Path, error: Exception) -> str:
    """Why a file could not be read."""
    if isinstance(error, OSError):
        return f"cannot be read: {error.strerror}"
    return str(error).splitlines()[0].removeprefix(f"{path} ").replace(str(path), path.name)[:120]


def beginning(path: Path) -> bytes:
    """The first whole lines of a plain text, nothing of a packed one or one in UTF-16."""
    with path.open("rb") as file:
        raw = file.read(HEAD)
    if raw[:2] in (b"\x1f\x8b", b"PK", b"\xff\xfe", b"\xfe\xff") or b"\0" in raw[:1000]:
        return b""
    return raw if len(raw) < HEAD or b"\n" not in raw else raw[: raw.rindex(b"\n") + 1]


def count(files: Sequence[File], asked: Asked) -> None:
    """Fill in what each file holds; those that are neither like the reference nor few are left uncounted."""
    line = next((f.head.partition(b"\n")[0] for f in files if f.path == asked.table.path), b"")
    together = [f for f in files if line and f.kind == "csv" and f.head.partition(b"\n")[0] == line]
    together = [f for f in together if not set("*?[") & set(str(f.path))]  # DuckDB would take them for patterns
    queried(together, asked)
    budget = OPENED_BYTES
    for number, file in enumerate(f for f in files if not f.rows and not f.why):
        budget -= file.path.stat().st_size
        if number >= MOST_OPENED or budget < 0:
            file.why = NOT_LOOKED_AT
        else:
            by_itself(file, asked)


def queried(files: Sequence[File], asked: Asked) -> None:
    """Count files of one first line in one query; where it fails, half of them each, down to the one that is odd."""
    if not files:
        return
    dialect = asked.table.dialect
    quote = "''" if not dialect["quote"] else "'\"'"
    columns = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(len(asked.table.names)))
    listed = ", ".join(aggregates.text(str(file.path)) for file in files)
    source = (
        f"read_csv([{listed}], delim={aggregates.text(dialect['delimiter'])}, quote={quote}, escape={quote}, "
        f"header=false, auto_detect=false, skip={dialect['skip'] + dialect['header'] + ('units' in dialect)}, "
        f"columns={{{columns}}}, compression='none', filename=true)"
    )
    try:
        rows = asked.table.connection.execute(query(source, asked)).fetchall()
    except duckdb.Error:
        if len(files) > 1:
            queried(files[: len(files) // 2], asked)
            queried(files[len(files) // 2 :], asked)
        return
    by_name = {file.path.name: file for file in files}
    for name, *counts in rows:
        take(by_name[Path(name).name], counts, asked)
    for file in files:
        cells, _ = delimited.split(
            delimited.without_lines(file.head.decode("utf-8-sig", "replace"), dialect["skip"] + dialect["header"]),
            dialect["delimiter"],
            bool(dialect["quote"]),
        )
        cells = [row for row in cells[:FIRST] if len(row) >= len(asked.table.names)]
        file.first = [[row[asked.places[c.name]] for c in asked.time] for row in cells]


def by_itself(file: File, asked: Asked) -> None:
    """Count a file that is opened by itself; the names of its columns say where they are."""
    wanted = [column.name for column in (*asked.time, *asked.values)]
    if any(name not in file.names for name in wanted):
        return  # which is said of its names
    try:
        with tables.opened(file.path, file.kind) as table:
            places = {name: table.names.index(name) for name in wanted}
            here = Asked(table, file.kind, places, asked.time, asked.values, asked.stamps_of)
            file.dialect = table.dialect
            if table.ragged:  # which a project refuses
                more = f" and {len(table.ragged) - 1} more" if len(table.ragged) > 1 else ""
                file.why = f"has another number of cells in line {table.ragged[0]}{more}"
            if table.whole:
                counted_here(file, table.sample, here)
                return
            cells = ", ".join(f"c{places[column.name]}" for column in asked.time)
            first = table.in_order(f"SELECT {cells} FROM {table.relation} LIMIT {FIRST}")
            file.first = [["" if cell is None else cell.strip() for cell in row] for row in first]
            _, *counts = table.one(query("{relation}", here, name="''"))
            take(file, counts, here)
            if table.mended:
                file.why = "has rows with another number of cells, or broken quotes"
    except (Problem, duckdb.Error) as problem:
        file.why = unreadable(file.path, problem)


def counted_here(file: File, rows: list[list[str]], asked: Asked) -> None:
    """Count rows that memory holds."""
    when = [[row[asked.places[c.name]] for c in asked.time] for row in rows]
    stamps = [stamp for stamp in asked.stamps_of(when) if stamp is not None]
    file.rows, file.dated, file.first = len(rows), len(stamps), when[:FIRST]
    file.span = (min(stamps), max(stamps)) if stamps else None
    for column in asked.values:
        cells = [row[asked.places[column.name]] for row in rows]
        there = [cell for cell in cells if not is_missing(cell, column.parse)]
        values = [value for cell in there if (value := to_number(cell, column.parse)) is not None]
        file.numbers[column.name] = Numbers(
            len(values),
            len(there) - len(values),
            min(values, default=None),
            max(values, default=None),
            sum(values) / len(values) if values else None,
        )


def take(file: File, counts: list[Any], asked: Asked) -> None:
    """What a query said of a file."""
    file.rows, file.dated, first, last, *others = counts
    file.span = None if first is None else (first, last)
    for i, column in enumerate(asked.values):
        file.numbers[column.name] = Numbers(*others[5 * i : 5 * i + 5])


def usual_names(files: Sequence[File]) -> list[str]:
    """The columns that most files have."""
    counts = Counter(tuple(sorted(file.names)) for file in files if file.names)
    return list(counts.most_common(1)[0][0]) if counts else []
