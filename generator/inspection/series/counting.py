"""What each file of a folder of series holds: rows, span and numbers, counted exactly, many files in one query.

Files that are written alike are asked together, each read once and none held in memory. A file that such a query
cannot read, and one of another format, is opened by itself, as a single file is.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import duckdb

from ...errors import Problem
from ..columns import aggregates, delimited
from ..columns.meaning import is_missing
from ..columns.numbers import to_number
from ..columns.rows import split_rows
from ..tables import opening
from ..target import timestamps
from . import heads
from .heads import File, Own
from .query import Asked, Numbers, query

FIRST = 500  # rows of a file, or those of its first heads.HEAD bytes, in which its steps are looked at
TOGETHER = 500  # files in one query
DATED = 0.9  # of the rows of a series


def count(files: Sequence[File], asked: Asked, own: Own | None) -> None:
    """Fill in what each file holds; `own` is the column that each calls differently, if there is one."""
    alike: dict[tuple[str, ...], list[File]] = defaultdict(list)
    wanted = {column.name for column in (*asked.time, *asked.values)}
    asked_for = [file for file in files if not file.why and wanted <= set(file.names)]  # else its names say why not
    for file in asked_for:
        in_sql = file.kind == "parquet" or file.head.get("encoding") == "utf-8"
        if in_sql and file.head and not set("*?[") & set(str(file.path)):  # DuckDB would take them for patterns
            alike[(file.kind, *file.names, *map(str, file.head.items()))].append(file)
    for some in alike.values():
        for start in range(0, len(some), TOGETHER):
            queried(some[start : start + TOGETHER], asked)
    for file in asked_for:
        if not file.rows or file.dated < DATED * file.rows:  # or DuckDB does not read such dates
            by_itself(file, asked, own)


def queried(files: Sequence[File], asked: Asked) -> None:
    """Count files that are written alike in one query; where it fails, half of them each, down to the odd one."""
    here = of_columns(asked, files[0].names)
    source = parquet_source(files) if files[0].kind == "parquet" else text_source(files)
    try:
        rows = asked.table.connection.execute(query(source, here)).fetchall()
    except duckdb.Error:
        if len(files) > 1:
            queried(files[: len(files) // 2], asked)
            queried(files[len(files) // 2 :], asked)
        return
    by_name = {file.path.name: file for file in files}
    for name, *counts in rows:
        take(by_name[name.replace("\\", "/").rpartition("/")[2]], counts, here)
    for file in files:
        take_steps(file, (first_of_parquet if file.kind == "parquet" else first_of_text)(file, here), asked)


def of_columns(asked: Asked, names: list[str]) -> Asked:
    """The same asked of a file of these columns."""
    return replace(asked, places={name: i for i, name in enumerate(names)})


def text_source(files: Sequence[File]) -> str:
    """The rows of texts that are written alike, in SQL."""
    head = files[0].head
    quote = "''" if not head["quote"] else "'\"'"
    columns = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(len(files[0].names)))
    return (
        f"read_csv([{listed(files)}], delim={aggregates.text(head['delimiter'])}, quote={quote}, escape={quote}, "
        f"header=false, auto_detect=false, skip={before_rows(head)}, columns={{{columns}}}, "
        f"compression='{'gzip' if head['packed'] else 'none'}', filename=true)"
    )


def parquet_source(files: Sequence[File]) -> str:
    """The rows of Parquet files of the same columns, in SQL."""
    head = files[0].head
    rows = f"read_parquet([{listed(files)}], filename=true) AS o({head['aliases']}, filename)"
    return f"(SELECT {head['cells']}, filename FROM {rows})"


def listed(files: Sequence[File]) -> str:
    """The files' paths in SQL."""
    return ", ".join(aggregates.text(str(file.path)) for file in files)


def before_rows(head: dict[str, Any]) -> int:
    """How many lines of a text stand before its rows."""
    return head["skip"] + head["header"] + ("units" in head)


def first_of_text(file: File, asked: Asked) -> list[list[str]]:
    """The cells that say when the first rows of a text are."""
    head = file.head
    text, _, _ = heads.beginning(file, FIRST + before_rows(head))
    rest = delimited.without_lines(text, before_rows(head))
    cells, _ = split_rows(rest, head["delimiter"], bool(head["quote"]))
    places = [asked.places[column.name] for column in asked.time]
    return [[row[i] for i in places] for row in cells[:FIRST] if len(row) >= len(asked.places)]


def first_of_parquet(file: File, asked: Asked) -> list[list[str]]:
    """The same of a Parquet file."""
    cells = ", ".join(f"c{asked.places[column.name]}" for column in asked.time)
    return as_cells(asked.table.in_order(f"SELECT {cells} FROM {parquet_source([file])} LIMIT {FIRST}"))


def as_cells(rows: list[tuple[str | None, ...]]) -> list[list[str]]:
    """Rows of a query as those of a text."""
    return [["" if cell is None else cell.strip() for cell in row] for row in rows]


def by_itself(file: File, asked: Asked, own: Own | None) -> None:
    """Count a file that is opened by itself; the names of its columns say where they are."""
    try:
        with opening.opened(file.path, file.kind) as table:
            here = of_columns(asked, own.named(table.names) if own else table.names)
            file.dialect = table.dialect
            if table.ragged:  # which a project refuses
                more = f" and {len(table.ragged) - 1} more" if len(table.ragged) > 1 else ""
                file.why = f"has another number of cells in line {table.ragged[0]}{more}"
            if table.whole:
                counted_here(file, table.sample, here)
                return
            cells = ", ".join(f"c{here.places[column.name]}" for column in here.time)
            first = as_cells(table.in_order(f"SELECT {cells} FROM {table.relation} LIMIT {FIRST}"))
            _, *counts = table.one(query("{relation}", here, name="''"))
            take(file, counts, here)
            take_steps(file, first, here)
            if table.mended:
                file.why = "has rows with another number of cells, or broken quotes"
    except (Problem, duckdb.Error) as problem:
        file.why = heads.unreadable(file, problem)


def counted_here(file: File, rows: list[list[str]], asked: Asked) -> None:
    """Count rows that memory holds."""
    when = [[row[asked.places[c.name]] for c in asked.time] for row in rows]
    stamps = [stamp for stamp in asked.stamps_of(when) if stamp is not None]
    file.rows, file.dated = len(rows), len(stamps)
    file.span = (min(stamps), max(stamps)) if stamps else None
    take_steps(file, when[:FIRST], asked)
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


def take_steps(file: File, first: list[list[str]], asked: Asked) -> None:
    """The steps of a file's first rows, of which `first` are the cells that say when they are."""
    import numpy as np

    stamps = [stamp for stamp in asked.stamps_of(first) if stamp is not None]
    kind = float if stamps and isinstance(stamps[0], (int, float)) else "datetime64[s]"
    distinct = np.unique(np.array(stamps, kind))
    file.looked_at = len(first)
    file.clock = timestamps.clock(distinct) if len(distinct) >= 3 else {}
