"""Which column of a table is for what: the target, the group, the time, and those to learn from."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

import tables
from cli import Fault
from config import Config
from splits import keys
from tables import cells as meaning
from tables import dates
from tables.schema import Column, Schema

MOSTLY = 0.9  # a column of times has at least this share of them


@dataclass
class Layout:
    """Columns by name and place; `features` are all but the target, in the table's order."""

    path: str  # of the table, for errors
    columns: list[str]
    target: Column
    group: Column | None
    time: Column | None
    features: list[Column]

    def cells(self, rows: list[list[str]], column: Column) -> list[str]:
        """The cells of one column."""
        index = self.place(column)
        return [row[index] for row in rows]

    def place(self, column: Column) -> int:
        """The number of a column in the table."""
        return self.columns.index(column.name)

    def without_target(self, rows: list[list[str]]) -> list[list[str]]:
        """The cells to learn from."""
        index = self.place(self.target)
        return [row[:index] + row[index + 1 :] for row in rows]


def restored(plain: dict[str, Any]) -> Layout:
    """A layout from what `dataclasses.asdict` made of it, for another process."""
    columns = {what: plain[what] and Column(**plain[what]) for what in ("target", "group", "time")}
    return Layout(plain["path"], plain["columns"], **columns, features=[Column(**c) for c in plain["features"]])


def of(path: str, columns: list[str], config: Config, schema: Schema) -> Layout:
    """The layout of a table; the command line has precedence over data/schema.toml."""
    schema.check(path, columns)

    def named(knob: str) -> Column | None:
        name = getattr(config, knob) or getattr(schema, knob)
        if not name or (name == "none" and name not in columns):
            return None
        return schema.column(columns[tables.find_column(path, columns, name, f"--{knob}")])

    target = named("target") or schema.column(columns[-1])
    group, time = named("group"), named("time")
    if len(columns) < 2:
        raise Fault(f"{path} has one column only; it needs a column to predict and columns to predict it from")
    for column, flag in ((group, "--group"), (time, "--time")):
        if column and column.name == target.name:
            raise Fault(f'{path}: "{target.name}" is the target, so it cannot be {flag} too; name another column')
    features = [schema.column(name) for name in columns if name != target.name]
    if group:  # new rows are of other groups
        features = [replace(column, use=False) if column.name == group.name else column for column in features]
    return Layout(path, columns, target, group, time, features)


def group_keys(cells: Sequence[str], numbers: Sequence[int] | np.ndarray) -> np.ndarray:
    """A key for each row by its group; a row whose group is not known is one of its own, by its number."""
    named = zip(cells, numbers, strict=True)
    return keys([f"\x1f{number}" if meaning.is_missing(cell) else cell for cell, number in named])


def time_form(column: Column, cells: Sequence[str], path: str) -> str:
    """How the times of a column are written, "" for plain numbers; `Fault` where it holds something else."""
    known = [cell for cell in cells if not meaning.is_missing(cell, column.parse)]
    form = dates.known_form(column.parse) or dates.find_form(known, MOSTLY)
    if not form and not meaning.are_numbers(known, MOSTLY, column.parse):
        raise Fault(f'{path}: column "{column.name}" holds no dates or numbers to order rows by; use --time none')
    return form


def times(column: Column, cells: Sequence[str], form: str) -> np.ndarray:
    """The times of rows as numbers that grow, (rows,) float64; what cannot be read counts as the oldest."""
    if form:
        stamps = dates.read(cells, form)
        found = np.where(np.isnat(stamps), np.nan, stamps.astype(np.int64))
    else:
        found = meaning.numbers(cells, column.parse)
    return np.where(np.isnan(found), -np.inf, found)


def fingerprints(layout_features: Sequence[Column], rows: list[list[str]]) -> np.ndarray:
    """A key for each row by what the model may see of it: 5.10 and 5.1 are the same, so are NA and nothing."""
    used = [i for i, column in enumerate(layout_features) if column.use] or range(len(layout_features))
    return keys(["\x1f".join(spelling(row[i]) for i in used) for row in rows])


def spelling(cell: str) -> str:
    """One spelling for all that means the same."""
    value = meaning.number(cell)
    return str(value) if value is not None else "" if meaning.is_missing(cell) else cell


def note(text: str) -> None:
    """Say on stderr what was done to the data."""
    print(f"note: {text}", file=sys.stderr)
