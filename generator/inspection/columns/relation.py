"""A table as DuckDB sees it: columns c0, c1 … of text, the real names apart, and a sample of its rows.

Queries never hold a name of the user's, because DuckDB's names ignore case and a header may hold anything.
"""

import io
import os
import re
import shutil
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO

import duckdb
import numpy as np

from ...errors import Problem
from .delimited import unique_names
from .formats import member_of, unpacked
from .meaning import is_missing

SAMPLE = 20_000  # rows from which roles, leaks and near duplicates are found
MOST_COLUMNS = 20_000
MEMORY = "600MB"  # DuckDB's own limit; what it cannot hold goes to disk
BLOCK = 10_000  # rows fetched at a time
ROOM = 1 << 30  # bytes of a disk that stay free
CELLS = 600_000  # of a sample, so that a wide table takes no longer than a long one


@dataclass
class Table:
    """A table that can be queried as `relation`, with columns c0, c1 … of text (NULL is empty)."""

    path: Path
    format: str
    names: list[str]
    folder: Path  # of temporary files
    relation: str = "cells"
    rows: int = 0
    sample: list[list[str]] = field(default_factory=list)  # rows spread over the whole table; all if `whole`
    whole: bool = True
    dialect: dict[str, Any] = field(default_factory=dict)
    duplicate_names: list[str] = field(default_factory=list)
    ragged: list[int] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    written: dict[str, dict[str, str]] = field(default_factory=dict)  # cells of columns as they were before a change
    relax: Callable[[], None] | None = None  # makes a relation that bears odd rows, once a query has failed
    likely_rows: int = 0  # an estimate, before a large file has been read
    compared: int = 0  # rows that were compared with each other (all, unless they are very many)
    repeated: int = 0  # of those, the ones that equal an earlier one

    @cached_property
    def connection(self) -> duckdb.DuckDBPyConnection:
        """DuckDB, started when it is first asked: a small table is counted from its sample and does without."""
        started = duckdb.connect()
        started.execute(f"SET memory_limit='{MEMORY}'")
        started.execute(f"SET threads={min(4, os.cpu_count() or 1)}")
        started.execute("SET preserve_insertion_order=false")
        started.execute("SET enable_progress_bar=false")
        started.execute("SET temp_directory=?", [str(self.folder)])
        return started

    def stream(self, places: Sequence[int], most: int = 1 << 60) -> Iterator[list[list[str]]]:
        """The cells of some columns of the first rows, in the order of the file, many rows at a time."""
        if self.whole:
            yield [[row[i] for i in places] for row in self.sample[:most]]
            return
        self.connection.execute("SET preserve_insertion_order=true")
        cells = ", ".join(f"c{i}" for i in places)
        cursor = self.connection.execute(f"SELECT {cells} FROM {self.relation} LIMIT {int(most)}")
        while rows := cursor.fetchmany(BLOCK):
            yield as_cells(rows)

    def cells(self, names: Sequence[str], most: int) -> list[list[str]]:
        """The cells of named columns in the first rows, in their order: a series with gaps would be none."""
        return [row for rows in self.stream([self.names.index(name) for name in names], most) for row in rows]

    def close(self) -> None:
        """Let go of the files that DuckDB holds open, if it was started."""
        if "connection" in vars(self):
            self.connection.close()

    @cached_property
    def columns(self) -> list[list[str]]:
        """The sample by columns."""
        return [list(column) for column in zip(*self.sample, strict=True)] or [[] for _ in self.names]

    @cached_property
    def counts(self) -> list[Counter[str]]:
        """How often each cell stands in a column of the sample, missing ones too."""
        return [Counter(column) for column in self.columns]

    @cached_property
    def known(self) -> list[Counter[str]]:
        """The same without missing cells."""
        return [Counter({cell: n for cell, n in column.items() if not is_missing(cell)}) for column in self.counts]

    def asked(self, query: str) -> duckdb.DuckDBPyConnection:
        """What a query answers; `{relation}` in it stands for the table, which bears odd rows where it has to."""
        try:
            return self.connection.execute(query.replace("{relation}", self.relation))
        except duckdb.Error:
            if self.relax is None:
                raise
            relax, self.relax = self.relax, None
            relax()
            return self.connection.execute(query.replace("{relation}", self.relation))


@contextmanager
def bytes_of(table: Table) -> Iterator[BinaryIO]:
    """The unpacked bytes of the file, or of the member of a .zip that holds the table."""
    with table.path.open("rb") as file:
        if file.read(2) == b"PK" and table.format != "excel":
            _, member = member_of(table.path)
            table.dialect["member"] = member
            with zipfile.ZipFile(file) as archive, archive.open(member) as inside:
                yield unpacked(inside)
        else:
            file.seek(0)
            yield unpacked(file)


def is_packed(path: Path) -> bool:
    """Whether a file is packed by gzip or zip."""
    with path.open("rb") as file:
        return file.read(2) in (b"\x1f\x8b", b"PK")


def as_utf8(table: Table, folder: Path, encoding: str, longest: float, aligned: bool = False) -> Path:
    """A temporary copy as UTF-8, unpacked, without mark or NUL characters; `aligned` cells get one space between."""
    path = folder / "unpacked.txt"
    with bytes_of(table) as file, path.open("w", encoding="utf-8", newline="") as out:
        text = io.TextIOWrapper(file, encoding, errors="replace", newline="")
        whole = 0  # characters since the last line end
        while block := text.read(2**20):
            whole = whole + len(block) if "\n" not in block else len(block) - block.rindex("\n")
            check_lines(table, whole, longest)
            block = (block + text.readline() if aligned else block).replace("\0", "").removeprefix("\ufeff")
            out.write(re.sub(r"^ +| +(?=[ \r\n])", "", block, flags=re.MULTILINE) if aligned else block)
            if shutil.disk_usage(folder).free < ROOM:
                raise Problem(f"{table.path} needs more room unpacked than {folder.parent} has; unpack it elsewhere")
    return path


def check_lines(table: Table, length: int, most: float) -> None:
    """A line that is too long is refused before it takes memory or room on disk."""
    if length > most:
        what = f"has a line of more than {int(most) >> 20} MB, so it holds no rows"
        raise Problem(f"{table.path} {what}; save it with a line for each row")


def name_columns(table: Table, cells: list[str]) -> None:
    """Column names from a header; what had to be changed is remembered."""
    if len(cells) > MOST_COLUMNS:
        what = f"has {len(cells):,} columns, and {MOST_COLUMNS:,} are read at most"
        raise Problem(f"{table.path} {what}; if they are rows, turn the table around")
    table.names = unique_names(cells)
    plain = [" ".join(cell.split()) for cell in cells]
    seen: dict[str, str] = {}
    for name in plain:
        if name and name.lower() in seen:
            table.duplicate_names.append(name)
        seen[name.lower()] = name
    if empty := sum(not name for name in plain):
        table.notes.append(f"{empty} column(s) have no name in the header and are called column_N")


def sample_rows(columns: int) -> int:
    """How many rows the sample of a table has at most."""
    return min(SAMPLE, max(2_000, CELLS // max(columns, 1)))


def take_names(table: Table, rows: list[list[str]], header: bool) -> None:
    """Column names from the first row if that is a header, else column_1, column_2 …"""
    table.dialect["header"] = header
    if header:
        name_columns(table, rows[0])
    else:
        table.names = unique_names([""] * len(rows[0]))
        table.notes.append("there is no header: columns are called column_1, column_2 …")


def fill(table: Table, rows: list[list[str]]) -> None:
    """Hand rows to DuckDB as the table `cells`, and keep a sample of them."""
    table.rows = len(rows)
    step = max(1, len(rows) // sample_rows(len(table.names)))
    table.sample, table.whole = rows[::step], step == 1
    if table.whole:
        return  # counted from the sample
    columns = enumerate(zip(*rows, strict=True))
    arrays = {f"c{i}": np.array([cell or None for cell in column], object) for i, column in columns}
    table.connection.register("arrays", arrays)
    table.connection.execute("SET preserve_insertion_order=true")
    table.connection.execute("CREATE TABLE cells AS SELECT * FROM arrays")
    table.connection.execute("SET preserve_insertion_order=false")
    table.connection.unregister("arrays")


def as_cells(rows: Iterable[tuple[Any, ...]]) -> list[list[str]]:
    """What DuckDB gives, as text without spaces around."""
    return [["" if cell is None else str(cell).strip() for cell in row] for row in rows]


def take_sample(table: Table) -> None:
    """A sample of rows out of DuckDB, all of them where they are few."""
    most = sample_rows(len(table.names))
    few = table.rows <= most
    cells = ", ".join(f"c{i}" for i in range(len(table.names))) or "1"
    clause = "" if few else f" USING SAMPLE reservoir({most} ROWS) REPEATABLE (0)"
    if not few and table.rows * len(table.names) >= 5e7:
        # A reservoir reads all of a large file: every so manieth row by its content's hash is as good.
        clause = f" WHERE hash(c0, c{len(table.names) - 1}) % {max(1, table.rows // most)} = 0 LIMIT {most}"
    table.sample = as_cells(table.connection.execute(f"SELECT {cells} FROM {table.relation}{clause}").fetchall())
    table.whole = few
