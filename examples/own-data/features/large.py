"""Tables larger than memory: read in blocks, divided by the hash of their rows, and kept encoded in prepared/.

Three things differ from a table that memory holds. Chance divides by hashing, so that shares hold on average and
classes are not kept in proportion; equal rows are those written the same; and medians, categories and words are
measured on a sample of train, whose size meta["fitted_on"] states.
"""

import gc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

import features
import mapped
import runs
import tables
from config import Config
from features import division
from features import layout as layouts
from features import rows as encoded
from features.layout import Layout
from splits import Data, Split, keys
from tables.schema import Schema

SAMPLE_CELLS = 1_500_000  # of the rows on which columns are measured
VERSION = 1  # raise it when what lies in prepared/ changes its meaning
SPLITS = ("train", "valid", "test")
KNOBS = ("target", "group", "time", "split_seed", "valid_share", "test_share")
SURVEYED = {"codes": np.float64, "units": np.uint64, "times": np.float64, "split": np.int8}
TYPES = {"targets": None, "ids": np.int64, "keys": np.uint64, "numbers": np.float32, "categories": np.int32}


class Decoded:
    """Cells of encoded rows, as near as the numbers tell: for people to look at."""

    def __init__(self, inputs: dict[str, np.ndarray], meta: dict[str, Any]) -> None:
        self.inputs, self.meta = inputs, meta

    def __len__(self) -> int:
        return len(self.inputs["numbers"])

    def __getitem__(self, row: int) -> list[str]:
        """The cells of a row; dates, texts and lists are left out."""
        cells, n, c = [], 0, 0
        for feature in self.meta["features"]:
            kind, cell = feature["kind"], "…"
            if kind == "category":
                number = int(self.inputs["categories"][row, c])
                cell, c = feature["values"][number - 1] if number else "(other)", c + 1
            elif kind == "number" and "unit" not in feature:
                value = self.inputs["numbers"][row, n] * feature["deviation"] + feature["mean"]
                cell = f"{value:.6g}"
            cells.append(cell)
            n += features.width(feature)
        return cells


def load(config: Config, schema: Schema, make_target: Callable[..., Any]) -> Data:
    """The splits of a large table, prepared where that was not done yet, and mapped from there."""
    path = Path(config.data)
    settings = {name: getattr(config, name) for name in KNOBS} | {"schema": schema.sha256, "version": VERSION}
    settings |= {name: getattr(config, name) for name in make_target.KNOBS}
    folder, meta = mapped.prepare("table", [path], settings, lambda draft: write(draft, config, schema, make_target))
    meta["data"]["path"] = config.data
    splits = []
    for name in SPLITS:
        arrays = {what: open_array(folder / f"{name}.{what}", what, meta) for what in TYPES}
        inputs = {what: arrays[what] for what in ("numbers", "categories")}
        splits.append(
            Split(encoded.Rows(inputs, Decoded(inputs, meta), arrays["keys"]), arrays["targets"], arrays["ids"])
        )
    return Data(*splits, meta)


def open_array(path: Path, what: str, meta: dict[str, Any]) -> np.ndarray:
    """A mapped array; private, so that nothing which is done to it reaches the file."""
    dtype = np.dtype(TYPES[what] or meta["target_type"])
    wide = {"numbers": meta["numbers"], "categories": len(meta["categories"])}.get(what)
    rows = meta["split_rows"][path.name.split(".")[0]]
    shape = (rows,) if wide is None else (rows, wide)
    return np.memmap(path, dtype, "c", shape=shape) if np.prod(shape) else np.zeros(shape, dtype)


def write(folder: Path, config: Config, schema: Schema, make_target: Callable[..., Any]) -> dict[str, Any]:
    """Read the table twice: to divide its rows and to measure a sample of train, then to encode all; returns meta."""
    gc.disable()  # cells are in no cycles, and looking for some takes half of the time
    try:
        layout, target, sample, codes, split = survey(folder, config, schema, make_target)
        rows, numbers = sample.rows()
        train_sample = [row for row, number in zip(rows, numbers, strict=True) if split[number] == 0]
        kept = ["group"] * bool(layout.group) + ["time"] * bool(layout.time) or ["rows"]
        fitted = features.fit(layout.features, train_sample)
        train = codes[split == 0]
        meta = encoded.make_meta(layout, schema, fitted, kept, target.fit(train))
        target.say(train)
        meta |= {"fitted_on": len(train_sample), "target_type": str(target.final(codes[:1]).dtype)}
        meta["split_rows"] = {name: int((split == number).sum()) for number, name in enumerate(SPLITS)}
        encode(folder, layout, schema, meta, target, codes, split)
    finally:
        gc.enable()
    for what in SURVEYED:
        (folder / what).unlink()
    path, known = Path(config.data), sum(meta["split_rows"].values())
    return meta | {"data": {"name": path.name, "path": config.data, "sha256": runs.sha256(path), "rows": known}}


def survey(
    folder: Path, config: Config, schema: Schema, make_target: Callable[..., Any]
) -> tuple[Layout, Any, "Sample", np.ndarray, np.ndarray]:
    """The first reading: layout, target, a sample of rows, and for each row its target's code and its split.

    Splits are 0, 1 and 2 for train, valid and test; a row without a target is in none, which is 3.
    """
    found = {what: mapped.Growing(kind, folder / what) for what, kind in SURVEYED.items()}
    layout, target, sample, form, path = None, None, Sample(config.split_seed), "", config.data
    for rows, lines, columns in blocks(path, schema):
        if layout is None:
            layout = layouts.of(path, columns, config, schema)
            target = make_target(config, schema, layout.target, path)
            form = layouts.time_form(layout.time, layout.cells(rows, layout.time), path) if layout.time else ""
        codes = target.read(layout.cells(rows, layout.target), lines)
        found["codes"].append(codes)
        if layout.time:
            found["times"].append(layouts.times(layout.time, layout.cells(rows, layout.time), form))
        if layout.group or not layout.time:
            units = unit_keys(layout, rows, sample.seen)
            found["units"].append(units)
            found["split"].append(np.where(np.isnan(codes), 3, by_hash(config, units)))
        sample.add(layout.without_target(rows))
    arrays = {what: growing.array() for what, growing in found.items()}
    unknown = np.isnan(arrays["codes"])
    encoded.say_left_out(int(unknown.sum()), len(unknown), layout)
    target.settle()
    split = np.array(arrays["split"])
    if layout.time:
        known = np.flatnonzero(~unknown)
        units = arrays["units"][known] if layout.group else np.arange(len(known))
        split = np.full(len(unknown), 3, np.int8)
        for number, part in enumerate(division.by_time(config, path, units, arrays["times"][known])):
            split[known[part]] = number
    return layout, target, sample, arrays["codes"], split


def encode(
    folder: Path, layout: Layout, schema: Schema, meta: dict, target: Any, codes: np.ndarray, split: np.ndarray
) -> None:
    """The second reading: every row encoded and written behind the others of its split."""
    kinds = TYPES | {"targets": meta["target_type"]}
    files = {
        (name, what): mapped.Growing(kind, folder / f"{name}.{what}") for name in SPLITS for what, kind in kinds.items()
    }
    first = 0
    for rows, _, _ in blocks(layout.path, schema):
        here = np.arange(first, first + len(rows))
        inputs = features.encode(layout.without_target(rows), meta)
        arrays = inputs | {"ids": here, "keys": unit_keys(layout, rows, first, meta["kept_together"][-1])}
        arrays["targets"] = target.final(codes[here])
        for number, name in enumerate(SPLITS):
            chosen = split[here] == number
            for what, values in arrays.items():
                files[name, what].append(values[chosen])
        first += len(rows)
    for file in files.values():
        file.file.close()


def blocks(path: str, schema: Schema) -> Iterator[tuple[list[list[str]], list[int], list[str]]]:
    """Rows, their lines, and the names of all columns."""
    for names, rows, lines in tables.blocks(path, schema.dialect):
        if rows:
            yield rows, lines, names or [f"column_{i}" for i in range(1, len(rows[0]) + 1)]


def unit_keys(layout: Layout, rows: list[list[str]], first: int, by: str = "") -> np.ndarray:
    """A key for each row: rows of one key stay in one split."""
    by = by or ("group" if layout.group else "rows")
    if by == "rows":
        used = [layout.columns.index(column.name) for column in layout.features if column.use]
        return keys(["\x1f".join([row[i] for i in used]) for row in rows])
    return layouts.group_keys(
        layout.cells(rows, layout.group if by == "group" else layout.time), range(first, first + len(rows))
    )


def by_hash(config: Config, units: np.ndarray) -> np.ndarray:
    """0, 1 or 2 (train, valid, test) for each row, decided by its key and the seed alone."""
    mixed = units ^ np.uint64((config.split_seed * 0x9E3779B97F4A7C15 + 0x1234567) % 2**64)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):  # splitmix64 (Steele et al. 2014)
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    share = ((mixed ^ (mixed >> np.uint64(31))) >> np.uint64(11)) / 2**53
    return np.select([share < config.test_share, share < config.test_share + config.valid_share], [2, 1], 0)


class Sample:
    """Rows drawn evenly from a stream of unknown length: those with the smallest of random numbers."""

    def __init__(self, seed: int) -> None:
        self.rng, self.limit, self.seen = np.random.default_rng(seed), 1.0, 0
        self.kept: list[tuple[float, int, list[str]]] = []

    def add(self, rows: list[list[str]]) -> None:
        """Consider the next rows."""
        most = max(2000, SAMPLE_CELLS // max(len(rows[0]), 1))
        chances = self.rng.random(len(rows))
        for row in np.flatnonzero(chances < self.limit):
            self.kept.append((float(chances[row]), self.seen + int(row), rows[row]))
        self.seen += len(rows)
        if len(self.kept) > 2 * most:
            self.kept = sorted(self.kept, key=lambda entry: entry[0])[:most]
            self.limit = self.kept[-1][0]

    def rows(self) -> tuple[list[list[str]], list[int]]:
        """The rows and their numbers, in order."""
        kept = sorted(self.kept, key=lambda entry: entry[1])
        return [row for _, _, row in kept], [number for _, number, _ in kept]
