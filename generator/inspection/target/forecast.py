"""What a table with dates says about series: one or several, their steps, gaps and season.

Steps and seasons are judged as a project does when it reads and forecasts them.
"""

import datetime
import itertools
import re
import statistics
from collections import Counter
from typing import Any, NamedTuple

from ..columns.dates import in_english
from ..columns.meaning import is_missing, to_number
from ..findings import Column, Suspect
from ..words.names import WORDS, by_name, words_of
from . import seasons
from .dates import MONTHS, Fetch, moment, time_of
from .seasons import LEAST, MOST_ROWS, series_facts

FEWEST = 24  # steps of a series: fewer hold no forecast of a few steps in train, valid and test each
FEWEST_ACROSS = 44  # columns named by dates; of fewer, each is rather a quantity of its own
MOST_KEYS = 3  # columns that name a series together, such as shop and article
ALONE = 0.7  # with more different dates than this share of the rows, a table is one series
RESOLVED = 0.95  # with the names of its series, a date stands (nearly) once …
HALF = 0.5  # … or at least in half of the series; in the others the mean is taken
MOST_CELLS = 1_000_000  # that are looked at: rows of many columns take long
MOST_MISSING = 0.2  # of the steps: a project refuses series with more
REGULAR = 0.7  # of the steps are alike, or two in three rows are no steps of a series


class Read(NamedTuple):
    """The first rows of a table, by columns."""

    time: str  # the column of dates; "" where they are in parts
    others: list[Column]
    cells: dict[str, list[str]]  # of the others, by name
    times: list[Any]
    known: list[int]  # rows that have a date


def looks_like_series(columns: list[Column], fetch: Fetch, why_not: list[str] | None = None) -> dict[str, Any] | None:
    """What a table's rows are as series, or None where they are no steps in time.

    columns  with the roles found; of dates `parse["format"]` or `detail["format"]` says how they are written
    fetch    fetch(names, most) gives rows: for each of the first `most` rows the cells of the named columns, as text
    why_not  gets a line that says why a table with dates and numbers is none

    Returns a dict:

    shape     "one" series, "long" (a column names the series of a row), "wide" (a column for each series) or "across"
              (a row for each series, a column for each date)
    time      the column of dates; "" where year and month stand apart (a project joins them itself)
    target    the column to forecast; "" where columns are for series, months or dates: a project finds them itself
    group     the column that names the series; "" unless long, and where several columns do (a project finds them)
    values    the columns that are forecast
    keys      the columns that name the series
    why       one line for a person
    facts     what `series_facts` says
    suspects  gaps, several series, repeated dates
    looked_at the rows from which all this is known
    """
    usable = [c for c in columns if c.role not in ("empty", "constant")]
    if found := _across(columns, fetch):
        return found
    if any(c.role in ("text", "picture", "list") for c in usable):
        return None
    if found := _unrolled(usable, fetch):
        return found
    time, extra, stamps_of = time_of([c for c in columns if c.role != "empty"], fetch)
    if time is None:
        return None
    values = [c for c in usable if c.role == "number" and c.name not in extra]
    if not values:
        return None
    others = [c for c in usable if c.name not in extra]
    asked = [*extra, *(c.name for c in others)]
    rows = fetch(asked, min(MOST_ROWS, MOST_CELLS // len(asked)))
    times = stamps_of([row[: len(extra)] for row in rows])
    cells = {c.name: [row[len(extra) + i] for row in rows] for i, c in enumerate(others)}
    known = [i for i, moment in enumerate(times) if moment is not None]
    if len(known) < max(LEAST, 0.9 * len(times)):
        return None
    said = [c for c in others if c.role == "category" or set(words_of(c.name)) & WORDS.times]
    said = [c for c in said if of_calendar([cells[c.name][i] for i in known], [times[i] for i in known])]
    if left := [c for c in values if c not in said]:  # what a date says by itself is no series
        others, values = [c for c in others if c not in said], left
    read = Read(time, others, cells, times, known)
    different = len({times[i] for i in known})
    words = [c for c in others if c.role not in ("number", "identifier", "date")]
    reasons: list[str] = []
    found = None
    if different < ALONE * len(known):
        if group := _group(read):
            found = _long(read, group, reasons)
        else:
            reasons.append("dates stand several times, and no columns tell the rows of one date apart")
    elif different < 0.98 * len(known):
        reasons.append(f"{len(known) - different:,} of {len(known):,} rows repeat a date")
    elif words:
        reasons.append(f'"{words[0].name}" holds words, which a forecast of numbers does not use')
    else:
        found = _one_or_wide(read, values, reasons)
    if why_not is not None:
        why_not += reasons
    return found and found | {"looked_at": len(rows)}


def of_calendar(cells: list[str], times: list[Any]) -> bool:
    """Whether cells say no more than which weekday, month … a date is of, as Mon, Tue … and 1 to 12 do."""
    if not isinstance(times[0], datetime.datetime):
        return False
    parts = {name: [getattr(moment, name) for moment in times] for name in ("year", "month", "day", "hour")}
    parts |= {"weekday": [moment.weekday() for moment in times], "week": [moment.isocalendar()[1] for moment in times]}
    parts["day of the year"] = [moment.timetuple().tm_yday for moment in times]
    pairs = [set(zip(part, cells, strict=True)) for part in parts.values()]
    return any(len(dict(some)) == len(some) <= len(cells) / 2 for some in pairs)


def _unrolled(columns: list[Column], fetch: Fetch) -> dict[str, Any] | None:
    """A row for each year and a column for each month: one series, as a project's calendars.py reads it."""
    year = next((c for c in columns if c.name.strip().lower() in WORDS.year), None)
    named = ((in_english(c.name.strip()).lower()[:3], c) for c in columns)
    months = {name: c for name, c in named if name in MONTHS}
    if not year or len(months) != 12 or len(columns) != 13:
        return None
    rows = fetch([year.name, *(months[name].name for name in MONTHS)], MOST_ROWS)
    times, values = [], []
    for of_year, *cells in rows:
        for name, cell in zip(MONTHS, cells, strict=True):
            if (month := moment(of_year, name)) and not is_missing(cell):
                times.append(month)
                values.append(to_number(cell, months[name].parse))
    facts = series_facts(times, values) if times else None
    if facts is None or facts["steps"] < FEWEST:
        return None
    why = "a row for each year, a column for each month: one series of months"
    return _answer("one", "", [], [], why, facts) | {"looked_at": len(rows), "year": year.name}


def _across(columns: list[Column], fetch: Fetch) -> dict[str, Any] | None:
    """A row for each series and a column for each date, as a project's across.py reads it."""
    dated = seasons.in_names([c.name for c in columns], FEWEST_ACROSS)
    if not dated:
        return None
    place = {name: i for i, name in enumerate(dated[0])}
    dates = [c for c in columns if c.name in place]
    labels = [c for c in columns if c.name not in place and c.role in ("identifier", "category", "text")]
    if not labels or any(c.role not in ("number", "identifier", "constant", "empty") for c in dates):
        return None
    asked = [c.name for c in (*labels, *dates)]
    rows = fetch(asked, min(MOST_ROWS, MOST_CELLS // len(asked)))
    different = [c.name for i, c in enumerate(labels) if len({row[i] for row in rows}) == len(rows)]
    keys = different[:1] or [c.name for c in labels]
    named = [i for i, c in enumerate(labels) if c.name in keys]
    times, values, ids = [], [], []
    for row in rows:
        for column, cell in zip(dates, row[len(labels) :], strict=True):
            if not is_missing(cell, column.parse):
                times.append(dated[1][place[column.name]])
                values.append(to_number(cell, column.parse))
                ids.append(" / ".join(row[i] for i in named))
    facts = series_facts(times, values, ids) if times else None
    if facts is None or facts["steps"] < FEWEST or facts["regular"] < REGULAR:
        return None
    why = f"a row for each of {len(rows):,} series, a column for each {facts['frequency']}"
    return _answer("across", "", [], keys, why, facts) | {"looked_at": len(rows)}


def _one_or_wide(read: Read, values: list[Column], why_not: list[str]) -> dict[str, Any] | None:
    """Rows of different dates: the steps of one series, or of one for each column."""
    names = [c.name for c in values if c.use or len(values) == 1]
    if not names:
        return None
    numbers = {c.name: [to_number(cell, c.parse) for cell in read.cells[c.name]] for c in values}
    shape = "wide" if len(names) > 2 and alike([numbers[name] for name in names], names) else "one"
    named = max(names, key=by_name)
    asked = names if shape == "wide" else [named if by_name(named) else names[-1]]
    facts = series_facts(
        [read.times[i] for i in read.known for _ in asked],
        [numbers[name][i] for i in read.known for name in asked],
        [name for _ in read.known for name in asked] if shape == "wide" else None,
    )
    # of several numbers at irregular times, rows are events rather than steps
    if reasons := unlike_series(facts, averaged="averaged_over" in (facts or {}) and len(values) == 1):
        why_not += reasons
        return None
    why = f"a row for each step of time ({facts['frequency']})"
    if facts["regular"] < REGULAR:
        why = f"values in time at irregular steps, which are averaged over {facts['averaged_over']}"
    why += f", {len(names)} series beside each other" if shape == "wide" else ""
    return _answer(shape, read.time, asked, [], why, facts)


def _long(read: Read, group: list[str], why_not: list[str]) -> dict[str, Any] | None:
    """Rows of which several have one date, told apart by the columns `group`."""
    values = [c for c in read.others if c.role == "number" and c.name not in group]
    if not values:
        return None
    target = values[-1]
    ids = [" / ".join(read.cells[name][i] for name in group) for i in read.known]
    numbers = [to_number(read.cells[target.name][i], target.parse) for i in read.known]
    facts = series_facts([read.times[i] for i in read.known], numbers, ids)
    if reasons := unlike_series(facts):
        why_not += reasons
        return None
    why = f"{facts['series']['count']} series below each other, one for each {' and '.join(group)}"
    return _answer("long", read.time, [target.name], group, why, facts)


def unlike_series(facts: dict[str, Any] | None, averaged: bool = False) -> list[str]:
    """Why rows with these facts are no series, in a line; nothing where they are, or are made so by being averaged."""
    if facts is None:
        return ["fewer than three different dates in a series"]
    if facts["steps"] < FEWEST:
        return [f"{facts['steps']} steps are fewer than {FEWEST}"]
    if facts["regular"] < REGULAR and not averaged:
        return [f"only {facts['regular']:.0%} of the steps from row to row are alike"]
    if facts["gaps"]["share"] > MOST_MISSING and not averaged:
        return [f"{facts['gaps']['share']:.0%} of the steps have no row"]
    return []


def _answer(
    shape: str, time: str, values: list[str], keys: list[str], why: str, facts: dict[str, Any]
) -> dict[str, Any]:
    """What `looks_like_series` returns."""
    suspects = []
    if facts["gaps"]["missing"] and "averaged_over" not in facts:
        detail = f"{facts['gaps']['share']:.1%} of the steps have no row, {facts['gaps']['longest']} in a row at most"
        suspects.append(Suspect("gaps", time or None, detail))
    if shape != "one":
        detail = f"{facts['series']['count']} series: {', '.join(facts['series']['names'][:5])}"
        more = " …" if facts["series"]["count"] > 5 else ""
        suspects.append(Suspect("several-series", keys[0] if len(keys) == 1 else None, detail + more))
    if facts["repeated_dates"]:
        detail = f"{facts['repeated_dates']} row(s) repeat a date; their mean is taken"
        suspects.append(Suspect("duplicates", time or None, detail))
    one = {"target": values[0] if values and shape != "wide" else "", "group": keys[0] if len(keys) == 1 else ""}
    told = {"shape": shape, "time": time, "values": values, "keys": keys, "why": why}
    return told | one | {"facts": facts, "suspects": suspects}


def alike(values: list[list[float | None]], names: list[str]) -> bool:
    """Whether columns are the same thing at several places: one stem of names, or sizes within a factor of five."""
    stems = {re.sub(r"[\W_]*\d+$", "", name) for name in names}
    if len(stems) == 1 and stems != {"column"}:  # as hackgen calls columns that have no name
        return True
    usual = [statistics.median([abs(v) for v in column if v is not None] or [0.0]) for column in values]
    return min(usual) > 0 and max(usual) < 5 * min(usual)


def _group(read: Read) -> list[str]:
    """The fewest columns that tell rows of one date apart."""
    _, others, cells, times, known = read
    likely = []
    for column in others:
        mine = cells[column.name]
        whole = column.role != "number" or all(re.fullmatch(r"\d*", mine[i].strip()) for i in known[:1000])
        if column.role == "date" or not whole:
            continue
        values = {mine[i] for i in known}
        if 1 < len(values) <= len(known) / 4:
            likely.append((column.role == "number", len(values), column.name))
    names = [name for _, _, name in sorted(likely)[:8]]
    for size in range(1, MOST_KEYS + 1):
        for some in itertools.combinations(names, size):
            pairs = {(times[i], *(cells[name][i] for name in some)) for i in known}
            if len(pairs) >= RESOLVED * len(known) or (size == 1 and mostly_once(pairs, cells[some[0]], known)):
                return [column.name for column in others if column.name in some]
    return []


def mostly_once(pairs: set[tuple], names: list[str], known: list[int]) -> bool:
    """Whether in at least half of the series no date stands twice, and in the others not often."""
    rows, dates = Counter(names[i] for i in known), Counter(name for _, name in pairs)
    once = sum(rows[name] == dates[name] for name in rows)
    return once >= HALF * len(rows) and len(pairs) >= HALF * len(known)
