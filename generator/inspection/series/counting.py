"""The files of a folder of series: how each begins, and what it holds, counted exactly, a file at a time."""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import numpy as np

from ...errors import Problem
from ..columns import delimited
from ..columns.formats import format_of
from ..columns.meaning import as_numbers, is_missing
from ..columns.relation import Table, bytes_of
from ..findings import Column
from ..tables import opening, text_tables
from ..target.seasons import series_facts

HEAD, LINES = 2**16, 100  # bytes, and lines in them, that say what the columns of a text are called
MOST_HEADERS = 20  # different ones, after which files are of no one kind, unless all but a column is alike


class Numbers(NamedTuple):
    """What one file has in a column of numbers."""

    known: int
    low: float
    high: float
    total: float


@dataclass
class File:
    """One file of the folder; what was not counted is empty."""

    path: Path
    kind: str = ""  # csv parquet json jsonl excel
    names: list[str] = field(default_factory=list)
    own: str = ""  # what it calls the column that each file calls differently
    dialect: dict[str, Any] = field(default_factory=dict)
    why: str = ""  # it was not counted
    rows: int = 0
    times: np.ndarray = field(default_factory=lambda: np.zeros(0))  # of the rows that have one: dates, or numbers
    numbers: dict[str, Numbers] = field(default_factory=dict)  # by column
    odd: int = 0  # cells of what is forecast that are neither missing nor numbers
    facts: dict[str, Any] | None = None  # its steps, gaps and season; None where it has hardly a date


def headed(paths: Sequence[Path]) -> list[File] | None:
    """The files with the names of their columns; None where these are too different to be of one kind."""
    found, different = [], set()
    for path in paths:
        file = File(path)
        found.append(file)
        try:
            file.kind, _ = format_of(path)
            if file.kind == "csv":
                file.names = names_of_text(path)
            elif file.kind in ("parquet", "json", "jsonl", "excel"):
                with opening.opened(path, file.kind) as table:
                    file.names = table.names
            else:
                file.why = "is empty" if file.kind == "empty" else "is no table"
        except (Problem, OSError, EOFError, duckdb.Error) as problem:
            file.why = unreadable(file, problem)
        different.add(tuple(file.names))
        if len(different) == MOST_HEADERS and not own_column(found):
            return None
    return found


def unreadable(file: File, error: Exception) -> str:
    """Why a file could not be read."""
    if isinstance(error, OSError) and error.strerror:
        return f"cannot be read: {error.strerror}"
    said = str(error).splitlines()[0].removeprefix(f"{file.path} ").replace(str(file.path), file.path.name)[:120]
    return said if isinstance(error, Problem) else f"cannot be read as {file.kind}: {said}"


def names_of_text(path: Path) -> list[str]:
    """The names of the columns of a text, from its first whole lines."""
    table = Table(path, "csv", [], Path())
    with bytes_of(table) as unpacked:
        begin = unpacked.read(HEAD)
    encoding = delimited.encoding_of(begin, cut=True)
    lines = begin.decode(encoding, "ignore").removeprefix("\ufeff").replace("\0", "").split("\n")
    lines = lines[:-1] if len(begin) == HEAD and len(lines) > 1 else lines
    reading = delimited.read("\n".join(lines[:LINES]))
    text_tables.describe(table, reading.dialect, encoding, reading.rows)
    return table.names


def own_column(files: Sequence[File]) -> str:
    """What is called here and in the project what each file calls differently, mostly by its own name; "" for nothing.

    All other columns have the same names in most files. How each file calls it is written down in `own`.
    """
    named = [file for file in files if file.names]
    counts = Counter(name for file in named for name in set(file.names))
    shared = {name for name, count in counts.items() if count > len(named) / 2}
    for file in named:
        others = [name for name in file.names if name not in shared]
        file.own = others[0] if len(others) == 1 and len(file.names) == len(shared) + 1 else ""
    enough = shared and sum(bool(file.own) for file in named) >= max(2, len(named) / 2)
    return delimited.unique("value", shared) if enough else ""


@dataclass
class Asked:
    """What is counted in each file, as the reference file has it."""

    reference: File
    time: list[Column]  # the columns that say when a row is: a date or year, or parts of a date
    values: list[Column]  # the columns of numbers
    target: str  # the one of them that is forecast
    stamps_of: Callable[[list[list[str]]], list[Any]]


def count(file: File, asked: Asked, own: str) -> None:
    """Fill in what a file holds; `own` is what the column is called here that each calls differently."""
    try:
        with opening.opened(file.path, file.kind) as table:
            names = [own if own and name == file.own else name for name in table.names]
            file.dialect = table.dialect
            if table.ragged:  # which a project refuses
                more = f" and {len(table.ragged) - 1} more" if len(table.ragged) > 1 else ""
                file.why = f"has another number of cells in line {table.ragged[0]}{more}"
            try:
                tally(file, table.stream([names.index(column.name) for column in (*asked.time, *asked.values)]), asked)
            except duckdb.Error:  # of a long file; a project refuses it too
                file.why = "has rows with another number of cells, or broken quotes"
    except Problem as problem:
        file.why = unreadable(file, problem)


def tally(file: File, batches: Iterable[list[list[str]]], asked: Asked) -> None:
    """Count rows, many at a time, of the columns that are asked for: first those that say when."""
    wide, times, dated = len(asked.time), [], []
    values: dict[str, list[np.ndarray]] = {column.name: [] for column in asked.values}
    for rows in batches:
        file.rows += len(rows)
        for place, column in enumerate(asked.values, wide):
            cells = [row[place] for row in rows]
            values[column.name].append(found := as_numbers(cells, column.parse))
            if column.name == asked.target:
                there = sum(not is_missing(cell, column.parse) for cell in cells)
                file.odd += there - int(np.isfinite(found).sum())
        stamps = asked.stamps_of([row[:wide] for row in rows])
        dated += [stamp is not None for stamp in stamps]
        if known := [stamp for stamp in stamps if stamp is not None]:
            times.append(np.array(known, float if isinstance(known[0], float) else "datetime64[s]"))
    whole = {name: np.concatenate(parts) for name, parts in values.items() if parts}
    for name, numbers in whole.items():
        known = numbers[np.isfinite(numbers)]
        ends = known.min(initial=math.inf), known.max(initial=-math.inf)
        file.numbers[name] = Numbers(len(known), *map(float, ends), float(known.sum()))
    if times:
        file.times = np.concatenate(times)
        file.facts = series_facts(file.times, whole[asked.target][dated])
