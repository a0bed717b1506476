"""Texts with a class each, from your file to train, valid and test.

Understood by --data: a CSV or TSV with a column of texts and one of labels, with or without a header.
"""

import sys
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

import cli
import tables
import words
from config import MODELS, Config
from splits import Data, Split, divide, keys, take

INPUT = "a text, a .txt file with a text per line, or a CSV or TSV with the column of texts"
SAMPLE = Path(__file__).with_name("data") / "reviews.tsv"
LABELS = ("label", "class", "target", "category", "sentiment", "spam", "y")  # names of the label's column, best first
LONGEST = 256  # words, unless --length says more: attention costs the square of it
WORD_DROPOUT = 0.1  # share of words hidden while training, so that no single word decides


def load(config: Config) -> Data:
    """Read texts and labels, divide them, and learn the vocabulary from train."""
    for knob in ("length", "rare", "vocabulary"):
        if getattr(config, knob) < 0:
            raise cli.Misuse(f"--{knob} must not be negative, got {getattr(config, knob)}")
    table, columns = read(config) if config.data else sample()
    texts, labels = table.column(columns["text"]), table.column(columns["target"])
    check_labels(table, columns["target"], labels)
    classes, numbers = np.unique(labels, return_inverse=True)
    groups = keys([" ".join(words.split(text)) for text in texts])
    if columns["group"]:
        groups = join(groups, keys(table.column(columns["group"], "--group")))
    names = [str(name) for name in classes]
    try:
        # groups of your own may hold several classes, so they are divided as they come
        rows = divide(config, groups, None if columns["group"] else numbers, names)
    except cli.Fault as fault:
        raise cli.Fault(f"{table.path}: {fault}") from None
    if len(lacking := np.setdiff1d(numbers, numbers[rows[0]])):
        raise cli.Fault(f"{table.path}: class {names[lacking[0]]!r} is not in train; try another --split-seed")
    train = [texts[row] for row in rows[0]]
    longest = max(len(words.split(text)) for text in train)
    meta = {
        "classes": names,
        "columns": columns,
        "length": config.length or max(1, min(longest, LONGEST)),
        "vocabulary": words.learn(train, config.rare, config.vocabulary),
        "data": {
            "name": table.name if config.data else "short reviews",
            "path": config.data,
            "sha256": table.sha256,
            "rows": len(texts),
        },
    }
    return Data(*(Split(encode([texts[row] for row in part], meta), numbers[part], part) for part in rows), meta)


def sample() -> tuple[tables.Table, dict[str, str]]:
    """Short reviews made for this project; those of one frame say the same thing in other words."""
    return tables.read(SAMPLE), {"text": "text", "target": "label", "group": "frame"}


def read(config: Config) -> tuple[tables.Table, dict[str, str]]:
    """Your file, and the names of its columns: text, target and group ("" = none)."""
    table = tables.read(Path(config.data))
    if len(table.columns) < 2:
        raise cli.Fault(f"{table.path} has one column only; it needs a column of texts and one of labels")
    cells = {name: table.column(name) for name in table.columns}
    target = config.target or next((c for n in LABELS for c in table.columns if c.lower() == n), "")
    others = [name for name in table.columns if name not in (target, config.group)]
    text = config.text or max(others, key=lambda name: sum(map(len, cells[name])), default="")
    if not text or tables.are_numbers(table.column(text, "--text")):
        raise cli.Fault(f"{table.path} has no column of texts besides {text or target!r}; name it with --text")
    if not target:
        distinct = {name: len(set(cells[name])) for name in others if name != text}
        few = {name: count for name, count in distinct.items() if 1 < count <= max(2, len(table.rows) // 4)}
        if not few:
            raise cli.Fault(
                f"{table.path} has no column with a few different labels (it has: {', '.join(cells)}); "
                "name it with --target"
            )
        target = min(few, key=lambda name: few[name])
    table.index(target)
    if text == target:
        raise cli.Fault(f'{table.path}: "{text}" cannot be both the texts and the labels; name both: --text, --target')
    return table, {"text": text, "target": target, "group": config.group}


def check_labels(table: tables.Table, column: str, labels: list[str]) -> None:
    """Refuse rows without a label ("none" is a fair name for a class), one class only, and what cannot be classes."""
    bad = [i for i, label in enumerate(labels) if tables.is_missing(label) and label.lower() != "none"]
    if bad:
        raise cli.Fault(
            f'{table.path}: {len(bad)} row(s) have no label in column "{column}", first line {table.lines[bad[0]]}; '
            "fill them in or delete those rows"
        )
    count = len(set(labels))
    if count < 2:
        raise cli.Fault(f'{table.path}: column "{column}" holds one class only; name another column with --target')
    if count > len(labels) / 2:
        raise cli.Fault(
            f'{table.path}: column "{column}" has {count} different labels in {len(labels)} rows, too many to learn; '
            "name another column with --target"
        )


def join(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Groups of rows that are tied by equal keys of either kind, at any remove: (rows,) numbers."""
    firsts, row_first = np.unique(one, return_inverse=True)
    seconds, row_second = np.unique(other, return_inverse=True)
    size = len(firsts) + len(seconds)
    ties = coo_matrix((np.ones(len(one)), (row_first, row_second + len(firsts))), shape=(size, size))
    return connected_components(ties, directed=False)[1][row_first]


def example_keys(split: Split) -> np.ndarray:
    """What must not stand in two splits: a fingerprint of each text as words."""
    return keys([" ".join(words.split(text)) for text in split.inputs.texts])


def augment(inputs: np.ndarray, targets: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """A training batch with some of its words hidden."""
    hidden = (inputs > words.START) & (rng.random(inputs.shape) < WORD_DROPOUT)
    return np.where(hidden, words.UNKNOWN, inputs), targets


def read_new(source: str, meta: dict[str, Any]) -> tuple[list[str], list[str]]:
    """New texts, twice: as their names and as what `encode` takes."""
    path = Path(source)
    ending = path.suffix.lower()
    if source == "-":
        texts = lines(sys.stdin.buffer.read(), "standard input")
    elif ending in (".csv", ".tsv") and is_file(path):
        texts = new_column(tables.read(path), meta["columns"]["text"])
    elif is_file(path):
        texts = lines(tables.read_bytes(path), str(path))
    elif ending in (".csv", ".tsv", ".txt") and " " not in path.name:
        raise cli.Fault(f"{path} does not exist; name {INPUT}")
    else:
        texts = [source]
    return texts, texts


def is_file(path: Path) -> bool:
    """Whether there is such a file; a long sentence is no path that every system would look for."""
    try:
        return path.is_file()
    except OSError:
        return False


def lines(raw: bytes, name: str) -> list[str]:
    """A text per line; an empty line is an empty text."""
    text = tables.decode(raw, name).replace("\r\n", "\n").removesuffix("\n")
    return text.split("\n")


def new_column(table: tables.Table, name: str) -> list[str]:
    """The texts of a new table: the column called as in training, else the only one there is."""
    if name not in table.columns and len(table.columns) > 1:
        raise cli.Fault(f'{table.path} has no column "{name}" (it has: {", ".join(table.columns)}); rename its texts')
    return table.column(name if name in table.columns else table.columns[0])


def encode(raw: list[str], meta: dict[str, Any]) -> words.Texts:
    """Texts as the model takes them, the same way as in training."""
    return words.Texts(raw, meta)


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
