"""What is done to each piece of a large table, by several processes (crew.py): first it is surveyed, then encoded.

job.json says what they must know; what a survey finds lies in survey-<number>.npz, where features/large.py looks.
"""

import gc
import json
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

import features
import runs
from features import layout as layouts
from features.layout import Layout
from splits import keys
from support import crew, mapped
from tables import reader

SPLITS = ("train", "valid", "test")
ENCODED = {"numbers": np.float32, "categories": np.int32}


def task(folder: Path, phase: str) -> Callable[[int], None]:
    """What to call with a piece's number in a phase, "survey" or "encode"."""
    gc.disable()  # cells are in no cycles, and looking for some takes half of the time
    job = runs.read_json(folder / "job.json")
    return partial({"survey": survey, "encode": encode}[phase], folder, job, layouts.restored(job["layout"]))


def survey(folder: Path, job: dict[str, Any], layout: Layout, number: int) -> None:
    """Note of a piece its different targets, the keys and times of its rows, and a sample of them.

    codes   (rows,) number of each row's target among `targets`, whose first `lines` and `often` are kept too
    units   (rows,) rows of one key stay in one split
    times   (rows,) numbers that grow
    keys    (rows,) what must not stand in two splits, where that is no unit
    sample  numbers of the sampled rows, their `chances` and their `cells`
    """
    columns, lines = reader.piece(job["table"], number)
    ids = range(job["table"]["pieces"][number][0], job["table"]["pieces"][number][1])[: len(lines)]  # distinct in all
    place: dict[str, int] = {}
    codes = np.array([place.setdefault(c, len(place)) for c in columns[layout.place(layout.target)]], np.int32)
    firsts = np.unique(codes, return_index=True)[1]
    found = {"codes": codes, "often": np.bincount(codes), "lines": np.array([lines[i] for i in firsts])}
    if layout.group or not layout.time:
        found["units"] = row_keys(layout, columns, ids, "group" if layout.group else "rows")
    if layout.time:
        found["times"] = layouts.times(layout.time, columns[layout.place(layout.time)], job["time_form"])
        found["keys"] = row_keys(layout, columns, ids, "time")
    chances = np.random.default_rng((job["seed"], number)).random(len(lines))
    sample = np.flatnonzero(chances < job["share"])
    learnt = [columns[layout.place(feature)] for feature in layout.features]
    cells = [[column[row] for column in learnt] for row in sample]
    found |= {"sample": sample, "chances": chances[sample], "cells": packed(cells), "targets": packed(list(place))}
    crew.keep(folder, "survey", number, found)


def row_keys(layout: Layout, columns: list[list[str]], ids: Sequence[int], by: str) -> np.ndarray:
    """A key for each row by its cells ("rows"), its group or its time."""
    if by == "rows":
        used = [columns[layout.place(column)] for column in layout.features if column.use]
        return keys(list(map("\x1f".join, zip(*used, strict=True))))
    return layouts.group_keys(columns[layout.place(layout.group if by == "group" else layout.time)], ids)


def packed(content: Any) -> np.ndarray:
    """JSON as an array of bytes."""
    return np.frombuffer(json.dumps(content).encode(), np.uint8)


def unpacked(array: np.ndarray) -> Any:
    """What was packed."""
    return json.loads(array.tobytes())


def encode(folder: Path, job: dict[str, Any], layout: Layout, number: int) -> None:
    """Encode the rows of a piece and write them to their places, those of the pieces before being known."""
    columns, lines = reader.piece(job["table"], number)
    learnt = [columns[layout.place(feature)] for feature in layout.features]
    inputs = features.encode_columns(learnt, len(lines), job["meta"])
    first = job["firsts"][number]
    split = mapped.read(folder / "split", np.int8)[first : first + len(lines)]
    for which, name in enumerate(SPLITS):
        chosen = split == which
        for what, kind in ENCODED.items():
            values = inputs[what][chosen].astype(kind)
            with (folder / f"{name}.{what}").open("r+b") as file:  # written, not mapped: a full disk is then an error
                file.seek(job["places"][number][which] * values.shape[1] * values.itemsize)
                file.write(values.tobytes())
