"""How the cells of a column are written: as numbers, as dates in one form or several, as lists or words.

The rules found here (`parse`) are those by which meaning.py and dates.py read.
"""

import heapq
import itertools
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from ..words import marks
from ..words.marks import MOSTLY, UNKNOWN
from ..words.names import WORDS
from . import dates, meaning
from .dates import FORMS, fits, one
from .formats import PICTURE_ENDINGS
from .meaning import MISSING, is_missing, number, to_number

SINGLE_WORD = 20  # different numbers beside which words stand for "no number", whatever they say …
AMONG = 0.6  # … where so many of the cells are numbers (half, beside one word) …
CODED = 0.05  # … and hardly any other holds digits, as codes do; unless there are decimals, which no code has
HARDLY = 0.2  # of the cells are numbers where all others say that nothing is known
FEWEST_SIGNED, MOST_SIGNED = 3, 0.8  # different cells with a minus of another kind, and the share of them
NAMED = 0.25  # different words for each different number: more are names
DECIMALS = re.compile(r"\d[.,]\d")
NINES = r"9{3,9}|9{2,6}\.9{1,4}|8{3,5}"  # 999, 99.9, 8888: written where nothing was known
NEGATIVE = (-9, -99, -999, -9999)  # where all else is 0 or more


def rules(counts: Counter[str], different: list[str]) -> tuple[dict[str, Any], list[str]] | None:
    """The rules by which most cells are numbers ({} where plain ones do), and cells that need them; None for words."""
    if all(number(cell) is not None for cell in different):
        return {}, []
    for patterns in (marks.COMPASS if marks.are_places(different) else marks.SIGNED, marks.MEASURED):
        plainly = {cell: marks.replaced(cell, patterns) for cell in different}
        odd = [cell for cell in different if plainly[cell] != cell]
        most = MOST_SIGNED if patterns is marks.SIGNED else 1.0  # all: how many there are, as in 4.5 (120)
        if FEWEST_SIGNED <= len(odd) <= most * len(different):
            again = Counter()
            for cell, plain in plainly.items():
                again[plain] += counts[cell]
            if found := _rules(again, list(again)):
                return found[0] | {"replace": patterns}, odd[:2]
    return _rules(counts, different)


def _rules(counts: Counter[str], different: list[str]) -> tuple[dict[str, Any], list[str]] | None:
    """The same of cells whose minus stands in front."""
    total = sum(counts[cell] for cell in different)
    odd = [cell for cell in different if number(cell) is None]
    plain = 1 - sum(counts[cell] for cell in odd) / total
    if not odd:
        return {}, []
    plainly = [cell for cell in different if number(cell) is not None]
    known = sum(not _means_unknown(cell) for cell in odd)
    found, examples = marks.rules(odd, plainly, known)
    if found:
        left = {cell: meaning.plain(cell, found) for cell in different if to_number(cell, found) is None}
        share = 1 - sum(counts[cell] for cell in left) / total
        if share > plain and _enough(share, left, counts, different):
            return found | _words(left), examples
    if odd and (mixed := marks.mixed(different)):
        left = {cell: cell for cell in odd if number(cell, mixed) is None}
        share = 1 - sum(counts[cell] for cell in left) / total
        if share > plain and _enough(share, left, counts, different):
            return mixed | _words(left), [cell for cell in odd if cell not in left][:2]
    odd = dict(zip(odd, odd, strict=True))
    return (_words(odd), []) if _enough(plain, odd, counts, different) else None


def _enough(share: float, left: dict[str, str], counts: Counter[str], different: list[str]) -> bool:
    """Whether a column is one of numbers: nearly all cells, or most beside words that stand for "no number"."""
    if share >= MOSTLY:
        return True
    if share >= HARDLY and all(map(_means_unknown, left.values())):
        return True
    if share < 0.5 or len(different) <= SINGLE_WORD:
        return False
    often = [counts[cell] for cell in left]  # a price is a number, though some are "on request"
    if max(often) >= MOSTLY * sum(often) and not any(map(str.isdigit, max(left, key=lambda cell: counts[cell]))):
        return True
    numbers = [cell for cell in different if cell not in left]
    if share < AMONG or len(numbers) <= SINGLE_WORD or len(left) > NAMED * len(numbers):
        return False
    measured = sum(bool(DECIMALS.search(cell)) for cell in numbers) >= 0.5 * len(numbers)
    coded = sum(counts[cell] for cell in left if any(map(str.isdigit, cell)))
    return measured or coded <= CODED * sum(counts[cell] for cell in different)


def _means_unknown(cell: str) -> bool:
    return cell.lower().strip(" .") in UNKNOWN | MISSING or not any(map(str.isalnum, cell))


def _words(left: dict[str, str]) -> dict[str, Any]:
    """Cells that mean "not known" besides the usual ones; `left` has them as written, and without marks (null bhp)."""
    found = [cell for cell, bare in left.items() if _means_unknown(bare)]
    return {"missing": found[:10]} if found else {}


def far_values(counts: Counter[str], numbers: dict[str, float]) -> list[float]:
    """Values such as -999 and 9999 that repeat and lie far from all others; `numbers` says what cells are."""
    values: Counter[float] = Counter()
    for cell, value in numbers.items():
        if value == value:
            values[value] += counts[cell]
    found = [value for value in NEGATIVE if values.get(value, 0) > 1]
    if found:
        rest = [value for value in values if value not in found]
        if len(rest) < 2 or min(rest) < 0:  # only where nothing else is negative
            found = []
    if len(values) < 5:
        return found
    for value in heapq.nlargest(2, values, key=abs):
        digits = f"{abs(value):g}"
        nines = bool(re.fullmatch(NINES, digits))
        if not nines and digits != "99" and not (value < 0 and digits in ("100", "200")):
            continue  # 100 and 200 are numbers like others, and -1 is too often a value
        others = [other for other in values if other != value and other not in found]
        if value in found or len(others) < 4 or not 2 <= values[value] <= 0.95 * values.total():
            continue
        low, high = min(others), max(others)
        gap = low - value if value < low else value - high
        often = values[value] >= 0.002 * counts.total()
        if gap > (0.5 if nines else 1.0) * max(high - low, 1e-9) and (value < 0 or often):
            found.append(value)
    return found


EPOCHS = {form: (3e8 * parts, 4e9 * parts) for form, parts in dates.EPOCHS.items()}  # since 1970: from 1979 to 2096
DIGITS = {6: "%Y%m", 8: "%Y%m%d", 10: "%Y%m%d%H", 12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"}
STEP = 60  # seconds, which such steps take at least
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
    ordered = [value for cell in in_order if (value := number(cell)) is not None]
    steps = Counter(b - a for a, b in itertools.pairwise(ordered))
    usual, times = steps.most_common(1)[0] if steps else (0, 0)
    regular = times >= 0.9 * sum(steps.values())  # what has no name is a time where it mostly goes up by equal steps
    for form, (low, high) in EPOCHS.items():
        of_times = named or (nameless and regular and usual >= STEP * dates.EPOCHS[form])
        if of_times and all(low < value < high for value in values):
            return Look("date", {"format": form}, [form])
    return found


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
    monthly = "%p" in other and other.startswith("%m")  # who writes AM and PM mostly writes the month first
    if ambiguous and _disorder(in_order, other) < _disorder(in_order, forms[0]) + monthly:
        forms[0] = other  # the rows are in that order, or in both
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
