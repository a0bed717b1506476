"""Texts with their labels as one corpus, from a table or from a folder for each class; large sources are mapped."""

import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import cli
import runs
import tables
from config import Config
from support import mapped
from tables import reader, schema
from texts import plaintext, text_blocks, words
from texts.archived import Member, is_archive

LABELS = ("label", "class", "target", "category", "sentiment", "spam", "y")  # names of the label's column, best first
TRAIN, TEST = ("train", "training"), ("test", "testing")  # folders that divide the data already
MORE = ("valid", "validation", "val", "dev")  # joins train: valid is cut anew
UNLABELLED = ("unsup", "unlabeled", "unlabelled")  # a folder that is no class
OF_SAMPLE = {"text": "text", "target": "label", "group": "frame"}  # its columns
ARRAYS = {"labels": np.int32, "groups": np.uint64, "is_test": bool}


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
        found = text_blocks.some_at_a_time(parts(path))
        files = [file for _, _, some in found for file in some]
        columns = dict.fromkeys(text_blocks.COLUMNS, "")
        if mapped.size(files) <= mapped.LARGE:
            return labelled(path, columns, *store(path, columns, map(text_blocks.of_files, found), None))
        return prepare(path, files, columns, lambda _: text_blocks.files_job(path, found))
    rules = schema.load()
    columns = choose_columns(first_rows(path, rules), config, rules)
    if not reader.is_large(path):
        return labelled(path, columns, *store(path, columns, text_blocks.of_table(path, columns, rules), None))
    return prepare(path, [path], columns, lambda draft: text_blocks.table_job(draft, path, columns, rules))


def sample(path: Path) -> Labelled:
    """Short reviews made for this project; those of one frame say the same thing in other words."""
    blocks = text_blocks.of_table(path, OF_SAMPLE, schema.Schema())
    return labelled(path, OF_SAMPLE, *store(path, OF_SAMPLE, blocks, None))


def anew(config: Config, sample: Path) -> Iterator[tuple[str, str]]:
    """Each text with its label, straight from the source, by row; none of a large source, which takes long."""
    path, rules = Path(config.data) if config.data else sample, schema.load() if config.data else schema.Schema()
    if path.is_dir() or holds_texts(path):
        found = text_blocks.some_at_a_time(parts(path))
        is_large = mapped.size([file for _, _, some in found for file in some]) > mapped.LARGE
        blocks = map(text_blocks.of_files, found)
    else:
        columns = choose_columns(first_rows(path, rules), config, rules) if config.data else OF_SAMPLE
        is_large, blocks = reader.is_large(path), text_blocks.of_table(path, columns, rules)
    for block in () if is_large else blocks:
        names = text_blocks.about(block)["labels"]
        texts = words.Stored(block["text_bytes"], np.cumsum(block["text_lengths"]))
        yield from zip(texts, (names[k] for k in block["labels"]), strict=True)


def prepare(path: Path, files: list[Path | Member], columns: dict[str, str], job: Callable) -> Labelled:
    """A large source, from the arrays that were made of it before, or are made now by several processes.

    job  gives for a folder what the processes must know, and the number of blocks
    """

    def make(draft: Path) -> dict[str, Any]:
        facts = store(path, columns, text_blocks.prepared(draft, *job(draft)), draft)[2]
        text_blocks.tidy(draft, {"words.txt", *(f"{name}.bin" for name in (*words.ARRAYS, *ARRAYS))})
        return facts

    folder, facts = mapped.prepare("texts", files, columns, make)
    arrays = {name: mapped.read(folder / f"{name}.bin", kind) for name, kind in ARRAYS.items()}
    return labelled(path, columns, words.read(folder), arrays, facts)


def store(
    path: Path, columns: dict[str, str], blocks: Iterable[text_blocks.Found], folder: Path | None
) -> tuple[words.Corpus, dict[str, np.ndarray], dict[str, Any]]:
    """Blocks as a corpus, the other arrays by name, and facts: the labels in the order of their numbers, sha256."""
    writer, number, odd = words.Writer(folder), {}, {}
    arrays = {name: mapped.Growing(kind, folder and folder / f"{name}.bin") for name, kind in ARRAYS.items()}
    for found in blocks:
        about = text_blocks.about(found)
        writer.add(found)
        own = np.array([number.setdefault(label, len(number)) for label in about["labels"]], np.int32)
        arrays["labels"].append(own[found["labels"]])
        arrays["groups"].append(found["groups"])
        arrays["is_test"].append(found["is_test"])
        for kind, (count, first) in about["odd"].items():
            odd[kind] = [odd[kind][0] + count, odd[kind][1]] if kind in odd else [count, first]
    done = {name: growing.array() for name, growing in arrays.items()}
    tell(path, columns, odd, len(done["labels"]))
    return writer.finish(), done, {"labels": list(number), "sha256": runs.sha256(path)}


def tell(path: Path, columns: dict[str, str], odd: dict[str, list], kept: int) -> None:
    """Say what is odd in a source and left out; raises `Fault` where no text of it has a label."""
    if "unlabelled" in odd:
        count, line = odd["unlabelled"]
        if not kept:
            raise cli.Fault(f'{path}: column "{columns["target"]}" is empty in all rows; name another with --target')
        where = f'have no label in column "{columns["target"]}", first line {line}'
        print(f"note: {count} of {count + kept} rows {where}; they are left out", file=sys.stderr)
    if "old" in odd:
        print(f"{odd['old'][0]} file(s) are not UTF-8 and are read as Windows-1252", file=sys.stderr)
    if "bad" in odd:
        print(f"{odd['bad'][0]} file(s) are left out, first: {odd['bad'][1]}", file=sys.stderr)


def labelled(
    path: Path, columns: dict[str, str], corpus: words.Corpus, arrays: dict[str, np.ndarray], facts: dict[str, Any]
) -> Labelled:
    """What `store` gave, with classes numbered in the order of their names."""
    order = np.argsort(np.argsort(np.array(facts["labels"])))
    groups, is_test = np.asarray(arrays["groups"]), np.asarray(arrays["is_test"])
    names = sorted(facts["labels"]), columns, path.resolve().name, str(path), facts["sha256"]
    return Labelled(corpus, order[arrays["labels"]], groups, is_test, *names)


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


# Folders


def holds_texts(path: Path) -> bool:
    """Whether a path is a .zip of texts, and of no table."""
    if not is_archive(path):
        return False
    entries = plaintext.listing(path)
    tables_inside = any(file.name.lower().endswith((".csv", ".tsv")) for _, file in entries)
    return not tables_inside and any(len(parts) > 1 for parts, _ in entries)


def parts(path: Path) -> Iterator[text_blocks.Part]:
    """The classes of the source with their files, of the source itself or of its train/ and test/."""
    entries = plaintext.listing(path)
    inside = {parts[0].lower(): parts[0] for parts, _ in entries if len(parts) > 2}
    train = [inside[name] for name in (*TRAIN, *MORE) if name in inside]
    test = [inside[name] for name in TEST if name in inside]
    for is_test, folders in ((False, train), (True, test if train else [])):
        below = [[(parts[1:], file) for parts, file in entries if parts[0] == folder] for folder in folders]
        found = [pair for some in (below if train else [entries]) for pair in classes(path, some)]
        if found and (train or not is_test):
            yield from ((name, is_test, files) for name, files in found)
        elif not is_test:
            raise cli.Fault(
                f"{path} holds no folders with text files; put the texts of each class into a folder of its own, "
                f"such as {path.stem}/good/1.txt"
            )


def classes(path: Path, entries: list[plaintext.Entry]) -> Iterator[tuple[str, list[Path | Member]]]:
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
