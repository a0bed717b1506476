"""Texts larger than memory, counted once by several processes into arrays on disk: `python prepare.py` does it now.

A table that pandas reads in one call, or a folder with a folder of .txt files for each class. What is made of each
block of rows is kept until all are there, so that a killed preparation goes on with those it has.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from pathlib import Path

import common
from common import ROOT, Problem
from config import Config
from data import named, read_schema
from texts import READERS, Corpus, counted

import numpy as np
import pandas
from tqdm import tqdm

ROWS = 20_000  # of a table in a block, …
FILES = 2_000  # … and files of a folder: memory depends on it
MOST_WORDS = 1_000_000  # told apart; what appears later than so many others is rare
KINDS = {"numbers": np.int32, "text": np.uint8}  # arrays that are too large for memory
SPLITS = {"train": "train", "training": "train", "valid": "valid", "val": "valid", "test": "test", "testing": "test"}


class Stored(Sequence):
    """Texts in one array of bytes, decoded when one is asked for."""

    def __init__(self, content: np.ndarray, ends: np.ndarray) -> None:
        self.content, self.ends = content, ends

    def __len__(self) -> int:
        return len(self.ends)

    def __getitem__(self, row: int) -> str:
        begin = self.ends[row - 1] if row else 0
        return self.content[begin : self.ends[row]].tobytes().decode("utf-8", "surrogatepass")


def labelled(path: Path, config: Config) -> tuple[pandas.DataFrame, dict[str, str], Corpus]:
    """What data.py reads of a small table: the cells of all rows but for their texts, the columns' names, the texts."""
    schema = read_schema()
    first = pandas.DataFrame(columns=["text", "label"]) if path.is_dir() else next(frames(path, schema))
    columns = named(path, first, schema, config)
    asked = f"{path.resolve()}{path.stat().st_size}{path.stat().st_mtime_ns}{columns}{schema}"
    folder = ROOT / "prepared" / hashlib.sha256(asked.encode("utf-8", "surrogateescape")).hexdigest()[:16]
    if not (folder / "done").is_file():
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / "lock").open("w") as lock:  # another training that prepares them is waited for
            if os.name == "posix":
                import fcntl

                fcntl.flock(lock, fcntl.LOCK_EX)
            if not (folder / "done").is_file():
                left = len(list(folder.glob("block-*.npz")))
                print(f"{f'going on after {left} blocks' if left else 'preparing the texts, once'}", file=sys.stderr)
                prepare(folder, blocks_of_folder(path) if path.is_dir() else blocks_of_table(path, schema, columns))
    with np.load(folder / "rows.npz") as arrays:
        rows = dict(arrays)
    words = json.loads((folder / "words.json").read_text(encoding="utf-8"))
    numbers, content = (np.memmap(folder / f"{name}.bin", kind, "r") for name, kind in KINDS.items())
    cells = pandas.DataFrame({what: rows[what] for what in ("target", "group", "split") if what in rows})
    if path.is_dir():
        columns = {"text": "", "target": ""}
    return cells, columns, Corpus(Stored(content, rows["text_ends"]), words, numbers, rows["ends"], rows["keys"])


def frames(path: Path, schema: dict) -> Iterator[pandas.DataFrame]:
    """Blocks of rows of a table, all cells as text."""
    if path.suffix.lower() == ".parquet":
        from pyarrow.parquet import ParquetFile

        found = (batch.to_pandas() for batch in ParquetFile(path).iter_batches(ROWS))
    else:
        reader = READERS.get(path.suffix.lower(), READERS[".csv"])
        found = reader(path, chunksize=ROWS, **schema.get("read", {}))
    try:
        yield from (frame.fillna("").astype(str) for frame in found)
    except (ValueError, OSError) as error:
        raise Problem(f"{path} is no table that is plain to read ({error}); hackgen convert makes one of it") from None


def blocks_of_table(path: Path, schema: dict, columns: dict[str, str]) -> Iterator[dict[str, list[str]]]:
    """The cells of the columns that count, of rows that have a label."""
    unknown = ["", *schema.get("missing", [])]
    for frame in frames(path, schema):
        known = frame[~frame[columns["target"]].isin(unknown)]
        yield {what: known[name].tolist() for what, name in columns.items()}  # perhaps of no row


def blocks_of_folder(path: Path) -> Iterator[dict[str, list[str]]]:
    """The same of files in folders by class: their places, because each process reads its own."""
    home = path.resolve()  # links that lead out of it are left out, as hackgen said
    files = sorted(file for file in path.rglob("*.txt") if file.is_file() and file.resolve().is_relative_to(home))
    inside = [file.relative_to(path).parts for file in files]
    while len(tops := {parts[0] for parts in inside if len(parts) > 1}) == 1 and max(map(len, inside)) > 2:
        files = [file for file, parts in zip(files, inside, strict=True) if parts[0] in tops]
        inside = [parts[1:] for parts in inside if parts[0] in tops]
    given = any(SPLITS.get(parts[0].lower()) == "train" for parts in inside if len(parts) > 2)
    rows = []
    for file, parts in zip(files, inside, strict=True):
        if len(parts) > 1 + given and (not given or parts[0].lower() in SPLITS):
            split = SPLITS[parts[0].lower()] if given else ""
            rows.append((str(file), os.fsencode(parts[given]).decode("utf-8", "replace"), split))
    rows = [row for row in rows if not row[1].lower().startswith("unsup")]  # texts without a class
    for start in range(0, len(rows), FILES):
        places, labels, splits = map(list, zip(*rows[start : start + FILES], strict=True))
        yield {"file": places, "target": labels} | ({"split": splits} if given else {})


def prepare(folder: Path, blocks: Iterator[dict[str, list[str]]]) -> None:
    """Count all blocks, as many at once as there are processors, and put them together."""
    count, waiting = 0, dict[int, Future]()
    processes = os.cpu_count() or 1
    with ProcessPoolExecutor(processes) as pool:
        for number, cells in enumerate(tqdm(blocks, "counting", unit="block", disable=None)):
            count = number + 1
            if not (folder / f"block-{number}.npz").is_file():
                waiting[number] = pool.submit(count_block, folder, number, cells)
            if len(waiting) > 2 * processes:  # more would fill the memory
                waiting.pop(min(waiting)).result()
        for future in waiting.values():
            future.result()
    join(folder, count)
    for left in folder.glob("block-*.npz"):
        left.unlink()
    common.write(folder / "done", "")


def count_block(folder: Path, number: int, cells: dict[str, list[str]]) -> None:
    """Split the texts of a block into words, and write what came of it."""
    texts = cells.pop("text", None)
    if texts is None:
        texts = [Path(file).read_text(encoding="utf-8-sig", errors="replace").strip() for file in cells.pop("file")]
    corpus = counted(texts)
    packed = [text.encode("utf-8", "surrogatepass") for text in texts]
    draft = folder / f"block-{number}.tmp.npz"
    np.savez(
        draft,
        words=np.frombuffer("\n".join(corpus.words).encode("utf-8", "surrogatepass"), np.uint8),
        numbers=corpus.numbers,
        ends=corpus.ends,
        keys=corpus.keys,
        text=np.frombuffer(b"".join(packed), np.uint8),
        text_ends=np.cumsum([len(text) for text in packed], dtype=np.int64),
        **{what: np.array(some) for what, some in cells.items()},
    )
    os.replace(draft, folder / f"block-{number}.npz")


def join(folder: Path, count: int) -> None:
    """Number the words of all blocks alike, and append their arrays."""
    known: dict[str, int] = {"<rare>": 0}
    rows: dict[str, list[np.ndarray]] = {}
    before = {"ends": 0, "text_ends": 0}
    with (folder / "numbers.bin").open("wb") as numbers, (folder / "text.bin").open("wb") as text:
        for number in range(count):
            with np.load(folder / f"block-{number}.npz") as arrays:
                block = dict(arrays)
            own = block.pop("words").tobytes().decode("utf-8", "surrogatepass")
            for word in own.split("\n") if own else []:
                if len(known) < MOST_WORDS:
                    known.setdefault(word, len(known))
            places = np.array([known.get(word, 0) for word in own.split("\n")], np.int32)
            numbers.write(places[block.pop("numbers")].tobytes())
            text.write(block.pop("text").tobytes())
            for name in before:
                block[name] = block[name] + before[name]
                before[name] = int(block[name][-1]) if len(block[name]) else before[name]
            for name, array in block.items():
                rows.setdefault(name, []).append(array)
    if not before["ends"]:
        raise Problem(f"{folder}: the source holds no text with a label; name other data with --data")
    common.write(folder / "words.json", json.dumps(list(known)))
    np.savez(folder / "rows.npz", **{name: np.concatenate(some) for name, some in rows.items()})


def main() -> None:
    config = common.configured({})
    cells, _, _ = labelled(common.located(config.data), config)
    print(f"{len(cells):,} texts are ready")


if __name__ == "__main__":
    common.run(main)
