"""What a number to predict is made of, or what was made of it: sums, means and products, its order, its ranges."""

import itertools

import numpy as np

from ..columns.meaning import as_numbers, is_missing
from ..columns.relation import Table
from ..findings import Column
from ..words.names import words_of
from ..words.vocabulary import WORDS
from .telling import FEWEST_ROWS, LEAK, correlation

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
    places = [
        i for i, c in enumerate(columns) if i != place and c.use and c.role == "number" and c.name not in left_out
    ]
    places = [i for i in places if columns[i].distinct > 2][:COLUMNS]
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
    allowed = min(_rounding(wanted[rows]), FINE * spread) + 1e-6 * float(np.abs(wanted[rows]).mean())
    chosen, left = [], wanted
    while len(chosen) < len(values):
        near = {i: correlation(column, left) for i, column in values.items() if i not in chosen}
        chosen.append(max(near, key=lambda i: near[i]))
        rows &= np.isfinite(values[chosen[-1]])
        if rows.sum() < max(FEWEST_ROWS, 0.5 * len(wanted), 3 * len(chosen)):
            return {}
        _, left = _fit(values, chosen, wanted, rows)
        if (np.abs(left[rows]) <= allowed).mean() <= LEAK:
            continue
        fits = []
        for some in (chosen, *([i for i in chosen if i != one] for one in chosen)):  # one may follow from the others
            factors, off = _fit(values, some, wanted, rows)
            found = {i: f for i, f in factors.items() if abs(f) * values[i][rows].std() > 3 * allowed}
            if len(found) > 1 and (np.abs(off[rows]) <= allowed).mean() > LEAK:
                fits.append(found)
        if plain := [found for found in fits if _are_equal(found)] or [found for found in fits if _are_weights(found)]:
            return plain[0]
    return {}


def _fit(
    values: dict[int, np.ndarray], chosen: list[int], wanted: np.ndarray, rows: np.ndarray
) -> tuple[dict[int, float], np.ndarray]:
    """The factors of columns whose sum comes nearest to the target, and what it is off, (rows,)."""
    if not chosen:
        return {}, wanted
    inputs = np.stack([values[i] for i in chosen], 1)
    factors = np.linalg.lstsq(inputs[rows], wanted[rows], rcond=None)[0]
    return dict(zip(chosen, factors.tolist(), strict=True)), wanted - inputs @ factors


def _rounding(values: np.ndarray) -> float:
    """Half of the last decimal in which numbers are written, 0 where they have many."""
    for decimals in range(7):
        if np.allclose(values, np.round(values, decimals), rtol=0, atol=1e-9):
            return 0.505 * 10.0**-decimals
    return 0.0


def _are_equal(found: dict[int, float]) -> bool:
    """Whether factors are those of a sum, a difference or a mean: they differ in their sign at most."""
    sizes = np.abs(list(found.values()))
    return np.allclose(sizes, sizes[0], rtol=2e-3)


def _are_weights(found: dict[int, float]) -> bool:
    """Whether factors are those of a weighted mean; other ones may be a law that is to be learnt."""
    factors = np.array(list(found.values()))
    return bool((factors > 0).all() and abs(factors.sum() - 1) < 2e-3)


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
                if _equal(result, wanted):
                    found[names[a]] = f"{target} = {names[a]} {sign} {names[b]}"
    return found


def _equal(given: np.ndarray, wanted: np.ndarray) -> bool:
    """Whether numbers are the same but for rounding."""
    both = np.isfinite(given) & np.isfinite(wanted)
    if both.sum() < FEWEST_ROWS or both.sum() < 0.5 * len(wanted) or len(np.unique(wanted[both])) < FEW_VALUES:
        return False
    close = np.abs(given[both] - wanted[both]) <= 0.005 * np.maximum(np.abs(wanted[both]), 1e-9)
    return bool(close.mean() > LEAK)
