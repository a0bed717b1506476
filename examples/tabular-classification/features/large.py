"""Tables larger than memory: read in pieces by several processes, divided by the hash of their rows, kept in prepared/.

Three things differ from a table that memory holds. Chance divides by hashing, so that shares hold on average and
classes are not kept in proportion; equal rows are those written the same; and medians, categories and words are
measured on a sample of train, whose size meta["fitted_on"] states.
"""

import contextlib
import dataclasses
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import features
import runs
from cli import Fault
from config import Config
from features import division, workers
from features import layout as layouts
from features import rows as encoded
from features.layout import Layout
from features.workers import ENCODED, SPLITS
from splits import Data, Split
from support import crew, mapped
from tables import reader
from tables.schema import Schema

SAMPLE_CELLS = 1_500_000  # of the rows on which columns are measured
BLOCK = 1_000_000  # rows of which plain arrays are made at a time
VERSION = 2  # raise it when what lies in prepared/ changes its meaning
KNOBS = ("target", "group", "time", "split_seed", "valid_share", "test_share")
SURVEYED = {"codes": np.float64, "units": np.uint64, "times": np.float64, "keys": np.uint64}
PLAIN = ("targets", "ids", "keys")
TYPES = {"targets": None, "ids": np.int64, "keys": np.uint64, **ENCODED}


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
    path = Path(config.data)
    table, job, layout = begin(folder, config, schema)
    crew.phase(folder, "features.workers", "survey", len(table["pieces"]), "reading the table")
    target = make_target(config, schema, layout.target, config.data)
    arrays, counts, sample = gather(folder, table, layout, target)
    target.settle()
    split = divide(config, layout, arrays, counts)
    train = arrays["codes"][split == 0]
    rows = [cells for number, cells in sample if split[number] == 0]
    fitted = features.fit(layout.features, rows)
    kept = ["group"] * bool(layout.group) + ["time"] * bool(layout.time) or ["rows"]
    meta = encoded.make_meta(layout, schema, fitted, kept, target.fit(train))
    target.say(train)
    meta |= {"fitted_on": len(rows), "target_type": str(target.final(train[:1]).dtype)}
    meta["split_rows"] = {name: int((split == number).sum()) for number, name in enumerate(SPLITS)}
    plain_arrays(folder, target, split, arrays["codes"], arrays["keys" if layout.time else "units"])
    make_room(folder, meta)
    split.tofile(folder / "split")
    firsts = np.cumsum(counts) - counts
    of_piece = np.array([np.bincount(part, minlength=4)[:3] for part in np.split(split, firsts[1:])])
    places = of_piece.cumsum(0) - of_piece
    job |= {"meta": meta, "firsts": firsts.tolist(), "places": places.tolist()}
    runs.write(folder / "job.json", json.dumps(job))
    crew.phase(folder, "features.workers", "encode", len(table["pieces"]), "preparing the table, once")
    lasting = {f"{name}.{what}" for name in SPLITS for what in TYPES}
    for left in folder.iterdir():
        if left.name not in lasting:
            left.unlink()
    known = sum(meta["split_rows"].values())
    return meta | {"data": {"name": path.name, "path": config.data, "sha256": runs.sha256(path), "rows": known}}


def begin(folder: Path, config: Config, schema: Schema) -> tuple[dict[str, Any], dict[str, Any], Layout]:
    """How the table is cut into pieces, what the processes must know, which lies in job.json, and the layout."""
    plan = folder / "table.json"
    if not plan.is_file():
        runs.write(plan, json.dumps(reader.cut(Path(config.data), schema.dialect, folder)))
    table = runs.read_json(plan)
    pieces = table["pieces"]
    columns, lines = reader.piece(table, 0)
    names = table["names"] or [f"column_{i}" for i in range(1, len(columns) + 1)]
    layout = layouts.of(config.data, names, config, schema)
    form = layouts.time_form(layout.time, columns[layout.place(layout.time)], config.data) if layout.time else ""
    rows = len(lines) * (pieces[-1][1] - pieces[0][0]) / (pieces[0][1] - pieces[0][0])  # about
    share = min(1.0, 1.25 * sample_rows(layout) / max(rows, 1))
    job = {"table": table, "layout": dataclasses.asdict(layout), "time_form": form}
    job |= {"seed": config.split_seed, "share": share}
    runs.write(folder / "job.json", json.dumps(job))
    return table, job, layout


def sample_rows(layout: Layout) -> int:
    """How many rows columns are measured on, train's and others."""
    return max(2000, SAMPLE_CELLS // len(layout.columns))


def gather(
    folder: Path, table: dict[str, Any], layout: Layout, target: Any
) -> tuple[dict[str, np.ndarray], np.ndarray, list[tuple[int, list[str]]]]:
    """What the surveys found: arrays of a value for each row, mapped; rows of each piece; a sample (number, cells)."""
    growing = {what: mapped.Growing(kind, folder / what) for what, kind in SURVEYED.items()}
    counts, sample, most = [], [], sample_rows(layout)
    for found in crew.kept(folder, "survey", len(table["pieces"])):
        codes = target.read(workers.unpacked(found["targets"]), found["lines"].tolist(), found["often"])
        growing["codes"].append(codes[found["codes"]])
        for what in growing.keys() & set(found.files) - {"codes"}:
            growing[what].append(found[what])
        rows = found["sample"] + sum(counts)
        sample += zip(found["chances"].tolist(), rows.tolist(), workers.unpacked(found["cells"]), strict=True)
        counts.append(len(found["codes"]))
        if len(sample) > 2 * most:
            sample = sorted(sample)[:most]
    sample = sorted((number, cells) for _, number, cells in sorted(sample)[:most])
    return {what: some.array() for what, some in growing.items()}, np.array(counts), sample


def divide(config: Config, layout: Layout, arrays: dict[str, np.ndarray], counts: np.ndarray) -> np.ndarray:
    """For each row 0, 1 or 2 (train, valid, test), or 3 where its target is not known: it is in no split."""
    unknown = np.isnan(arrays["codes"])
    encoded.say_left_out(int(unknown.sum()), len(unknown), layout)
    if not layout.time:
        pieces = np.split(arrays["units"], np.cumsum(counts)[:-1])
        split = np.concatenate([by_hash(config, units).astype(np.int8) for units in pieces])
        split[unknown] = 3
        return split
    known = np.flatnonzero(~unknown)
    units = arrays["units"][known] if layout.group else None
    split = np.full(len(unknown), 3, np.int8)
    for number, part in enumerate(division.by_time(config, config.data, arrays["times"][known], units)):
        split[known[part]] = number
    return split


def plain_arrays(folder: Path, target: Any, split: np.ndarray, codes: np.ndarray, keys: np.ndarray) -> None:
    """Write targets, ids and keys of each split, which need no second look at the table."""
    for number, name in enumerate(SPLITS):
        with contextlib.ExitStack() as stack:
            files = {what: stack.enter_context((folder / f"{name}.{what}").open("wb")) for what in PLAIN}
            for start in range(0, len(split), BLOCK):
                rows = start + np.flatnonzero(split[start : start + BLOCK] == number)
                for what, values in zip(PLAIN, (target.final(codes[rows]), rows, keys[rows]), strict=True):
                    files[what].write(np.ascontiguousarray(values).data)


def make_room(folder: Path, meta: dict[str, Any]) -> None:
    """Files of the right sizes, into which the processes write; a `Fault` where the disk has no room for them."""
    sizes = {}
    for name in SPLITS:
        for what, wide in (("numbers", meta["numbers"]), ("categories", len(meta["categories"]))):
            sizes[folder / f"{name}.{what}"] = meta["split_rows"][name] * wide * np.dtype(ENCODED[what]).itemsize
    needed, free = sum(sizes.values()), shutil.disk_usage(folder).free
    if needed > free and not all(path.exists() for path in sizes):
        raise Fault(f"{folder} needs {needed / 1e9:.1f} GB and has {free / 1e9:.1f} GB; make room there")
    for path, size in sizes.items():
        with path.open("ab") as file:
            file.truncate(size)


def by_hash(config: Config, units: np.ndarray) -> np.ndarray:
    """0, 1 or 2 (train, valid, test) for each row, decided by its key and the seed alone."""
    mixed = units ^ np.uint64((config.split_seed * 0x9E3779B97F4A7C15 + 0x1234567) % 2**64)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):  # splitmix64 (Steele et al. 2014)
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    share = ((mixed ^ (mixed >> np.uint64(31))) >> np.uint64(11)) / 2**53
    return np.select([share < config.test_share, share < config.test_share + config.valid_share], [2, 1], 0)
