"""A CSV with a date and a value as a series of regular steps: sorted, one value a step, gaps filled and counted."""

import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

import tables
import timestamps
from cli import Fault

MOST_MISSING = 0.2  # with more steps filled in, a score says little about the real series
SAMPLE = 100  # cells that decide what a column holds


@dataclass
class Series:
    """Values at regular steps; `clock` says when they are (timestamps.py)."""

    values: np.ndarray  # (steps,) floats without NaN
    clock: dict[str, Any]
    target: str  # the columns they come from
    time: str


def read(table: tables.Table, target: str = "", time: str = "") -> Series:
    """The series in a table; empty names mean columns found by what they hold."""
    time = time_column(table, time)
    target = target_column(table, target, time)
    values = numbers(table, target)
    times = read_times(table, time) if time else np.arange(len(values), dtype=float)
    undated = np.isnan(times) if times.dtype.kind == "f" else np.isnat(times)
    if undated.any():
        note(f'{table.path} has {undated.sum()} row(s) without a date in "{time}"; they are left out')
    known = ~(np.isnan(values) | undated)
    if known.sum() < 2:
        raise Fault(f'{table.path} has {known.sum()} number(s) in column "{target}"; a series needs more')
    return Series(*regular(times[known], values[known], table, time), target, time)


def note(text: str) -> None:
    """Say on stderr what was done to the data."""
    print(f"note: {text}", file=sys.stderr)


def time_column(table: tables.Table, name: str) -> str:
    """The column with the time stamps, or "" where rows are consecutive steps."""
    if name == "none" and name not in table.columns:
        return ""
    if name:
        return table.columns[table.index(name, "--time")]
    for column in table.columns:
        cells = [cell for cell in table.column(column) if not tables.is_missing(cell)][:SAMPLE]
        bare = all(cell.isdigit() for cell in cells)
        if cells and (timestamps.look_like_years(cells) if bare else timestamps.read(cells) is not None):
            return column
    return ""


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


def number(cell: str) -> float | None:
    """A cell as a number; 1,234.5 and the decimal comma of 1234,5 are understood."""
    if re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?", cell):
        cell = cell.replace(",", "")
    elif re.fullmatch(r"[+-]?\d*,\d+", cell):
        cell = cell.replace(",", ".")
    return tables.number(cell)


def numbers(table: tables.Table, name: str) -> np.ndarray:
    """A column as floats, NaN where a cell is missing; anything else that is no number is a `Fault`."""
    values = np.full(len(table.rows), np.nan)
    for i, cell in enumerate(table.column(name)):
        if not tables.is_missing(cell):
            value = number(cell)
            if value is None:
                raise Fault(
                    f'{table.path} line {table.lines[i]}: {cell[:40]!r} in column "{name}" is no number; '
                    "mend or empty that cell, or name another column with --target"
                )
            values[i] = value
    return values


def read_times(table: tables.Table, name: str) -> np.ndarray:
    """A column as datetime64[s], or as floats where it holds plain numbers; NaT or NaN where a cell is missing."""
    cells = table.column(name)
    known = np.array([not tables.is_missing(cell) for cell in cells])
    given = [cell for cell, is_known in zip(cells, known, strict=True) if is_known]
    found = timestamps.read(given) if not tables.are_numbers(given) or timestamps.look_like_years(given) else None
    if found is not None:
        times = np.full(len(cells), np.datetime64("NaT"), "datetime64[s]")
        times[known] = found
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


def regular(times: np.ndarray, values: np.ndarray, table: tables.Table, name: str) -> tuple[np.ndarray, dict[str, Any]]:
    """One value for each step from the first to the last, and the clock of the steps.

    Values of equal time stamps are averaged. A missing step repeats the last known value: drawing a line to the next
    one would let a window see beyond its end.
    """
    distinct = np.unique(times)
    if len(distinct) < 2:
        raise Fault(f'{table.path} has a single time stamp in column "{name}"; use --time none if rows are steps')
    clock = timestamps.clock(distinct)
    place = timestamps.positions(times, clock)
    steps, missing = int(place.max()) + 1, 1 - len(np.unique(place)) / (place.max() + 1)
    if missing > MOST_MISSING:
        usual = timestamps.describe(clock) if name else "a row"
        raise Fault(
            f"{table.path}: {missing:.0%} of the {steps} steps of {usual} from first to last have no value (at most "
            f"{MOST_MISSING:.0%} can be filled in); give it regular steps, or use --time none if rows are steps"
        )
    count = np.bincount(place, minlength=steps)
    if (count > 1).any():
        note(f"{table.path} has {(count > 1).sum()} step(s) with several values; their mean is taken")
    last_known = np.maximum.accumulate(np.where(count > 0, np.arange(steps), 0))
    if (count == 0).any():
        note(f"{table.path} lacks {(count == 0).sum()} of {steps} steps; the value before is repeated there")
    return (np.bincount(place, values, steps) / np.maximum(count, 1))[last_known], clock
