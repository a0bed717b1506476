"""Tables of who did what with what, such as ratings: identifiers that meet in ever new pairs are all there is to learn.

Elsewhere a repeated identifier groups rows, so that a model is judged by people it has never seen. Where users rate
films and little else is known, that would leave nothing to learn from: each pair is new, but its two halves are known
from other rows. So both are taken as categories, and rows are divided at random, neither grouped nor in the order of
time, in which most users come and go at once. Users and films that are new are unknown to the model, as rare ones are.
"""

from collections import Counter
from itertools import combinations

from ..columns.relation import Table
from ..findings import Column
from ..words.names import words_of
from ..words.vocabulary import PERSON_WORDS

ROWS_OF_ONE = 2  # rows for each value, on average, from which on it can teach something about others
LITTLE = 3  # other columns that can be learned from, at most
CROSSED = 1.5  # different values of the other that go with a repeated one, on average


def learnt_as_pairs(table: Table, columns: list[Column], target: Column) -> list[Column]:
    """The identifiers to learn from; each meets another, or a code that is a category already."""
    ids = [i for i, c in enumerate(columns) if c is not target and _tells_who(c) and _often(c, table.rows)]
    rest = [
        c for c in columns if c is not target and c.use and not _tells_who(c) and c.role not in ("date", "constant")
    ]
    if len(rest) > LITTLE:
        return []
    met = {i for a, b in combinations(ids, 2) if crossed(table.columns[a], table.columns[b]) for i in (a, b)}
    return [columns[i] for i in sorted(met) if columns[i].role == "identifier"]


def _tells_who(column: Column) -> bool:
    """Whether a column is an identifier, or a category whose name says that it was one."""
    words = words_of(column.name)
    named = bool(set(words[-1:]) & ({"id", "ids"} | PERSON_WORDS))
    return column.role == "identifier" or (column.role == "category" and named)


def _often(column: Column, rows: int) -> bool:
    return 2 <= column.distinct <= rows * (1 - column.missing) / ROWS_OF_ONE


def crossed(one: list[str], other: list[str]) -> bool:
    """Whether neither tells the other: users rate several films, and films are rated by several users."""
    return _partners(one, other) >= CROSSED and _partners(other, one) >= CROSSED


def _partners(one: list[str], other: list[str]) -> float:
    """Different values of the other for each value of one that repeats."""
    counts = Counter(one)
    pairs = {pair for pair in zip(one, other, strict=True) if counts[pair[0]] > 1}
    return len(pairs) / max(len({value for value, _ in pairs}), 1)
