"""What is counted of each column: rows, missing cells, ranges, lengths, values, in two passes over the table.

The sample says how cells are written, which words and sentinels mean "not known", and which columns have few values.
The first pass (SQL) aggregates the others; the second counts each value of those with few, from which all else about
them follows exactly. Values of the others are counted exactly in small tables, and estimated in large ones.
"""

from collections import Counter
from collections.abc import Iterable

import duckdb
import numpy as np

from . import aggregates
from .aggregates import Profile
from .cells import EPOCHS, LOOKED_AT, far_values, look
from .dates import fits, one
from .meaning import MISSING, as_numbers, is_missing
from .relation import Table

FEW = 5000  # different values up to which each is counted
RARE = 0.01  # of the known cells of a sample: as many may be the only ones of their value, where values are few
NONE, MOST_KINDS, OFTEN = "none", 50, 0.05  # "None" is a kind, where it is so frequent a one of at most so many
SMALL = 200_000  # rows up to which different values are counted exactly in any column
BATCH = 300  # columns in one query
BATCH_COUNTED = 64  # the same where their values are counted, for which DuckDB takes megabytes each


def profiles_of(table: Table) -> list[Profile]:
    """The profile of each column; also counts the rows of a table that did not know them, and the repeated ones."""
    profiles = [_from_sample(table, i, name) for i, name in enumerate(table.names)]
    if table.whole:  # the sample is all there is
        for profile in profiles:
            _of_counts(profile)
        table.compared = len(table.sample)
        table.repeated = table.compared - len(set(map(tuple, table.sample)))
        return profiles
    exact = 0 < table.rows <= SMALL
    many = [i for i, profile in enumerate(profiles) if not profile.few]
    size = BATCH_COUNTED if exact else BATCH
    for start in range(0, max(len(many), 1), size):
        _aggregate(table, many[start : start + size], profiles, exact, with_rows=start == 0)
    few = [i for i, profile in enumerate(profiles) if profile.few]
    for start in range(0, len(few), BATCH_COUNTED):
        _count(table, few[start : start + BATCH_COUNTED], profiles)
    for i, profile in enumerate(profiles):
        if profile.look.kind == "date" and not profile.span:
            profile.span = _span(profile, table.known[i])
    return profiles


def _from_sample(table: Table, i: int, name: str) -> Profile:
    """How the cells of a column are written, what stands for "not known", and whether values are few."""
    counts = table.known[i]
    profile = Profile(look(name, counts, [cell for cell in table.columns[i][:LOOKED_AT] if cell in counts]))
    profile.cells = table.counts[i]
    parse = profile.look.parse
    if profile.is_number:
        values = dict(zip(counts, as_numbers(list(counts), parse).tolist(), strict=True))
        profile.whole = all(value != value or value == int(value) for value in values.values())
        if profile.look.kind == "number" and (far := far_values(counts, values)):
            profile.far = far
            spelled = [cell for cell, value in values.items() if value in far]
            parse["missing"] = [*parse.get("missing", ()), *spelled]
    none = sum(count for cell, count in profile.cells.items() if cell.strip().lower() == NONE)
    if profile.look.kind == "words" and 0 < len(counts) <= MOST_KINDS and none >= OFTEN * profile.cells.total():
        parse["unknown"] = sorted(MISSING - {"", NONE})  # a sleep disorder or a pool is not unknown then: there is none
    single = sum(count == 1 for count in counts.values())
    profile.few = len(counts) <= FEW and single <= RARE * counts.total()
    return profile


def _aggregate(table: Table, batch: list[int], profiles: list[Profile], exact: bool, with_rows: bool) -> None:
    """One pass: what is known, ranges and lengths of some columns; with_rows also which rows repeat another."""
    table.rows, answers, hashes = aggregates.ask(table, batch, profiles, exact, with_rows)
    for i, found in answers.items():
        ends = [found.pop(end, None) for end in ("first", "last")]
        vars(profiles[i]).update(found, estimated=not exact)
        if ends[0]:
            profiles[i].span = tuple(end.removesuffix(" 00:00:00") for end in ends)
    if with_rows:
        hashes = np.sort(hashes)
        table.compared = len(hashes)
        table.repeated = int((hashes[1:] == hashes[:-1]).sum())


def _count(table: Table, batch: list[int], profiles: list[Profile]) -> None:
    """One pass that counts each value of some columns; all else about them follows from that."""
    try:
        found = table.asked(f"SELECT {', '.join(f'histogram(c{i})' for i in batch)} FROM {{relation}}").fetchone()
    except duckdb.OutOfMemoryException:  # the sample was wrong about them
        return _aggregate(table, batch, profiles, exact=False, with_rows=False)
    for i, raw in zip(batch, found, strict=True):
        cells: Counter[str] = Counter()
        for cell, count in (raw or {}).items():
            if cell is not None:
                cells[cell.strip()] += count
        profiles[i].cells = cells
        _of_counts(profiles[i])


def _of_counts(profile: Profile) -> None:
    """Everything about a column whose cells are all counted."""
    parse = profile.look.parse
    there = {cell: count for cell, count in profile.cells.items() if not is_missing(cell, parse)}
    if profile.is_number:
        counts: Counter[float] = Counter()
        for cell, value in zip(there, as_numbers(list(there), parse).tolist(), strict=True):
            if value == value:
                counts[value] += there[cell]
        profile.known, profile.distinct = counts.total(), len(counts)
        profile.odd = sum(there.values()) - profile.known
        if counts:
            profile.low, profile.high = min(counts), max(counts)
            profile.mean = sum(value * count for value, count in counts.items()) / profile.known
        profile.whole = bool(counts) and all(value == int(value) for value in counts)
        by_text = {s if float(s := f"{v:g}") == v else repr(v): count for v, count in counts.items()}  # 3 for 3.0
    else:
        kinds = profile.look.kind == "words" and len(there) <= min(FEW, sum(there.values()) / 2)  # else names, codes
        by_text = alike(there) if kinds else there
        profile.known, profile.distinct = sum(by_text.values()), len(by_text)
        profile.length = sum(len(cell) * count for cell, count in by_text.items()) / max(profile.known, 1)
    if profile.look.kind == "date":
        profile.span = _span(profile, by_text)
    if profile.distinct <= FEW:
        profile.counts = by_text


def alike(cells: dict[str, int]) -> dict[str, int]:
    """Counted cells, those that differ in case or spaces alone as one: as most rows spell it."""
    spellings: dict[str, str] = {}
    found: Counter[str] = Counter()
    for cell, count in sorted(cells.items(), key=lambda item: -item[1]):
        found[spellings.setdefault(plainly(cell), cell)] += count
    return dict(found)


def spelled(cells: Iterable[str]) -> dict[str, str]:
    """How most cells spell what each of them says, {cell: spelling}, for those that differ from it."""
    usual: dict[str, str] = {}
    for cell, _ in Counter(cells).most_common():
        usual.setdefault(plainly(cell), cell)
    return {cell: other for cell in set(cells) if (other := usual[plainly(cell)]) != cell}


def plainly(cell: str) -> str:
    """A cell as it is compared with others."""
    return " ".join(cell.casefold().split())


def _span(profile: Profile, cells: Iterable[str]) -> tuple[str, str] | None:
    """The first and the last date among some cells."""
    form = profile.look.forms[0]
    if form in EPOCHS and profile.low is not None:
        return tuple(one(repr(value), form).isoformat(" ", "seconds") for value in (profile.low, profile.high))
    days = [one(cell, form) for form in profile.look.forms for cell in cells if fits(cell, form)]
    return tuple(day.isoformat(" ").removesuffix(" 00:00:00") for day in (min(days), max(days))) if days else None
