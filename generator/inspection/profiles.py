"""What is counted of each column: rows, missing cells, ranges, lengths, values, in two passes over the table.

The sample says how cells are written, which words and sentinels mean "not known", and which columns have few values.
The first pass (SQL) aggregates the others; the second counts each value of those with few, from which all else about
them follows exactly. Values of the others are counted exactly in small tables, and estimated in large ones.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import duckdb
import numpy as np

from .cells import EPOCHS, ISO, LOOKED_AT, Look, fits, look, one
from .numbers import MISSING, as_numbers, far_values, is_missing, to_number
from .relation import Table

FEW = 5000  # different values up to which each is counted
RARE = 0.01  # of the known cells of a sample: as many may be the only ones of their value, where values are few
NONE, MOST_KINDS, OFTEN = "none", 50, 0.05  # "None" is a kind, where it is so frequent a one of at most so many
SMALL = 200_000  # rows up to which different values are counted exactly in any column
BATCH = 300  # columns in one query
BATCH_COUNTED = 64  # the same where their values are counted, for which DuckDB takes megabytes each
COMPARED = 4_000_000  # rows up to which all are compared; of more, a share by their content
LARGEST = 1e100  # a number that can be squared


@dataclass
class Profile:
    """What was counted of one column."""

    look: Look
    known: int = 0  # cells that are not missing
    distinct: int = 0
    estimated: bool = False  # distinct is an estimate
    low: float | None = None
    high: float | None = None
    mean: float | None = None
    whole: bool = False  # all numbers are integers
    odd: int = 0  # cells that are neither missing nor of the column's kind
    length: float = 0.0  # mean, in characters
    span: tuple[str, str] | None = None  # first and last date
    counts: dict[str, int] = field(default_factory=dict)  # exact, where values are few
    few: bool = False  # so few different values, by the sample, that each is counted
    cells: Counter[str] = field(default_factory=Counter)  # as they are written: all where values are few, else a sample
    far: list[float] = field(default_factory=list)  # sentinels, which count as missing

    @property
    def is_number(self) -> bool:
        """Whether its cells are compared as numbers."""
        return self.look.kind == "number" or self.look.parse.get("format") in EPOCHS


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
    if profile.look.kind == "words" and _says_none(counts, profile.cells):
        parse["unknown"] = sorted(MISSING - {"", NONE})
    single = sum(count == 1 for count in counts.values())
    profile.few = len(counts) <= FEW and single <= RARE * counts.total()
    return profile


def _says_none(counts: Counter[str], cells: Counter[str]) -> bool:
    """Whether "None" is a value: a sleep disorder or a pool is not unknown then, but there is none."""
    none = sum(count for cell, count in cells.items() if cell.strip().lower() == NONE)
    return 0 < len(counts) <= MOST_KINDS and none >= OFTEN * cells.total()


# SQL


def _text(value: str) -> str:
    """A text as SQL writes it."""
    return "'" + value.replace("'", "''") + "'"


def _means_missing(cell: str, parse: dict[str, Any]) -> str:
    """Whether a cell is a word for "not known", in SQL; a pattern, as lists of words would be joined to every row."""
    words = sorted({word.lower() for word in (*MISSING, *map(str, parse.get("missing", ())))} - {""})
    pattern = _text(rf"(?i)\s*(?:{'|'.join(map(re.escape, words))})?\s*")
    return f"strlen({cell}) <= {max(map(len, words)) * 4 + 2} AND regexp_full_match({cell}, {pattern})"


def _value(i: int, profile: Profile) -> str:
    """A cell as what is compared and counted, NULL where it is missing: a number, else its text."""
    cell, parse = f"c{i}", profile.look.parse
    if not profile.is_number:
        return f"CASE WHEN {_means_missing(cell, parse)} THEN NULL ELSE {cell} END"
    marks = parse.get("strip", ())
    for mark in [marks] if isinstance(marks, str) else marks:
        cell = f"replace({cell}, {_text(mark)}, '')"
    if thousands := parse.get("thousands"):
        for mark in sorted({thousands, " ", "\u00a0", "\u202f"}):
            cell = f"replace({cell}, {_text(mark)}, '')"
    if parse.get("decimal", ".") != ".":
        cell = f"replace({cell}, {_text(parse['decimal'])}, '.')"
    number = f"TRY_CAST({cell} AS DOUBLE)"
    usual = f"{number} BETWEEN -{LARGEST} AND {LARGEST}"  # neither NaN nor infinite
    words = (to_number(str(word), {**parse, "missing": []}) for word in parse.get("missing", ()))
    if sentinels := sorted({word for word in words if word is not None}):
        usual += "".join(f" AND {number} <> {value!r}" for value in sentinels)
    return f"CASE WHEN {usual} THEN {number} END"


def _aggregates(table: Table, i: int, profile: Profile, exact: bool) -> dict[str, str]:
    """What is asked of one column in the pass over the table: {name: SQL}."""
    value = f"v{i}"
    asked = {"known": f"count({value})"}
    asked["distinct"] = f"count(DISTINCT {value})" if exact else f"approx_count_distinct({value})"
    if profile.is_number:
        asked |= {"low": f"min({value})", "high": f"max({value})", "mean": f"avg({value})"}
        missing = _means_missing(f"c{i}", profile.look.parse)
        asked["odd"] = f"count_if(CASE WHEN {value} IS NULL AND c{i} IS NOT NULL THEN NOT ({missing}) ELSE false END)"
        if profile.whole:
            asked["whole"] = f"bool_and({value} = floor({value}))"
        return asked
    asked["length"] = f"avg(length({value}))"
    if profile.look.kind == "date":
        forms = profile.look.forms
        days = [f"TRY_CAST({value} AS TIMESTAMP)" if f == ISO else f"TRY_STRPTIME({value}, {_text(f)})" for f in forms]
        if forms == [ISO] and len({len(cell) for cell in table.known[i]}) == 1:
            days = [value]  # of equal length they are in the order of their letters
        day = days[0] if len(days) == 1 else f"coalesce({', '.join(days)})"
        asked |= {"first": f"CAST(min({day}) AS VARCHAR)", "last": f"CAST(max({day}) AS VARCHAR)"}
    return asked


def _aggregate(table: Table, batch: list[int], profiles: list[Profile], exact: bool, with_rows: bool) -> None:
    """One pass: what is known, ranges and lengths of some columns; with_rows also which rows repeat another."""
    asked = {i: _aggregates(table, i, profiles[i], exact) for i in batch}
    inner = [part for i in batch for part in (f"{_value(i, profiles[i])} AS v{i}", f"c{i}")]
    outer = ["count(*)", *(sql for of_one in asked.values() for sql in of_one.values())]
    if with_rows:
        share = -(-table.likely_rows // COMPARED)
        inner.append(f"hash({', '.join(f'c{i}' for i in range(len(table.names)))}) AS h")
        outer.append("list(h)" + (f" FILTER (WHERE h % {share} = 0)" if share > 1 else ""))
    selected = ", ".join(f"{sql} AS a{n}" for n, sql in enumerate(outer))
    answer = iter(table.one_with_lists(f"SELECT {selected} FROM (SELECT {', '.join(inner)} FROM {{relation}})"))
    table.rows = next(answer)
    for i, of_one in asked.items():
        found = {name: next(answer) for name in of_one}
        profile = profiles[i]
        profile.known, profile.distinct, profile.estimated = found["known"], found["distinct"], not exact
        profile.low, profile.high, profile.mean = found.get("low"), found.get("high"), found.get("mean")
        profile.length, profile.odd = found.get("length") or 0.0, found.get("odd") or 0
        profile.whole = bool(found.get("whole"))
        if found.get("first"):
            profile.span = tuple(found[name].removesuffix(" 00:00:00") for name in ("first", "last"))
    if with_rows:
        hashes = np.sort(next(answer))
        table.compared = len(hashes)
        table.repeated = int((hashes[1:] == hashes[:-1]).sum())


def _count(table: Table, batch: list[int], profiles: list[Profile]) -> None:
    """One pass that counts each value of some columns; all else about them follows from that."""
    try:
        found = table.one(f"SELECT {', '.join(f'histogram(c{i})' for i in batch)} FROM {{relation}}")
    except duckdb.OutOfMemoryException:  # the sample was wrong about them
        return _aggregate(table, batch, profiles, exact=False, with_rows=False)
    for i, raw in zip(batch, found, strict=True):
        cells: Counter[str] = Counter()
        for cell, count in (raw or {}).items():
            if cell is not None:
                cells[cell.strip()] += count
        profiles[i].cells = cells
        _of_counts(profiles[i])
    return None


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
        by_text = {_spelled(value): count for value, count in counts.items()}
    else:
        by_text = there
        profile.known, profile.distinct = sum(by_text.values()), len(by_text)
        profile.length = sum(len(cell) * count for cell, count in by_text.items()) / max(profile.known, 1)
    if profile.look.kind == "date":
        profile.span = _span(profile, by_text)
    if profile.distinct <= FEW:
        profile.counts = by_text


def _spelled(value: float) -> str:
    """A counted number as text: 3 for 3.0."""
    short = f"{value:g}"
    return short if float(short) == value else repr(value)


def _span(profile: Profile, cells: Iterable[str]) -> tuple[str, str] | None:
    """The first and the last date among some cells."""
    form = profile.look.forms[0]
    if form in EPOCHS and profile.low is not None:
        return tuple(one(repr(value), form).isoformat(" ", "seconds") for value in (profile.low, profile.high))
    days = [one(cell, form) for form in profile.look.forms for cell in cells if fits(cell, form)]
    return tuple(day.isoformat(" ").removesuffix(" 00:00:00") for day in (min(days), max(days))) if days else None
