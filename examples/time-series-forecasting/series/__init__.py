"""A CSV with a date and a value as a series of regular steps: sorted, one value a step, gaps filled and counted."""

import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

import tables
from cli import Fault
from series import timestamps
from tables import cells as cell_rules
from tables import dates, schema

MOST_MISSING = 0.2  # with more steps filled in, a score says little about the real series
SAMPLE = 100  # cells that decide what a column holds


@dataclass
class Series:
    """Values at regular steps; `clock` says when they are (timestamps.py)."""

    values: np.ndarray  # (steps,) floats without NaN
    clock: dict[str, Any]
    target: str  # the columns they come from
    time: str


def read(
    table: tables.Table,
    target: str = "",
    time: str = "",
    like: dict[str, Any] | None = None,
    rules: schema.Schema | None = None,
) -> Series:
    """The series in a table; empty names mean columns found by what they hold.

    like   the clock that the steps should follow, where one is known
    rules  how cells are written, where that is known
    """
    rules = rules or schema.Schema()
    time = time_column(table, time, rules)
    target = target_column(table, target, time)
    values = numbers(table, target, rules.column(target).parse)
    times = read_times(table, time, rules.column(time).parse) if time else np.arange(len(values), dtype=float)
    known = ~np.isnan(values) & dated(times, table, time)
    if known.sum() < 2:
        raise Fault(f'{table.path} has {known.sum()} number(s) in column "{target}"; a series needs more')
    return Series(*regular(times[known], values[known], table, time, like), target, time)


def dated(times: np.ndarray, table: tables.Table, time: str) -> np.ndarray:
    """Whether each row has a date; those without are counted."""
    undated = np.isnan(times) if times.dtype.kind == "f" else np.isnat(times)
    if undated.any():
        note(f'{table.path} has {undated.sum()} row(s) without a date in "{time}"; they are left out')
    return ~undated


def note(text: str) -> None:
    """Say on stderr what was done to the data."""
    print(f"note: {text}", file=sys.stderr)


def time_column(table: tables.Table, name: str, rules: schema.Schema | None = None) -> str:
    """The column with the time stamps, or "" where rows are consecutive steps."""
    if name == "none" and name not in table.columns:
        return ""
    name = name or (rules.time if rules else "")
    if name:
        return table.columns[table.index(name, "--time")]
    for column in table.columns:
        if rules and rules.column(column).parse.get("format"):
            return column
        cells = [cell for cell in table.column(column) if not tables.is_missing(cell)][:SAMPLE]
        bare = all(cell.isdigit() for cell in cells)
        if cells and (are_years(column, cells) if bare else timestamps.read(cells) is not None):
            return column
    return ""


def are_years(name: str, cells: Sequence[str]) -> bool:
    """Whether bare numbers are years: in order, or in any order where the column says so (several series below)."""
    plausible = all(re.fullmatch(r"(1[5-9]|2[01])\d\d", cell) for cell in cells)
    return timestamps.look_like_years(cells) or (plausible and name.lower() in ("year", "date", "time", "period"))


def target_column(table: tables.Table, name: str, time: str) -> str:
    """The column to forecast: the named one, else the last that holds numbers."""
    if name:
        return table.columns[table.index(name)]
    found = [c for c in table.columns if c != time and mostly_numbers(table.column(c)[: 10 * SAMPLE])]
    if not found:
        raise Fault(
            f"{table.path} has no column of numbers to forecast (it has: {', '.join(table.columns[:20])}); "
            "it needs a column with dates and one with numbers, cells separated by commas, semicolons or tabs"
        )
    if len(found) > 1:
        note(f'forecasting "{found[-1]}", the last of {len(found)} columns of numbers; --target names another')
    return found[-1]


def mostly_numbers(cells: Sequence[str]) -> bool:
    """Whether at least nine in ten of the known cells are numbers."""
    known = [cell for cell in cells if not tables.is_missing(cell)]
    return bool(known) and sum(number(cell) is not None for cell in known) >= 0.9 * len(known)


def number(cell: str, comma: bool = False) -> float | None:
    """A cell as a number; 1,234.5 and the decimal commas of 1234,5 and 1.234,5 are understood.

    comma  whether other cells show that 1,234 is a little more than one
    """
    if re.fullmatch(r"[+-]?\d{1,3}(\.\d{3})+,\d*", cell):
        cell = cell.replace(".", "").replace(",", ".")
    elif not comma and re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?", cell):
        cell = cell.replace(",", "")
    elif re.fullmatch(r"[+-]?\d*,\d+", cell):
        cell = cell.replace(",", ".")
    return tables.number(cell)


def has_decimal_commas(cells: Sequence[str]) -> bool:
    """Whether some cell can only be read with a decimal comma: 1234,5 or 0,123 or 1.234,5."""
    sure = re.compile(r"[+-]?(\d*,(\d{1,2}|\d{4,})|0,\d+|\d{4,},\d+|\d{1,3}(\.\d{3})+,\d*)")
    return any("," in cell and sure.fullmatch(cell) for cell in cells)


def numbers(table: tables.Table, name: str, parse: dict[str, Any] | None = None) -> np.ndarray:
    """A column as floats, NaN where a cell is missing; anything else that is no number is a `Fault`.

    parse  how its cells are written; {} means that 1,234.5 and 1234,5 are both understood
    """
    cells = table.column(name)
    return to_numbers(table, name, cells, parse, not parse and has_decimal_commas(cells))


def to_numbers(
    table: tables.Table, name: str, cells: list[str], parse: dict[str, Any] | None, comma: bool
) -> np.ndarray:
    """The same of cells, whose lines the table knows; `comma` says whether 1,234 is a little more than one."""
    values = cell_rules.numbers(cells, parse)
    for i in np.flatnonzero(np.isnan(values)):
        cell = cells[i]
        if not tables.is_missing(cell, parse):
            value = tables.number(cell, parse) if parse else number(cell, comma)
            if value is None:
                raise Fault(
                    f'{table.path} line {table.lines[i]}: {cell[:40]!r} in column "{name}" is no number; '
                    "mend or empty that cell, or name another column with --target"
                )
            values[i] = np.nan if parse else value
    return values


def read_times(table: tables.Table, name: str, parse: dict[str, Any] | None = None) -> np.ndarray:
    """A column as datetime64[s], or as floats where it holds plain numbers; NaT or NaN where a cell is missing."""
    cells = table.column(name)
    known = np.array([not tables.is_missing(cell, parse) for cell in cells])
    given = [cell for cell, is_known in zip(cells, known, strict=True) if is_known]
    if parse and parse.get("format"):
        return read_form(table, name, cells, known, parse["format"])
    different = list(dict.fromkeys(given))  # reading a date is slow, and several series share theirs
    is_date = not tables.are_numbers(given) or timestamps.look_like_years(given)
    found = timestamps.read(different) if is_date else None
    if found is not None:
        times = np.full(len(cells), np.datetime64("NaT"), "datetime64[s]")
        stamp = dict(zip(different, found, strict=True))
        times[known] = [stamp[cell] for cell in given]
        return times
    if tables.are_numbers(given):
        return tables.numbers(cells)
    start = given[:1] if timestamps.read(given[:1]) is not None else []
    for line, cell in zip(np.array(table.lines)[known], given, strict=True):
        if timestamps.read([*start, cell]) is None:
            raise Fault(
                f'{table.path} line {line}: {cell[:40]!r} in column "{name}" is no date like the others; '
                "write all dates as 2024-01-31, or use --time none if rows are consecutive steps"
            )
    raise Fault(f'{table.path}: the dates in column "{name}" are not all of one form; write them as 2024-01-31')


def read_form(table: tables.Table, name: str, cells: list[str], known: np.ndarray, form: str) -> np.ndarray:
    """Dates of a form that is known."""
    times = dates.read(cells, form)
    if (bad := known & np.isnat(times)).any():
        row = int(bad.argmax())
        raise Fault(
            f'{table.path} line {table.lines[row]}: {cells[row][:40]!r} in column "{name}" is no date like {form}; '
            "mend that cell, or the column's format in data/schema.toml"
        )
    return times


def regular(
    times: np.ndarray,
    values: np.ndarray,
    table: tables.Table,
    name: str,
    like: dict[str, Any] | None = None,
    told: bool = True,
) -> tuple[np.ndarray, dict[str, Any]]:
    """One value for each step from the first to the last, and the clock of the steps.

    Values of equal time stamps are averaged, and values of irregular ones over the shortest usual time that leaves few
    gaps. A missing step repeats the last known value: drawing a line to the next one would let a window see beyond its
    end.
    """
    distinct = times if (times[1:] > times[:-1]).all() else np.unique(times)
    if len(distinct) < 2:
        raise Fault(f'{table.path} has a single time stamp in column "{name}"; use --time none if rows are steps')
    if like:
        times = timestamps.floor(times, like.get("floor", ""))
        clock = {**like, "start": timestamps.plain(times.min())}
    else:
        clock = timestamps.clock(distinct)
        if gaps(times, clock) > MOST_MISSING and (floor := timestamps.resampling(distinct, 1 - MOST_MISSING)):
            times = timestamps.floor(times, floor)
            clock = {**timestamps.floored_clock(floor), "start": timestamps.plain(times.min())}
            note(f"{table.path} has irregular time stamps; the mean of each {timestamps.describe(clock)} is taken")
    place = timestamps.positions(times, clock)
    steps, missing = int(place.max()) + 1, gaps(times, clock)
    if steps == len(place) and (place[1:] > place[:-1]).all():
        return np.asarray(values, float), clock  # each step has its value already
    if missing > MOST_MISSING:
        usual = timestamps.describe(clock) if name else "a row"
        raise Fault(
            f"{table.path}: {missing:.0%} of the {steps} steps of {usual} from first to last have no value (at most "
            f"{MOST_MISSING:.0%} can be filled in); give it regular steps, or use --time none if rows are steps"
        )
    count = np.bincount(place, minlength=steps)
    if told and (count > 1).any() and "floor" not in clock:
        note(f"{table.path} has {(count > 1).sum()} step(s) with several values; their mean is taken")
    last_known = np.maximum.accumulate(np.where(count > 0, np.arange(steps), 0))
    if told and (count == 0).any():
        note(f"{table.path} lacks {(count == 0).sum()} of {steps} steps; the value before is repeated there")
    return (np.bincount(place, values, steps) / np.maximum(count, 1))[last_known], clock


def gaps(times: np.ndarray, clock: dict[str, Any]) -> float:
    """The share of steps without a value."""
    place = timestamps.positions(times, clock)
    other = place[1:] != place[:-1]
    different = 1 + int(other.sum()) if (place[1:] >= place[:-1]).all() else len(np.unique(place))
    return 1 - different / (int(place.max()) + 1)
