"""Dates spread over columns, as one of dates: year and month (quarter, week, day), day and hour, a column a month."""

import datetime
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import tables
from tables import dates

MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
YEAR, MONTH, QUARTER = ("year", "yr", "yyyy", "jahr"), ("month", "mon", "mm", "monat"), ("quarter", "qtr", "quartal")
WEEK, DAY = ("week", "wk", "isoweek", "iso_week", "woche", "kw"), ("day", "dd", "dayofmonth", "tag")
DATE, CLOCK = ("date", "day", "datum", "dteday"), ("time", "hour", "hr", "clock", "uhrzeit", "zeit", "stunde")
HOURS = re.compile(r"([01]?\d|2[0-3])(:[0-5]\d){0,2}")
JOINED, UNROLLED = "year-month", "value"  # names of the columns that are made
Cells = Callable[[str], list[str]]  # the cells of a column, by its name


def joined(table: tables.Table) -> tables.Table:
    """The table with a column of dates first, where their parts are apart; else the table as it is."""
    if JOINED in table.columns:
        return table
    if found := stamps(table.columns, table.column):
        return with_stamps(table, *found)
    year = named(table.columns, YEAR)
    months = [column for column in table.columns if column.strip().lower()[:3] in MONTHS]
    if year and len(months) == 12 and len(table.columns) == 13:
        years = each(whole, table.column(year))
        if are_years(years) and len(years) == len(table.rows):
            return unrolled(table, list(years.values()), sorted(months, key=month))
    return table


def stamps(names: Sequence[str], cells: Cells) -> tuple[list[str], list[str]] | None:
    """A date for each row ("" where a part is missing) and the columns of its parts; None where there are none.

    A part has few values in many rows, so that each is read once.
    """
    return of_day_and_hour(names, cells) or of_year_and_month(names, cells)


def of_year_and_month(names: Sequence[str], cells: Cells) -> tuple[list[str], list[str]] | None:
    """The same where year and month (or quarter, or week) have a column each, and maybe day and time of day."""
    year, of_month = named(names, YEAR), named(names, MONTH) or named(names, QUARTER) or named(names, WEEK)
    if not year or not of_month:
        return None
    years, months = each(whole, cells(year)), each(month, cells(of_month))
    weeks = of_month == named(names, WEEK)
    if of_month == named(names, QUARTER):
        months = {cell: value and 3 * value - 2 for cell, value in months.items()}
    if not are_years(years) or not within(months, 1, 53 if weeks else 12) or not any(months.values()):
        return None
    of_day = "" if weeks else named(names, DAY)
    days = each(whole, cells(of_day)) if of_day else {}
    if not any(days.values()):
        of_day = ""  # it holds dates
    elif not within(days, 1, 31):
        return None

    def written(year: str, of_month: str, day: str = "") -> str:
        y, m, d = years[year], months[of_month], days[day] if of_day else 1
        if weeks:
            return monday(y, m)
        return f"{y:04d}-{m:02d}" + (f"-{d:02d}" if of_day else "") if y and m and d else ""

    parts = [name for name in (year, of_month, of_day) if name]
    rows = list(zip(*map(cells, parts), strict=True))
    text = {row: written(*row) for row in set(rows)}
    dates = [text[row] for row in rows]
    clock = named(names, CLOCK) if of_day else ""
    hours = times_of_day(cells(clock)) if clock else None
    return (with_time(dates, hours), [*parts, clock]) if hours else (dates, parts)


def monday(year: int | None, week: int | None) -> str:
    """The first day of a week by ISO 8601, "" where there is none."""
    try:
        return datetime.date.fromisocalendar(year, week, 1).isoformat() if year and week else ""
    except ValueError:  # not all years have 53
        return ""


def of_day_and_hour(names: Sequence[str], cells: Cells) -> tuple[list[str], list[str]] | None:
    """The same where day and time of day (12:30, or 12) have a column each."""
    day, clock = named(names, DATE), named(names, CLOCK)
    hours = times_of_day(cells(clock)) if day and clock else None
    if not hours:
        return None
    known = each(lambda cell: "" if tables.is_missing(cell) else cell, cells(day))
    days = [known[cell] for cell in cells(day)]
    form = dates.find_form([cell for cell in days if cell], 0.98)
    if not form or any(mark in form for mark in ("%H", "%I")) or any(":" in cell for cell in known):
        return None  # the days have times of their own
    return with_time(days, hours), [day, clock]


def each(read: Callable[[str], Any], cells: Iterable[str]) -> dict[str, Any]:
    """What each different cell means."""
    return {cell: read(cell) for cell in dict.fromkeys(cells)}


def within(found: dict[str, int | None], low: int, high: int) -> bool:
    """Whether all that is known lies in a range."""
    return all(value is None or low <= value <= high for value in found.values())


def are_years(found: dict[str, int | None]) -> bool:
    """Whether cells are years, as far as they are known."""
    return within(found, 1500, 2199) and any(found.values())


def times_of_day(cells: Sequence[str]) -> list[str] | None:
    """Times of day as 12:30 or 12:30:59, "" where one is missing; None where a cell is none, or there are no cells."""
    known = each(time_of_day, cells)
    return None if None in known.values() else [known[cell] for cell in cells]


def time_of_day(cell: str) -> str | None:
    """The same of one cell, which may be an hour alone."""
    if HOURS.fullmatch(cell):
        return cell if ":" in cell else f"{int(cell):02d}:00"
    return "" if tables.is_missing(cell) else None


def with_time(days: list[str], hours: list[str]) -> list[str]:
    """Days and times of day as one cell, empty where either is missing."""
    return [f"{day} {hour}" if day and hour else "" for day, hour in zip(days, hours, strict=True)]


def with_stamps(table: tables.Table, stamps: list[str], parts: Sequence[str]) -> tables.Table:
    """The table with time stamps as its first column, in place of their parts."""
    kept = [i for i, name in enumerate(table.columns) if name not in parts]
    rows = [[stamp, *(row[i] for i in kept)] for stamp, row in zip(stamps, table.rows, strict=True)]
    return tables.Table(
        table.path, table.name, table.sha256, [JOINED, *(table.columns[i] for i in kept)], rows, table.lines
    )


def unrolled(table: tables.Table, years: Sequence[int | None], months: list[str]) -> tables.Table:
    """A row for each month of a table that has a row for each year."""
    cells = [table.column(name) for name in months]
    rows = [
        [f"{year:04d}-{number:02d}", column[i]]
        for i, year in enumerate(years)
        if year
        for number, column in enumerate(cells, 1)
    ]
    lines = [line for line, year in zip(table.lines, years, strict=True) if year for _ in months]
    return tables.Table(table.path, table.name, table.sha256, [JOINED, UNROLLED], rows, lines)


def named(columns: Sequence[str], names: Sequence[str]) -> str:
    """The column with one of the names, or ""."""
    return next((column for column in columns if column.strip().lower() in names), "")


def whole(cell: str) -> int | None:
    """A whole number, also one written 1959.0."""
    value = tables.number(cell)
    return int(value) if value is not None and value == int(value) else None


def month(cell: str) -> int | None:
    """A month's number from its number or its English name."""
    name = cell.strip().lower()[:3]
    return MONTHS.index(name) + 1 if name in MONTHS else whole(cell)
