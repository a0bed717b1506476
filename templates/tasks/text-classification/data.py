"""Texts with a class each, from your file to train, valid and test.

Understood by --data: a table with a column of texts and one of labels, with or without a header; or a folder with a
folder of text files for each class, optionally under train/ and test/, also in a .zip.
"""

import dataclasses
import sys
from pathlib import Path
from typing import Any

import numpy as np

import cli
import tables
from config import MODELS, Config
from scoring import balance
from splits import Data, Split, divide, join, leave_out_rare, take
from texts import labelled, plaintext, words

INPUT = "a text, a .txt file with a text per line, a folder of texts, or a table with the column of texts"
SAMPLE = Path(__file__).with_name("data") / "reviews.tsv"
TABLES = (".csv", ".tsv", ".json", ".jsonl", ".ndjson", ".parquet", ".xlsx")  # endings; others hold a text per line
LONGEST = 256  # words, unless --length says more: attention costs the square of it
WORD_DROPOUT = 0.1  # share of words hidden while training, so that no single word decides


def load(config: Config) -> Data:
    """Read texts and labels, divide them, and learn the vocabulary from train."""
    for knob in ("length", "rare", "vocabulary"):
        if getattr(config, knob) < 0:
            raise cli.Misuse(f"--{knob} must not be negative, got {getattr(config, knob)}")
    source = labelled.read(config) if config.data else labelled.sample(SAMPLE)
    check_labels(source)
    rows = np.arange(len(source.corpus))
    if not (len(source.groups) or source.is_test.any()):
        keys = np.asarray(source.corpus.keys)
        rows, labels, classes = leave_out_rare(source.path, keys, source.labels, source.classes)
        source = dataclasses.replace(source, labels=labels, classes=classes)
    parts = divide_rows(config, source, rows)
    lacking = np.setdiff1d(source.labels[rows], source.labels[parts[0]])
    if len(lacking):
        remedy = "add some" if source.is_test.any() else "try another --split-seed"
        raise cli.Fault(f"{source.path}: class {source.classes[lacking[0]]!r} is not in train; {remedy}")
    in_all, in_train = (np.bincount(source.labels[x], minlength=len(source.classes)) for x in (rows, parts[0]))
    longest = int(source.corpus.lengths[parts[0]].max())
    meta = {
        "classes": source.classes,
        **balance.facts(config, in_all, in_train),
        "columns": source.columns,
        "length": config.length or max(1, min(longest, LONGEST)),
        "vocabulary": words.learn(source.corpus, parts[0], config.rare, config.vocabulary),
        "data": {
            "name": source.name if config.data else "short reviews",
            "path": config.data,
            "sha256": source.sha256,
            "rows": len(rows),
        },
    }
    return Data(*(Split(words.Texts(source.corpus, meta, rows), source.labels[rows], rows) for rows in parts), meta)


def check_labels(source: labelled.Labelled) -> None:
    """Refuse one class only, and what cannot be classes."""
    count, column = len(source.classes), source.columns["target"]
    where = f'{source.path}: column "{column}" holds' if column else f"{source.path} holds"
    remedy = "name another column with --target" if column else "add a folder for another class"
    if count < 2:
        raise cli.Fault(f"{where} one class only; {remedy}")
    if count > len(source.labels) / 2:
        raise cli.Fault(f"{where} {count} different labels in {len(source.labels)} rows, too many to learn; {remedy}")


def divide_rows(config: Config, source: labelled.Labelled, rows: np.ndarray) -> list[np.ndarray]:
    """Some rows as train, valid and test; equal texts and groups stay together, a test set of the data is kept."""
    groups = np.asarray(source.corpus.keys)
    labels = source.labels
    if len(source.groups):
        # groups of your own may hold several classes, so they are divided as they come
        groups, labels = join(groups, source.groups), None
    try:
        if not source.is_test.any():
            labels = None if labels is None else labels[rows]
            return [rows[part] for part in divide(config, groups[rows], labels, source.classes)]
        test = np.flatnonzero(source.is_test)
        rest = np.flatnonzero(~source.is_test & ~np.isin(groups, groups[test]))
        if left_out := len(groups) - len(test) - len(rest):
            print(f"{left_out} training text(s) also stand in the test set and are left out", file=sys.stderr)
        labels = None if labels is None else labels[rest]
        train, valid, spare = divide(config, groups[rest], labels, source.classes, share_for_test=0.0)
        return [rest[np.sort(np.concatenate([train, spare]))], rest[valid], test]
    except cli.Fault as fault:
        raise cli.Fault(f"{source.path}: {fault}") from None


def example_keys(split: Split) -> np.ndarray:
    """What must not stand in two splits: a fingerprint of each text as words."""
    return split.inputs.keys


def misplaced(config: Config, split: Split, meta: dict[str, Any]) -> int:
    """How many texts of a split have other words or another class than their source, read anew, says.

    Texts of a source too large for memory are not looked at.
    """
    said, number = list(labelled.anew(config, SAMPLE)), {word: i for i, word in enumerate(meta["vocabulary"])}
    inputs, strays = take(split.inputs, np.arange(len(split))), 0
    for row, target, place in zip(inputs, split.targets, split.ids, strict=True) if said else ():
        text, label = said[place]
        known = [number.get(word, words.UNKNOWN) for word in words.split(text)[: meta["length"]]]
        same = row[row != words.PADDING].tolist() == [words.START, *known]
        strays += not same or meta["classes"][target] != label
    return strays


def augment(inputs: np.ndarray, targets: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """A training batch with some of its words hidden."""
    hidden = (inputs > words.START) & (rng.random(inputs.shape) < WORD_DROPOUT)
    return np.where(hidden, words.UNKNOWN, inputs), targets


def read_new(source: str, meta: dict[str, Any]) -> tuple[list[str], list[str]]:
    """New texts, as their names and as what `encode` takes."""
    path = Path(source)
    ending = path.suffix.lower()
    if source == "-":
        texts = lines(tables.decode(sys.stdin.buffer.read(), "standard input"))
    elif is_there(path) and (path.is_dir() or not meta["columns"]["text"]) and (files := text_files(path)):
        return [str(file) for file in files], [plaintext.read(file).strip() for file in files]  # as in training
    elif ending in TABLES and is_there(path):
        texts = new_column(tables.read(path), meta["columns"]["text"])
    elif is_there(path) and path.is_file():
        texts = lines(plaintext.read(path))
    elif ending in (*TABLES, ".txt") and " " not in path.name:
        raise cli.Fault(f"{path} does not exist; name {INPUT}")
    else:
        texts = [source]
    return texts, texts


def text_files(path: Path) -> list[Any]:
    """The file itself, or the texts of a folder or a .zip."""
    return plaintext.files(path) or plaintext.without_ending(plaintext.listing(path))


def is_there(path: Path) -> bool:
    """Whether there is such a file or folder; a long sentence is no path that every system would look for."""
    try:
        return path.exists()
    except OSError:
        return False


def lines(text: str) -> list[str]:
    """A text per line; an empty line is an empty text."""
    return text.replace("\r\n", "\n").removesuffix("\n").split("\n")


def new_column(table: tables.Table, name: str) -> list[str]:
    """The texts of a new table: the column called as in training, else the only one there is."""
    if name not in table.columns and len(table.columns) > 1:
        raise cli.Fault(f'{table.path} has no column "{name}" (it has: {", ".join(table.columns)}); rename its texts')
    return table.column(name if name in table.columns else table.columns[0])


def encode(raw: list[str], meta: dict[str, Any]) -> words.Texts:
    """Texts as the model takes them, the same way as in training."""
    return words.Texts(words.corpus(raw), meta)


def decode(output: np.ndarray, meta: dict[str, Any]) -> list[dict[str, Any]]:
    """Class probabilities as answers for people."""
    best = output.argmax(1)
    return [{"class": meta["classes"][k], "probability": float(row[k])} for k, row in zip(best, output, strict=True)]


def main() -> None:
    data = load(next(iter(MODELS.values()))())
    for name, split in (("train", data.train), ("valid", data.valid), ("test", data.test)):
        inputs = take(split.inputs, slice(0, 2))
        print(f"{name}: {len(split)} texts, a batch of two is {inputs.shape} {inputs.dtype}")
    print(f"{len(data.meta['vocabulary'])} words known, classes: {', '.join(data.meta['classes'])}")


if __name__ == "__main__":
    cli.run(main)
