"""Series in a table too large for memory: read piece by piece, of which times, values and names are kept as numbers.

So memory depends on the rows, some 100 bytes each, and not on how they are written. Where dates, values and names are,
and how numbers are written, is found on rows from all over the file.
"""

import itertools
import tempfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np

import series
import tables
from cli import Fault
from config import Config
from series import calendars, layouts
from series.joint import Panel, alone, by_name, together
from tables import reader, schema

SAMPLED, ROWS = 8, 10_000  # pieces that are looked at first, and rows of each


def read(
    path: str, config: Config | None, rules: schema.Schema, layout: dict[str, Any] | None, like: dict | None
) -> Panel | None:
    """All series of a large file, as panel.read has it; None where dates are spread over several columns."""
    with tempfile.TemporaryDirectory() as folder:
        cut = reader.cut(Path(path), rules.dialect, Path(folder))
        places = np.unique(np.linspace(0, len(cut["pieces"]) - 1, SAMPLED).astype(int))
        sample = [piece(path, cut, int(place), ROWS) for place in places]
        rows, lines = (list(itertools.chain(*lists)) for lists in zip(*sample, strict=True))
        table = tables.table(path, cut["names"], rows, lines, "")
        if layout is None:
            rules.check(path, table.columns)
            if calendars.joined(table) is not table:
                return None
            if time := series.time_column(table, config.time, rules):
                table = of_some_dates(path, cut, table, time)
            layout = layouts.find(table, config, rules)
            if layout["shape"] == "one" and not layout["targets"]:
                layout["targets"] = [series.target_column(table, "", layout["time"])]
        if calendars.JOINED in (layout["time"], *layout["targets"]):
            return None
        targets = layout["targets"]
        parse = {name: rules.column(name).parse for name in targets}
        commas = {name: not parse[name] and series.has_decimal_commas(table.column(name)) for name in targets}
        stamps, names = Numbered(), Numbered()
        values: dict[str, list[np.ndarray]] = {name: [] for name in targets}
        for number in range(len(cut["pieces"])):
            rows, lines = piece(path, cut, number)
            if not rows:
                continue
            part = tables.table(path, cut["names"], rows, lines, "")
            for name in targets:
                values[name].append(series.numbers(part, name, parse[name], commas[name]))
            if layout["time"]:
                stamps.add(part.column(layout["time"], "--time"), lines)
            if layout["group"]:
                names.add([" / ".join(cells) for cells in zip(*map(part.column, layout["group"]), strict=True)], lines)
    columns = {name: np.concatenate(parts) for name, parts in values.items()}
    times = times_of(path, layout, stamps, names, len(next(iter(columns.values()))), rules)
    named = series.dated(times, table, layout["time"])
    times = times[named]
    if layout["shape"] == "one":
        column = columns[targets[0]][named]
        known = ~np.isnan(column)
        if known.sum() < 2:
            raise Fault(f'{path} has {known.sum()} number(s) in column "{targets[0]}"; a series needs more')
        found = series.regular(times[known], column[known], table, layout["time"], like)
        return alone(series.Series(*found, targets[0], layout["time"]), layout)
    if layout["shape"] == "wide":
        return together(path, {name: (times, column[named]) for name, column in columns.items()}, layout, like)
    order = np.argsort(list(names.numbers))
    (column,), place = columns.values(), np.argsort(order)  # series in the order of their names
    which = place[names.all()[named]]
    return together(path, by_name(np.array(list(names.numbers))[order], which, times, column[named]), layout, like)


def piece(path: str, cut: dict[str, Any], number: int, most: int | None = None) -> tuple[list[list[str]], list[int]]:
    """Rows of a piece and their lines, `most` of the first ones."""
    columns, lines = reader.piece(cut, number)
    return [list(row) for row in zip(*(column[:most] for column in columns), strict=True)], list(lines[:most])


def of_some_dates(path: str, cut: dict[str, Any], first: tables.Table, time: str) -> tables.Table:
    """All rows of some dates, drawn by their spelling: how often a date stands tells how many series there are."""
    place = first.columns.index(time)
    pieces = cut["pieces"]
    about = len(reader.piece(cut, 0)[1]) * len(pieces)  # rows
    limit, kept = min(1.0, SAMPLED * ROWS / max(about, 1)) * 2**32, first.rows[:0]
    lines: list[int] = []
    for number in range(len(pieces)):
        columns, of_piece = reader.piece(cut, number)
        drawn = {cell: zlib.crc32(cell.encode()) <= limit for cell in set(columns[place])}
        rows = [row for row, cell in enumerate(columns[place]) if drawn[cell]]
        kept += [[column[row] for column in columns] for row in rows]
        lines += [of_piece[row] for row in rows]
    return tables.table(path, cut["names"], kept, lines, "") if len(kept) >= 2 * ROWS or limit >= 2**32 else first


class Numbered:
    """Cells of a column as numbers of their different values, in the order in which they come."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}
        self.lines: list[int] = []  # where each value stands first
        self.parts: list[np.ndarray] = []

    def add(self, cells: list[str], lines: list[int]) -> None:
        """The next cells."""
        before, numbers = len(self.numbers), self.numbers
        self.parts.append(np.array([numbers.setdefault(cell, len(numbers)) for cell in cells], np.int32))
        new, first = np.unique(self.parts[-1], return_index=True)
        self.lines += [lines[i] for i in first[new >= before]]

    def all(self) -> np.ndarray:
        """The number of each cell, (rows,)."""
        return np.concatenate(self.parts)


def times_of(
    path: str, layout: dict[str, Any], stamps: Numbered, names: Numbered, rows: int, rules: schema.Schema
) -> np.ndarray:
    """The time of each row; without a column of them, rows are steps (of each series)."""
    if layout["time"]:
        cells, lines = list(stamps.numbers), stamps.lines
        if len(cells) < rows:  # the first one again, so that these are not taken for stamps that only rise
            cells, lines = [*cells, cells[0]], [*lines, lines[0]]
        table = tables.Table(path, "", "", [layout["time"]], [[cell] for cell in cells], lines)
        return series.read_times(table, layout["time"], rules.column(layout["time"]).parse)[stamps.all()]
    if not layout["group"]:
        return np.arange(rows, dtype=float)
    which = names.all()
    order, counts = np.argsort(which, kind="stable"), np.bincount(which)
    times = np.empty(rows)
    times[order] = np.arange(rows) - np.repeat(np.cumsum(counts) - counts, counts)
    return times
