"""What cells of a column are numbers, and which stand for "not known": words, dashes, -999.

The rules found here (`parse`) are those by which meaning.py reads a cell.
"""

import heapq
import re
from collections import Counter
from typing import Any

from ..words import marks
from ..words.marks import MOSTLY, UNKNOWN
from . import meaning
from .meaning import MISSING, number, to_number

SINGLE_WORD = 20  # different numbers beside which words stand for "no number", whatever they say …
AMONG = 0.6  # … where so many of the cells are numbers (half, beside one word) …
CODED = 0.05  # … and hardly any other holds digits, as codes do; unless there are decimals, which no code has
HARDLY = 0.2  # of the cells are numbers where all others say that nothing is known
FEWEST_SIGNED, MOST_SIGNED = 3, 0.8  # different cells with a minus of another kind, and the share of them
WORDS = 0.25  # different words for each different number: more are names
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
    if share < AMONG or len(numbers) <= SINGLE_WORD or len(left) > WORDS * len(numbers):
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
        if value in found:
            continue
        if len(others) < 4 or not 2 <= values[value] <= 0.95 * values.total():
            continue
        low, high = min(others), max(others)
        gap = low - value if value < low else value - high
        often = values[value] >= 0.002 * counts.total()
        if gap > (0.5 if nines else 1.0) * max(high - low, 1e-9) and (value < 0 or often):
            found.append(value)
    return found
