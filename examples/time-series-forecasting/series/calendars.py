"""Dates spread over columns, as one of dates: year and month (day, quarter), day and hour, a column for each month."""

import re
from collections.abc import Sequence

import tables
from tables import dates

MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
YEAR, MONTH, QUARTER, DAY = (
    ("year", "yr", "yyyy"),
    ("month", "mon", "mm"),
    ("quarter", "qtr"),
    ("day", "dd", "dayofmonth"),
)
DATE, CLOCK = ("date", "day", "datum", "dteday"), ("time", "hour", "hr", "clock", "uhrzeit", "zeit")
HOURS = re.compile(r"([01]?\d|2[0-3])(:[0-5]\d){0,2}")
JOINED, UNROLLED = "year-month", "value"  # names of the columns that are made


def joined(table: tables.Table) -> tables.Table:
    """The table with a column of dates first, where their parts are apart; else the table as it is."""
    year = named(table, YEAR)
    if JOINED in table.columns or (timed := with_hours(table)) is not table:
        return table if JOINED in table.columns else timed
    if not year:
        return table
    years = [whole(cell) for cell in table.column(year)]
    if not all(value is None or 1500 <= value < 2200 for value in years) or not any(years):
        return table
    months = [column for column in table.columns if column.strip().lower()[:3] in MONTHS]
    if len(months) == 12 and len(table.columns) == 13 and len(set(years)) == len(years):
        return unrolled(table, years, sorted(months, key=lambda name: MONTHS.index(name.strip().lower()[:3])))
    of_month = named(table, MONTH) or named(table, QUARTER)
    if not of_month:
        return table
    found = [month(cell) for cell in table.column(of_month)]
    if of_month == named(table, QUARTER):
        found = [value and 3 * value - 2 for value in found]
    if not all(value is None or 1 <= value <= 12 for value in found) or not any(found):
        return table
    of_day = named(table, DAY)
    of_day = of_day if of_day and any(whole(cell) for cell in table.column(of_day)) else ""  # else it holds dates
    days = [whole(cell) for cell in table.column(of_day)] if of_day else [1] * len(found)
    if not all(value is None or 1 <= value <= 31 for value in days):
        return table
    stamps = [
        f"{y:04d}-{m:02d}" + (f"-{d:02d}" if of_day else "") if y and m and d else ""
        for y, m, d in zip(years, found, days, strict=True)
    ]
    clock = named(table, CLOCK) if of_day else ""
    hours = table.column(clock) if clock else []
    if not hours or not all(HOURS.fullmatch(cell) or tables.is_missing(cell) for cell in hours):
        return with_stamps(table, stamps, (year, of_month, of_day))
    stamps = [stamp(*cells) for cells in zip(stamps, hours, strict=True)]
    return with_stamps(table, stamps, (year, of_month, of_day, clock))


def with_hours(table: tables.Table) -> tables.Table:
    """The same where day and time of day (12:30, or 12) have a column each."""
    day, clock = named(table, DATE), named(table, CLOCK)
    hours = table.column(clock) if day and clock else []
    days = [cell for cell in table.column(day) if not tables.is_missing(cell)] if hours else []
    if not days or not all(HOURS.fullmatch(cell) or tables.is_missing(cell) for cell in hours):
        return table
    form = dates.find_form(days, 0.98)
    if not form or any(mark in form for mark in ("%H", "%I")) or any(":" in cell for cell in days):
        return table  # the days have times of their own
    stamps = [stamp(*cells) for cells in zip(table.column(day), hours, strict=True)]
    return with_stamps(table, stamps, (day, clock))


def stamp(day: str, hour: str) -> str:
    """A day and a time of it as one cell, empty where either is missing."""
    if tables.is_missing(day) or tables.is_missing(hour):
        return ""
    return f"{day} {hour if ':' in hour else f'{int(hour):02d}:00'}"


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


def named(table: tables.Table, names: Sequence[str]) -> str:
    """The column with one of the names, or ""."""
    return next((column for column in table.columns if column.strip().lower() in names), "")


def whole(cell: str) -> int | None:
    """A whole number, also one written 1959.0."""
    value = tables.number(cell)
    return int(value) if value is not None and value == int(value) else None


def month(cell: str) -> int | None:
    """A month's number from its number or its English name."""
    name = cell.strip().lower()[:3]
    return MONTHS.index(name) + 1 if name in MONTHS else whole(cell)
