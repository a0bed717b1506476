"""A large table of series, made into numbers piece by piece by several processes (crew.py), each piece kept when done.

job.json says what they must know; what they make of a piece lies in series-<number>.npz, where streamed.py looks.
"""

import json
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

import runs
import series
import tables
from cli import Fault
from series import timestamps
from support import crew
from tables import reader


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

    job  the `table` as its reader has cut it, its `columns`, the `layout` of the series, how each target's numbers are
         written: `parse`, `commas`, and how its dates are: `dates`
    """
    runs.write(folder / "job.json", json.dumps(job))
    count = len(job["table"]["pieces"])
    crew.phase(folder, "series.counted", "series", count, "preparing series, once")


def pieces(folder: Path, count: int) -> Iterator[Any]:
    """What was made of each piece that has rows: arrays by name, as `keep` writes them."""
    return (found for found in crew.kept(folder, "series", count) if len(found["rows"]))


def task(folder: Path, phase: str) -> Callable[[int], None]:
    """What to call with a piece's number."""
    return partial(keep, folder, runs.read_json(folder / "job.json"))


def keep(folder: Path, job: dict[str, Any], number: int) -> None:
    """Write a piece's arrays.

    rows     (rows,) lines in the file
    values   (targets, rows) floats, NaN where they are missing
    times    (rows,) seconds since 1970 or plain numbers, where there is a column of them
    names    (rows,) place of the series' name among the different ones, `names_cells`, which are JSON
    """
    layout, found = job["layout"], {}
    columns, lines = reader.piece(job["table"], number)
    found["rows"] = np.array(list(lines), np.int64)
    if len(found["rows"]):
        column = dict(zip(job["columns"], columns, strict=True))
        found["values"] = np.stack([numbers(job, name, column[name], lines) for name in layout["targets"]])
        if layout["time"]:
            found["times"] = times(job, column[layout["time"]], lines)
        if layout["group"]:
            named = zip(*(column[name] for name in layout["group"]), strict=True)
            found |= different("names", [" / ".join(cells) for cells in named])
    crew.keep(folder, "series", number, found)


def numbers(job: dict[str, Any], name: str, cells: list[str], lines: Any) -> np.ndarray:
    """A target's cells as numbers, (rows,); raises `Fault` where one is none."""
    table = tables.Table(job["table"]["path"], "", "", [name], [[cell] for cell in cells], list(lines))
    return series.numbers(table, name, job["parse"][name], job["commas"][name])


def times(job: dict[str, Any], cells: list[str], lines: Any) -> np.ndarray:
    """Dates, (rows,) datetime64[s], or plain numbers, in the form found before; raises `Fault` where one is another."""
    name, parse, form = job["layout"]["time"], job["dates"]["parse"], job["dates"]["form"]
    if form == "numbers":
        return tables.numbers(cells)
    if form == "schema":
        table = tables.Table(job["table"]["path"], "", "", [name], [[cell] for cell in cells], list(lines))
        return series.read_times(table, name, parse)
    path, stamps = job["table"]["path"], {}
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
