"""Labels from a table that names picture files: joined by file name, with or without folders and ending."""

import os
import re
from collections import Counter
from pathlib import Path

from ..columns import delimited
from ..columns.profiles import spelled
from ..target import one_of
from ..words.names import WORDS, by_name, is_known_before, words_of
from .listing import SPLITS, TABLES, Listing, find, parts, read_bytes

LABEL_NAMES = "label labels class class_name classes target category species breed sentiment spam y".split()
SPLIT_NAMES = ("split", "set", "subset", "part", "partition", "fold")
MOST_BESIDE = 20  # tables beside a folder that are looked into for its labels …
LARGEST_TABLE = 100 << 20  # … each of at most so many bytes
IN_NAMES = "name"  # what the column is called where file names begin with the label …
FEWEST_NAMED = 5  # … of so many pictures at least
LEAST_GROUPS, MOST_GROUPS = 5, 0.8  # different values of what stays together, and share of the rows
LEAST_SHARE = 0.5  # of a column's cells must name pictures, or the table is about something else …
LEAST_COVERED = 0.2  # … and this share of the pictures must be named: a column of numbers is soon like 1.png, 2.png


def join(listing: Listing, tables: dict[str, bytes], target: str = "", group: str = "") -> str:
    """Give the pictures the labels that the best fitting table has for them, and its splits and groups if it has some.

    tables  content by name
    target  the column of labels; "" = the one called label, class … or the likeliest one
    group   the column of what stays in one split; "" = one called patient, subject …; "none" = none

    Returns the name of the column of labels, "" where no table names these pictures; what did not match is noted in the
    listing.
    Raises `ValueError` where the table fits, but has no such column.
    """
    names = Names(listing.names)
    found = []
    for name, content in tables.items():
        head, rows = cells(content, names)
        for one in one_of.groups_of(head, list(zip(*rows, strict=True))):
            if target not in one.columns:
                head, rows = one_of.joined(head, rows, one)
        share, column = max(((names.share(rows, k), -k) for k in range(len(head))), default=(0.0, 0))
        if share >= LEAST_SHARE and len(head) > 1:
            found.append((share * len(rows), name, head, rows, -column))
    if not found:
        return ""
    _, name, head, rows, column = max(found, key=lambda table: table[0])
    label, *others = label_columns(name, head, rows, column, target)
    listing.others = [head[k] for k in others]
    split = next((k for k, title in enumerate(head) if title.lower() in SPLIT_NAMES and k not in (column, label)), None)
    if split is not None and not {row[split].strip().lower() for row in rows} <= SPLITS.keys():
        split = None
    own = group_column(name, head, rows, {column, label, split}, group)
    listing.group = "" if own is None else head[own]
    listing.labels = [None] * len(listing.names)
    counts: Counter[str] = Counter()
    for row in rows:
        index = names.find(row[column])
        value = row[label].strip()
        if index is None:
            counts["row(s) name no picture here"] += 1
            continue
        if own is not None:
            listing.groups[index] = row[own].strip()
        if not value:
            counts["row(s) have no label"] += 1
        elif listing.labels[index] not in (None, value):
            counts["row(s) give a picture a second label, the first counts"] += 1
        else:
            listing.labels[index] = value
            if split is not None:
                listing.splits[index] = SPLITS[row[split].strip().lower()]
    if without := listing.labels.count(None):
        counts["picture(s) are not named in it"] += without
    listing.notes += [f"{name}: {count} {what}" for what, count in counts.items()]
    return head[label]


def listed(path: Path, target: str = "", group: str = "") -> tuple[Listing, str]:
    """The pictures that a folder, archive or table names, with their labels, and the column of these ("": folders).

    `target` and `group` are those of `join`.

    Raises `ValueError` with the line for people.
    """
    if path.is_file() and path.suffix.lower() in TABLES:
        folder = path.resolve().parent
        listing = find(folder)
        column = join(listing, {path.name: path.read_bytes()}, target, group)
        if not column:
            raise ValueError(f"no column of {path} names pictures in {folder}; put it beside them")
    else:
        listing = find(path)
        labelled = len(set(listing.labels) - {None}) >= 2
        column = "" if labelled else join(listing, tables_of(listing), target, group) or by_names(listing)
    if other := spelled([label for label in listing.labels if label is not None]):
        listing.labels = [other.get(label, label) for label in listing.labels]
        shown = ", ".join(f'"{label}" is "{usual}"' for label, usual in sorted(other.items())[:4])
        listing.notes.append(f"labels that differ in case or spaces alone are one: {shown}")
    return listing, column


def by_names(listing: Listing) -> str:
    """Give pictures called cat.0.jpg and dog_12.jpg the labels cat and dog; IN_NAMES, or "" where no names tell."""
    stems = [os.path.splitext(parts(name)[-1])[0] for name in listing.names]
    found = [re.fullmatch(r"([^\W\d_].*?)[-_. ]*\(?\d+\)?", stem) for stem in stems]
    labels = [match[1].lower() for match in found if match]
    counts = Counter(labels)
    few = len(counts) < 2 or min(counts.values()) < FEWEST_NAMED
    if len(labels) < len(found) or few or counts.keys() & WORDS.cameras:
        return ""
    listing.labels = list(labels)
    told = ", ".join(f'"{parts(listing.names[labels.index(label)])[-1]}" is "{label}"' for label in sorted(counts)[:2])
    listing.notes.append(f"classes are how names of files begin: {told}")
    return IN_NAMES


def tables_of(listing: Listing) -> dict[str, bytes]:
    """Small tables in the folder or archive, and those beside it, by name."""
    inside = [name for name in listing.tables if name.count("/") <= 1]
    tables = {name: read_bytes(listing.root, name) for name in inside[:MOST_BESIDE]}
    if not tables:
        around = sorted(listing.root.resolve().parent.iterdir())
        beside = [file for file in around if file.suffix.lower() in TABLES and file.is_file()]
        small = (file for file in beside[:MOST_BESIDE] if file.stat().st_size <= LARGEST_TABLE)
        tables = {file.name: file.read_bytes() for file in small}
    return tables


class Names:
    """Finds a picture by what a table calls it: a path, a file name, or that without its ending."""

    def __init__(self, names: list[str]) -> None:
        self.count = len(names)
        self.index: dict[str, int | None] = {}
        keys = [[], [], []]
        for number, name in enumerate(names):
            inside = parts(name)
            whole, file = "/".join(inside), inside[-1]
            stems = {os.path.splitext(whole)[0], os.path.splitext(file)[0]}
            for kind, key in ((0, whole), (1, file), *((2, stem) for stem in stems)):
                keys[kind].append((key, number))
        for kind in keys:  # the more exact name goes first; one that several pictures share means none of them
            here: dict[str, int | None] = {}
            for key, number in kind:
                here[key] = number if here.get(key, number) == number else None
            self.index = here | self.index

    def find(self, cell: str) -> int | None:
        """The number of the picture that a cell names; folders in front that do not exist here are passed over."""
        words = parts(cell.strip())
        for start in range(len(words)):
            if (number := self.index.get("/".join(words[start:]))) is not None:
                return number
        return None

    def share(self, rows: list[list[str]], column: int) -> float:
        """The share of a column's filled cells that name pictures; 0 where these are few or always the same."""
        filled = [row[column] for row in rows if row[column].strip()]
        found = [number for cell in filled if (number := self.find(cell)) is not None]
        if len(set(found)) < max(LEAST_COVERED * self.count, LEAST_SHARE * len(found), 1):
            return 0.0
        return len(found) / len(filled)


def cells(content: bytes, names: Names) -> tuple[list[str], list[list[str]]]:
    """Titles and rows of a table, each row as long as the titles; without a title line they are column1, column2 …"""
    text, _ = delimited.decoded(content)
    rows = delimited.read(text).rows if text.strip() else []
    if not rows:
        return [], []
    if any(names.find(cell) is not None for cell in rows[0]):
        return [f"column{k + 1}" for k in range(len(rows[0]))], rows
    return rows[0], rows[1:]


def label_columns(name: str, head: list[str], rows: list[list[str]], files: int, target: str) -> list[int]:
    """The column of labels: the one that is asked for, or has a telling name; else all that repeat, likeliest first."""
    others = [k for k in range(len(head)) if k != files]
    if target:
        if target in head:
            return [head.index(target)]
        raise ValueError(f'{name} has no column "{target}" (it has: {", ".join(head)}); name it with --target')
    if called := [k for title in LABEL_NAMES for k in others if head[k].lower() == title]:
        return called[:1]
    distinct = {k: len({row[k] for row in rows}) for k in others if head[k].lower() not in SPLIT_NAMES}
    several = [k for k, count in distinct.items() if 1 < count <= max(2, len(rows) / 2)]

    def order(k: int) -> tuple[float, bool, int, int]:
        return -by_name(head[k]), is_known_before(head[k]), distinct.get(k, 0), k

    return sorted(several, key=order) or [min(others, key=order)]


def group_column(name: str, head: list[str], rows: list[list[str]], taken: set[int | None], group: str) -> int | None:
    """The column that says whose pictures they are, who must not stand in two splits; None where there is none."""
    if group in head and head.index(group) not in taken:
        return head.index(group)
    others = [k for k in range(len(head)) if k not in taken]
    if group not in ("", "none"):
        has = ", ".join(head[k] for k in others)
        raise ValueError(f'{name} has no column "{group}" that could keep pictures together (it has: {has})')
    for k in () if group else others:
        known, words = [row[k] for row in rows if row[k].strip()], words_of(head[k])
        of_one = words and words[0] in WORDS.taken and set(words[1:]) <= WORDS.ids  # patient, LesionID
        if of_one and LEAST_GROUPS <= len(set(known)) <= MOST_GROUPS * len(known):
            return k
    return None
