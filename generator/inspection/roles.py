"""What each column of a table is: its role, exact counts, and what is usual in it."""

import datetime
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import duckdb

from .cells import EPOCHS, ISO, Look, fits, look, one, to_number
from .delimited import MISSING, is_missing, number
from .findings import Column
from .tables import Table

FEW = 5000  # different values up to which each is counted, in tables that are not large
MAX_COUNTED = 1000  # the same in large ones
SMALL = 2_000_000  # cells up to which different values are counted exactly in any column
TOP = 10  # most usual values that are shown
BATCH = 300  # columns in one query

ID_WORDS = set("id ids uuid guid key index idx nr no num code identifier hash rowid pk oid sku isbn ssn vin".split())
PERSON_WORDS = set("customer user client patient subject person member household session device account player".split())
NAME_WORDS = set("name names email mail phone url link address filename file path title".split())
TIME_WORDS = set("date time timestamp datetime day month year created updated at when week period quarter dt".split())


@dataclass
class Profile:
    """What the query says about one column."""

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
    span: tuple[str | None, str | None] = (None, None)  # first and last date
    plain: bool = False  # the sample holds plain numbers and empty cells only
    wild: bool = False  # has NaN, infinite or huge numbers, which count as missing
    few: bool = False  # so few different values that each is counted
    counts: dict[str, int] = field(default_factory=dict)  # exact, where values are few


def words_of(name: str) -> list[str]:
    """The words in a name: customerID, customer_id and `Customer ID` have the same ones."""
    split = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name)
    return [word.lower() for word in re.findall(r"[^\W\d_]+|\d+", split)]


def columns_of(table: Table) -> tuple[list[Column], list[Profile]]:
    """The columns with role and counts, and the profiles that they are from."""
    cells = list(zip(*table.sample, strict=True)) if table.sample else [()] * len(table.names)
    known = [[cell.strip() for cell in column if not is_missing(cell)] for column in cells]
    profiles = [_profile(*parts) for parts in zip(table.names, cells, known, strict=True)]
    every = list(range(len(profiles)))
    for start in range(0, len(every) if table.sample else 0, BATCH):
        _measure(table, every[start : start + BATCH], profiles)
    most = FEW if table.rows <= SMALL else MAX_COUNTED
    few = [i for i in every if 0 < profiles[i].distinct <= most]
    for start in range(0, len(few), BATCH):
        batch = few[start : start + BATCH]
        for i in batch:
            profiles[i].few = True
        _measure(table, batch, profiles)
    columns = [
        _column(table, i, name, profile, known[i])
        for i, (name, profile) in enumerate(zip(table.names, profiles, strict=True))
    ]
    return columns, profiles


def _profile(name: str, cells: Sequence[str], known: list[str]) -> Profile:
    """What the sample says of a column, before all of it is counted."""
    profile = Profile(look(name, known))
    profile.plain = profile.look.kind == "number" and not profile.look.parse
    profile.plain = profile.plain and all(cell and number(cell) is not None for cell in set(cells) - {""})
    parse = profile.look.parse
    profile.whole = _is_number(profile) and all(value is None or value == int(value) for value in
                                                (to_number(cell, parse) for cell in known))  # fmt: skip
    return profile


# Counting, in SQL


def _text(value: str) -> str:
    """A text as SQL writes it."""
    return "'" + value.replace("'", "''") + "'"


def _words(parse: dict[str, Any]) -> tuple[str, int]:
    """The cells that mean "not known" as a list in SQL, and the length of the longest."""
    words = sorted((MISSING | {str(word).lower() for word in parse.get("missing", ())}) - {""})
    return ", ".join(map(_text, words)), max(map(len, words)) + 2


def _is_number(profile: Profile) -> bool:
    return profile.look.kind == "number" or profile.look.parse.get("format") in EPOCHS


def _value(i: int, profile: Profile) -> str:
    """A cell as what is compared and counted, NULL where it is missing: a number, else its text."""
    parse = profile.look.parse
    words, longest = _words(parse)
    if not _is_number(profile):
        return f"CASE WHEN length(c{i}) <= {longest} AND lower(trim(c{i})) IN ({words}) THEN NULL ELSE trim(c{i}) END"
    cell = f"c{i}"
    marks = parse.get("strip", ())
    for mark in [marks] if isinstance(marks, str) else marks:
        cell = f"replace({cell}, {_text(mark)}, '')"
    if thousands := parse.get("thousands"):
        for mark in sorted({thousands, " ", "\u00a0", "\u202f"}):
            cell = f"replace({cell}, {_text(mark)}, '')"
    if parse.get("decimal", ".") != ".":
        cell = f"replace({cell}, {_text(parse['decimal'])}, '.')"
    return f"TRY_CAST({cell if cell == f'c{i}' else f'trim({cell})'} AS DOUBLE)"


def _aggregates(table: Table, i: int, profile: Profile, small: bool) -> dict[str, str]:
    """What is asked of one column in the pass over the table: {name: SQL}."""
    value = f"v{i}"
    if profile.few:
        return {"counts": f"histogram({value})"}
    asked = {"known": f"count({value})", "given": f"count(c{i})"}
    asked["distinct"] = f"count(DISTINCT {value})" if small else f"approx_count_distinct({value})"
    if _is_number(profile):
        asked |= {"low": f"min({value})", "high": f"max({value})", "mean": f"avg({value})"}
        if profile.whole:
            asked["whole"] = f"bool_and({value} = floor({value}))"
    else:
        asked["length"] = f"avg(length({value}))"
    if profile.look.kind == "date" and not _is_number(profile):
        forms = profile.look.forms
        day = [f"TRY_CAST({value} AS TIMESTAMP)" if f == ISO else f"TRY_STRPTIME({value}, {_text(f)})" for f in forms]
        if forms == [ISO] and len({len(row[i].strip()) for row in table.sample if row[i].strip()}) == 1:
            day = [value]  # of equal length they are in the order of their letters
        joined = day[0] if len(day) == 1 else f"coalesce({', '.join(day)})"
        asked |= {"first": f"CAST(min({joined}) AS VARCHAR)", "last": f"CAST(max({joined}) AS VARCHAR)"}
    return asked


def _measure(table: Table, batch: list[int], profiles: list[Profile]) -> None:
    """One pass over some columns: rows, what is missing, ranges, lengths, how many different values."""
    small = table.rows > 0 and (table.rows * len(table.names) <= SMALL or table.rows <= SMALL // 10)
    asked = {i: _aggregates(table, i, profiles[i], small) for i in batch}
    inner = []
    plain = {i for i in batch if profiles[i].plain} if table.typed else set()
    for i in batch:
        value = f"c{i}" if i in plain else _value(i, profiles[i])
        if profiles[i].wild:
            value = f"CASE WHEN {value} BETWEEN -1e100 AND 1e100 THEN {value} END"
        inner += [f"{value} AS v{i}", f"c{i}"]
    outer = ", ".join(["count(*)", *(sql for of_one in asked.values() for sql in of_one.values())])
    query = f"SELECT {outer} FROM (SELECT {', '.join(inner)} FROM {{relation}})"
    try:
        relation = table.typed(plain) if plain else table.relation
        answer = iter(table.connection.execute(query.replace("{relation}", relation)).fetchone())
    except duckdb.Error:
        if not plain:
            table.mend()
        for i in plain:
            profiles[i].plain = False  # some cell is no number, or the file has odd rows
        return _measure(table, batch, profiles)
    table.rows = next(answer)
    wild = []
    for i, of_one in asked.items():
        profile = profiles[i]
        found = {name: next(answer) for name in of_one}
        if "counts" in found:
            counts = found["counts"] or {}
            profile.counts = {_spelled(value): count for value, count in counts.items() if value is not None}
            profile.distinct, profile.estimated = len(profile.counts), False
            continue
        profile.known, profile.distinct, profile.estimated = found["known"], found["distinct"], not small
        profile.length, profile.mean = found.get("length") or 0.0, found.get("mean")
        profile.low, profile.high = found.get("low"), found.get("high")
        profile.whole = bool(found.get("whole"))
        if profile.low is not None and not (profile.low > -1e100 and profile.high < 1e100) and not profile.wild:
            profile.wild = True
            wild.append(i)
        profile.span = (found.get("first"), found.get("last"))
        if found["given"] > found["known"] and _is_number(profile):
            words, _ = _words(profile.look.parse)
            odd = f"{_value(i, profile)} IS NULL AND lower(trim(c{i})) NOT IN ({words})"
            query = f"SELECT count(*) FROM {{relation}} WHERE {odd}"
            profile.odd = table.one(query)[0]
    if wild:
        _measure(table, wild, profiles)
    return None


def _spelled(value: Any) -> str:
    """A counted value as text: 3 for 3.0."""
    if not isinstance(value, float):
        return str(value)
    short = f"{value:g}"
    return short if float(short) == value else repr(value)


def _span(profile: Profile, sample: list[str]) -> tuple[str, str] | None:
    """The first and the last date of a column: of all rows where DuckDB reads its forms, else of the sample."""
    form = profile.look.forms[0]
    if form in EPOCHS and profile.low is not None:
        return tuple(one(repr(value), form).isoformat(" ", "seconds") for value in (profile.low, profile.high))
    if profile.span[0]:
        return tuple(text.removesuffix(" 00:00:00") for text in profile.span)
    days = [one(cell, form) for cell in sample if fits(cell, form)]
    return (min(days).isoformat(" "), max(days).isoformat(" ")) if days else None


# Roles


def _column(table: Table, i: int, name: str, profile: Profile, sample: list[str]) -> Column:
    """One column, its role decided."""
    found, rows = profile.look, max(table.rows, 1)
    column = Column(name, found.kind, 1 - profile.known / rows, profile.distinct, parse=dict(found.parse))
    column.missing = round(column.missing, 6)
    if profile.estimated:
        column.detail["distinct_estimated"] = True
    if not profile.known:
        column.role, column.parse = "empty", {}
        return _unused(column, "empty")
    if found.kind == "words":
        column.role = _role_of_words(name, profile, sample, rows)
    if profile.distinct == 1 and found.kind != "empty":
        column.role = "constant"
    elif column.role == "number" and _is_identifier(i, name, profile, rows, table):
        column.role = "identifier"
    _describe(table, i, column, profile, sample)
    if column.role == "constant" and column.missing < 0.01:
        return _unused(column, "one value in all rows")
    if column.role == "constant":
        return _unused(column, "one value only")
    if column.role == "identifier":
        repeated = profile.distinct <= 0.8 * profile.known
        return _unused(column, "identifier; its values repeat" if repeated else "identifier, (nearly) unique")
    return column


def _unused(column: Column, why: str) -> Column:
    column.use, column.why = False, why
    return column


def _role_of_words(name: str, profile: Profile, sample: list[str], rows: int) -> str:
    """category, text or identifier, for cells that are no numbers and no dates."""
    share = profile.distinct / max(profile.known, 1)
    some = sample[:2000]
    words = sum(len(cell.split()) for cell in some) / len(some)
    of_name = words_of(name)
    dense = sum(any(ord(letter) > 0x2E7F for letter in cell) for cell in some) > 0.5 * len(some)  # Chinese, Japanese …
    named_id = bool(set(of_name[-1:]) & ID_WORDS) or bool(set(of_name) & {"uuid", "guid", "id"})
    named_name = bool(set(of_name) & NAME_WORDS) and not set(of_name) & {"title"}
    long = words >= 4 or profile.length >= 60 or (dense and profile.length >= 8)
    if long and not named_id and (share > 0.3 or profile.distinct > 200) and profile.distinct > 5:
        prose = sum(any(map(str.isalpha, cell)) for cell in some) > 0.5 * len(some)
        looks_named = named_name and words < 6 and share > 0.9
        if prose and not looks_named and not _are_codes(some):
            return "text"
    if share >= 0.9 and profile.known >= 8 and (profile.distinct > 20 or share == 1):
        if words >= 2.5 and not named_id and not named_name and profile.length >= 15:
            return "text"
        return "identifier"
    if (named_id or (set(of_name[-1:]) & PERSON_WORDS)) and profile.distinct > max(20, 0.02 * profile.known):
        return "identifier"
    return "category"


def _are_codes(cells: list[str]) -> bool:
    """Whether most cells are addresses, web links or one long word instead of prose."""
    codes = sum(cell.startswith(("http://", "https://", "www.")) or " " not in cell for cell in cells)
    dense = sum(any(ord(letter) > 0x2E7F for letter in cell) for cell in cells)
    return codes > 0.8 * len(cells) and dense < 0.5 * len(cells)


def _is_identifier(i: int, name: str, profile: Profile, rows: int, table: Table) -> bool:
    """Whether a column of numbers only tells rows apart (or groups of them)."""
    if not profile.whole:
        return False
    words = words_of(name)
    named = bool(words) and (
        words[-1] in ID_WORDS - {"no", "num", "nr", "code", "key", "index"} or words[0] in {"id", "uuid"}
    )
    nearly = profile.distinct >= (0.85 if profile.estimated else 0.95) * profile.known and profile.known >= 0.99 * rows
    weakly = bool(
        set(words) & {"no", "nr", "key", "index", "code", "number", "sno", "serial", "rownames", "unnamed", "row"}
    )
    weakly = (
        weakly or name in ("", "level_0", "__index_level_0__") or bool(re.fullmatch(r"column_1|Unnamed: \d+", name))
    )
    running = nearly and profile.high - profile.low + 1 <= 1.0001 * rows and not profile.look.parse
    time = bool(set(words) & TIME_WORDS) or (1500 <= profile.low and profile.high <= 2200 and rows > 1)
    if named and (nearly or profile.distinct > max(20, 0.02 * profile.known)):
        return True
    if nearly and weakly and not time and (running or not table.names[i].startswith("column_")):
        return True
    in_order = running and [c[i] for c in table.sample[:50]] == sorted(
        (c[i] for c in table.sample[:50]), key=_as_number
    )
    first = i == 0 and profile.low in (0, 1) and rows >= 20 and len(table.names) > 2
    return running and in_order and first and not time


def _as_number(cell: str) -> float:
    value = to_number(cell, {})
    return 0.0 if value is None else value


def _describe(table: Table, i: int, column: Column, profile: Profile, sample: list[str]) -> None:
    """What is shown of a column, by its role."""
    detail = column.detail
    if profile.look.kind == "number":
        detail |= {"min": profile.low, "max": profile.high, "mean": profile.mean, "integers": profile.whole}
        if profile.odd:
            detail["not_numbers"] = profile.odd
    elif profile.look.kind == "date":
        if span := _span(profile, sample):
            detail |= {"first": span[0], "last": span[1]}
        detail |= {"format": profile.look.forms[0], "formats": profile.look.forms}
    if column.role in ("category", "constant", "identifier") or (column.role == "number" and profile.distinct <= 20):
        counts = profile.counts or dict(Counter(sample))
        usual = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        detail["top"] = [[value, count] for value, count in usual[:TOP]]
    if column.role == "text":
        some = sample[:2000]
        detail |= {
            "characters": round(profile.length, 1),
            "words": round(sum(len(cell.split()) for cell in some) / len(some), 1),
            "example": some[0][:80],
        }
    if column.role == "list":
        lengths = {len([p for p in re.split(r"[\s,;|]+", cell.strip("[](){} ")) if p]) for cell in sample[:2000]}
        detail["elements"] = min(lengths) if len(lengths) == 1 else [min(lengths), max(lengths)]
    if column.role == "picture":
        detail["example"] = sample[0]


def today() -> datetime.datetime:
    """Now, as dates in a file are compared with it."""
    return datetime.datetime.now()
