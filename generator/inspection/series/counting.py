"""The files of a folder of series: how each begins, what it holds, counted exactly, its steps, and what it lacks."""

import statistics
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from ...errors import Problem
from ..columns import aggregates, delimited
from ..columns.dates import ISO
from ..columns.formats import format_of
from ..columns.meaning import is_missing, to_number
from ..columns.relation import Table, bytes_of
from ..findings import Column
from ..tables import opening, text_tables
from ..target import timestamps
from ..target.dates import MONTHS, is_date, part_of
from ..target.forecast import FEWEST, MOST_MISSING
from ..target.seasons import spoken

HEAD, LINES = 2**16, 100  # bytes, and lines in them, that say what the columns of a text are called
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


FIRST = 500  # rows of a file in which its steps are looked at
DATED = 0.9  # of the rows of a series


@dataclass
class Numbers:
    """What one file has in a column of numbers."""

    known: int = 0
    odd: int = 0  # cells that are neither missing nor numbers
    low: float | None = None
    high: float | None = None
    mean: float | None = None


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
            if table.whole:
                counted_here(file, table.sample, asked, places)
                return
            take_steps(file, table.first((places[column.name] for column in asked.time), FIRST), asked)
            file.rows, file.dated, first, last, *others = table.one(query(asked, places))
            file.span = None if first is None else (first, last)
            for i, column in enumerate(asked.values):
                file.numbers[column.name] = Numbers(*others[5 * i : 5 * i + 5])
            if table.mended:
                file.why = "has rows with another number of cells, or broken quotes"
    except (Problem, duckdb.Error) as problem:
        file.why = unreadable(file, problem)


def counted_here(file: File, rows: list[list[str]], asked: Asked, places: dict[str, int]) -> None:
    """Count rows that memory holds."""
    when = [[row[places[c.name]] for c in asked.time] for row in rows]
    stamps = [stamp for stamp in asked.stamps_of(when) if stamp is not None]
    file.rows, file.dated = len(rows), len(stamps)
    file.span = (min(stamps), max(stamps)) if stamps else None
    take_steps(file, when[:FIRST], asked)
    for column in asked.values:
        cells = [row[places[column.name]] for row in rows]
        there = [cell for cell in cells if not is_missing(cell, column.parse)]
        values = [value for cell in there if (value := to_number(cell, column.parse)) is not None]
        told = Numbers(len(values), len(there) - len(values))
        if values:
            told.low, told.high, told.mean = min(values), max(values), sum(values) / len(values)
        file.numbers[column.name] = told


def take_steps(file: File, first: list[list[str]], asked: Asked) -> None:
    """The steps of a file's first rows, of which `first` are the cells that say when they are."""
    stamps = [stamp for stamp in asked.stamps_of(first) if stamp is not None]
    kind = float if stamps and isinstance(stamps[0], (int, float)) else "datetime64[s]"
    distinct = np.unique(np.array(stamps, kind))
    file.looked_at = len(first)
    file.clock = timestamps.clock(distinct) if len(distinct) >= 3 else {}


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
    clock = timestamps.usual(clocks)
    lengths, steps.frequency = [], spoken(timestamps.describe(clock), clock)
    for file in files:
        own = file.clock
        if own and (own["unit"], own["every"]) != (clock["unit"], clock["every"]) and regular:
            length = spoken(timestamps.describe(own), own)
            steps.departing[file.path.name] = f"has steps of {length}, the others of {steps.frequency}"
            continue
        ends = np.array(file.span, "datetime64[s]" if clock["unit"] != "numbers" else float)
        length = int(timestamps.positions(ends, {**clock, "start": timestamps.plain(ends[0])})[1]) + 1
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
    steps.first = timestamps.show(min(span[0] for span in spans), clock)
    steps.last = timestamps.show(max(span[1] for span in spans), clock)
    return steps


# A long file, in SQL


def query(asked: Asked, places: dict[str, int]) -> str:
    """What is asked of a file: its rows, and when and what they are."""
    inner, outer = [f"{when(asked, places)} AS w"], ["count(*)", "count(w)", "min(w)", "max(w)"]
    for column in asked.values:
        i = places[column.name]
        inner += [f"c{i}", f"{aggregates.known(aggregates.cast(f'c{i}', column.parse), column.parse)} AS v{i}"]
        odd = f"v{i} IS NULL AND c{i} IS NOT NULL AND NOT ({aggregates.means_missing(f'c{i}', column.parse)})"
        outer += [f"count(v{i})", f"count_if({odd})", f"min(v{i})", f"max(v{i})", f"avg(v{i})"]
    return f"SELECT {', '.join(outer)} FROM (SELECT {', '.join(dict.fromkeys(inner))} FROM {{relation}})"


def when(asked: Asked, places: dict[str, int]) -> str:
    """The time of a row in SQL: a number for years and the like, else a TIMESTAMP; NULL where there is none."""
    cells = [f"trim(c{places[column.name]})" for column in asked.time]
    first = asked.time[0]
    if is_date(first):
        forms = first.detail.get("formats") or [first.parse.get("format") or first.detail.get("format") or ISO]
        day = aggregates.moment(cells[0], forms)
        if len(cells) == 1:
            return day
        return f"TRY_CAST(strftime({day}, '%Y-%m-%d ') || {_clock(cells[1])} AS TIMESTAMP)"
    if len(cells) == 1:
        return f"TRY_CAST({cells[0]} AS DOUBLE)"
    months = ", ".join(f"'{name}'" for name in MONTHS)
    part = f"coalesce(TRY_CAST({cells[1]} AS DOUBLE), list_position([{months}], lower({cells[1]}[:3])))"
    if part_of(asked.time[1]) == "week":
        return "CAST(NULL AS TIMESTAMP)"
    if part_of(asked.time[1]) == "quarter":
        part = f"3 * {part} - 2"
    numbers = [f"TRY_CAST({cells[0]} AS DOUBLE)", part]
    day = [f"TRY_CAST({cells[2]} AS DOUBLE)"] if len(cells) > 2 else ["1"]
    date = ", ".join(f"CAST({number} AS INTEGER)" for number in numbers + day)
    hour = cells[3] if len(cells) > 3 else "'0'"
    return f"TRY_CAST(printf('%04d-%02d-%02d ', {date}) || {_clock(hour)} AS TIMESTAMP)"


def _clock(cell: str) -> str:
    """A time of day, which may be an hour alone, as 12:30."""
    return f"CASE WHEN contains({cell}, ':') THEN {cell} ELSE lpad({cell}, 2, '0') || ':00' END"
