"""Which column of a table is likely to be the one to predict: evidences, each with its weight and its sentence.

A column's points are the sum of its evidences: what its name says (names.py), where it stands, what its values are
beside those of the others, and whether the others tell anything about it. weights.toml has the only numbers to tune.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from ...parts import read_toml
from ..columns.aggregates import Profile
from ..columns.meaning import as_numbers
from ..columns.relation import Table
from ..findings import Column
from ..suspects.leaks import dated_names
from ..words.names import WORDS, by_name, file_is_named_after, is_derived, is_known_before, words_of

MOST_CLASSES = 50
CLOSE = 7.0  # points below the best up to which a column may be meant as well
MOST_CLOSE = 3
BESIDE_TEXTS = 4  # other columns up to which a table with texts is one of texts
MANY_NUMBERS = 8  # other columns from which on the only one of words is likely to be their class
FEW_NUMBERS = 10  # different integers up to which they are taken for classes

WEIGHTS: dict[str, tuple[float, str]] = read_toml(Path(__file__).with_name("weights.toml"))


@dataclass
class Chosen:
    """A column to predict, with the reason."""

    place: int
    points: float
    why: str
    alternatives: list[int] = field(default_factory=list)  # places of what may be meant as well, the likeliest first


def choose(
    table: Table, columns: list[Column], profiles: list[Profile], wanted: str | None, keys: Sequence[str] = ()
) -> Chosen | None:
    """The column to predict: the one that was named, else the one with most points; None where there is none.

    keys  columns that say which series a row is a step of
    """
    if wanted is not None:
        return Chosen([column.name for column in columns].index(wanted), 0.0, "named with --target")
    found = evidences(table, columns, profiles)
    for place, evidence in found.items():
        if columns[place].name in keys:
            evidence["who was measured"] = 1.0
    scored = [_weighed(place, columns[place].name, evidence) for place, evidence in found.items()]
    ranked = sorted(scored, key=lambda chosen: -chosen.points)
    for other in ranked[1 : MOST_CLOSE + 1]:
        if other.points > max(0.0, ranked[0].points - CLOSE):
            ranked[0].alternatives.append(other.place)
    return ranked[0] if ranked else None


def _weighed(place: int, name: str, evidence: dict[str, float]) -> Chosen:
    points = {kind: WEIGHTS[kind][0] * amount for kind, amount in evidence.items()}
    strongest = sorted((kind for kind in points if points[kind] >= 1 and WEIGHTS[kind][1]), key=lambda k: -points[k])
    if place:
        strongest = [kind for kind in strongest if kind != "first"]  # it is the first that can be learnt from
    why = ", ".join(WEIGHTS[kind][1].format(name=name) for kind in strongest)
    return Chosen(place, sum(points.values()), why or "nothing speaks for another column")


def evidences(table: Table, columns: list[Column], profiles: list[Profile]) -> dict[int, dict[str, float]]:
    """What speaks for and against each column that could be predicted."""
    usable = [i for i, column in enumerate(columns) if column.role not in ("identifier", "constant", "empty")]
    possible = [i for i in range(len(columns)) if _possible(columns[i], profiles[i])]
    if not possible or len(usable) < 2:
        return {}
    dated, told, sums = dated_names(columns), told_by_others(table, columns, usable), sums_of(table, columns)
    dummies, event = dummies_of(columns), event_of(columns)
    found = {}
    for i in possible:
        evidence = _of_name(table, columns, i, usable) | _of_values(columns, profiles, i, usable)
        evidence["last"], evidence["first"] = i == usable[-1], i == usable[0] != usable[-1]
        evidence["latest"] = columns[i].name in dated[-1:]
        evidence["earlier"] = columns[i].name in dated[:-1]
        evidence["missing"], evidence["some missing"] = columns[i].missing, columns[i].missing > 0
        evidence["sum"] = i in sums
        words = words_of(columns[i].name)
        evidence["who was measured"] = words[-1:] == ["id"] or "".join(words) in WORDS.divided
        evidence["one of many"] = columns[i].name in dummies
        evidence["event"] = columns[i].name == event
        if evidence["one of many"]:
            evidence["name"] = evidence["file"] = 0.0  # its name is a value, such as charge_fraud
        if i in told:
            evidence["told by others"] = told[i]
        found[i] = {kind: float(amount) for kind, amount in evidence.items() if amount}
    named = [evidence for evidence in found.values() if "file" in evidence]
    if len(named) > 1:  # wind_speed and wind_direction in wind.csv: only the one that says most is what it is about
        for evidence in named:
            if evidence["file"] < 1:
                del evidence["file"]
    return found


def _possible(column: Column, profile: Profile) -> bool:
    """Whether a column could be predicted at all."""
    if column.role not in ("number", "category") or profile.distinct < 2:
        return False
    if column.missing > (0.95 if by_name(column.name) >= 10 else 0.8):  # labels are few where most rows wait for one
        return False
    return column.role == "number" or profile.distinct <= max(2, min(200, 0.34 * profile.known))


# Names


def _of_name(table: Table, columns: list[Column], i: int, usable: list[int]) -> dict[str, float]:
    name, others = columns[i].name, [column.name for k, column in enumerate(columns) if k != i]
    found = {"derived": any(is_derived(name, other) for other in others)}
    found["has derived"] = any(is_derived(other, name) for other in others)
    if not table.dialect.get("header", True):
        return found
    place = name.lower() == "y" and i > 0 and columns[i - 1].name.lower() == "x" and len(usable) > 3
    found["name"] = 0.0 if place else by_name(name)
    words = words_of(name)
    found["known beforehand"] = (place or is_known_before(name)) * (0.75 if i == usable[-1] else 1.0)
    if columns[i].role == "category" and columns[i].distinct > 2 and set(words[-1:]) & WORDS.amounts:
        found["name"] *= 0.5  # a price of words is a range, a rating of words says who may see the film
    if columns[i].distinct == 2 and words[-1:] and words[-1].endswith("ed") and len(words[-1]) > 5:
        found["name"] = max(found["name"], 6.0 * (words[-1] not in WORDS.not_done))  # enrolled, resigned, shipped
    found["file"] = file_is_named_after(table.path, name)
    return found


# Columns beside it

FEWEST_ALIKE = 20  # rows; fewer may be equal by chance
MOST_ALIKE = 8  # columns that begin alike, from which on they were one column


def dummies_of(columns: list[Column]) -> set[str]:
    """Columns of two values that begin alike, as those do that one column of many values was made into."""
    stems: dict[str, list[str]] = {}
    for column in columns:
        stem = re.split(r"[_.=]", column.name, maxsplit=1)[0]
        if column.role == "number" and column.distinct <= 2 and stem != column.name:
            stems.setdefault(stem, []).append(column.name)
    return {name for members in stems.values() if len(members) >= MOST_ALIKE for name in members}


def sums_of(table: Table, columns: list[Column]) -> set[int]:
    """Columns called totals that are the sum of those right before or after them: cars, buses, bikes, total."""
    rows, found = len(table.sample), set()
    for i, column in enumerate(columns):
        if column.role != "number" or not set(words_of(column.name)) & WORDS.totals or rows < FEWEST_ALIKE:
            continue
        total = as_numbers(table.columns[i], column.parse)
        for step in (-1, 1):
            added, k = np.zeros(rows), i + step
            while 0 <= k < len(columns) and columns[k].role == "number":
                added += as_numbers(table.columns[k], columns[k].parse)
                if abs(k - i) > 1 and np.isclose(added, total, rtol=1e-6).mean() > 0.99:
                    found.add(i)
                k += step
    return found


def event_of(columns: list[Column]) -> str | None:
    """The column of yes and no beside a time that says whether something ended then, as data of survival have it."""
    whole = {"".join(words_of(column.name)): column for column in columns}
    times = [column for name, column in whole.items() if name in WORDS.times_to_event and column.role == "number"]
    events = [column for name, column in whole.items() if name in WORDS.events and column.distinct == 2]
    return events[0].name if times and len(events) == 1 else None


# Values


def _of_values(columns: list[Column], profiles: list[Profile], i: int, usable: list[int]) -> dict[str, float]:
    """What a column's values are beside those of the others."""
    column, profile = columns[i], profiles[i]
    counted = column.role == "number" and set(words_of(column.name)) & WORDS.counts - WORDS.classes
    classes = are_classes(column, profile) and (profile.distinct == 2 or not counted)
    others = [k for k in usable if k != i and columns[k].role not in ("date", "text")]
    word, at_end = column.role == "category", i in (usable[0], usable[-1])
    found = {"two classes": classes and profile.distinct == 2}
    some = {value.strip().lower() for value in list(profile.counts)[:20]}
    found["inputs"] = word and some - {"i", "other"} <= WORDS.input_values
    said = [bool(set(words_of(value)[:1]) & WORDS.outcome_values) for value in profile.counts]  # benign, deceased
    credit = {value.strip().lower() for value in profile.counts} == {"good", "bad"}  # among others it is of shelves
    found["outcomes"] = word and profile.distinct <= FEW_NUMBERS and (credit or 3 * sum(said) >= len(said))
    if others:
        alone = not any(are_classes(columns[k], profiles[k]) for k in others)
        found["only classes at an end"] = classes and alone and at_end
        among_numbers = len(others) >= MANY_NUMBERS and all(columns[k].role == "number" for k in others)
        found["only words of many"] = word and among_numbers and i in (0, usable[-1]) and profile.distinct > 2
        found["only number"] = not classes and not word and all(are_classes(columns[k], profiles[k]) for k in others)
        factors = [k for k in others if designed(profiles[k])]
        measured = [k for k in others if not are_classes(columns[k], profiles[k]) and columns[k].role == "number"]
        found["designed"] = designed(profile) and (len(measured) <= 1 or bool(factors))
    if len(others) <= BESIDE_TEXTS and any(columns[k].role == "text" for k in usable):
        found["classes of texts"] = classes
    return found


def are_classes(column: Column, profile: Profile) -> bool:
    """Whether values are few enough, and come often enough, to be classes."""
    if column.role == "category":
        return profile.distinct <= MOST_CLASSES and profile.known >= 2 * profile.distinct
    return profile.whole and profile.distinct <= FEW_NUMBERS and profile.known >= 5 * profile.distinct


def designed(profile: Profile) -> bool:
    """Whether all values are equally frequent, as those of an experiment's factors are."""
    counts = profile.counts.values()
    return 1 < len(counts) <= profile.known / 2 and max(counts) - min(counts) <= 0.05 * max(counts)


ROWS = 1000  # of the sample
FEWEST_ROWS = 30
MOST_COLUMNS = 80  # of a wider table, nothing is said
MOST_LEVELS = 8  # of a category that become columns
RIDGE = 0.02  # of the rows, as the weight of the penalty


def told_by_others(table: Table, columns: list[Column], usable: list[int]) -> dict[int, float]:
    """The share of each column's variance that the others explain in the other half of the rows, from 0 to 1."""
    step = max(1, len(table.sample) // ROWS)
    blocks = {i: block for i in usable if (block := _block(table.columns[i][::step], columns[i])) is not None}
    if len(blocks) < 2 or len(blocks) > MOST_COLUMNS or len(table.sample) < FEWEST_ROWS:
        return {}
    order = np.random.default_rng(0).permutation(len(next(iter(blocks.values()))))
    shares = [_explained(blocks, *halves) for halves in ((order[::2], order[1::2]), (order[1::2], order[::2]))]
    return {i: float(np.clip(np.mean([share[i] for share in shares]), 0, 1)) for i in blocks}


def _block(cells: list[str], column: Column) -> np.ndarray | None:
    """A column as standardised numbers, (rows, 1), or its frequent values as columns of 0 and 1, centred."""
    if column.role == "number":
        values = as_numbers(cells, column.parse)
        if not (there := np.isfinite(values)).any():
            return None
        low, high = np.quantile(values[there], [0.01, 0.99])
        block = np.where(there, values.clip(low, high), values[there].mean())[:, None]
    elif column.role == "category":
        names, counts = np.unique(cells, return_counts=True)
        kept = names[np.argsort(-counts)[:MOST_LEVELS]]
        block = (np.array(cells)[:, None] == kept).astype(float)
    else:
        return None
    block = block - block.mean(0)
    return block / max(float(block.std()), 1e-12)


def _explained(blocks: dict[int, np.ndarray], fitted: np.ndarray, judged: np.ndarray) -> dict[int, float]:
    """The share of each block that all others explain in the rows `judged`, by ridge regression on those `fitted`.

    One inverse serves them all. In P, that of x'x + penalty, what stands beside the part of block b is -w P_bb, where w
    are the weights by which the other columns predict it; so what these leave of it is (x P)_b P_bb⁻¹.
    """
    x = np.concatenate(list(blocks.values()), axis=1)
    inverse = np.linalg.inv(x[fitted].T @ x[fitted] + RIDGE * len(fitted) * np.eye(x.shape[1]))
    mixed, shares, begin = x[judged] @ inverse, {}, 0
    for i, block in blocks.items():
        own = slice(begin, begin + block.shape[1])
        begin = own.stop
        left = np.linalg.solve(inverse[own, own].T, mixed[:, own].T).T
        shares[i] = 1 - (left**2).sum() / max((block[judged] ** 2).sum(), 1e-12)
    return shares
