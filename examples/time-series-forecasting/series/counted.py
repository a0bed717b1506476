"""A large table of series, made into numbers piece by piece by several processes (crew.py), each piece kept when done.

job.json says what they must know; what they make of a piece lies in series-<number>.npz, where streamed.py looks.
"""

import gc
import json
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
         `dates`; or the `files` that hold a series each, with such a `job` for each that is read in pieces
    """
    runs.write(folder / "job.json", json.dumps(job))
    crew.phase(folder, "series.counted", "series", len(places(job)), "preparing series, once")


def places(job: dict[str, Any]) -> list[tuple[int, int | None]]:
    """The file of each piece and its place in it, None where the file is read at once."""
    files = job.get("files", [{"job": job}])
    return [
        (number, place)
        for number, file in enumerate(files)
        for place in (range(len(file["job"]["table"]["pieces"])) if "job" in file else (None,))
    ]


def pieces(folder: Path, job: dict[str, Any]) -> Iterator[Any]:
    """What was made of each piece that has rows, by name as `keep` writes it; files with faults are left out."""
    where, out = places(job), faults(folder, job)
    for (number, _), found in zip(where, crew.kept(folder, "series", len(where)), strict=True):
        if len(found["rows"]) and ("files" not in job or job["files"][number]["file"] not in out):
            yield found


def faults(folder: Path, job: dict[str, Any]) -> dict[str, str]:
    """Why files of a folder cannot be used, by their names."""
    where = places(job)
    found = zip(where, crew.kept(folder, "series", len(where)), strict=True)
    return {
        job["files"][number]["file"]: found["fault"].tobytes().decode()
        for (number, _), found in found
        if "fault" in found.files
    }


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
    try:
        made = of_file(job, *places(job)[number]) if "files" in job else of_piece(job, number)
    except Fault as fault:
        if "files" not in job:
            raise
        made = {"rows": np.zeros(0, np.int64), "fault": np.frombuffer(str(fault).encode(), np.uint8)}
    crew.keep(folder, "series", number, made)


def of_file(job: dict[str, Any], number: int, place: int | None) -> dict[str, np.ndarray]:
    """The arrays of a file with a series of its own, or of a piece of it."""
    file = job["files"][number]
    if "fault" in file:
        raise Fault(file["fault"])
    if place is None:
        table, times, values = opened.read_file(Path(file["path"]), schema.load(), job["layout"])
        found = {"rows": np.array(table.lines, np.int64), "times": times, "values": values[None]}
    else:
        found = of_piece(file["job"], place)
    return found | different("names", [file["name"]] * len(found["rows"]))


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
