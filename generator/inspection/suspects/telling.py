"""Whether one column tells the target of the rows where both are known: judged by values, never by how likely it is."""

from collections import Counter

import numpy as np

from ..columns.meaning import as_numbers, is_missing, to_number
from ..findings import Column
from ..words.names import words_of

LEAK = 0.999  # of the rows whose target a column tells, or correlation
REPEATED = 0.8  # of the rows have a value that others have too, or it is no wonder that it tells
FEWEST_ROWS = 30  # below this, chance makes leaks
FEWEST_GAPS = 20  # missing cells, others, and rows of a class
NOTHING = {"none", "no", "nothing", "never", "-", "n/a", "not applicable", "keine", "ninguno", "aucun", "нет", "无"}
FEWEST_KINDS = 6  # different values beside which one means nothing
NOTHING_WRONG = 0.03  # as GAPS_WRONG; a strong honest count is rarely so sure
GAPS_WRONG = 0.15  # of the rows of a class, or of the others: a column may be there or missing against the rule


def correlated(given: np.ndarray, wanted: np.ndarray) -> str:
    """Whether one number is another on a different scale."""
    value = correlation(given, wanted)
    known = np.isfinite(given) & np.isfinite(wanted)
    return f"correlation {value:.4f}" if value > LEAK and known.mean() >= 0.5 else ""


def correlation(one: np.ndarray, other: np.ndarray) -> float:
    """How much numbers correlate where both are known; 0 where such rows are few, or one number never varies."""
    both = np.isfinite(one) & np.isfinite(other)
    if both.sum() < FEWEST_ROWS or not one[both].std() or not other[both].std():
        return 0.0
    return abs(float(np.corrcoef(one[both], other[both])[0, 1]))


def tells(given: list[str], column: Column, wanted: np.ndarray) -> str:
    """Whether equal values go with equal classes, judged by values that repeat; wanted are the classes' numbers."""
    classes = int(wanted.max()) + 1
    if np.bincount(wanted).max() > 0.995 * len(wanted):
        return ""
    there = np.array([not is_missing(cell, column.parse) for cell in given])
    names, values = np.unique(np.array(given)[there], return_inverse=True)
    pairs, counts = np.unique(values * classes + wanted[there], return_counts=True)
    most, total = np.zeros(len(names), np.int64), np.bincount(values, minlength=len(names))
    np.maximum.at(most, pairs // classes, counts)
    repeated = total > 1
    rows, right = int(total[repeated].sum()), int(most[repeated].sum())
    usual = pairs[(counts == most[pairs // classes]) & repeated[pairs // classes]] % classes
    many = 5 * repeated.sum() <= rows and rows >= max(FEWEST_ROWS, REPEATED * len(given))
    if many and right >= LEAK * rows and len(np.unique(usual)) == classes:
        return f"each value goes with one value of the target in {right / rows:.1%}"
    return ""


def by_gaps(given: list[str], column: Column, wanted: np.ndarray) -> str:
    """Whether a value is there for the rows of one class and missing for the others, as what is known only later is."""
    there = np.array([not is_missing(cell, column.parse) for cell in given])
    if min(there.sum(), (~there).sum()) < FEWEST_GAPS:
        return ""
    share = _told_by(there, wanted, GAPS_WRONG)
    return f"whether it is missing tells one value of the target in {share:.1%}" if share else ""


def by_nothing(given: list[str], column: Column, wanted: np.ndarray) -> str:
    """Whether 0, -1 or none stands in all rows but those of one class, as by_gaps of what is empty."""
    usual, often = Counter(given).most_common(1)[0]
    nothing = usual.strip().lower() in NOTHING or to_number(usual, column.parse) in (0.0, -1.0)
    if not nothing or len(set(given)) < FEWEST_KINDS or min(often, len(given) - often) < FEWEST_GAPS:
        return ""
    share = _told_by(np.array([cell != usual for cell in given]), wanted, NOTHING_WRONG)
    return f'whether it is "{usual}" tells one value of the target in {share:.1%}' if share else ""


def _told_by(is_there: np.ndarray, wanted: np.ndarray, most_wrong: float) -> float:
    """The share of the rows in which being there (or not) tells one class from the others; 0 where it does not."""
    for number, rows in enumerate(np.bincount(wanted)):
        for told in (is_there, ~is_there):
            wrong = int((told != (wanted == number)).sum())
            if rows >= FEWEST_GAPS and wrong <= most_wrong * min(rows, len(wanted) - rows):
                return 1 - wrong / len(wanted)
    return 0.0


def divides(given: list[str], column: Column, wanted: np.ndarray) -> str:
    """Whether thresholds on a number divide the classes without a mistake."""
    if column.role != "number" or len(given) < 200 or not wanted.any() or np.bincount(wanted).min() < 20:
        return ""
    numbers = as_numbers(given, column.parse)
    there = np.isfinite(numbers)
    if there.sum() < 0.99 * len(given):
        return ""
    order = np.argsort(numbers[there], kind="stable")
    numbers, classes = numbers[there][order], wanted[there][order]
    changes = np.flatnonzero(np.diff(classes))
    if len(changes) == wanted.max() and (numbers[changes] != numbers[changes + 1]).all():
        return "thresholds on it divide the classes without a mistake"
    return ""


def is_class(given: list[str], wanted: np.ndarray, name: str, target: str) -> str:
    """Whether a column of two values says if the target is one of its several classes, as target_0 and target_1 do.

    Only where it is named after the target: that an animal gives milk is no leak, though only mammals do.
    """
    values, sizes = set(given), np.bincount(wanted)
    if len(values) != 2 or len(sizes) < 3 or not set(words_of(target)) <= set(words_of(name)):
        return ""
    one = np.array(given) == values.pop()
    for number in np.flatnonzero(sizes >= FEWEST_ROWS):
        alike = float((one == (wanted == number)).mean())
        if max(alike, 1 - alike) >= LEAK:
            return f"it tells one value of the target from the others in {max(alike, 1 - alike):.1%}"
    return ""
