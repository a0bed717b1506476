"""Classes that are written as columns: a 1 in one of them and 0 in the others. As what is predicted they are one."""

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from ..columns import aggregates
from ..columns.delimited import unique
from ..columns.meaning import MISSING
from ..columns.relation import Table
from ..words.marks import NO, YES

FEWEST = 3  # columns
MOST = 200  # columns among which such are sought
VALUES = dict.fromkeys(NO, 0) | dict.fromkeys(YES, 1)  # in lower case
UNKNOWN = -1  # of cells that are empty: beside a 1 they are no other, and a row of them has no class
LABELLED = 0.5  # of the rows have a 1; where only those that hold something are written, fewer are no classes
NAME = "class"  # of what has no name in common


class OneOf(NamedTuple):
    name: str  # of the column that they become
    columns: list[str]
    values: list[str]  # what a 1 in each of them means


def groups_of(names: Sequence[str], columns: Sequence[Sequence[str]]) -> list[OneOf]:
    """The sets of columns (cells of a sample) side by side of which each row has a 1 in exactly one, or empty cells."""
    found, run = [], []
    for i, cells in enumerate([*columns, ()]):
        different = {cell.strip().lower() for cell in cells}
        known = {VALUES.get(cell) for cell in different - MISSING}
        if known == {0, 1} or (known == {1} and different & MISSING):
            run.append(i)
            continue
        if FEWEST <= len(run) <= MOST:
            found += _within(names, columns, run)
        run = []
    return found


def _within(names: Sequence[str], columns: Sequence[Sequence[str]], run: list[int]) -> list[OneOf]:
    """Such sets among columns of 0 and 1 that stand side by side: the longest ones, from the first on."""
    cells = np.array([[VALUES.get(cell.strip().lower(), UNKNOWN) for cell in columns[i]] for i in run])  # by columns
    found, start = [], 0
    while start <= len(run) - FEWEST:
        ones, open_ = ((cells[start:] == value).cumsum(0) for value in (1, UNKNOWN))
        fits = (ones == 1) | ((ones == 0) & (open_ > 0))  # each row has its 1 before the first end at which all do
        enough = (ones == 1).mean(1) >= LABELLED
        ends = [end for end in range(FEWEST, len(ones) + 1) if fits[end - 1].all() and enough[end - 1]]
        if ends:
            found.append(_named(names, run[start : start + ends[-1]]))
            start += ends[-1]
        else:
            start += 1
    return found


def _named(names: Sequence[str], places: list[int]) -> OneOf:
    members = [names[i] for i in places]
    first, last = min(members), max(members)
    alike = next((k for k, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), len(first))
    stem = re.match(r"(.*[_.=\- ])?", first[:alike])[0]
    values = [member[len(stem) :] for member in members] if all(len(m) > len(stem) for m in members) else members
    return OneOf(unique(stem.rstrip("_.=- ") or NAME, names), members, values if stem else members)


def merge(table: Table, found: OneOf) -> None:
    """Make one column of these, where the first stood; a row without a 1, or with several, has none of the values."""
    places = [table.names.index(name) for name in found.columns]
    kept = [i for i in range(len(table.names)) if i not in places[1:]]
    table.names, table.sample = joined(table.names, table.sample, found)
    for cached in ("columns", "counts", "known"):
        vars(table).pop(cached, None)
    table.dialect["one_of"] = found._asdict()
    if not table.whole:
        before = table.relax
        table.relation = _merged(table.relation, places, kept, found.values)

        def relax() -> None:
            before()
            table.relation = _merged(table.relation, places, kept, found.values)

        table.relax = relax if before else None


def joined(names: Sequence[str], rows: Sequence[Sequence[str]], found: OneOf) -> tuple[list[str], list[list[str]]]:
    """Names and rows with one column for these."""
    places = [names.index(name) for name in found.columns]
    kept = [i for i in range(len(names)) if i not in places[1:]]

    def value(row: Sequence[str]) -> str:
        ones = [k for k, i in enumerate(places) if VALUES.get(row[i].strip().lower()) == 1]
        return found.values[ones[0]] if len(ones) == 1 else ""

    merged = [[value(row) if i == places[0] else row[i] for i in kept] for row in rows]
    return [found.name if i == places[0] else names[i] for i in kept], merged


def _merged(relation: str, places: list[int], kept: list[int], values: list[str]) -> str:
    """The relation in SQL."""
    written = ", ".join(f"'{cell}'" for cell, value in VALUES.items() if value)
    ones = [f"coalesce(lower(trim(c{i})) IN ({written}), false)" for i in places]
    cases = " ".join(f"WHEN {one} THEN {aggregates.text(value)}" for one, value in zip(ones, values, strict=True))
    single = " + ".join(f"CAST({one} AS INTEGER)" for one in ones)
    cells = [f"CASE WHEN {single} <> 1 THEN NULL {cases} END" if i == places[0] else f"c{i}" for i in kept]
    return f"(SELECT {', '.join(f'{cell} AS c{n}' for n, cell in enumerate(cells))} FROM {relation})"


def again(table: Table, dialect: dict[str, Any]) -> None:
    """Merge what an inspection has merged, in the same table opened anew."""
    if "one_of" in dialect:
        merge(table, OneOf(**dialect["one_of"]))
