"""What is asked of each file of a folder of series, in SQL: how many rows, when they are, and the range of numbers."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..columns import aggregates
from ..columns.dates import ISO
from ..columns.relation import Table
from ..findings import Column
from ..target.dates import MONTHS, is_date, part_of


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

    table: Table  # the reference, open
    kind: str
    places: dict[str, int]  # where the columns that say when a row is, and those of numbers, are in it
    time: list[Column]  # the columns that say when a row is: a date or year, or parts of a date
    values: list[Column]  # the columns of numbers
    stamps_of: Callable[[list[list[str]]], list[Any]]


def query(source: str, asked: Asked, name: str = "filename") -> str:
    """What is asked of each file: its rows, and when and what they are."""
    inner, outer = [f"{name} AS f", f"{when(asked)} AS w"], ["f", "count(*)", "count(w)", "min(w)", "max(w)"]
    for column in asked.values:
        i = asked.places[column.name]
        inner += [f"c{i}", f"{aggregates.known(aggregates.cast(f'c{i}', column.parse), column.parse)} AS v{i}"]
        odd = f"v{i} IS NULL AND c{i} IS NOT NULL AND NOT ({aggregates.means_missing(f'c{i}', column.parse)})"
        outer += [f"count(v{i})", f"count_if({odd})", f"min(v{i})", f"max(v{i})", f"avg(v{i})"]
    return f"SELECT {', '.join(outer)} FROM (SELECT {', '.join(dict.fromkeys(inner))} FROM {source}) GROUP BY f"


def when(asked: Asked) -> str:
    """The time of a row in SQL: a number for years and the like, else a TIMESTAMP; NULL where there is none."""
    cells = [f"trim(c{asked.places[column.name]})" for column in asked.time]
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
        return "CAST(NULL AS TIMESTAMP)"  # then each file is opened by itself
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
