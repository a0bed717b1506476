"""A table larger than memory: read twice, block by block, and encoded once into prepared/, from where it is mapped.

Three things differ from a table that memory holds. Chance divides by hashing, so that shares hold on average and
classes are not kept in proportion; a group alone keeps rows together, or else that they are equal; and means,
categories and words are measured on a sample of train.
"""

import hashlib
import itertools
import json
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import columns
import common
import table
from common import Problem
from config import Config
from table import Table

import numpy as np
import pandas as pd
from tqdm import tqdm

BLOCK = 100_000  # rows read at a time
SAMPLE_CELLS = 1_500_000  # of the rows on which columns are measured
KNOBS = ("target", "group", "time", "split_seed", "valid_share", "test_share")
PLAIN = {"role", "missing"}  # entries of columns whose numbers are written as Python does
SPLITS = ("train", "valid", "test")
DAY = 24 * 3600  # seconds, after which nobody still prepares
KINDS = {"inputs": np.float32, "targets": np.float64, "ids": np.int64, "keys": np.uint64}


def prepared(config: Config, classes: bool) -> tuple[list[dict[str, np.ndarray]], dict]:
    """The arrays of each split (KINDS), mapped, and what is known of the table; prepared where that was not done yet.

    classes  targets are places in meta["values"], in the order in which they come; else they are numbers
    """
    path = common.located(config.data)
    state = path.stat()
    facts = [str(path.resolve()), state.st_size, state.st_mtime_ns, table.schema(), classes]
    facts += [getattr(config, name) for name in KNOBS]
    stamp = hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:16]
    folder = common.ROOT / "prepared" / stamp
    if not (folder / "meta.json").is_file():
        draft = folder.with_name(f"{stamp}.tmp-{os.getpid()}")
        try:
            draft.mkdir(parents=True)
            write(config, path, draft, classes)
            for left in folder.parent.glob("*.tmp-*"):  # by a kill; another training may prepare right now
                if left != draft and time.time() - left.stat().st_mtime > DAY:
                    shutil.rmtree(left, ignore_errors=True)
            if not (folder / "meta.json").is_file():
                shutil.rmtree(folder, ignore_errors=True)  # of a preparation that was killed
            draft.rename(folder)
        except OSError:
            if not (folder / "meta.json").is_file():  # else another training was faster
                raise
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    meta = common.read_json(folder / "meta.json")
    meta["data"]["path"] = config.data
    width = meta["numbers"] + len(meta["categories"])
    arrays = [{what: mapped(folder / f"{name}.{what}", kind) for what, kind in KINDS.items()} for name in SPLITS]
    return [some | {"inputs": some["inputs"].reshape(-1, width)} for some in arrays], meta


def mapped(path: Path, kind: Any) -> np.ndarray:
    """An array in a file; private, so that nothing which is done to it reaches the file."""
    if not path.stat().st_size:
        raise Problem(f"{path} is empty: too few different rows, groups or times for train, valid and test")
    return np.memmap(path, kind, "c")


def write(config: Config, path: Path, folder: Path, classes: bool) -> None:
    """Read the table twice: to measure columns, and to encode rows, which are appended to their split's files."""
    about = table.schema()
    data = {"name": path.name, "path": config.data, "sha256": common.sha256(path)}
    first = next(blocks(path, about, None))
    found = table.settled(config, about, first, data)
    part, rows, sample = survey(config, found, path, about)
    cells = columns.typed(sample, found.features)
    chosen = part[sample.index] if part is not None else by_hash(config, keys_of(found, sample, cells))
    features = columns.fit(cells[chosen == 0], found.features)
    if not features:
        raise Problem(f"{path} has no column to learn from: each is empty, constant or different in every row")
    meta = {**found.meta, "columns": features, "fitted_on": int((chosen == 0).sum())}
    meta |= columns.sizes(columns.encode(cells[chosen == 0], meta), features)
    values: dict[str, int] = {}
    known = 0
    needed = rows * 4 * (meta["numbers"] + len(meta["categories"]))
    free = shutil.disk_usage(folder).free
    if needed > free:
        raise Problem(f"{folder} needs {needed / 1e9:.1f} GB and has {free / 1e9:.1f} GB; make room there")
    with ExitStack() as stack:
        files = [
            {what: stack.enter_context((folder / f"{name}.{what}").open("wb")) for what in KINDS} for name in SPLITS
        ]
        for block in tqdm(blocks(path, about, found), "encoding", rows // BLOCK + 1, leave=False, disable=None):
            cells, targets = columns.typed(block, found.features), targets_of(found, block, values, classes)
            keys = keys_of(found, block, cells)
            chosen = by_hash(config, keys) if part is None else part[block.index]
            chosen = np.where(np.isnan(targets), -1, chosen)
            arrays = {"inputs": columns.encode(cells, meta), "targets": targets, "ids": block.index, "keys": keys}
            for number in range(3):
                for what, kind in KINDS.items():
                    files[number][what].write(np.asarray(arrays[what])[chosen == number].astype(kind).tobytes())
            known += int((chosen >= 0).sum())
    if known < rows:
        common.note(f"{rows - known} of {rows} rows have no {found.meta['target']!r} and are left out")
    if common.sha256(path) != data["sha256"]:
        raise Problem(f"{path} changed while it was read; train again, or on a copy: --data COPY")
    meta["data"]["rows"] = known
    common.write_json(folder / "meta.json", meta | {"values": list(values)})


def blocks(path: Path, about: dict, found: Table | None) -> Iterator[pd.DataFrame]:
    """The rows that are needed, block by block, under their numbers in the table; all columns where none is known."""
    start, known = 0, list(about["columns"])
    if path.suffix.lower() == ".parquet":
        import duckdb

        source = duckdb.execute("SELECT COLUMNS(*)::VARCHAR FROM read_parquet(?)", [str(path)])
        parts = (source.fetch_df_chunk(BLOCK // 2048 + 1).fillna("") for _ in itertools.count())
        names = [name for name, *_ in source.description]
    else:
        head, encoding = table.text_of(path, about["read"], 1 << 20)
        arguments = table.AS_TEXT | {"sep": table.delimiter_of(head, about["read"], known), "encoding": encoding}
        head = pd.read_csv(path, nrows=2, skipinitialspace=True, **arguments)
        below = table.named(head, known, (), str(path))
        names = list(below)
        arguments |= {"header": 0 if len(below) < len(head) else None, "names": names, "low_memory": False}
        if found:  # numbers that are written plainly are read as such, which is faster
            special = [found.meta[flag] for flag in ("target", "group", "time") if found.meta[flag]]
            arguments["usecols"] = [name for name in names if name in found.features or name in special]
            numbers = [
                name
                for name, entry in found.features.items()
                if entry["role"] == "number" and entry.keys() <= PLAIN and name not in special
            ]
            arguments["dtype"] = {name: str for name in arguments["usecols"] if name not in numbers}
            arguments["na_values"] = dict.fromkeys(numbers, columns.MISSING)
        parts = pd.read_csv(path, chunksize=BLOCK, skipinitialspace=True, **arguments)
    for part in itertools.takewhile(len, parts):
        part = part.set_axis(names, axis=1) if part.shape[1] == len(names) else part
        yield part.set_axis(range(start, start + len(part)), axis=0)
        start += len(part)


def survey(config: Config, found: Table, path: Path, about: dict) -> tuple[np.ndarray | None, int, pd.DataFrame]:
    """For each row its split, None where chance divides; how many rows there are; and a sample of them."""
    most = max(2000, SAMPLE_CELLS // len(found.meta["header"]))
    rng = np.random.default_rng(config.split_seed)
    rows, limit, times, keys = 0, 1.0, [], []
    sample, chances = [], []
    for block in tqdm(blocks(path, about, found), "reading", leave=False, disable=None):
        rows += len(block)
        chance = rng.random(len(block))
        sample.append(block[chance < limit])
        chances.append(chance[chance < limit])
        if sum(map(len, sample)) > 2 * most:
            together, chance = pd.concat(sample), np.concatenate(chances)
            limit = float(np.partition(chance, most)[most])
            sample, chances = [together[chance < limit]], [chance[chance < limit]]
        if found.meta["time"]:
            times.append(time_of(found, block))
            key = block.index.to_numpy()
            if found.meta["group"]:
                key = keys_of(found, block, block[[]])
            keys.append(key)
    together, chance = pd.concat(sample), np.concatenate(chances)
    together = together.iloc[np.sort(np.argsort(chance)[:most])]
    if not times:
        return None, rows, together
    newest = pd.Series(np.concatenate(times))
    if found.meta["group"]:
        newest = newest.groupby(np.concatenate(keys)).transform("max")
    valid, test = newest.quantile([1 - config.test_share - config.valid_share, 1 - config.test_share])
    return np.select([newest > test, newest > valid], [2, 1], 0), rows, together


def time_of(found: Table, block: pd.DataFrame) -> np.ndarray:
    """When each row was, as a number that grows; what cannot be read counts as the oldest."""
    name = found.meta["time"]
    times = columns.typed(block, {name: found.entries[name]})[name]
    numbers = times.astype("int64").where(times.notna()) if times.dtype.kind == "M" else times
    return numbers.astype(float).fillna(-np.inf).to_numpy()


def targets_of(found: Table, block: pd.DataFrame, values: dict[str, int], classes: bool) -> np.ndarray:
    """The target of each row as a number, NaN where it is missing; `values` grows by classes that are new."""
    name = found.meta["target"]
    known = columns.typed(block, {name: found.entries[name] | {"role": "category" if classes else "number"}})[name]
    if not classes:
        return known.to_numpy()
    codes, different = pd.factorize(known)  # -1 for missing ones
    known = {value.casefold(): value for value in [*different[::-1], *reversed(values)]}  # the first spelling counts
    places = [values.setdefault(known[value.casefold()], len(values)) for value in different]
    return np.where(codes < 0, np.nan, np.array([*places, 0], float)[codes])


def keys_of(found: Table, block: pd.DataFrame, cells: pd.DataFrame) -> np.ndarray:
    """A key for each row: its group, or itself where that is not known; its time; else its cells."""
    if group := found.meta["group"]:
        known = columns.known_cells(block[group], {})
        return pd.util.hash_pandas_object(known.fillna(pd.Series(block.index, block.index)), index=False).to_numpy()
    some = pd.Series(time_of(found, block)) if found.meta["time"] else cells
    return pd.util.hash_pandas_object(some, index=False).to_numpy()


def by_hash(config: Config, keys: np.ndarray) -> np.ndarray:
    """0, 1 or 2 (train, valid, test) for each row, decided by its key and the seed alone."""
    salt = np.uint64(config.split_seed * 0x9E3779B97F4A7C15 % 2**64)
    share = pd.util.hash_array(keys ^ salt) / 2**64
    return np.select([share < config.test_share, share < config.test_share + config.valid_share], [2, 1], 0)
