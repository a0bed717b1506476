"""How a large table of series is read: where its dates, values and names are, found on rows from all over the file."""

import itertools
import json
from pathlib import Path
from typing import Any

import numpy as np

import runs
import series
import tables
from cli import Fault
from config import Config
from series import across, calendars, layouts, opened, timestamps
from support import crew
from tables import reader, schema

SAMPLED, ROWS = 8, 10_000  # pieces that are looked at first, and rows of each


def planned(
    folder: Path, path: str, config: Config | None, rules: schema.Schema, layout: dict[str, Any] | None
) -> dict[str, Any]:
    """What the processes must know (counted.py) of a table whose layout is found, if not given, on some of its rows."""
    cut, table = sampled(folder, path, rules)
    if layout["shape"] == "across" if layout else across.layout(table, config, rules):
        raise Fault(
            f"{path} is too large to have a column for each date; save it with columns for date, name and value"
        )
    with_dates = opened.joined(table, config.time if config else "", rules, layout)
    job = {"table": cut, "columns": table.columns, "date_parts": parts_of(table, with_dates)}
    if calendars.UNROLLED in set(with_dates.columns) - set(table.columns):
        return job | {"layout": {}}
    if layout is None:
        rules.check(path, table.columns)
        if time := calendars.JOINED if job["date_parts"] else series.time_column(with_dates, config.time, rules):
            with_dates = of_some_dates(folder, job, with_dates, time)
        layout = layouts.find(with_dates, config, rules)
        if layout["shape"] == "one" and not layout["targets"]:
            layout["targets"] = [series.target_column(with_dates, "", layout["time"])]
    return of_table(cut, table, rules, layout)


def of_table(cut: dict[str, Any], table: tables.Table, rules: schema.Schema, layout: dict[str, Any]) -> dict[str, Any]:
    """The same of a table whose layout is known, by a sample of its rows."""
    with_dates = opened.joined(table, "", rules, layout)
    for column in filter(None, (layout["time"], *layout["targets"])):
        with_dates.index(column)
    parse = {name: rules.column(name).parse for name in layout["targets"]}
    commas = {n: not parse[n] and series.has_decimal_commas(with_dates.column(n)) for n in layout["targets"]}
    job = {"table": cut, "columns": table.columns, "date_parts": parts_of(table, with_dates), "layout": layout}
    return job | {"parse": parse, "commas": commas, "dates": dates_of(with_dates, layout, rules)}


def parts_of(table: tables.Table, with_dates: tables.Table) -> list[str]:
    """The columns that hold parts of a date."""
    return [name for name in table.columns if name not in with_dates.columns]


def sampled(folder: Path, path: str, rules: schema.Schema) -> tuple[dict[str, Any], tables.Table]:
    """How a file is cut into pieces, and rows from all over it."""
    cut = reader.cut(Path(path), rules.dialect, folder)
    cut["names"] = opened.named(cut["names"] or [], rules) or None
    places = np.unique(np.linspace(0, len(cut["pieces"]) - 1, SAMPLED).astype(int))
    sample = [piece(cut, int(place), ROWS) for place in places]
    rows, lines = (list(itertools.chain(*lists)) for lists in zip(*sample, strict=True))
    return cut, tables.table(path, cut["names"], rows, lines, "")


def piece(cut: dict[str, Any], number: int, most: int | None = None) -> tuple[list[list[str]], list[int]]:
    """Rows of a piece and their lines, `most` of the first ones."""
    columns, lines = reader.piece(cut, number)
    return [list(row) for row in zip(*(column[:most] for column in columns), strict=True)], list(lines[:most])


def of_some_dates(folder: Path, job: dict[str, Any], first: tables.Table, time: str) -> tables.Table:
    """All rows of some dates: how often a date stands tells how many series there are."""
    pieces = len(job["table"]["pieces"])
    share = min(1.0, SAMPLED * ROWS / max(len(reader.piece(job["table"], 0)[1]) * pieces, 1))
    runs.write(folder / "job.json", json.dumps(job | {"time": time, "drawn": share, "shown": first.columns}))
    crew.phase(folder, "series.counted", "drawn", pieces, "looking at series")
    rows, lines = [], []
    for found in crew.kept(folder, "drawn", pieces):
        rows += json.loads(found["cells"].tobytes())
        lines += found["lines"].tolist()
    if len(rows) < 2 * ROWS and share < 1:
        return first
    return tables.Table(first.path, first.name, "", first.columns, rows, lines)


def dates_of(table: tables.Table, layout: dict[str, Any], rules: schema.Schema) -> dict[str, Any]:
    """How dates are written: their form's place in timestamps.READERS, "numbers", or as the "schema" says."""
    if not layout["time"]:
        return {}
    parse = rules.column(layout["time"]).parse
    if parse.get("format"):
        return {"parse": parse, "form": "schema"}
    given = [cell for cell in table.column(layout["time"]) if not tables.is_missing(cell, parse)]
    if tables.are_numbers(given) and not timestamps.look_like_years(given):
        return {"parse": parse, "form": "numbers"}
    found, form = timestamps.read_with_form(list(dict.fromkeys(given)))
    if found is None:
        series.read_times(table, layout["time"], parse)  # says what is wrong
    return {"parse": parse, "form": form}
