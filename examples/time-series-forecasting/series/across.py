"""A row for each series and a column for each date, as World Bank and many a spreadsheet have them."""

from typing import Any

import numpy as np

import series
import tables
from cli import Fault
from config import Config
from series import layouts, timestamps
from tables import schema

FEWEST = 24  # columns named by dates; of fewer, each is rather a quantity of its own


def layout(table: tables.Table, config: Config, rules: schema.Schema) -> dict[str, Any] | None:
    """How such a table is read; None where it is none, or a column to forecast is named."""
    found = timestamps.in_names(table.columns, FEWEST)
    if not found or config.target or rules.target:
        return None
    group = layouts.given_columns(table, config.group or rules.group, "--group") or names_of(table, found[0])
    series.note(f"{table.path} holds a series in each row ({', '.join(group)}), with a column for each date")
    return {"shape": "across", "targets": ["value"], "time": "date", "group": group}


def names_of(table: tables.Table, dates: list[str]) -> list[str]:
    """The columns that name the series: the first whose cells all differ, else all that hold words."""
    others = {name: table.column(name) for name in table.columns if name not in set(dates)}
    words = [name for name, cells in others.items() if len(set(cells)) > 1 and not tables.are_numbers(cells)]
    codes = [name for name, cells in others.items() if all(map(str.isdigit, cells))]
    different = [name for name in [*words, *codes] if len(set(others[name])) == len(table.rows)]
    return different[:1] or words


def parts(table: tables.Table, found: dict[str, Any], rules: schema.Schema) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Time stamps and values of each row, by its name."""
    dated = timestamps.in_names(table.columns, 1)
    if not dated:
        raise Fault(f"{table.path} has no columns named by dates; it needs the columns of training")
    dates, times = dated
    values = np.stack([series.numbers(table, name, rules.column(name).parse) for name in dates])  # (dates, rows)
    cells = list(zip(*(table.column(name, "--group") for name in found["group"]), strict=True))
    names = [" / ".join(row) for row in cells] or [f"row {i}" for i in range(1, len(table.rows) + 1)]
    named, which = np.unique(np.array(names), return_inverse=True)  # rows of one name are averaged
    return {
        str(name): (np.tile(times, int((which == i).sum())), values[:, which == i].T.ravel())
        for i, name in enumerate(named)
    }
