"""A table of series with its dates in one column, and the time stamps of its rows."""

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

import series
import tables
from series import calendars
from tables import schema


def read_table(path: str | Path, time: str, rules: schema.Schema, layout: dict[str, Any] | None) -> tables.Table:
    """A table with its dates in one column; `time` is the one that was asked for, "" = none was."""
    table = tables.read(path, dialect=rules.dialect)
    table.columns = named(table.columns, rules)
    if layout is None:
        rules.check(table.path, table.columns)
    return joined(table, time, rules, layout)


def named(columns: list[str], rules: schema.Schema) -> list[str]:
    """The columns of a file; one that each file of a folder calls differently gets its name in data/schema.toml."""
    own = rules.dialect.get("own", "")
    others = [name for name in columns if name not in rules.columns]
    return [own if [name] == others else name for name in columns] if own and own not in columns else columns


def read_file(path: Path, rules: schema.Schema, layout: dict[str, Any]) -> tuple[tables.Table, np.ndarray, np.ndarray]:
    """A file with a series of its own, and the time stamps and values of its rows."""
    table, (target,) = read_table(path, "", rules, layout), layout["targets"]
    table.index(target)
    return table, read_times(table, layout, rules), series.numbers(table, target, rules.column(target).parse)


def joined(table: tables.Table, time: str, rules: schema.Schema, layout: dict[str, Any] | None) -> tables.Table:
    """The table with the parts of its dates joined, unless a column of its own was asked for."""
    found = calendars.joined(table)
    if found is table:
        return table
    asked = layout["time"] if layout else time or rules.time or series.time_column(table, "", rules)
    of_file = asked == "none" or (asked in table.columns and asked in found.columns)  # else a part of the date
    return table if of_file else found


def read_times(table: tables.Table, layout: dict[str, Any], rules: schema.Schema) -> np.ndarray:
    """The time stamps of all rows; without a column of them, rows are steps (of each series)."""
    if layout["time"]:
        table.index(layout["time"], "--time")
        return series.read_times(table, layout["time"], rules.column(layout["time"]).parse)
    if not layout["group"]:
        return np.arange(len(table.rows), dtype=float)
    count: Counter = Counter()
    times = []
    for key in zip(*(table.column(name) for name in layout["group"]), strict=True):
        times.append(float(count[key]))
        count[key] += 1
    return np.array(times)
