"""Dates spread over columns, as one column of dates: year and month (day, quarter), or a column for each month."""

from collections.abc import Sequence

import tables

MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
YEAR, MONTH, QUARTER, DAY = ("year", "yr", "yyyy"), ("month", "mon", "mm"), ("quarter", "qtr"), ("day", "dd")
JOINED, UNROLLED = "year-month", "value"  # names of the columns that are made


def joined(table: tables.Table) -> tables.Table:
    """The table with a column of dates first, where year and month are apart; else the table as it is."""
    year = named(table, YEAR)
    if not year or JOINED in table.columns:
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
    kept = [i for i, name in enumerate(table.columns) if name not in (year, of_month, of_day)]
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
