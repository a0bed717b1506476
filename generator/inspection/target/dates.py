"""When the rows of a table are: a column of dates, or parts in several, as a project's calendars.py joins them."""

import datetime
import functools
import re
from collections.abc import Callable
from typing import Any

from ..columns.dates import MONTHS, fits, in_english, one
from ..columns.meaning import is_missing, seconds, to_number
from ..findings import Column
from ..words.names import WORDS
from .seasons import MOST_ROWS

PARTS = ("month", "quarter", "week")  # of dates, beside the year
NUMBERED = ("date", "time", "period", "t", "decimal date", "decimal_date", "decimal year", "decimal_year")  # 1974.25
HOURS = re.compile(r"([01]?\d|2[0-4])(:[0-5]\d){0,2}( ?[AaPp]\.?[Mm]\.?)?")
NOT_WHEN = re.compile("|".join(WORDS.not_when), re.IGNORECASE)
Fetch = Callable[[list[str], int], list[list[str]]]


def time_of(
    columns: list[Column], fetch: Fetch
) -> tuple[str | None, list[str], Callable[[list[list[str]]], list[Any]]]:
    """The column of dates ("" for dates in parts, None for no dates), the columns read for it, and how.

    A part may be the same in all rows, as the year is in data of one year.
    """
    dates = [c for c in columns if is_date(c) and not NOT_WHEN.search(c.name)]
    dates.sort(key=lambda column: column.role == "constant")
    clock = _clock(columns, dates[0], fetch) if dates else None
    if dates and (clock or dates[0].role == "date"):
        form = dates[0].parse.get("format") or dates[0].detail.get("format") or "iso"
        if clock:
            form = "iso" if form == "iso" else f"{form} %H:%M:%S"
            return "", [dates[0].name, clock[0]], lambda rows: [_date(_stamp(*row, clock[1]), form) for row in rows]
        return dates[0].name, [dates[0].name], lambda rows: [_date(row[0].strip(), form) for row in rows]
    numeric = [c for c in columns if c.role in ("number", "identifier", "category", "constant")]
    year = next((c for c in numeric if c.name.strip().lower() in WORDS.year and _years(c)), None)
    part = next((c for kind in PARTS for c in numeric if part_of(c) == kind), None)
    if year and part:
        kind = part_of(part)
        day = next((c for c in numeric if c.name.strip().lower() in WORDS.day), None) if kind == "month" else None
        hour = next((c for c in numeric if c.name.strip().lower() in WORDS.clock), None) if day else None
        parts = [column.name for column in (year, part, day, hour) if column]
        return "", parts, lambda rows: [moment(*row, kind=kind) for row in rows]
    varied = [c for c in numeric if c.role != "constant"]
    named = [c for c in varied if c.name.strip().lower() in {*WORDS.year, *NUMBERED} and _years(c)]
    if named:
        return named[0].name, [named[0].name], lambda rows: [to_number(row[0], {}) for row in rows]
    return None, [], lambda rows: []


def part_of(column: Column) -> str:
    """Which part of a date a column holds beside the year: month quarter week, "" for none."""
    name = column.name.strip().lower()
    return next((part for part in PARTS if name in getattr(WORDS, part)), "")


def is_date(column: Column) -> bool:
    """Whether a column holds dates, which may be one and the same."""
    return column.role == "date" or (column.role == "constant" and "format" in column.detail)


def _clock(columns: list[Column], day: Column, fetch: Fetch) -> tuple[str, int] | None:
    """The column of times of day beside one of days, and by how many hours they are late: 24 is the end of the day."""
    of_day = next((c for c in columns if c.name.strip().lower() in WORDS.clock), None)
    if of_day is None or day.name.strip().lower() not in WORDS.date or "%H" in str(day.detail.get("format")):
        return None
    rows = [row for row in fetch([of_day.name, day.name], MOST_ROWS) if not any(map(is_missing, row))]
    if not rows or not all(HOURS.fullmatch(hour.strip()) and ":" not in date for hour, date in rows):
        return None
    return of_day.name, int(any(hour.strip().startswith("24") for hour, _ in rows))


def _stamp(day: str, hour: str, late: int) -> str:
    """A day and a time of it as one cell."""
    if is_missing(hour):
        return ""
    passed = seconds(hour if ":" in hour else re.sub(r"\d+", r"\g<0>:00", hour.strip())) or 0.0
    return f"{day.strip()} {datetime.timedelta(seconds=int(passed) - 3600 * late)!s:0>8}"


def _years(column: Column) -> bool:
    """Whether a column's numbers can be years."""
    low, high = column.detail.get("min"), column.detail.get("max")
    return low is None or high is None or (1500 <= low and high <= 2200)


@functools.lru_cache(2**16)  # a day stands in many rows of a large table
def _date(cell: str, form: str) -> Any:
    """A cell as a datetime; None where it is none."""
    return one(cell, form).replace(tzinfo=None) if not is_missing(cell) and fits(cell, form) else None


def moment(year: str, part: str, day: str = "1", hour: str = "0", kind: str = "month") -> Any:
    """The beginning of a month, quarter or week, a day, or a time of day, from a cell each; None if they are none."""
    name = in_english(part.strip()).lower()[:3]
    month = MONTHS.index(name) + 1 if name in MONTHS else to_number(part, {})
    clock = [to_number(number, {}) for number in hour.strip().split(":")]
    numbers = [to_number(year, {}), month, to_number(day, {}), *clock]
    if any(value is None or value != int(value) for value in numbers):
        return None
    y, m, d, *clock = map(int, numbers)
    try:
        if kind == "week":
            return datetime.datetime.fromisocalendar(y, m, 1)
        return datetime.datetime(y, 3 * m - 2 if kind == "quarter" else m, d, *clock)
    except ValueError:
        return None
