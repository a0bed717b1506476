"""What speaks against a score once the target is known: columns that give it away, and classes that are rare."""

import re
from collections import Counter

import numpy as np

from ..columns.aggregates import Profile
from ..columns.dates import MONTHS, find_form
from ..columns.meaning import as_numbers, is_missing
from ..columns.relation import Table
from ..findings import Column, Suspect
from ..words.names import WORDS, words_of
from . import telling


def of_target(table: Table, columns: list[Column], profiles: list[Profile], target: Column, task: str) -> list[Suspect]:
    """Columns that give the target away (they are not used any more), and unequal classes."""
    found = []
    place = columns.index(target)
    if task in ("tabular-classification", "text-classification", "image-classification"):
        found += imbalance(profiles[place].counts, "rows", target.name)
    if task == "tabular-classification":
        found += rarest(profiles[place].counts, "rows", target.name)
    if table.rows >= telling.FEWEST_ROWS:
        found += _leaks(table, columns, place, task)
    given = {suspect.column for suspect in found if suspect.kind == "leakage"}
    left = [c for c in columns if c.use and c is not target and c.name not in given and c.role != "picture"]
    for suspect in found:
        if suspect.kind == "leakage" and left:  # else nothing to learn from would be left
            column = next(column for column in columns if column.name == suspect.column)
            column.use, column.why = False, f"gives {target.name} away: {suspect.detail}"
    return found


def shares(counts: dict[str, int]) -> dict[str, float]:
    """The share of each class, the most frequent first."""
    total = sum(counts.values()) or 1
    return {name: count / total for name, count in sorted(counts.items(), key=lambda item: -item[1])}


def learnt(counts: dict[str, int]) -> dict[str, int]:
    """Rows of each class without those of so few rows that they cannot be divided, unless hardly one would be left."""
    enough = {name: count for name, count in counts.items() if count >= telling.FEWEST_OF_CLASS}
    return enough if len(enough) > 1 else counts


def imbalance(counts: dict[str, int], unit: str, column: str | None) -> list[Suspect]:
    """Whether accuracy would look good without the rarest class: it has less than a fifth of an equal share."""
    found = list(shares(learnt(counts)).items())
    if len(found) < 2 or found[-1][1] >= min(0.15, 0.4 / len(found)) or found[0][1] <= 2 * found[-1][1]:
        return []
    (most, large), (least, small) = found[0], found[-1]
    return [Suspect("imbalance", column, f'"{most}" has {large:.1%} of the {unit}, "{least}" {small:.1%}')]


def rarest(counts: dict[str, int], unit: str, column: str | None) -> list[Suspect]:
    """Classes of so few rows that they cannot be divided."""
    if not (rare := {name: count for name, count in counts.items() if name not in learnt(counts)}):
        return []
    shown = ", ".join(f'"{name}" {count}×' for name, count in list(rare.items())[:4]) + (" …" if len(rare) > 4 else "")
    detail = f"{shown}: too few {unit} for train, valid and test, so training leaves them out"
    return [Suspect("rare-classes", column, detail)]


def dated_names(columns: list[Column]) -> list[str]:
    """Names of number columns that are dates, months or years one after the other: 2020-01, 2020-02 …"""
    names = [column.name for column in columns if column.role == "number"]
    years = [name for name in names if re.fullmatch(r"(19|20)\d\d", name)]
    months = [name for name in names if name[:3].lower() in MONTHS and name.isalpha()]
    whole = [name for name in names if re.search(r"\d", name) and re.search(r"[-/. ]", name)]
    whole = whole if find_form(whole) else []
    found = max((years, months, whole), key=len)
    return found if len(found) >= 6 and len(found) >= 0.7 * len(names) else []


def _leaks(table: Table, columns: list[Column], place: int, task: str) -> list[Suspect]:
    """Columns that tell the target in nearly all rows of the sample."""
    target, cells = columns[place], table.columns[place]
    known = [n for n, cell in enumerate(cells) if not is_missing(cell, target.parse)]
    if len(known) < telling.FEWEST_ROWS:
        return []
    stated = f"{len(known):,} rows looked at" if not table.whole else f"all {len(known):,} rows"
    numeric = task == "tabular-regression"
    if numeric:
        wanted = as_numbers([cells[n] for n in known], target.parse)
    else:
        wanted = np.unique([cells[n] for n in known], return_inverse=True)[1]
    found, by_name = [], []
    dated = dated_names(columns)
    earlier = set(dated) if target.name in dated else set()  # what was known before is no leak, however alike it is
    for i, column in enumerate(columns):
        if i == place or not column.use or column.role == "picture" or column.name in earlier:
            continue
        given = [table.columns[i][n] for n in known]
        if column.role == "number" and numeric:
            numbers = as_numbers(given, column.parse)
            why = telling.correlated(numbers, wanted) or telling.in_order(numbers, column, wanted)
            why = why or telling.in_ranges(given, column, wanted)
        elif numeric:
            why = telling.in_ranges(given, column, wanted) if column.role == "category" else ""
        else:
            why = telling.by_gaps(given, column, wanted)
        if not why and not numeric and column.role not in ("text", "list"):
            repeat = sum(count for count in table.counts[i].values() if count > 1) >= telling.REPEATED * len(known)
            why = telling.tells(given, column, wanted) if repeat else ""
            why = why or telling.divides(given, column, wanted)
            why = why or telling.is_class(given, wanted, column.name, target.name)
        if why:
            found.append(Suspect("leakage", column.name, f"{why} ({stated})"))
        elif _named_after(column.name, target.name):
            by_name.append(Suspect("leakage", column.name, f"its name says that it is made from {target.name}"))
    found += by_name
    if numeric:
        parts = telling.parts_of(table, columns, place, known, wanted, earlier | {s.column for s in found})
        found += [Suspect("leakage", name, told) for name, told in parts.items()]
    return found


MADE = WORDS.guessed | set("encoded encode enc prob probability score label code cat num binary".split())


def _named_after(name: str, target: str) -> bool:
    """Whether a name is the target's with a word such as encoded or predicted."""
    mine, its = Counter(words_of(name)), Counter(words_of(target))
    if set(mine) & WORDS.guessed and ("y" in mine or set(mine) - WORDS.guessed - MADE <= set(its)):
        return True  # what a model said
    rest = set(mine - its)
    return bool(its and its <= mine and rest & MADE) and all(word in MADE or word.isdigit() for word in rest)
