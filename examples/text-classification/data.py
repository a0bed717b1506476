"""A table of texts with a class each to train, valid and test: `python data.py` shows them."""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import common
import metrics
from common import Problem
from config import Config
from texts import READERS, Texts, chosen_length, counted, joined, plain_text, table, vocabulary

import numpy as np

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

if TYPE_CHECKING:
    import pandas

INPUT = "a text, a .txt file with a text per line, a folder of them with a text each, or a table with a column of texts"
SAMPLE = "data/reviews.tsv"
SCHEMA = common.ROOT / "data" / "schema.toml"  # of the team's own table: its columns, how it is read


class Split(NamedTuple):
    inputs: Texts  # (rows, words) word numbers when they are cut
    targets: np.ndarray  # (rows,) class numbers
    ids: np.ndarray  # (rows,) numbers of the table's rows
    keys: np.ndarray  # (rows,) fingerprints, equal for texts of the same words


class Data(NamedTuple):
    train: Split
    valid: Split
    test: Split
    meta: dict  # plain JSON: classes, columns, vocabulary, length


def load(config: Config) -> Data:
    """Read texts and labels, divide them, and learn the vocabulary from train."""
    path = common.located(config.data or SAMPLE)
    if (common.ROOT / "prepare.py").is_file():  # laid in for texts that memory does not hold
        cells, columns, corpus = importlib.import_module("prepare").labelled(path, config)
    else:
        cells, columns = labelled(path, config)
        corpus = counted(cells["text"].tolist())
    labels = cells["target"].to_numpy(str)
    if not 2 <= (count := len(np.unique(labels))) <= len(labels) / 2:
        raise Problem(f"{path}: column {columns['target']!r} has {count} classes in {len(labels)} rows; see --target")
    keys = joined(corpus.keys, cells["group"]) if "group" in cells else corpus.keys
    alike = len(set(zip(keys.tolist(), labels.tolist(), strict=True))) == len(np.unique(keys))
    part = divided(keys, labels if alike or "group" not in cells else None, cells.get("split"), config)
    rows = [np.flatnonzero(part == number) for number in range(3)]
    used = np.concatenate(rows)
    classes = np.unique(labels[used])
    if len(lacking := np.setdiff1d(classes, labels[rows[0]])):
        raise Problem(f"{path}: class {lacking[0]!r} is not in train; add some, or try another --split-seed")
    targets = np.searchsorted(classes, labels)
    meta = {
        "classes": classes.tolist(),
        **metrics.choose(config, targets[used], part[used] == 0),
        "columns": columns,
        "length": chosen_length(np.diff(corpus.ends, prepend=0)[rows[0]], config),
        "vocabulary": vocabulary(corpus, rows[0], config),
        "data": {
            "name": path.name if config.data else "short reviews",
            "path": config.data,
            "sha256": common.sha256(path),
            "rows": len(used),
        },
    }

    def split(number: int) -> Split:
        some = rows[number]
        hide = config.hide if number == 0 else 0.0
        return Split(Texts(corpus, some, meta, hide), targets[some], some, corpus.keys[some])

    return Data(split(0), split(1), split(2), meta)


def labelled(path: Path, config: Config) -> tuple[pandas.DataFrame, dict[str, str]]:
    """The columns text and target, also group and split where there are such, and their names in the table."""
    schema = read_schema() if config.data else {"group": "frame"}  # reviews of one frame say the same in other words
    frame = table(path, schema)
    columns = named(path, frame, schema, config)
    cells = frame[list(columns.values())].set_axis(list(columns), axis=1)
    missing = cells["target"].isin(["", *schema.get("missing", [])])
    if missing.all():
        raise Problem(f"{path}: column {columns['target']!r} is empty in all rows; name another with --target")
    if missing.any():
        where = f"have no label in column {columns['target']!r}, first row {int(missing.argmax()) + 1}"
        print(f"note: {missing.sum()} of {len(frame)} rows {where}; they are left out", file=sys.stderr)
    return cells[~missing], columns


def named(path: Path, frame: pandas.DataFrame, schema: dict, config: Config) -> dict[str, str]:
    """The names of a table's columns by what they are: as the schema says, unless a flag says otherwise."""
    columns = {"text": "text", "target": "label"}
    columns |= {what: schema[what] for what in ("text", "target", "group", "split") if schema.get(what)}
    columns |= {what: name for what in ("text", "target", "group") if (name := getattr(config, what))}
    for what, name in columns.items():
        if name not in frame:
            raise Problem(
                f"{path} has no column {name!r} (it has: {', '.join(frame)[:200]}); name another with --{what}, or see "
                "hackgen convert for data in another layout"
            )
    if columns["text"] == columns["target"]:
        raise Problem(f"{path}: {columns['text']!r} cannot be both texts and labels; name both: --text, --target")
    return columns


def read_schema() -> dict:
    """What data/schema.toml says about the team's table; nothing where there is none."""
    try:
        return tomllib.loads(SCHEMA.read_text(encoding="utf-8-sig")) if SCHEMA.is_file() else {}
    except ValueError as error:
        raise Problem(f"{SCHEMA}: {error}; mend that line") from None


def divided(keys: np.ndarray, labels: np.ndarray | None, given: pandas.Series | None, config: Config) -> np.ndarray:
    """0, 1 or 2 (train, valid, test) for each row, -1 for what is left out.

    labels  None where a group holds several classes, so that groups are divided as they come
    given   what the table itself says: its test set is kept, and its valid, where there is one
    """
    if given is None or not (given == "test").any():
        return common.divide(keys, labels, config)
    part = given.map({"train": 0, "valid": 1, "test": 2}).fillna(0).to_numpy(int, copy=True)
    for later in (2, 1):
        part[(part >= 0) & (part < later) & np.isin(keys, keys[part == later])] = -1
    if repeated := int((part < 0).sum()):
        print(f"note: {repeated} training text(s) also stand in the test set and are left out", file=sys.stderr)
    if not (part == 1).any():
        rest = np.flatnonzero(part == 0)
        some = common.divide(keys[rest], None if labels is None else labels[rest], config, 0.0)
        part[rest] = np.where(some == 2, 0, some)  # each class had to have one in test
    return part


def misplaced(config: Config, split: Split, meta: dict) -> int:
    """How many rows of a split have other words or another class than the table, read anew, says; for check.py."""
    if (common.ROOT / "prepare.py").is_file():
        return 0  # to read all of such data anew takes long
    rows = labelled(common.located(config.data or SAMPLE), config)[0].iloc[split.ids]
    words = Texts(counted(rows["text"].tolist()), np.arange(len(rows)), meta)[:]
    same = np.array(meta["classes"])[split.targets] == rows["target"].to_numpy(str)
    return int((~same | (words != split.inputs[:]).any(1)).sum())


def read_new(source: str, meta: dict) -> tuple[list[str], Texts]:
    """New texts: what to call them, and these as the model takes them."""
    path = Path(source)
    ending = path.suffix.lower() if " " not in path.name else ""
    if source == "-":
        names = texts = sys.stdin.read().splitlines() or [""]
    elif ending in (*READERS, ".txt") and not os.path.exists(source):
        raise Problem(f"{path} does not exist; name {INPUT}")
    elif ending in READERS:
        column = meta["columns"]["text"]
        tried = (table(path, how) for how in (read_schema(), {}))  # as the team's own table is written, or plainly
        frame = next((some for some in tried if column in some and some[column].any()), table(path, read_schema()))
        filled = [name for name in frame if frame[name].any()] or list(frame)
        if column not in filled and len(filled) > 1:
            raise Problem(f"{path} has no column {column!r} (it has: {', '.join(frame)[:200]}); rename its texts")
        names = texts = frame[column if column in filled else filled[0]].tolist()
    elif ending == ".txt":
        names = texts = plain_text(path).splitlines()
    elif os.path.isdir(source):  # which bears a text that is too long for a path
        files = sorted(path.rglob("*.txt"))
        if not files:
            raise Problem(f"{path} holds no .txt file; name {INPUT}")
        names, texts = [str(file) for file in files], [plain_text(file).strip() for file in files]
    else:
        names = texts = [source]
    return names, Texts(counted(texts), np.arange(len(texts)), meta)


def decode(output: np.ndarray, meta: dict) -> list[dict]:
    """Class probabilities as answers for people."""
    best = output.argmax(1)
    return [{"class": meta["classes"][k], "probability": float(row[k])} for k, row in zip(best, output, strict=True)]


def main() -> None:
    data = load(common.configured({}))
    for name, split in zip(("train", "valid", "test"), data[:3], strict=True):
        batch = split.inputs[:2]
        print(f"{name}: {len(split.ids)} texts, a batch of two is {batch.shape} {batch.dtype}")
    print(f"{len(data.meta['vocabulary'])} words known, classes: {', '.join(data.meta['classes'])}")


if __name__ == "__main__":
    common.run(main)
