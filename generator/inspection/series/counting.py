"""The files of a folder of series: how each begins, what it holds, counted exactly, its steps, and what it lacks."""

import math
import statistics
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from ...errors import Problem
from ..columns import delimited
from ..columns.formats import format_of
from ..columns.meaning import is_missing, to_number
from ..columns.relation import Table, bytes_of
from ..findings import Column
from ..tables import opening, text_tables
from ..target import seasons
from ..target.forecast import FEWEST, MOST_MISSING
from ..target.seasons import spoken

HEAD, LINES = 2**16, 100  # bytes, and lines in them, that say what the columns of a text are called
FIRST = 500  # rows of a file in which its steps are looked at
DATED = 0.9  # of the rows of a series
MOST_HEADERS = 20  # different ones, after which files are of no one kind, unless all but a column is alike


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
    dated: int = 0  # rows with a date
    span: tuple[Any, Any] | None = None  # datetimes, or numbers
    numbers: dict[str, Any] = field(default_factory=dict)  # counting.Numbers by column
    clock: dict[str, Any] = field(default_factory=dict)  # the steps of its first rows, as a project has them
    looked_at: int = 0  # those rows


@dataclass
class Own:
    """The column that each file calls differently, mostly by its own name; the others have the same names in all."""

    name: str  # what it is called here and in the project
    shared: list[str]

    def of(self, names: Sequence[str]) -> str:
        """What a file of these columns calls it, "" where it has none or several."""
        others = [name for name in names if name not in self.shared]
        return others[0] if len(others) == 1 and len(names) == len(self.shared) + 1 else ""

    def named(self, names: Sequence[str]) -> list[str]:
        """The columns of a file with that one as it is called here."""
        own = self.of(names)
        return [self.name if own and name == own else name for name in names]


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
        if len(different) == MOST_HEADERS and own_column(found) is None:
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


def own_column(files: Sequence[File]) -> Own | None:
    """The column that each file calls differently, where all others have the same names in most files."""
    named = [file for file in files if file.names]
    counts = Counter(name for file in named for name in set(file.names))
    shared = [name for name, count in counts.items() if count > len(named) / 2]
    name = "value"
    while name in shared:
        name += "_"
    own = Own(name, shared)
    fitting = [file for file in named if own.of(file.names)]
    return own if shared and len(fitting) >= max(2, len(named) / 2) else None


@dataclass
class Numbers:
    """What one file has in a column of numbers."""

    known: int = 0
    odd: int = 0  # cells that are neither missing nor numbers
    low: float = math.inf
    high: float = -math.inf
    total: float = 0.0

    def add(self, cells: list[str], parse: dict[str, Any]) -> None:
        """Count more cells of the column."""
        there = [cell for cell in cells if not is_missing(cell, parse)]
        values = [value for cell in there if (value := to_number(cell, parse)) is not None]
        self.known, self.odd = self.known + len(values), self.odd + len(there) - len(values)
        self.low, self.high = min([self.low, *values]), max([self.high, *values])
        self.total += sum(values)


@dataclass
class Asked:
    """What is counted in each file, as the reference file has it."""

    reference: File
    time: list[Column]  # the columns that say when a row is: a date or year, or parts of a date
    values: list[Column]  # the columns of numbers
    stamps_of: Callable[[list[list[str]]], list[Any]]


def count(files: Sequence[File], asked: Asked, own: Own | None) -> None:
    """Fill in what each file holds; `own` is the column that each calls differently, if there is one."""
    wanted = {column.name for column in (*asked.time, *asked.values)}
    for file in files:
        if not file.why and wanted <= set(file.names):  # else its names say why not
            by_itself(file, asked, own)


def by_itself(file: File, asked: Asked, own: Own | None) -> None:
    """Count a file; the names of its columns say where they are."""
    try:
        with opening.opened(file.path, file.kind) as table:
            names = own.named(table.names) if own else table.names
            places = {name: i for i, name in enumerate(names)}
            file.dialect = table.dialect
            if table.ragged:  # which a project refuses
                more = f" and {len(table.ragged) - 1} more" if len(table.ragged) > 1 else ""
                file.why = f"has another number of cells in line {table.ragged[0]}{more}"
            batches = table.stream([places[column.name] for column in (*asked.time, *asked.values)])
            try:
                tally(file, batches, asked)
            except duckdb.Error:  # of a long file; a project refuses it too
                file.why = "has rows with another number of cells, or broken quotes"
    except (Problem, duckdb.Error) as problem:
        file.why = unreadable(file, problem)


def tally(file: File, batches: Iterable[list[list[str]]], asked: Asked) -> None:
    """Count rows, many at a time, of the columns that are asked for: first those that say when."""
    wide = len(asked.time)
    for rows in batches:
        stamps = asked.stamps_of([row[:wide] for row in rows])
        known = [stamp for stamp in stamps if stamp is not None]
        if not file.rows:
            file.looked_at = len(stamps[:FIRST])
            first = [stamp for stamp in stamps[:FIRST] if stamp is not None]
            kind = float if first and isinstance(first[0], (int, float)) else "datetime64[s]"
            distinct = np.unique(np.array(first, kind))
            file.clock = seasons.clock_of(distinct) if len(distinct) >= 3 else {}
        file.rows, file.dated = file.rows + len(rows), file.dated + len(known)
        ends = (*(file.span or ()), *known)
        file.span = (min(ends), max(ends)) if ends else None
        for place, column in enumerate(asked.values, wide):
            numbers = file.numbers.setdefault(column.name, Numbers())
            numbers.add([row[place] for row in rows], column.parse)


# When they are, together


@dataclass
class Steps:
    """What the steps of all files are: how many, from when to when, how many lack, and which files depart."""

    usual: int = 0  # from the first to the last of a file
    total: int = 0
    missing: int = 0
    frequency: str = ""
    first: str = ""
    last: str = ""
    departing: dict[str, str] = field(default_factory=dict)
    gaps: dict[str, float] = field(default_factory=dict)  # by file, the share of its steps without a row


def judged(files: Sequence[File], regular: bool) -> Steps:
    """Steps and gaps of files; `regular` False means that values are averaged, so that gaps say nothing."""
    steps = Steps()
    clocks = [file.clock for file in files if file.clock]
    if not clocks:
        return steps
    clock = seasons.usual(clocks)
    lengths, steps.frequency = [], spoken(seasons.describe(clock), clock)
    for file in files:
        own = file.clock
        if own and (own["unit"], own["every"]) != (clock["unit"], clock["every"]) and regular:
            length = spoken(seasons.describe(own), own)
            steps.departing[file.path.name] = f"has steps of {length}, the others of {steps.frequency}"
            continue
        ends = np.array(file.span, "datetime64[s]" if clock["unit"] != "numbers" else float)
        length = int(seasons.positions(ends, {**clock, "start": seasons.plain(ends[0])})[1]) + 1
        lengths.append(length)
        if length < FEWEST:
            steps.departing[file.path.name] = f"has {length} steps, too few to be forecast"
        if not regular:
            continue
        missing = max(0, length - file.dated)
        steps.missing, steps.total = steps.missing + missing, steps.total + length
        if missing:
            steps.gaps[file.path.name] = missing / length
        if missing > MOST_MISSING * length:
            steps.departing[file.path.name] = f"lacks {missing / length:.0%} of its {length:,} steps"
    spans = [file.span for file in files if file.span]
    steps.usual = int(statistics.median(lengths)) if lengths else 0
    steps.first = seasons.show(min(span[0] for span in spans), clock)
    steps.last = seasons.show(max(span[1] for span in spans), clock)
    return steps
