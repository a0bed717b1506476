"""A table of texts with a class each to train, valid and test: `python data.py` shows them."""

import importlib
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import common
import texts
from common import ROOT, Problem, note, tomllib
from config import Config
from texts import Corpus

import numpy as np
import pandas as pd

INPUT = "a text, a .txt file with one a line, a folder with one a file, a table with a column of them, or - for stdin"
SCHEMA = ROOT / "data" / "schema.toml"  # of the team's own table: its columns, how it is read
METRICS = ("accuracy", "macro F1", "average precision")
FEWEST = 5  # texts of a class in a split; with fewer a score of that class is chance
HEAVIEST = 10.0  # times as heavy as a class of average size: a class of three texts should not rule the others


class Split(NamedTuple):
    inputs: Sequence  # Texts: (rows, words) word numbers when they are cut; or what a model reads instead
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
    path, read = common.located(config.data), labelled
    if (ROOT / "prepare.py").is_file():  # laid in for texts that memory does not hold
        read = importlib.import_module("prepare").labelled
    digest = common.sha256(path)
    cells, columns, corpus = read(path, config)
    if common.sha256(path) != digest:
        raise Problem(f"{path} changed while it was read; train again, or on a copy: --data COPY")
    labels = cells["target"].to_numpy(str)
    if not 2 <= (count := len(np.unique(labels))) <= len(labels) / 2:
        raise Problem(f"{path}: column {columns['target']!r} has {count} classes in {len(labels)} rows; see --target")
    part = divided(cells, corpus.keys, config)
    rows = [np.flatnonzero(part == number) for number in range(3)]
    used = np.concatenate(rows)
    classes = np.unique(labels[used])
    if len(lacking := np.setdiff1d(classes, labels[rows[0]])):
        raise Problem(f"{path}: class {lacking[0]!r} is not in train; add some, or try another --split-seed")
    targets = np.searchsorted(classes, labels)
    meta = {
        "classes": classes.tolist(),
        **metric_and_weights(config, part, targets, classes.tolist()),
        "columns": columns,
        **texts.fit(corpus, rows[0], config),
        "data": {"name": path.name, "path": config.data, "sha256": digest, "rows": len(used)},
    }
    splits = []
    for number, some in enumerate(rows):
        inputs = texts.inputs(corpus, some, meta, config.hide if number == 0 else 0.0)
        splits.append(Split(inputs, targets[some], some, corpus.keys[some]))
    return Data(*splits, meta)


def labelled(path: Path, config: Config) -> tuple[pd.DataFrame, dict[str, str], Corpus]:
    """The columns target, group and split, as far as there are such; all columns' names in the table; the texts."""
    schema = read_schema()
    frame = texts.table(path, schema.get("read", {}))
    columns = named(path, frame, schema, config)
    missing = frame[columns["target"]].isin(["", *schema.get("missing", [])])
    if missing.all():
        raise Problem(f"{path}: column {columns['target']!r} is empty in all rows; name another with --target")
    if missing.any():
        where = f"have no label in column {columns['target']!r}, first row {int(missing.argmax()) + 1}"
        note(f"{missing.sum()} of {len(frame)} rows {where}; they are left out")
    cells = frame.loc[~missing, list(columns.values())].set_axis(list(columns), axis=1)
    return cells, columns, texts.counted(cells.pop("text").tolist())


def named(path: Path, frame: pd.DataFrame, schema: dict, config: Config) -> dict[str, str]:
    """What text, target, group and split are called in a table: a flag says it, or the schema, or they are just so."""
    columns = {"text": "text", "target": "label"} | {what: what for what in ("group", "split") if what in frame}
    columns |= {what: schema[what] for what in ("text", "target", "group", "split") if schema.get(what)}
    columns |= {what: name for what in ("text", "target", "group") if (name := getattr(config, what))}
    for what, name in columns.items():
        if name not in frame:
            remedy = f"name another with --{what}, or see hackgen convert for data in another layout"
            raise Problem(f"{path} has no column {name!r} (it has: {', '.join(frame)[:200]}); {remedy}")
    if columns["text"] == columns["target"]:
        raise Problem(f"{path}: {columns['text']!r} cannot be both texts and labels; name both: --text, --target")
    return columns


def read_schema() -> dict:
    """What data/schema.toml says about the team's table; nothing where there is none."""
    try:
        return tomllib.loads(SCHEMA.read_text(encoding="utf-8-sig")) if SCHEMA.is_file() else {}
    except ValueError as error:
        raise Problem(f"{SCHEMA}: {error}; mend that line") from None


def divided(cells: pd.DataFrame, keys: np.ndarray, config: Config) -> np.ndarray:
    """0, 1 or 2 (train, valid, test) for each row, -1 for what is left out; a split that the table says is kept."""
    labels, groups = cells["target"].to_numpy(str), cells["group"].to_numpy(str) if "group" in cells else keys
    part = np.zeros(len(cells), int)
    if "split" in cells:
        part = cells["split"].map({"valid": 1, "test": 2}).fillna(0).to_numpy(int, copy=True)
    if not (part == 2).any():
        part = common.divide(groups, labels, config)
    elif not (part == 1).any():
        rest = np.flatnonzero(part == 0)
        drawn = common.divide(groups[rest], labels[rest], config, 0.0)
        part[rest] = np.where(drawn == 2, 0, drawn)  # each class had to have one in test
    last = pd.Series(part).groupby(keys).transform("max")  # of the splits that a text of these words stands in
    torn = (part >= 0) & (part < last.to_numpy())
    part[torn] = -1
    if torn.any():
        note(f"{torn.sum()} text(s) also stand in the test set or in valid and are left out")
    return part


def metric_and_weights(config: Config, part: np.ndarray, targets: np.ndarray, classes: list[str]) -> dict:
    """For meta: which score counts, how much each class weighs in the loss, and which is the rarest.

    Where a class is so rare that accuracy would look good without it, macro F1 counts; of two classes of which one is
    in less than one of twenty, average precision: what matters is to find it. What a split hardly holds is told.

    part     (rows,) 0, 1 or 2 for train, valid and test, -1 for what is left out
    targets  (rows,) class numbers
    """
    counts = [np.bincount(targets[part == number], minlength=len(classes)) for number in range(3)]
    for name, count in zip(("train", "valid", "test"), counts, strict=True):
        if len(few := np.flatnonzero(count < FEWEST)):
            shown = ", ".join(f"{classes[k]!r} {count[k]}×" for k in few[:5]) + " …" * (len(few) > 5)
            what = "so it is hardly learnt" if name == "train" else "so its score tells little of them"
            note(f"{name} holds few examples of {len(few)} class(es): {shown}, {what}")
    shares = sum(counts) / sum(counts).sum()
    least, most = shares.min(), shares.max()
    known = METRICS if len(classes) == 2 else METRICS[:2]
    metric = config.metric or "accuracy"
    rare = least < min(0.15, 0.4 / len(classes)) and most > 2 * least
    if rare and not config.metric:
        metric = known[-1] if least < 0.05 else "macro F1"
    if metric not in known:
        raise Problem(f"no metric {metric!r} for {len(classes)} classes; use {', '.join(known)}", 2)
    balanced = {"auto": metric != "accuracy", "none": False, "balanced": True}
    if config.class_weights not in balanced:
        raise Problem(f"no class weights {config.class_weights!r}; use {', '.join(balanced)}", 2)
    weights = counts[0].sum() / (len(classes) * np.maximum(counts[0], 1))
    weights = np.minimum(weights, HEAVIEST).round(6).tolist() if balanced[config.class_weights] else None
    return {"metric": metric, "class_weights": weights, "rare_class": int(counts[0].argmin())}


def read_new(source: str, meta: dict) -> tuple[list[str], Sequence]:
    """New texts: what to call them, and these as the model takes them."""
    path = Path(source)
    ending = path.suffix.lower() if " " not in path.name else ""
    if source == "-":
        names = found = sys.stdin.read().splitlines() or [""]
    elif ending in (*texts.READERS, ".txt") and not os.path.exists(source):
        raise Problem(f"there is no {path}; name {INPUT}")
    elif ending == ".txt" and not read_schema().get("files"):
        names = found = texts.plain_text(path).splitlines()
    elif ending in texts.READERS or (ending != ".txt" and os.path.isfile(source)):
        names = found = new_rows(path, meta["columns"]["text"])
    elif os.path.exists(source):  # which bears a text that is too long for a path
        names = [str(file) for file in sorted(path.rglob("*.txt"))] if path.is_dir() else [source]
        found = [texts.plain_text(Path(name)).strip() for name in names]
    else:
        names = found = [source]
    if not names:
        raise Problem(f"{path} holds no text; name {INPUT}")
    return names, texts.inputs(texts.counted(found), np.arange(len(found)), meta)


def new_rows(path: Path, column: str) -> list[str]:
    """The texts of a new table, which is written as the team's own is, in its encoding or in UTF-8, or plainly."""
    own = read_schema().get("read", {})
    for read in (own | {"encoding": "utf-8-sig"}, own, {}):
        with suppress(Problem):
            if column in (frame := texts.table(path, read)):
                return frame[column].tolist()
    raise Problem(f"{path} has no column {column!r} (it has: {', '.join(texts.table(path, {}))[:200]}); rename one")


def decode(output: np.ndarray, meta: dict) -> list[dict]:
    """Class probabilities as answers for people."""
    return [{"class": meta["classes"][row.argmax()], "probability": float(row.max())} for row in output]


def main() -> None:
    data = load(common.configured({}))
    for name, split in zip(("train", "valid", "test"), data[:3], strict=True):
        classes, first = ", ".join(data.meta["classes"]), split.inputs.read([0])[0]
        print(f"{name}: {len(split.ids)} texts of {classes}, such as {first[:100]!r}")


if __name__ == "__main__":
    common.run(main)
