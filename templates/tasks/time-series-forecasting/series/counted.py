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
from support import crew
from tables import reader


class Numbered:
    """Cells of a column as numbers of their different values, in the order in which they come."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}
        self.lines: list[int] = []  # where each value stands first
        self.parts: list[np.ndarray] = []

    def add(self, cells: list[str], lines: list[int], codes: np.ndarray) -> None:
        """The next rows: their different cells, where these stand first, and the place of each row's among them."""
        before, numbers = len(self.numbers), self.numbers
        place = [numbers.setdefault(cell, len(numbers)) for cell in cells]
        self.parts.append(np.array(place, np.int32)[codes])
        self.lines += [line for line, number in zip(lines, place, strict=True) if number >= before]

    def all(self) -> np.ndarray:
        """The number of each cell, (rows,)."""
        return np.concatenate(self.parts)


def prepare(folder: Path, job: dict[str, Any]) -> None:
    """Make every piece that is not there yet.

    job  the `table` as its reader has cut it, its `columns`, the `layout` of the series, how each target's numbers are
         written: `parse`, `commas`
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
    times, names                 (rows,) place of the date's cell, or of the series' name, among the different ones
    times_cells, names_cells     these, as JSON
    times_lines, names_lines     where each of them stands first
    """
    layout, found = job["layout"], {}
    columns, lines = reader.piece(job["table"], number)
    found["rows"] = np.array(list(lines), np.int64)
    if len(found["rows"]):
        column = dict(zip(job["columns"], columns, strict=True))
        found["values"] = np.stack([numbers(job, name, column[name], lines) for name in layout["targets"]])
        if layout["time"]:
            found |= different("times", column[layout["time"]], found["rows"])
        if layout["group"]:
            named = zip(*(column[name] for name in layout["group"]), strict=True)
            found |= different("names", [" / ".join(cells) for cells in named], found["rows"])
    crew.keep(folder, "series", number, found)


def numbers(job: dict[str, Any], name: str, cells: list[str], lines: Any) -> np.ndarray:
    """A target's cells as numbers, (rows,); raises `Fault` where one is none."""
    table = tables.Table(job["table"]["path"], "", "", [name], [[cell] for cell in cells], list(lines))
    return series.numbers(table, name, job["parse"][name], job["commas"][name])


def different(what: str, cells: list[str], lines: np.ndarray) -> dict[str, np.ndarray]:
    """Cells as places among the different ones, in the order in which they come."""
    place: dict[str, int] = {}
    codes = np.array([place.setdefault(cell, len(place)) for cell in cells], np.int32)
    first = np.unique(codes, return_index=True)[1]
    packed = np.frombuffer(json.dumps(list(place)).encode(), np.uint8)
    return {what: codes, f"{what}_cells": packed, f"{what}_lines": lines[first]}
