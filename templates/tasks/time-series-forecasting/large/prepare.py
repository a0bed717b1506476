"""Series too large to be read at once: read in pieces, once, and kept as numbers in prepared/: `python prepare.py`.

train.py does so by itself. Rows lie in files while they are sorted into series, so that memory holds a piece.
"""

import contextlib
import functools
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import common
import series
from common import ROOT, Problem

import numpy as np
import pandas as pd
from tqdm import tqdm

PIECE = 500_000  # rows that are read at a time
BLOCK = 1_000_000  # rows that are sorted at a time
DRAFTS = ("times", "codes", "numbers", "sums", "counts", "draft.npy")
VERSION = 1  # raise it when what lies in prepared/ changes its meaning


def read(source: Path, schema: dict) -> pd.DataFrame:
    """A row for each step of the clock, a column for each series, on disk; nan before a series begins and after it."""
    files = sorted(source.glob("*.csv*")) if source.is_dir() else [source]
    files = [file for file in files if file.resolve().is_relative_to(source.resolve())]  # no links that lead out
    stamp = [VERSION, schema, *((str(file), file.stat().st_size, file.stat().st_mtime_ns) for file in files)]
    place = ROOT / "prepared" / hashlib.sha256(json.dumps(stamp, sort_keys=True).encode()).hexdigest()[:16]
    if not place.is_dir():
        place.parent.mkdir(exist_ok=True)
        draft = Path(tempfile.mkdtemp(dir=place.parent, suffix=".tmp"))
        try:
            prepare(files, source, schema, draft)
            for name in DRAFTS:  # here, where nothing is open: Windows removes and moves no such files
                (draft / name).unlink()
            os.replace(draft, place)
        except OSError:
            if not place.is_dir():  # else another training was faster
                raise
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    about = common.read_json(place / "about.json")
    values = np.load(place / "values.npy", mmap_mode="r")  # (series, steps) float32
    clock = pd.Index(np.load(place / "clock.npy"))
    clock = pd.DatetimeIndex(clock, freq=schema["step"]) if isinstance(schema["step"], str) else clock
    return pd.DataFrame(values.T, index=clock, columns=about["names"], copy=False)


def prepare(files: list[Path], source: Path, schema: dict, folder: Path) -> None:
    """Read all pieces, find the clock, and write each series at its regular steps."""
    names, ends = collect(files, source, schema, folder)
    kind = "M8[us]" if isinstance(schema["step"], str) else float
    stamps = np.memmap(folder / "times", kind, "r")
    codes, numbers = np.memmap(folder / "codes", np.int32, "r"), np.memmap(folder / "numbers", float, "r")
    clock, _ = series.on_clock(pd.Series(ends), schema)
    shape = len(names), len(clock)
    sums, counts = (np.memmap(folder / name, float, "w+", shape=shape) for name in ("sums", "counts"))
    for start in tqdm(range(0, len(codes), BLOCK), "sorting rows", delay=2, leave=False, disable=None):
        some = slice(start, start + BLOCK)
        _, step = series.on_clock(pd.Series(stamps[some]), schema, min(ends))
        place = codes[some].astype(np.int64) * len(clock) + step
        np.add.at(sums.reshape(-1), place, numbers[some])
        np.add.at(counts.reshape(-1), place, 1)
    values = np.lib.format.open_memmap(folder / "draft.npy", "w+", np.float32, shape)
    kept, missing = [], 0
    order = sorted(names) if series.columns_of(schema["columns"], "series") else names
    for name in order:
        number = names.index(name)
        known = np.flatnonzero(counts[number])
        steps = np.arange(known[0], known[-1] + 1)
        if len(known) < (1 - series.MOST_GAPS) * len(steps):
            continue
        mean = sums[number, known] / counts[number, known]
        values[len(kept)] = np.nan
        values[len(kept), steps] = mean[np.searchsorted(known, steps, "right") - 1]  # a gap repeats what was before
        missing += len(steps) - len(known)
        kept.append(name)
    if not kept:
        raise Problem(f"{source}: more than {series.MOST_GAPS:.0%} of the steps have no value; look at step there")
    if missing or len(kept) < len(names):
        left_out = f"{len(names) - len(kept)} of {len(names)} series have too many gaps and are left out"
        common.note(f"{missing} steps are missing; the value before is repeated there; {left_out}")
    np.save(folder / "values.npy", values[: len(kept)])
    np.save(folder / "clock.npy", clock.to_numpy())
    common.write_json(folder / "about.json", {"names": kept})


def collect(files: list[Path], source: Path, schema: dict, folder: Path) -> tuple[list[str], list]:
    """Append time, number of the series and value of every row to files; the names of the series, and both ends."""
    dates, keys, values = (series.columns_of(schema["columns"], role) for role in ("date", "series", "value"))
    if not dates:
        raise Problem(f"{source} is too large to go without a column of dates; name one in data/schema.toml")
    numbers: dict[str, int] = {}
    ends = []
    with contextlib.ExitStack() as stack:
        times, codes, cells = (stack.enter_context((folder / n).open("wb")) for n in ("times", "codes", "numbers"))
        for piece in tqdm(pieces(files, source, schema), "reading pieces", delay=2, leave=False, disable=None):
            for value in values:
                some = piece[piece[value].notna()]
                parts = [some[key].astype(str) for key in keys]
                if len(values) > 1 or not keys:
                    parts.insert(0, pd.Series(value, some.index))
                code, found = pd.factorize(functools.reduce(lambda left, right: left + " / " + right, parts))
                known = np.array([numbers.setdefault(name, len(numbers)) for name in found], np.int32)
                stamps = some[series.TIME]
                times.write(stamps.to_numpy("M8[us]" if stamps.dtype.kind == "M" else float).tobytes())
                codes.write(known[code].tobytes())
                cells.write(some[value].to_numpy(float).tobytes())
            ends += [piece[series.TIME].min(), piece[series.TIME].max()] if len(piece) else []
    if not ends:
        raise Problem(f"{source} has no rows with date and value; look at the formats in data/schema.toml")
    return list(numbers), [min(ends), max(ends)]


def pieces(files: list[Path], source: Path, schema: dict) -> Iterator[pd.DataFrame]:
    """The rows of all files with what they need, PIECE at a time; of a folder the file's name is the series'."""
    for file in files:
        try:
            for piece in pd.read_csv(file, dtype=str, chunksize=PIECE, **schema["read"]):
                if source.is_dir():
                    piece = named(piece, file, schema)
                yield series.typed(piece, file, schema)
        except (OSError, ValueError, Problem) as error:
            if not source.is_dir():
                raise Problem(f"{file} cannot be read: {error}") from None
            common.note(f"{file.name} is left out: {error}")


def named(piece: pd.DataFrame, file: Path, schema: dict) -> pd.DataFrame:
    """With the column that names the series, and the values called as in data/schema.toml, whatever the file says."""
    (key,), (value,) = (series.columns_of(schema["columns"], role) for role in ("series", "value"))
    others = [name for name in piece if name not in schema["columns"]]
    if value not in piece and len(others) == 1:
        piece = piece.rename(columns={others[0]: value})
    return piece.assign(**{key: file.name.partition(".")[0]})


def main() -> None:
    config = common.configured({})
    table = read(common.located(config.data), series.read_schema(config))
    print(f"{table.shape[1]} series of {len(table)} steps")


if __name__ == "__main__":
    common.run(main)
