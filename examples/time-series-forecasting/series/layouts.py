"""Where dates, values and names of a table are, and whether it is one series, long (a name a row) or wide."""

import itertools
import re
from typing import Any

import numpy as np

import series
import tables
from config import Config
from series import calendars
from tables import schema

ALONE = 0.7  # with more different dates than this share of the rows, a table is one series
RESOLVED = 0.95  # with its names, a date stands (nearly) once
ALIKE = 5.0  # columns whose usual sizes differ by less may be the same thing measured at several places
MOST_KEYS = 3  # columns that name a series together, such as shop and article


def find(table: tables.Table, config: Config, rules: schema.Schema) -> dict[str, Any]:
    """Where dates, values and names of a table are, and whether it is one series, long or wide."""
    made = calendars.JOINED if calendars.JOINED in table.columns else ""
    time = made or series.time_column(table, config.time, rules)
    wanted = config.target or rules.target
    if table.columns == [calendars.JOINED, calendars.UNROLLED] and wanted != calendars.UNROLLED:
        wanted = ""  # a month's column: all months are one series
    group = given_columns(table, config.group or rules.group, "--group")
    if not group and config.group != "none":
        group = find_group(table, time, wanted)
    if group:
        if not wanted:
            shown = [name for name in table.columns if name not in group]
            rows = [[row[table.index(name)] for name in shown] for row in table.rows]
            part = tables.Table(table.path, table.name, "", shown, rows, table.lines)
            wanted = series.target_column(part, "", time)
        table.index(wanted)
        found = {"shape": "long", "targets": [wanted], "time": time, "group": group}
        series.note(f'{table.path} holds a series for each "{" / ".join(group)}"; --group none says that it is one')
        return found
    targets = wide_columns(table, wanted, time, rules)
    if len(targets) > 1:
        named = ", ".join(targets[:5]) + (" …" if len(targets) > 5 else "")
        series.note(f"{table.path} holds {len(targets)} series ({named}); --target names one of them, or several")
        return {"shape": "wide", "targets": targets, "time": time, "group": []}
    return {"shape": "one", "targets": [wanted] if wanted else [], "time": time, "group": []}


def of_files(table: tables.Table, config: Config, rules: schema.Schema) -> dict[str, Any]:
    """Where dates and values are in a folder with a file for each series, by its first file."""
    made = calendars.JOINED if calendars.JOINED in table.columns else ""
    time = made or series.time_column(table, config.time, rules)
    target = series.target_column(table, config.target or rules.target, time)
    return {"shape": "files", "targets": [target], "time": time, "group": []}


def given_columns(table: tables.Table, names: str, flag: str) -> list[str]:
    """Columns named on the command line: one, or several with commas between them."""
    if not names or (names == "none" and names not in table.columns):
        return []
    if names in table.columns:
        return [names]
    return [table.columns[table.index(name.strip(), flag)] for name in names.split(",")]


def find_group(table: tables.Table, time: str, target: str) -> list[str]:
    """The columns that name the series where dates repeat: the fewest that tell rows of one date apart."""
    if not time:
        return []
    dates = table.column(time)
    if len(set(dates)) > ALONE * len(dates):
        return []
    names = {}
    for name in table.columns:
        cells = table.column(name)
        count = len(set(cells))
        plain = not tables.are_numbers(cells, 0.9) or all(re.fullmatch(r"\d*", cell) for cell in cells[:1000])
        if name not in (time, target) and 1 < count <= len(cells) / 4 and plain:
            names[name] = cells
    likely = sorted(names, key=lambda name: (tables.are_numbers(names[name]), len(set(names[name]))))[:8]
    for size in range(1, MOST_KEYS + 1):
        for some in itertools.combinations(likely, size):
            pairs = set(zip(dates, *(names[name] for name in some), strict=True))
            if len(pairs) >= RESOLVED * len(dates):
                return [name for name in table.columns if name in some]
    return []


def wide_columns(table: tables.Table, target: str, time: str, rules: schema.Schema) -> list[str]:
    """The columns of values: those named, all of them, or those that look like the same thing at several places."""
    if target and target != "all":
        return given_columns(table, target, "--target")
    numeric = [
        name
        for name in table.columns
        if name != time and rules.column(name).use and series.mostly_numbers(table.column(name)[:1000])
    ]
    if target == "all":
        return numeric
    if len(numeric) < 3 or not time:
        return []
    stems = {re.sub(r"[\W_]*\d+$", "", name) for name in numeric}
    if len(stems) == 1 and stems != {"column"}:  # as columns without a header are called
        return numeric
    values = np.array([[abs(series.number(cell) or 0.0) for cell in table.column(name)[:1000]] for name in numeric])
    usual = np.median(values, 1)
    return numeric if usual.min() > 0 and usual.max() < ALIKE * usual.min() else []
