"""Series in a table too large for memory: read piece by piece, once, and kept in prepared/ as numbers.

Memory depends on the rows, some 100 bytes each, and not on how they are written. Where dates, values and names are,
and how numbers are written, is found on rows from all over the file.
"""

import itertools
import json
import zlib
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

import runs
import series
import tables
from cli import Fault
from config import Config
from series import calendars, counted, layouts
from series.counted import Numbered
from series.joint import Panel, alone, by_name, together
from support import mapped
from tables import reader, schema

SAMPLED, ROWS = 8, 10_000  # pieces that are looked at first, and rows of each


def read(
    path: str, config: Config | None, rules: schema.Schema, layout: dict[str, Any] | None, like: dict | None
) -> Panel | None:
    """All series of a large file, as panel.read has it; None where dates are spread over several columns."""
    settings = {"schema": rules.sha256, "layout": layout}
    settings |= {name: getattr(config, name) for name in ("target", "time", "group") if config}
    make = partial(prepare, path=path, config=config, rules=rules, layout=layout)
    folder, facts = mapped.prepare("series", [Path(path)], settings, make)
    if not facts["layout"]:
        return None
    layout, values = facts["layout"], []
    stamps, names = Numbered(), Numbered()
    for found in counted.pieces(folder, facts["pieces"]):
        values.append(found["values"])
        for what, column in (("times", stamps), ("names", names)):
            if what in found:
                cells = json.loads(found[f"{what}_cells"].tobytes())
                column.add(cells, found[f"{what}_lines"].tolist(), found[what])
    columns = dict(zip(layout["targets"], np.concatenate(values, axis=1), strict=True))
    table = tables.Table(path, "", "", facts["columns"], [], [])
    times = times_of(path, layout, stamps, names, len(next(iter(columns.values()))), rules)
    named = series.dated(times, table, layout["time"])
    times = times[named]
    if layout["shape"] == "one":
        ((target, column),) = columns.items()
        column = column[named]
        known = ~np.isnan(column)
        if known.sum() < 2:
            raise Fault(f'{path} has {known.sum()} number(s) in column "{target}"; a series needs more')
        found = series.regular(times[known], column[known], table, layout["time"], like)
        return alone(series.Series(*found, target, layout["time"]), layout)
    if layout["shape"] == "wide":
        return together(path, {name: (times, column[named]) for name, column in columns.items()}, layout, like)
    order = np.argsort(list(names.numbers))
    (column,), place = columns.values(), np.argsort(order)  # series in the order of their names
    which = place[names.all()[named]]
    return together(path, by_name(np.array(list(names.numbers))[order], which, times, column[named]), layout, like)


def prepare(
    folder: Path, path: str, config: Config | None, rules: schema.Schema, layout: dict[str, Any] | None
) -> dict[str, Any]:
    """Find where dates, values and names are, and make numbers of all pieces; `layout` {} says that it cannot be."""
    plan = folder / "plan.json"
    if not plan.is_file():
        runs.write(plan, json.dumps(planned(folder, path, config, rules, layout)))
    job = runs.read_json(plan)
    if job["layout"]:
        counted.prepare(folder, job)
    count = len(job["table"]["pieces"])
    lasting = {f"series-{number}.npz" for number in range(count)}
    for left in folder.iterdir():
        if left.name not in lasting:
            left.unlink()
    return {"layout": job["layout"], "columns": job["columns"], "pieces": count}


def planned(
    folder: Path, path: str, config: Config | None, rules: schema.Schema, layout: dict[str, Any] | None
) -> dict[str, Any]:
    """What the processes must know (counted.py), found on rows from all over the file."""
    cut = reader.cut(Path(path), rules.dialect, folder)
    places = np.unique(np.linspace(0, len(cut["pieces"]) - 1, SAMPLED).astype(int))
    sample = [piece(path, cut, int(place), ROWS) for place in places]
    rows, lines = (list(itertools.chain(*lists)) for lists in zip(*sample, strict=True))
    table = tables.table(path, cut["names"], rows, lines, "")
    job = {"table": cut, "columns": table.columns, "layout": {}}
    if layout is None:
        rules.check(path, table.columns)
        if calendars.joined(table) is not table:
            return job
        if time := series.time_column(table, config.time, rules):
            table = of_some_dates(path, cut, table, time)
        layout = layouts.find(table, config, rules)
        if layout["shape"] == "one" and not layout["targets"]:
            layout["targets"] = [series.target_column(table, "", layout["time"])]
    if calendars.JOINED in (layout["time"], *layout["targets"]):
        return job
    parse = {name: rules.column(name).parse for name in layout["targets"]}
    commas = {name: not parse[name] and series.has_decimal_commas(table.column(name)) for name in layout["targets"]}
    return job | {"layout": layout, "parse": parse, "commas": commas}


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
