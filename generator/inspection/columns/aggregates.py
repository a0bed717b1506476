"""What is asked of the columns of a large table in one pass over it, in SQL."""

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..words.marks import MIXED, STYLES
from . import dates as rules
from .cells import EPOCHS, Look
from .dates import ISO
from .meaning import LARGEST, MISSING, to_number
from .relation import Table

COMPARED = 4_000_000  # rows up to which all are compared; of more, a share by their content


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


def ask(
    table: Table, batch: list[int], profiles: list[Profile], exact: bool, with_rows: bool
) -> tuple[int, dict[int, dict[str, Any]], np.ndarray]:
    """One pass: the rows of a table, what is counted of some columns, and the hashes of rows (none unless with_rows).

    exact  different values are counted, not estimated
    """
    asked = {i: _aggregates(table, i, profiles[i], exact) for i in batch}
    cells = [f"c{i}" for i in (range(len(table.names)) if with_rows else batch)]
    numbers = [i for i in batch if profiles[i].is_number]
    casts = [f"{cast(f'c{i}', profiles[i].look.parse)} AS n{i}" for i in numbers]
    inner = [part for i in batch for part in (f"{_value(i, profiles[i])} AS v{i}", f"c{i}")]
    outer = ["count(*)", *(sql for of_one in asked.values() for sql in of_one.values())]
    if with_rows:
        share = -(-table.likely_rows // COMPARED)
        inner.append(f"hash({', '.join(cells)}) AS h")
        some = f" FILTER (WHERE h % {share} = 0)" if share > 1 else ""
        outer.append(f"coalesce(list(h){some}, [])")  # few different rows may all be left out
    selected = ", ".join(f"{sql} AS a{n}" for n, sql in enumerate(outer))
    source = f"(SELECT {', '.join(cells + casts)} FROM {{relation}})"  # a cast would be made wherever it is named
    query = f"SELECT {selected} FROM (SELECT {', '.join(inner)} FROM {source})"
    values = (column[0] for column in table.asked(query).fetchnumpy().values())  # lists as arrays take less memory
    answer = (None if v is np.ma.masked else v.item() if isinstance(v, np.generic) else v for v in values)
    rows = next(answer)
    found = {i: {name: next(answer) for name in of_one} for i, of_one in asked.items()}
    return rows, found, next(answer) if with_rows else np.zeros(0)


def text(value: str) -> str:
    """A text as SQL writes it."""
    return "'" + value.replace("'", "''") + "'"


def means_missing(cell: str, parse: dict[str, Any]) -> str:
    """Whether a cell is a word for "not known", in SQL; a pattern, as lists of words would be joined to every row."""
    unknown = (*parse.get("unknown", MISSING), *map(str, parse.get("missing", ())))
    words = sorted({word.lower() for word in unknown} - {""})
    pattern = text(rf"(?i)\s*(?:{'|'.join(map(re.escape, words))})?\s*")
    return f"strlen({cell}) <= {max(map(len, words)) * 4 + 2} AND regexp_full_match({cell}, {pattern})"


def cast(cell: str, parse: dict[str, Any]) -> str:
    """A cell as a number by the rules of its column, NULL where it is none."""
    for pattern, python in parse.get("replace", {}).items():
        cell = f"regexp_replace({cell}, {text(pattern)}, {text(python)})"
    for mark in parse.get("strip", ()):
        cell = f"replace({cell}, {text(mark)}, '')"
    for word, zeros in parse.get("zeros", {}).items():
        ending = rf"\s*{re.escape(word)}\s*$"
        cell = f"regexp_replace({cell}, {text(ending)}, 'e{zeros}')"
    if thousands := parse.get("thousands"):
        for mark in sorted({thousands, " ", "\u00a0", "\u202f"}):
            cell = f"replace({cell}, {text(mark)}, '')"
    if parse.get("decimal") == MIXED:
        english, european = (f"regexp_full_match({cell}, {text(STYLES[style].pattern)})" for style in ".,")
        plainly = f"WHEN {european} THEN replace(replace({cell}, '.', ''), ',', '.') ELSE replace({cell}, ',', '')"
        cell = f"CASE WHEN {english} AND {european} THEN NULL {plainly} END"
    elif parse.get("decimal", ".") != ".":
        cell = f"replace({cell}, {text(parse['decimal'])}, '.')"
    return f"TRY_CAST({cell} AS DOUBLE)"


def known(number: str, parse: dict[str, Any]) -> str:
    """A number that is neither too large, infinite or NaN nor a sentinel of its column, else NULL."""
    usual = f"{number} BETWEEN -{LARGEST} AND {LARGEST}"
    words = (to_number(str(word), {**parse, "missing": []}) for word in parse.get("missing", ()))
    if sentinels := sorted({word for word in words if word is not None}):
        usual += "".join(f" AND {number} <> {value!r}" for value in sentinels)
    return f"CASE WHEN {usual} THEN {number} END"


def moment(cell: str, forms: list[str]) -> str:
    """A date of one of the forms as a TIMESTAMP, NULL where it is none."""
    days = []
    for form in forms:
        if form in EPOCHS:
            parts = rules.EPOCHS[form]  # of a second
            days.append(f"make_timestamp(CAST(TRY_CAST({cell} AS DOUBLE) * {1e6 / parts} AS BIGINT))")
        else:
            days.append(f"TRY_CAST({cell} AS TIMESTAMP)" if form == ISO else f"TRY_STRPTIME({cell}, {text(form)})")
    return days[0] if len(days) == 1 else f"coalesce({', '.join(days)})"


def _value(i: int, profile: Profile) -> str:
    """A cell as what is compared and counted, NULL where it is missing: a number, else its text."""
    parse = profile.look.parse
    if not profile.is_number:
        return f"CASE WHEN {means_missing(f'c{i}', parse)} THEN NULL ELSE c{i} END"
    return known(f"n{i}", parse)


def _aggregates(table: Table, i: int, profile: Profile, exact: bool) -> dict[str, str]:
    """What is asked of one column: {name: SQL}."""
    value = f"v{i}"
    asked = {"known": f"count({value})"}
    asked["distinct"] = f"count(DISTINCT {value})" if exact else f"approx_count_distinct({value})"
    if profile.is_number:
        asked |= {"low": f"min({value})", "high": f"max({value})", "mean": f"avg({value})"}
        unusual = f"NOT ({means_missing(f'c{i}', profile.look.parse)})"
        asked["odd"] = f"count_if(CASE WHEN {value} IS NULL AND c{i} IS NOT NULL THEN {unusual} ELSE false END)"
        if profile.whole:
            asked["whole"] = f"coalesce(bool_and({value} = floor({value})), false)"
        return asked
    asked["length"] = f"coalesce(avg(length({value})), 0)"
    if profile.look.kind == "date":
        forms = profile.look.forms
        day = moment(value, forms)
        if forms == [ISO] and len({len(cell) for cell in table.known[i]}) == 1:
            day = value  # of equal length they are in the order of their letters
        asked |= {"first": f"CAST(min({day}) AS VARCHAR)", "last": f"CAST(max({day}) AS VARCHAR)"}
    return asked
