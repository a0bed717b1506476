"""Columns by what others beside them are: a row of dates, who was measured when, yes and no for each value, guesses."""

import re

import numpy as np

from ..columns import dates
from ..columns.meaning import as_numbers
from ..columns.relation import Table
from ..findings import Column
from ..words.names import WORDS, words_of

FEWEST_ROWS = 20  # fewer may be equal by chance
MOST_ALIKE = 8  # columns of yes and no that begin alike, from which on they were one column


def dated_names(columns: list[Column]) -> list[str]:
    """Names of number columns that are dates, months or years one after the other: 2020-01, 2020-02 …"""
    names = [column.name for column in columns if column.role == "number"]
    years = [name for name in names if re.fullmatch(r"(19|20)\d\d", name)]
    months = [name for name in names if name[:3].lower() in dates.MONTHS and name.isalpha()]
    whole = [name for name in names if re.search(r"\d", name) and re.search(r"[-/. ]", name)]
    whole = whole if dates.find_form(whole) else []
    found = max((years, months, whole), key=len)
    return found if len(found) >= 6 and len(found) >= 0.7 * len(names) else []


def members_of(table: Table, columns: list[Column]) -> set[int]:
    """Categories that name who was measured at each time (firm and year, country and date): never the target."""
    times = [
        i
        for i, c in enumerate(columns)
        if c.role == "date" or (c.role == "number" and set(words_of(c.name)) & WORDS.times)
    ]
    rows, found = len(table.sample), set()
    times = [i for i in times if len(set(table.columns[i])) <= rows / 2]  # else each row differs by its own time
    for i, column in enumerate(columns):
        if column.role == "category" and 5 <= column.distinct <= rows / 5:
            for time in times:
                if len(set(zip(table.columns[i], table.columns[time], strict=True))) >= 0.98 * rows:
                    found.add(i)
    return found


def dummies_of(columns: list[Column]) -> set[str]:
    """Columns of two values that begin alike, as those do that one column of many values was made into."""
    stems: dict[str, list[str]] = {}
    for column in columns:
        stem = re.split(r"[_.=]", column.name, maxsplit=1)[0]
        if column.role == "number" and column.distinct <= 2 and stem != column.name:
            stems.setdefault(stem, []).append(column.name)
    return {name for members in stems.values() if len(members) >= MOST_ALIKE for name in members}


def sums_of(table: Table, columns: list[Column]) -> set[int]:
    """Columns called totals that are the sum of those right before or after them: cars, buses, bikes, total."""
    rows, found = len(table.sample), set()
    for i, column in enumerate(columns):
        if column.role != "number" or not set(words_of(column.name)) & WORDS.totals or rows < FEWEST_ROWS:
            continue
        total = as_numbers(table.columns[i], column.parse)
        for step in (-1, 1):
            added, k = np.zeros(rows), i + step
            while 0 <= k < len(columns) and columns[k].role == "number":
                added += as_numbers(table.columns[k], columns[k].parse)
                if abs(k - i) > 1 and np.isclose(added, total, rtol=1e-6).mean() > 0.99:
                    found.add(i)
                k += step
    return found


def event_of(columns: list[Column]) -> str | None:
    """The column of yes and no beside a time that says whether something ended then, as data of survival have it."""
    whole = {"".join(words_of(column.name)): column for column in columns}
    times = [column for name, column in whole.items() if name in WORDS.times_to_event and column.role == "number"]
    events = [column for name, column in whole.items() if name in WORDS.events and column.distinct == 2]
    return events[0].name if times and len(events) == 1 else None
