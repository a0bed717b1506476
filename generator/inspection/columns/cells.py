"""How the cells of a column are written: as numbers, as dates in one form or several, as lists or words.

The rules found here (`parse`) are those by which meaning.py and dates.py read.
"""

import itertools
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from ..words.names import WORDS
from . import dates, meaning
from .dates import FORMS, fits, one
from .formats import PICTURE_ENDINGS
from .meaning import is_missing, number
from .numbers import MOSTLY, rules

EPOCHS = {form: (3e8 * parts, 4e9 * parts) for form, parts in dates.EPOCHS.items()}  # since 1970: from 1979 to 2096
DIGITS = {6: "%Y%m", 8: "%Y%m%d", 10: "%Y%m%d%H", 12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"}
STEP = 60  # seconds: what goes up by equal steps of at least that, and has no name, is a time too
EXACT = 15  # digits that a float tells apart
LOOKED_AT = 2000  # different cells that decide


@dataclass
class Look:
    """What a column's cells look like."""

    kind: str  # number date list picture words empty
    parse: dict[str, Any] = field(default_factory=dict)
    forms: list[str] = field(default_factory=list)  # of dates, the most usual first
    examples: list[str] = field(default_factory=list)  # cells that need the rules
    ambiguous: bool = False  # days and months could change places


def look(name: str, counts: Counter[str], in_order: list[str]) -> Look:
    """What the cells of a column are: how often each is in a sample, without missing ones; some in their order."""
    if not counts:
        return Look("empty")
    different = list(counts)[:LOOKED_AT]
    codes = sum(c.isdigit() and c.startswith("0") and len(c) > 1 for c in different)
    alike = sum(c.isalnum() and c.isascii() and c[0].isdigit() for c in different)
    if codes > 0.05 * len(different) and alike > MOSTLY * len(different):
        return Look("words")  # 00501 is a code, and so are 01 and 2A
    if found := rules(counts, different):
        parse, examples = found
        look = _epoch(name, different, in_order, Look("number", parse, examples=examples))
        lengths = set(map(len, different))
        long = min(lengths) > EXACT and max(lengths) - min(lengths) <= 1 and all(map(str.isdecimal, different))
        return Look("words") if long and look.kind == "number" else look  # floats take some of them for one another
    if found := _dates(different, in_order):
        return found
    if _share(different, lambda cell: meaning.seconds(cell) is not None) >= MOSTLY:
        forms = [form for form in dates.TIMES if any(fits(cell, form) for cell in different)]
        known = all(any(fits(cell, form) for form in forms) for cell in different)
        return Look("number", {"clock": forms if known else True}, examples=different[:3])
    if _share(different, _is_list) >= MOSTLY:
        return Look("list")
    if _share(different, lambda cell: cell.lower().endswith(PICTURE_ENDINGS)) >= MOSTLY:
        return Look("picture")
    return Look("words")


def _share(cells: Sequence[str], test: Any) -> float:
    return sum(map(bool, map(test, cells))) / max(len(cells), 1)


def _epoch(name: str, different: list[str], in_order: list[str], found: Look) -> Look:
    """A date where the numbers are seconds since 1970, or 20240131, and the name says that it is a time."""
    words = set(re.findall(r"[a-z]+", name.lower()))
    named = words & WORDS.epochs or any(word.endswith(("time", "date", "stamp")) for word in words)
    nameless = re.fullmatch(r"column_\d+", name)
    if found.parse or not (named or nameless or words & WORDS.months):
        return found
    form = DIGITS.get(len(different[0]), "") if named or words & WORDS.months else ""
    if form and all(cell.isdigit() and len(cell) == len(different[0]) and fits(cell, form) for cell in different):
        if named or (form == "%Y%m" and all("1700" <= cell <= "2200" for cell in different)):
            return Look("date", {"format": form}, [form])
    values = [value for cell in different if (value := number(cell)) is not None]
    if words & WORDS.days and len(values) > 2 and all(dates.SERIALS[0] < value < dates.SERIALS[1] for value in values):
        return Look("date", {"format": dates.SERIAL}, [dates.SERIAL])
    for form, (low, high) in EPOCHS.items():
        of_times = named or (nameless and _by_steps(in_order, dates.EPOCHS[form]))
        if of_times and all(low < value < high for value in values):
            return Look("date", {"format": form}, [form])
    return found


def _by_steps(cells: list[str], second: int) -> bool:
    """Whether numbers go up by steps that are mostly equal and at least a minute long."""
    values = [value for cell in cells if (value := number(cell)) is not None]
    steps = Counter(b - a for a, b in itertools.pairwise(values))
    usual, times = steps.most_common(1)[0] if steps else (0, 0)
    return usual >= STEP * second and times >= 0.9 * sum(steps.values())


# Dates


def _dates(different: list[str], in_order: list[str]) -> Look | None:
    """The forms by which most cells are dates; several where they are mixed."""
    some = different[:: max(1, len(different) // 300)]
    if any(len(cell) > 45 for cell in some[:20]) or not any(any(map(str.isdigit, cell)) for cell in some):
        return None
    if sum(any(mark in cell for mark in "-/.: ,QqWwHh年") for cell in some) < MOSTLY * len(some):
        return None
    forms, left = [], some
    while left and len(forms) < 5:
        few = left[:8]
        likely = [form for form in FORMS if any(fits(cell, form) for cell in few)]
        if not likely:
            break
        found = max(likely, key=lambda form: sum(fits(cell, form) for cell in left))
        forms.append(found)
        left = [cell for cell in left if not fits(cell, found)]
    if not forms or len(left) > (1 - MOSTLY) * len(some):
        return None
    order = {form: sum(fits(cell, form) for cell in some) for form in forms}
    forms = [form for form in forms if order[form] > 0.005 * len(some)]
    other = re.sub(r"^%([dm])([/-])%([dm])", r"%\3\2%\1", forms[0])  # day and month exchanged
    ambiguous = other != forms[0] and other in FORMS and order[forms[0]] == len(some)
    ambiguous = ambiguous and all(fits(cell, other) for cell in some)
    if ambiguous and _disorder(in_order, other) < _disorder(in_order, forms[0]):
        forms[0] = other  # the rows are in that order
    parse = {"format": forms[0]} | ({"formats": forms} if len(forms) > 1 else {})
    return Look("date", parse, forms, ambiguous=ambiguous)


def _disorder(cells: list[str], form: str) -> int:
    """How often a date comes before the one above it."""
    days = [one(cell, form) for cell in cells[:500] if fits(cell, form)]
    return sum(b < a for a, b in itertools.pairwise(days))


# Lists


def _is_list(cell: str) -> bool:
    """[1.5, 2], or three and more numbers between spaces, commas, semicolons or bars."""
    bracketed, parts = cell[:1] in "[({" and cell[-1:] in "])}", meaning.elements(cell)
    enough = bracketed or len(parts) >= 3
    return enough and all(number(part) is not None or is_missing(part) for part in parts[:2000])
