"""What each column of a table is: number, category, text, date, identifier …, by its name, its cells and its counts."""

import re
from collections import Counter

from ..findings import Column
from ..words.names import WORDS, words_of
from .aggregates import Profile
from .meaning import elements, to_number
from .profiles import profiles_of
from .relation import Table

NO_NAMES = ("", "column_1", "level_0", "__index_level_0__")  # of the index that a program wrote
MANY_CODES = 500  # different numbers of shops, people …: more tell rows apart rather than say something about them
MOST_SPELT = 50  # classes of such strings
FEW_PEOPLE = 5  # fewer are rather kinds of them
TOP = 10  # most usual values that are shown


def columns_of(table: Table) -> tuple[list[Column], list[Profile]]:
    """The columns with role and counts, and the profiles that they are from."""
    profiles = profiles_of(table)
    named = enumerate(zip(table.names, profiles, strict=True))
    columns = [_column(table, i, name, profile) for i, (name, profile) in named]
    for column in columns:
        if patterns := table.dialect.get("replace", {}).get(column.name):
            column.parse["replace"] = patterns | column.parse.get("replace", {})
    if (i := _spelt(table, columns)) is not None:
        columns[i].role, columns[i].use, columns[i].why = "text", True, ""
        columns[i].detail.clear()
        _describe(columns[i], profiles[i], _some(table, i))
    return columns, profiles


def _spelt(table: Table, columns: list[Column]) -> int | None:
    """The place of strings that all differ, beside nothing but a class: molecules, links, names to learn to read."""
    others = [column for column in columns if column.role not in ("identifier", "constant", "empty")]
    unique = [i for i, column in enumerate(columns) if column.role == "identifier" and "min" not in column.detail]
    if len(others) != 1 or len(unique) != 1 or others[0].role not in ("number", "category"):
        return None
    named = set(words_of(columns[unique[0]].name)) & (WORDS.ids | WORDS.people | {"file", "filename", "path"})
    classes = 2 <= others[0].distinct <= min(MOST_SPELT, len(table.sample) / 5)
    return unique[0] if classes and not named else None


def _column(table: Table, i: int, name: str, profile: Profile) -> Column:
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
        column.role = _role_of_words(name, profile, _some(table, i))
    if profile.distinct == 1 and found.kind != "empty":
        column.role = "constant"
    elif column.role == "number" and _is_identifier(i, name, profile, rows, table):
        column.role = "identifier"
    elif column.role == "number" and _is_code(name, profile):
        column.role = "category"  # of which any cell is a value, 98126-2920 too
        column.missing = round(column.missing - profile.odd / rows, 6)
    _describe(column, profile, _some(table, i))
    if column.role == "constant":
        return _unused(column, "one value in all rows" if column.missing < 0.01 else "one value only")
    if column.role == "identifier":
        repeated = profile.distinct <= 0.8 * profile.known
        return _unused(column, "identifier; its values repeat" if repeated else "identifier, (nearly) unique")
    return column


def _unused(column: Column, why: str) -> Column:
    column.use, column.why = False, why
    return column


def _role_of_words(name: str, profile: Profile, some: list[str]) -> str:
    """category, text or identifier, for cells that are no numbers and no dates."""
    share = profile.distinct / max(profile.known, 1)
    words = sum(len(cell.split()) for cell in some) / len(some)
    of_name = words_of(name)
    dense = sum(any(ord(letter) > 0x2E7F for letter in cell) for cell in some) >= 0.5 * len(some)  # Chinese, Japanese …
    named_id = bool(set(of_name[-1:]) & WORDS.ids) or bool(set(of_name) & {"uuid", "guid", "id"})
    named_name = bool(set(of_name) & WORDS.names) and not set(of_name) & {"title"}
    if _is_person(of_name, profile):
        return "identifier"
    least_words, least_signs = (2, 4) if set(of_name) & WORDS.texts else (4, 8)
    long = words >= least_words or profile.length >= 60 or (dense and profile.length >= least_signs)
    if long and not named_id and (share > 0.3 or profile.distinct > 200) and profile.distinct > 5:
        prose = sum(any(map(str.isalpha, cell)) for cell in some) > 0.5 * len(some)
        looks_named = named_name and words < 6 and share > 0.9
        codes = sum(cell.startswith(("http://", "https://", "www.")) or " " not in cell for cell in some)
        if prose and not looks_named and (dense or codes <= 0.8 * len(some)):  # no web links, no single long words
            return "text"
    if share >= 0.9 and profile.known >= 8 and (profile.distinct > 20 or share == 1):
        if words >= 2.5 and not named_id and not named_name and profile.length >= 15:
            return "text"
        return "identifier"
    if (named_id or (set(of_name[-1:]) & WORDS.people)) and profile.distinct > max(20, 0.02 * profile.known):
        return "identifier"
    return "category"


def _is_person(words: list[str], profile: Profile) -> bool:
    """Whether a column such as patient_id says whose rows they are, however few people there are."""
    named = bool(set(words[-1:]) & (WORDS.ids - WORDS.weak_ids) and set(words[:-1]) & WORDS.people)
    return named and FEW_PEOPLE <= profile.distinct <= profile.known / 2


def _is_identifier(i: int, name: str, profile: Profile, rows: int, table: Table) -> bool:
    """Whether a column of numbers only tells rows apart (or groups of them)."""
    if not profile.whole:
        return False
    words = words_of(name)
    unique = profile.distinct >= (0.85 if profile.estimated else 0.95) * profile.known and profile.known >= 0.99 * rows
    named = bool(words) and (words[-1] in WORDS.ids - WORDS.weak_ids or words[0] in {"id", "uuid"})
    many = profile.distinct > min(max(20, 0.02 * profile.known), MANY_CODES)
    if named and (unique or many or _is_person(words, profile)):
        return True
    time = bool(set(words) & WORDS.times) or (1500 <= profile.low and profile.high <= 2200 and rows > 1)
    if not unique or time:
        return False
    running = profile.high - profile.low + 1 <= 1.0001 * rows and not profile.look.parse
    unnamed = name in NO_NAMES or name.startswith("Unnamed: ")
    if set(words) & WORDS.weak_ids or unnamed:
        return running or name != "column_1"
    first = table.columns[i][:50]
    in_order = running and first == sorted(first, key=lambda cell: to_number(cell, {}) or 0.0)
    return in_order and i == 0 and profile.low in (0, 1) and rows >= 20 and len(table.names) > 2


def _is_code(name: str, profile: Profile) -> bool:
    """Whether a column's integers are names, such as those of shops and districts, of which each has several rows."""
    words = words_of(name)
    postal = bool(set(words) & {"zip", "zipcode", "postcode", "postal"})
    named = postal or words == ["id"] or (len(words) > 1 and words[-1] in WORDS.codes)
    named = named or bool(words and re.fullmatch(r"[a-z]{1,4}code", words[-1]))  # dcode, of districts
    return named and profile.whole and 2 < profile.distinct <= 0.5 * profile.known


def _some(table: Table, i: int) -> list[str]:
    """The first known cells of a column's sample."""
    known = table.known[i]
    return [cell for cell in table.columns[i] if cell in known][:2000]


def _describe(column: Column, profile: Profile, some: list[str]) -> None:
    """What is shown of a column, by its role."""
    detail = column.detail
    if profile.look.kind == "number":
        detail |= {"min": profile.low, "max": profile.high, "mean": profile.mean, "integers": profile.whole}
        if profile.odd:
            detail["not_numbers"] = profile.odd
    elif profile.look.kind == "date":
        if profile.span:
            detail |= {"first": profile.span[0], "last": profile.span[1]}
        detail |= {"format": profile.look.forms[0], "formats": profile.look.forms}
    if column.role in ("category", "constant", "identifier") or (column.role == "number" and profile.distinct <= 20):
        counts = profile.counts or dict(Counter(some))
        usual = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        detail["top"] = [[value, count] for value, count in usual[:TOP]]
    if column.role == "text":
        words = round(sum(len(cell.split()) for cell in some) / len(some), 1)
        detail |= {"characters": round(profile.length, 1), "words": words, "example": some[0][:80]}
    if column.role == "list":
        lengths = sorted({len(elements(cell)) for cell in some})
        detail["elements"] = lengths[0] if len(lengths) == 1 else [lengths[0], lengths[-1]]
    if column.role == "picture":
        detail["example"] = some[0]
