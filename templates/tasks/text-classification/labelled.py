"""Texts with their labels as one corpus, from a table or from a folder for each class; large sources are mapped."""

import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import cli
import mapped
import plaintext
import runs
import tables
import words
from archived import Member, is_archive
from config import Config
from splits import keys
from tables import reader, schema

LABELS = ("label", "class", "target", "category", "sentiment", "spam", "y")  # names of the label's column, best first
TRAIN, TEST = ("train", "training"), ("test", "testing")  # folders that divide the data already
MORE = ("valid", "validation", "val", "dev")  # joins train: valid is cut anew
UNLABELLED = ("unsup", "unlabeled", "unlabelled")  # a folder that is no class
FILES = 1000  # of a folder, read together
ARRAYS = {"labels": np.int32, "groups": np.uint64, "is_test": bool}
Files = tuple[str, list[Path | Member]]  # a class and the files that hold its texts
Block = tuple[list[str], list[str], list[str], bool]  # texts, their labels, their groups ([]: none), whether it is test


@dataclass
class Labelled:
    """All texts of a source, one a row."""

    corpus: words.Corpus
    labels: np.ndarray  # (rows,) class numbers
    groups: np.ndarray  # (rows,) keys of the column of groups, or (0,)
    is_test: np.ndarray  # (rows,) whether the source itself says that it is the test set
    classes: list[str]
    columns: dict[str, str]  # the names of text, target and group; "" = none
    name: str
    path: str  # for errors
    sha256: str


def read(config: Config) -> Labelled:
    """The source that --data names."""
    path = Path(config.data)
    if path.is_dir() or holds_texts(path):
        files = {part: list(classes) for part, classes in parts(path)}
        all_files = [file for classes in files.values() for _, some in classes for file in some]
        columns = dict.fromkeys(("text", "target", "group"), "")
        return collect(path, all_files, columns, lambda: folder_blocks(files), mapped.size(all_files) > mapped.LARGE)
    rules = schema.load()
    columns = choose_columns(first_rows(path, rules), config, rules)
    return collect(path, [path], columns, lambda: table_blocks(path, columns, rules), reader.is_large(path))


def sample(path: Path) -> Labelled:
    """Short reviews made for this project; those of one frame say the same thing in other words."""
    columns = {"text": "text", "target": "label", "group": "frame"}
    return collect(path, [path], columns, lambda: table_blocks(path, columns, schema.Schema()), False)


def collect(
    path: Path, files: list[Path], columns: dict[str, str], blocks: Callable[[], Iterable[Block]], large: bool
) -> Labelled:
    """All blocks of a source in memory, or prepared on disk once where it is large."""
    if large:
        folder, facts = mapped.prepare("texts", files, columns, lambda draft: store(blocks(), path, draft)[2])
        corpus, arrays = words.read(folder), {n: mapped.read(folder / f"{n}.bin", kind) for n, kind in ARRAYS.items()}
    else:
        corpus, arrays, facts = store(blocks(), path, None)
    order = np.argsort(np.argsort(np.array(facts["labels"])))  # classes are numbered in the order of their names
    return Labelled(
        corpus,
        order[arrays["labels"]],
        np.asarray(arrays["groups"]),
        np.asarray(arrays["is_test"]),
        sorted(facts["labels"]),
        columns,
        path.resolve().name,
        str(path),
        facts["sha256"],
    )


def store(blocks: Iterable[Block], path: Path, folder: Path | None) -> tuple[words.Corpus, dict[str, np.ndarray], dict]:
    """Blocks as a corpus, the other arrays by name, and facts: the labels in the order of their numbers, sha256."""
    writer, number = words.Writer(folder), {}
    arrays = {name: mapped.Growing(kind, folder and folder / f"{name}.bin") for name, kind in ARRAYS.items()}
    for texts, labels, groups, is_test in blocks:
        writer.add(texts)
        arrays["labels"].append([number.setdefault(label, len(number)) for label in labels])
        arrays["groups"].append(keys(groups))
        arrays["is_test"].append(np.full(len(texts), is_test))
    done = {name: growing.array() for name, growing in arrays.items()}
    return writer.finish(), done, {"labels": list(number), "sha256": runs.sha256(path)}


# A table


def first_rows(path: Path, rules: schema.Schema) -> tables.Table:
    """The first block of a table: enough to tell its columns apart."""
    names, rows, lines = next(iter(tables.blocks(path, rules.dialect)))
    table = tables.table(str(path), names, rows, lines, "")
    rules.check(str(path), table.columns)
    return table


def choose_columns(table: tables.Table, config: Config, rules: schema.Schema) -> dict[str, str]:
    """The names of a table's columns: text, target and group ("" = none)."""
    if len(table.columns) < 2:
        raise cli.Fault(f"{table.path} has one column only; it needs a column of texts and one of labels")
    cells = {name: table.column(name) for name in table.columns}
    target = config.target or rules.target or next((c for n in LABELS for c in table.columns if c.lower() == n), "")
    group = config.group or rules.group
    others = [name for name in table.columns if name not in (target, group)]
    told = [name for name in others if rules.column(name).role == "text" and rules.column(name).use]
    text = config.text or max(told or others, key=lambda name: sum(map(len, cells[name])), default="")
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
    if group:
        table.index(group, "--group")
    if text == target:
        raise cli.Fault(f'{table.path}: "{text}" cannot be both the texts and the labels; name both: --text, --target')
    return {"text": text, "target": target, "group": group}


def table_blocks(path: Path, columns: dict[str, str], rules: schema.Schema) -> Iterator[Block]:
    """A table's texts; raises `Fault` at the end where rows have no label ("none" is a fair name for a class)."""
    parse, unlabelled, line = rules.column(columns["target"]).parse, 0, 0
    for names, rows, lines in tables.blocks(path, rules.dialect):
        if not rows:
            continue
        block = tables.table(str(path), names, rows, lines, "")
        texts, labels = block.column(columns["text"]), block.column(columns["target"])
        bad = [i for i, label in enumerate(labels) if label.lower() != "none" and tables.is_missing(label, parse)]
        if bad and not unlabelled:
            line = lines[bad[0]]
        unlabelled += len(bad)
        yield texts, labels, block.column(columns["group"]) if columns["group"] else [], False
    if unlabelled:
        raise cli.Fault(
            f'{path}: {unlabelled} row(s) have no label in column "{columns["target"]}", first line {line}; '
            "fill them in or delete those rows"
        )


# Folders


def holds_texts(path: Path) -> bool:
    """Whether a path is a .zip of texts, and of no table."""
    if not is_archive(path):
        return False
    entries = plaintext.listing(path)
    tables_inside = any(file.name.lower().endswith((".csv", ".tsv")) for _, file in entries)
    return not tables_inside and any(len(parts) > 1 for parts, _ in entries)


def parts(path: Path) -> Iterator[tuple[bool, list[Files]]]:
    """Whether it is the test set, and its classes with their files: of the source itself, or of train/ and test/."""
    entries = plaintext.listing(path)
    inside = {parts[0].lower(): parts[0] for parts, _ in entries if len(parts) > 2}
    train = [inside[name] for name in (*TRAIN, *MORE) if name in inside]
    test = [inside[name] for name in TEST if name in inside]
    for is_test, folders in ((False, train), (True, test if train else [])):
        below = [[(parts[1:], file) for parts, file in entries if parts[0] == folder] for folder in folders]
        found = [pair for some in (below if train else [entries]) for pair in classes(path, some)]
        if found and (train or not is_test):
            yield is_test, found
        elif not is_test:
            raise cli.Fault(
                f"{path} holds no folders with text files; put the texts of each class into a folder of its own, "
                f"such as {path.stem}/good/1.txt"
            )


def classes(path: Path, entries: list[plaintext.Entry]) -> Iterator[Files]:
    """The folders with a text a file, each a class; empty ones are passed over."""
    folders: dict[str, list[plaintext.Entry]] = {}
    for parts, file in entries:
        if len(parts) > 1:
            folders.setdefault(parts[0], []).append((parts, file))
    for name, below in sorted(folders.items()):
        files = plaintext.texts(below) or plaintext.without_ending(below)
        if name.lower() in UNLABELLED:
            print(f"note: {name} in {path} is taken for texts without a class and left out", file=sys.stderr)
        elif files:
            yield name, files


def folder_blocks(found: dict[bool, list[Files]]) -> Iterator[Block]:
    """The texts of all classes, some files at a time."""
    old, bad = 0, []
    for is_test, of_part in found.items():
        for name, files in of_part:
            for start in range(0, len(files), FILES):
                texts = []
                for file in files[start : start + FILES]:
                    try:
                        encoding = plaintext.encoding(file, False)
                        texts.append(plaintext.read(file, False).strip())
                        old += not encoding.startswith("utf")
                    except cli.Fault as fault:
                        bad.append(str(fault))
                yield texts, [name] * len(texts), [], is_test
    if old:
        print(f"{old} file(s) are not UTF-8 and are read as Windows-1252", file=sys.stderr)
    if bad:
        print(f"{len(bad)} file(s) are left out, first: {bad[0]}", file=sys.stderr)
