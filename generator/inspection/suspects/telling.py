"""Whether one column tells the target of the rows where both are known: judged by values, never by how likely it is."""

import itertools
from collections import Counter

import numpy as np

from ..columns.meaning import as_numbers, is_missing, to_number
from ..columns.relation import Table
from ..findings import Column
from ..words.marks import NOTHING
from ..words.names import WORDS, words_of

LEAK = 0.999  # of the rows whose target a column tells, or correlation
REPEATED = 0.8  # of the rows have a value that others have too, or it is no wonder that it tells
FEWEST_ROWS = 30  # below this, chance makes leaks
FEWEST_OF_CLASS = 3  # rows, of which train, valid and test each get one
FEWEST_GAPS = 20  # missing cells, others, and rows of a class
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
    rare = np.bincount(wanted) < FEWEST_OF_CLASS  # whose values may not repeat
    many = 5 * repeated.sum() <= rows and rows >= max(FEWEST_ROWS, REPEATED * len(given))
    if many and right >= LEAK * rows and len(np.union1d(usual, np.flatnonzero(rare))) == classes:
        return f"each value goes with one value of the target in {right / rows:.1%}"
    return ""


def by_gaps(given: list[str], column: Column, wanted: np.ndarray) -> str:
    """Whether a value is there for the rows of one class and missing for the others, as what is known only later is.

    What stands for nothing, as 0, -1 or none in all other rows, is looked at in the same way.
    """
    missing = np.array([is_missing(cell, column.parse) for cell in given])
    told = [("missing", missing, GAPS_WRONG)]
    usual, _ = Counter(given).most_common(1)[0]
    nothing = usual.strip().lower() in NOTHING or to_number(usual, column.parse) in (0.0, -1.0)
    if nothing and len(set(given)) >= FEWEST_KINDS:
        told.append((f'"{usual}"', np.array([cell == usual for cell in given]), NOTHING_WRONG))
    for what, absent, most_wrong in told:
        for number, rows in enumerate(np.bincount(wanted)):
            of_class = wanted == number
            wrong = min(int((absent != of_class).sum()), int((absent == of_class).sum()))
            enough = min(absent.sum(), (~absent).sum(), rows) >= FEWEST_GAPS
            if enough and wrong <= most_wrong * min(rows, len(wanted) - rows):
                return f"whether it is {what} tells one value of the target in {1 - wrong / len(wanted):.1%}"
    return ""


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


ROWS = 2000  # of the sample in which parts are looked for
COLUMNS = 40  # of numbers that are tried as parts
IN_ORDER = 0.9999  # correlation of ranks; columns that grow together by chance stay below
MOST_RANGES, IN_RANGES, IN_TWO = 20, 100, 200  # ranges, and rows from which on three or two of them are no chance
FEW_VALUES = 5  # of the target in a range; a price that hangs on the product alone is no range
FINE = 0.01  # deviations by which a rounded target may be off its parts at most


def in_order(given: np.ndarray, column: Column, wanted: np.ndarray) -> str:
    """Whether a number grows or falls with the target in all rows, as its logarithm, square or rank does."""
    both = np.isfinite(given) & np.isfinite(wanted)
    if both.sum() < max(FEWEST_ROWS, 0.5 * len(wanted)) or set(words_of(column.name)) & WORDS.times:
        return ""  # what grows from year to year is no leak
    ranks = [_ranks(values[both]) for values in (given, wanted)]
    if min(len(np.unique(values)) for values in ranks) < FEWEST_ROWS // 2:
        return ""
    return "it puts the rows in the same order" if abs(np.corrcoef(*ranks)[0, 1]) > IN_ORDER else ""


def _ranks(values: np.ndarray) -> np.ndarray:
    """The rank of each value, the mean one for equal values."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    return (np.cumsum(counts) - (counts + 1) / 2)[place]


def in_ranges(given: list[str], column: Column, wanted: np.ndarray) -> str:
    """Whether each value stands for a range of the target, as low, middle and high do.

    Ranges touch: the largest gap within two neighbours is no smaller than the one between them. So trucks, cars and
    bicycles, which differ in weight by much, are none.
    """
    there = np.array([not is_missing(cell, column.parse) for cell in given]) & np.isfinite(wanted)
    names, values = np.unique(np.array(given)[there], return_inverse=True)
    rows, kinds = len(values), len(names)
    if not 2 <= kinds <= MOST_RANGES or rows < max(IN_TWO if kinds == 2 else IN_RANGES, 0.5 * len(wanted)):
        return ""
    order = np.argsort(wanted[there], kind="stable")
    values, targets = values[order], wanted[there][order]
    borders = np.flatnonzero(np.diff(values)) + 1
    if len(borders) != kinds - 1:
        return ""
    parts = np.split(targets, borders)
    varied = sum(len(part) for part in parts if len(np.unique(part)) >= FEW_VALUES)
    gaps = [np.diff(part).max(initial=0) for part in parts]
    between = [after[0] - before[-1] for before, after in itertools.pairwise(parts)]
    touching = all(0 < gap <= max(gaps[i : i + 2]) for i, gap in enumerate(between))
    return f"its {kinds} values are ranges of the target" if touching and varied >= 0.9 * rows else ""


def parts_of(
    table: Table, columns: list[Column], place: int, known: list[int], wanted: np.ndarray, left_out: set[str | None]
) -> dict[str, str]:
    """Columns that the target is computed from, or that hold it as a part, each with the sum or product."""
    known, wanted = known[:ROWS], wanted[:ROWS]
    places = [i for i, c in enumerate(columns) if c.use and c.role == "number" and c.name not in left_out]
    places = [i for i in places if i != place and columns[i].distinct > 2][:COLUMNS]
    values = {i: as_numbers([table.columns[i][n] for n in known], columns[i].parse) for i in places}
    names = {i: columns[i].name for i in [*places, place]}
    found = _products(values, wanted, names, names.pop(place))
    if len(places) > 2 and (factors := _sum(values, wanted)):
        told = f"{columns[place].name} = {_spoken(factors, names)}"
        added = [i for i, factor in factors.items() if factor > 0]
        whole = added if len(added) == 1 else list(factors)  # of a difference, the target is a part of what it is from
        found |= {names[i]: told for i in whole}
    return found


def _sum(values: dict[int, np.ndarray], wanted: np.ndarray) -> dict[int, float]:
    """Columns that add up to the target, with their factors: equal ones, or weights of a mean; {} where none do.

    The column that explains most of what is left comes next, until nothing is left and the factors are plain.
    """
    rows = np.isfinite(wanted)
    spread = wanted[rows].std() if rows.any() else 0.0
    if not spread or len(np.unique(wanted[rows])) < FEW_VALUES:
        return {}
    exact = (n for n in range(7) if np.allclose(wanted[rows], np.round(wanted[rows], n), rtol=0, atol=1e-9))
    rounding = next((0.505 * 10.0**-decimals for decimals in exact), 0.0)  # half of the last decimal that is written
    allowed = min(rounding, FINE * spread) + 1e-6 * float(np.abs(wanted[rows]).mean())
    chosen, left = [], wanted
    while len(chosen) < len(values):
        near = {i: correlation(column, left) for i, column in values.items() if i not in chosen}
        chosen.append(max(near, key=lambda i: near[i]))
        rows &= np.isfinite(values[chosen[-1]])
        if rows.sum() < max(FEWEST_ROWS, 0.5 * len(wanted), 3 * len(chosen)):
            return {}
        _, left = _fit(values, chosen, wanted, rows)
        if len(chosen) < 2 or (np.abs(left[rows]) <= allowed).mean() <= LEAK:
            continue
        fits = []
        for some in (chosen, *([i for i in chosen if i != one] for one in chosen)):  # one may follow from the others
            factors, off = _fit(values, some, wanted, rows)
            found = {i: f for i, f in factors.items() if abs(f) * values[i][rows].std() > 3 * allowed}
            if len(found) > 1 and (np.abs(off[rows]) <= allowed).mean() > LEAK:
                fits.append(found)
        sums = [found for found in fits if _are_equal(found)]
        means = [f for f in fits if min(f.values()) > 0 and abs(sum(f.values()) - 1) < 2e-3]  # others are laws
        if plain := sums or means:
            return plain[0]
    return {}


def _fit(
    values: dict[int, np.ndarray], chosen: list[int], wanted: np.ndarray, rows: np.ndarray
) -> tuple[dict[int, float], np.ndarray]:
    """The factors of columns whose sum comes nearest to the target, and what it is off, (rows,)."""
    inputs = np.stack([values[i] for i in chosen], 1)
    factors = np.linalg.lstsq(inputs[rows], wanted[rows], rcond=None)[0]
    return dict(zip(chosen, factors.tolist(), strict=True)), wanted - inputs @ factors


def _are_equal(found: dict[int, float]) -> bool:
    """Whether factors are those of a sum, a difference or a mean: they differ in their sign at most."""
    sizes = np.abs(list(found.values()))
    return np.allclose(sizes, sizes[0], rtol=2e-3)


def _spoken(factors: dict[int, float], names: dict[int, str]) -> str:
    """a + b - c, (a + b) / 2 or 0.4 a + 0.6 b."""
    first, equal = abs(next(iter(factors.values()))), _are_equal(factors)
    parts = sorted(factors, key=lambda i: factors[i] < 0)
    shown = [names[i] if equal else f"{factors[i]:.3g} {names[i]}" for i in parts[:4]] + ["…"] * (len(parts) > 4)
    told = "".join(f" {'-' if factors[i] < 0 else '+'} {name}" for i, name in zip(parts, shown, strict=False))[3:]
    told += " …" * (len(parts) > 4)
    if not equal or abs(first - 1) < 2e-3:
        return told
    return f"({told}) / {1 / first:.3g}" if first < 1 else f"{first:.3g} ({told})"


def _products(values: dict[int, np.ndarray], wanted: np.ndarray, names: dict[int, str], target: str) -> dict[str, str]:
    """Columns named after the target that are it when multiplied or divided by another: a price per area, and area."""
    found = {}
    for a, b in itertools.permutations(values, 2):
        if set(words_of(target)) & set(words_of(names[a])) - {"the", "of", "per"}:
            with np.errstate(divide="ignore", invalid="ignore"):
                results = {"×": values[a] * values[b], "/": values[a] / values[b]}
            for sign, result in results.items():
                both = np.isfinite(result) & np.isfinite(wanted)
                few = both.sum() < max(FEWEST_ROWS, 0.5 * len(wanted)) or len(np.unique(wanted[both])) < FEW_VALUES
                close = np.abs(result[both] - wanted[both]) <= 0.005 * np.maximum(np.abs(wanted[both]), 1e-9)
                if not few and close.mean() > LEAK:
                    found[names[a]] = f"{target} = {names[a]} {sign} {names[b]}"
    return found
