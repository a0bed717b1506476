"""A large table of series, made into numbers piece by piece by several processes (crew.py), each piece kept when done.

job.json says what they must know; what they make of a piece lies in series-<number>.npz, where streamed.py looks.
"""

import gc
import json
import os
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

import runs
import series
import tables
from cli import Fault
from series import calendars, opened, timestamps
from support import crew
from tables import reader, schema

ALONE = 16 * 2**20  # bytes of a file above which one process reads files, as cells take many times as much memory


class Numbered:
    """Cells of a column as numbers of their different values, in the order in which they come."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}

    def add(self, cells: list[str], codes: np.ndarray) -> np.ndarray:
        """The numbers of the next rows, (rows,): their different cells, and the place of each row's among them."""
        place = [self.numbers.setdefault(cell, len(self.numbers)) for cell in cells]
        return np.array(place, np.int32)[codes]


def prepare(folder: Path, job: dict[str, Any]) -> None:
    """Make every piece that is not there yet.

    job  the `table` as its reader has cut it, its `columns`, those that hold parts of a date: `date_parts`, the
         `layout` of the series, how each target's numbers are written: `parse`, `commas`, and how its dates are:
         `dates`; or the `files` that hold a series each, and the `layout`
    """
    runs.write(folder / "job.json", json.dumps(job))
    several = max(map(os.path.getsize, job["files"])) <= ALONE if "files" in job else None
    crew.phase(folder, "series.counted", "series", count(job), "preparing series, once", several)


def count(job: dict[str, Any]) -> int:
    """How many pieces there are."""
    return len(job["files"] if "files" in job else job["table"]["pieces"])


def pieces(folder: Path, job: dict[str, Any]) -> Iterator[Any]:
    """What was made of each piece that has rows: arrays by name, as `keep` writes them."""
    return (found for found in crew.kept(folder, "series", count(job)) if len(found["rows"]))


def task(folder: Path, phase: str) -> Callable[[int], None]:
    """What to call with a piece's number."""
    gc.disable()  # cells are in no cycles, and looking for some takes long
    return partial({"series": keep, "drawn": draw}[phase], folder, runs.read_json(folder / "job.json"))


def draw(folder: Path, job: dict[str, Any], number: int) -> None:
    """Write the rows of a piece whose dates were drawn by their spelling: all rows of a date, or none, in any piece.

    job  also says the column of dates, `time`, the share that is `drawn`, and the columns that are `shown`
    """
    columns, lines = reader.piece(job["table"], number)
    column = dict(zip(job["columns"], columns, strict=True))
    if job["date_parts"] and len(lines):
        column[job["time"]] = dates_of_parts(job, column, lines)
    limit, dates = job["drawn"] * 2**32, column[job["time"]] if len(lines) else []
    chosen = {cell for cell in set(dates) if zlib.crc32(cell.encode()) <= limit}
    rows = [row for row, cell in enumerate(dates) if cell in chosen]
    cells = json.dumps([[column[name][row] for name in job["shown"]] for row in rows]).encode()
    crew.keep(folder, "drawn", number, {"cells": np.frombuffer(cells, np.uint8), "lines": [lines[row] for row in rows]})


def keep(folder: Path, job: dict[str, Any], number: int) -> None:
    """Write a piece's arrays.

    rows     (rows,) lines in the file
    values   (targets, rows) floats, NaN where they are missing
    times    (rows,) seconds since 1970 or plain numbers, where there is a column of them
    names    (rows,) place of the series' name among the different ones, `names_cells`, which are JSON
    """
    make = of_file if "files" in job else of_piece
    crew.keep(folder, "series", number, make(job, number))


def of_file(job: dict[str, Any], number: int) -> dict[str, np.ndarray]:
    """The arrays of a file with a series of its own, which is named after it."""
    path = Path(job["files"][number])
    table, times, values = opened.read_file(path, schema.load(), job["layout"])
    found = {"rows": np.array(table.lines, np.int64), "times": times, "values": values[None]}
    return found | different("names", [path.name.split(".")[0]] * len(values))


def of_piece(job: dict[str, Any], number: int) -> dict[str, np.ndarray]:
    """The arrays of a piece of a table."""
    layout, found = job["layout"], {}
    columns, lines = reader.piece(job["table"], number)
    found["rows"] = np.array(list(lines), np.int64)
    if len(found["rows"]):
        column = dict(zip(job["columns"], columns, strict=True))
        if job["date_parts"]:
            column[calendars.JOINED] = dates_of_parts(job, column, lines)
        found["values"] = np.stack([numbers(job, name, column[name], lines) for name in layout["targets"]])
        if layout["time"]:
            found["times"] = times(job, column[layout["time"]], lines)
        if layout["group"]:
            named = zip(*(column[name] for name in layout["group"]), strict=True)
            found |= different("names", [" / ".join(cells) for cells in named])
    return found


def dates_of_parts(job: dict[str, Any], column: dict[str, list[str]], lines: Any) -> list[str]:
    """The dates of rows whose parts have a column each."""
    names, path = job["date_parts"], job["table"]["path"]
    found = calendars.stamps(names, column.__getitem__)
    if found is None:
        raise Fault(
            f"{path}: some row from line {lines[0]} to {lines[-1]} has no date in {', '.join(names)}; mend it, or use "
            "--time none if rows are consecutive steps"
        )
    return found[0]


def numbers(job: dict[str, Any], name: str, cells: list[str], lines: Any) -> np.ndarray:
    """A target's cells as numbers, (rows,); raises `Fault` where one is none."""
    table = tables.Table(job["table"]["path"], "", "", [name], [], lines)
    return series.to_numbers(table, name, cells, job["parse"][name], job["commas"][name])


def times(job: dict[str, Any], cells: list[str], lines: Any) -> np.ndarray:
    """Dates, (rows,) datetime64[s], or plain numbers, in the form found before; raises `Fault` where one is another."""
    name, parse, form = job["layout"]["time"], job["dates"]["parse"], job["dates"]["form"]
    if form == "numbers":
        return tables.numbers(cells)
    path, stamps = job["table"]["path"], {}
    if form == "schema":
        known = np.array([not tables.is_missing(cell, parse) for cell in cells])
        return series.read_form(tables.Table(path, "", "", [name], [], lines), name, cells, known, parse["format"])
    if timestamps.READERS[form] is timestamps.iso and (found := timestamps.read_alike(cells)) is not None:
        return found
    for line, cell in zip(lines, cells, strict=True):
        if cell not in stamps:
            try:
                stamps[cell] = None if tables.is_missing(cell, parse) else timestamps.READERS[form](cell)
            except (ValueError, OverflowError):
                raise Fault(
                    f'{path} line {line}: {cell[:40]!r} in column "{name}" is no date like the others; '
                    "write all dates as 2024-01-31, or use --time none if rows are consecutive steps"
                ) from None
    return np.array([stamps[cell] for cell in cells], "datetime64[s]")


def different(what: str, cells: list[str]) -> dict[str, np.ndarray]:
    """Cells as places among the different ones, in the order in which they come."""
    place: dict[str, int] = {}
    codes = np.array([place.setdefault(cell, len(place)) for cell in cells], np.int32)
    packed = np.frombuffer(json.dumps(list(place)).encode(), np.uint8)
    return {what: codes, f"{what}_cells": packed}
