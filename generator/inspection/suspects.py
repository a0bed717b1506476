"""What a person should look at before believing a score: sentinels, duplicates, leaks, unequal classes, odd dates."""

import datetime
import itertools
import re
from collections import Counter, defaultdict

import numpy as np

from .cells import fits, one, to_number
from .delimited import is_missing
from .findings import Column, Suspect
from .roles import Profile, today, words_of
from .tables import Table

WORDS = {
    "?",
    "na",
    "n/a",
    "none",
    "unknown",
    "null",
    "nan",
    "-",
    "--",
    "missing",
    "not available",
    "undefined",
    "tbd",
    "unk",
}
NEARLY = 0.99  # of the rows with one value: nearly constant
LEAK = 0.999  # of the rows whose target a column tells, or correlation
FEWEST_ROWS = 30  # below this, chance makes leaks
PAIRS = 40  # columns of numbers whose pairs are tried as parts of the target
NEAR_ROWS = 20_000


def of_columns(table: Table, columns: list[Column], profiles: list[Profile]) -> list[Suspect]:
    """What single columns and the whole table show, whatever the target; sentinels become part of `parse`."""
    found = [
        Suspect("duplicate-names", name, "stands twice in the header, or but for case")
        for name in table.duplicate_names
    ]
    for i, (column, profile) in enumerate(zip(columns, profiles, strict=True)):
        cells = [row[i].strip() for row in table.sample]
        if column.role == "identifier":
            found.append(Suspect("identifier", column.name, column.why.removeprefix("identifier").strip("; ,")))
        elif column.role in ("constant", "empty"):
            found.append(Suspect("constant", column.name, column.why))
        else:
            found += _nearly_constant(column, profile, table.rows)
        found += _as_text(column, profile) + _sentinels(column, profile, cells) + _dates(column, profile, cells)
    if table.ragged:
        lines = ", ".join(map(str, table.ragged[:3]))
        found.append(
            Suspect("ragged", None, f"{len(table.ragged)} row(s) with more or fewer cells, first in line {lines}")
        )
    return found + _duplicates(table, columns)


def _nearly_constant(column: Column, profile: Profile, rows: int) -> list[Suspect]:
    if profile.counts and rows >= 50 and profile.distinct > 1:
        value, count = max(profile.counts.items(), key=lambda item: item[1])
        if count >= NEARLY * profile.known:
            return [
                Suspect("nearly-constant", column.name, f'"{value}" in {count / profile.known:.1%} of the known cells')
            ]
    return []


def _as_text(column: Column, profile: Profile) -> list[Suspect]:
    rules = {key: value for key, value in column.parse.items() if key in ("strip", "thousands", "decimal")}
    if not rules or not profile.look.examples:
        return []
    examples = ", ".join(f'"{cell}"' for cell in profile.look.examples[:2])
    return [Suspect("numbers-as-text", column.name, f"numbers such as {examples} are read as numbers")]


def _sentinels(column: Column, profile: Profile, cells: list[str]) -> list[Suspect]:
    found = []
    counts = Counter(cells)
    words = {cell: count for cell, count in counts.items() if cell.lower() in WORDS and cell}
    words |= {cell: counts[cell] for cell in column.parse.get("missing", ()) if cell in counts}
    if words and column.role not in ("text", "constant", "empty"):
        shown = ", ".join(f'"{word}" {count}×' for word, count in list(words.items())[:4])
        kept = any(not is_missing(word) and word not in column.parse.get("missing", ()) for word in words)
        found.append(
            Suspect("sentinel", column.name, shown + (" (a value like others)" if kept else " (read as missing)"))
        )
    if column.role == "number":
        for value, count in _far_values(cells, column.parse):
            spelled = [cell for cell in counts if to_number(cell, column.parse) == value]
            column.parse["missing"] = [*column.parse.get("missing", ()), *spelled]
            share = count / max(len(cells), 1)
            column.missing = round(min(1.0, column.missing + share), 6)
            column.distinct -= 1
            _forget(column, profile, value, cells)
            found.append(Suspect("sentinel", column.name, f"{value:g} {count}×, far from all else (read as missing)"))
    return found


def _forget(column: Column, profile: Profile, value: float, cells: list[str]) -> None:
    """Range and mean without a sentinel, from the sample."""
    left = [n for n in (to_number(cell, column.parse) for cell in cells) if n is not None]
    if left:
        column.detail |= {"min": min(left), "max": max(left), "mean": sum(left) / len(left)}
    if "top" in column.detail:
        column.detail["top"] = [pair for pair in column.detail["top"] if pair[0] != f"{value:g}"]


def _far_values(cells: list[str], parse: dict) -> list[tuple[float, int]]:
    """Values such as -999 and 9999 that repeat and lie far from all others."""
    values = Counter(n for n in (to_number(cell, parse) for cell in cells) if n is not None)
    found = []
    for value in sorted(values, key=abs, reverse=True)[:2]:
        digits = f"{abs(value):g}"
        if len(values) < 5 or values[value] < 2 or not re.fullmatch(r"9{2,9}|9{2,6}\.9{1,4}|8{3,5}|[12]00|-?1", digits):
            continue
        others = np.array([n for n in values if n != value and n not in dict(found)])
        if len(others) < 4 or values[value] > 0.95 * values.total():
            continue
        low, high = others.min(), others.max()
        span, gap = high - low, (low - value if value < low else value - high)
        nines = bool(re.fullmatch(r"9{3,9}|9{2,6}\.9{1,4}|8{3,5}", digits))
        if value > 0 and not nines and digits != "99":
            continue  # 100 and 200 are numbers like others
        if digits == "1":
            continue  # -1 is too often a value
        if gap > (0.5 if nines else 1.0) * max(span, 1e-9) and (value < 0 or values[value] >= 0.002 * len(cells)):
            found.append((value, values[value]))
    return found


def _dates(column: Column, profile: Profile, cells: list[str]) -> list[Suspect]:
    if column.role != "date":
        return []
    found, forms = [], profile.look.forms
    if len(forms) > 1:
        example = [next((cell for cell in cells if fits(cell, form)), "") for form in forms[:3]]
        detail = "several forms: " + ", ".join(f'"{cell}"' for cell in example)
        found.append(Suspect("mixed-dates", column.name, detail))
    elif profile.look.ambiguous:
        found.append(Suspect("mixed-dates", column.name, f"day or month first? Read as {forms[0]}"))
    last = column.detail.get("last", "")
    try:
        if datetime.datetime.fromisoformat(last) > today() + datetime.timedelta(days=1):
            late = sum(_is_late(cell, forms) for cell in cells)
            found.append(Suspect("future-dates", column.name, f"{late or 'some'} in the future, the last is {last}"))
    except ValueError:
        pass
    return found


def _is_late(cell: str, forms: list[str]) -> bool:
    return any(fits(cell, form) and one(cell, form) > today() for form in forms[:1])


# Duplicates


def _duplicates(table: Table, columns: list[Column]) -> list[Suspect]:
    """Equal rows (all of them, or a share of a large table's by content), and rows that differ in writing only."""
    found = []
    cells = ", ".join(f"c{i}" for i in range(len(columns)))
    if not columns or table.rows < 2:
        return []
    if table.rows * len(columns) <= 4_000_000:
        query = f"SELECT count(*) FROM (SELECT DISTINCT {cells} FROM {{relation}})"
        extra = table.rows - table.one(query)[0]
        if extra:
            found.append(
                Suspect("duplicates", None, f"{extra} row(s) repeat an earlier one ({extra / table.rows:.1%})")
            )
    elif not any(c.role == "identifier" and c.distinct > 0.9 * table.rows for c in columns):
        part = max(1, table.rows // 250_000)
        hashed = f"(SELECT hash({cells}) AS h FROM {{relation}})"
        query = f"SELECT count(*), count(DISTINCT h) FROM {hashed} WHERE h % {part} = 0"
        seen, different = table.one(query)
        if seen > different:
            share = (seen - different) / seen
            detail = f"about {share:.1%} of the rows repeat another" + f" (from {seen:,} rows)" * (part > 1)
            found.append(Suspect("duplicates", None, detail))
    return found + _near_duplicates(table, columns)


def _near_duplicates(table: Table, columns: list[Column]) -> list[Suspect]:
    """Rows that are equal but for case, spaces, punctuation, rounding and what identifies them, in a sample."""
    used = [i for i, column in enumerate(columns) if column.role not in ("identifier", "constant", "empty")]
    distinct = [columns[i].distinct for i in used]
    prose = any(columns[i].role == "text" for i in used)
    if not prose and len(used) < 3:
        return []
    if not prose and sum(np.log10(max(1, d)) for d in distinct) < np.log10(max(table.rows, 1)) + 3:
        return []  # so few values that rows are equal by chance
    groups: dict[tuple[str, ...], set[tuple[str, ...]]] = {}
    rows = table.sample[:NEAR_ROWS]
    for row in rows:
        kept = tuple(row[i] for i in used)
        key = tuple(_folded(row[i], columns[i].role) for i in used)
        groups.setdefault(key, set()).add(tuple(row) if len(used) < len(columns) else kept)
    near = sum(len(group) - 1 for group in groups.values())
    if not near:
        return []
    return [
        Suspect("near-duplicates", None, f"{near} of {len(rows):,} rows looked at differ from another in writing only")
    ]


def _folded(cell: str, role: str) -> str:
    if role == "number":
        value = to_number(cell, {})
        return f"{value:.4g}" if value is not None else cell
    return re.sub(r"\W+", " ", cell.lower()).strip() if role in ("text", "category") else cell


# The target


def of_target(table: Table, columns: list[Column], profiles: list[Profile], target: Column, task: str) -> list[Suspect]:
    """Columns that give the target away (they are not used any more), and unequal classes."""
    found = []
    place = columns.index(target)
    if task in ("tabular-classification", "text-classification", "image-classification"):
        found += _imbalance(target, profiles[place])
    if table.rows >= FEWEST_ROWS:
        found += _leaks(table, columns, place, task)
    given = {suspect.column for suspect in found if suspect.kind == "leakage"}
    left = [c for c in columns if c.use and c is not target and c.name not in given and c.role != "picture"]
    for suspect in found:
        if suspect.kind == "leakage" and left:  # else nothing to learn from would be left
            column = next(column for column in columns if column.name == suspect.column)
            column.use, column.why = False, f"gives {target.name} away: {suspect.detail}"
    return found


def shares(profile: Profile) -> dict[str, float]:
    """The share of each class, the most frequent first."""
    total = sum(profile.counts.values()) or 1
    return {name: count / total for name, count in sorted(profile.counts.items(), key=lambda item: -item[1])}


def is_imbalanced(profile: Profile) -> bool:
    """Whether accuracy would look good without the rarest class: it has less than a fifth of an equal share."""
    found = list(shares(profile).values())
    return len(found) > 1 and found[-1] < min(0.15, 0.4 / len(found)) and found[0] > 2 * found[-1]


def _imbalance(target: Column, profile: Profile) -> list[Suspect]:
    if not is_imbalanced(profile):
        return []
    found = shares(profile)
    most, least = next(iter(found)), list(found)[-1]
    detail = f'"{most}" has {found[most]:.1%} of the rows, "{least}" {found[least]:.1%}'
    return [Suspect("imbalance", target.name, detail)]


def _leaks(table: Table, columns: list[Column], place: int, task: str) -> list[Suspect]:
    """Columns that tell the target in nearly all rows of the sample."""
    target = columns[place]
    cells = [row[place].strip() for row in table.sample]
    known = [n for n, cell in enumerate(cells) if not is_missing(cell)]
    if len(known) < FEWEST_ROWS:
        return []
    stated = f"{len(known):,} rows looked at" if not table.whole else f"all {len(known):,} rows"
    numeric = task == "tabular-regression"
    wanted = _numbers([cells[n] for n in known], target) if numeric else np.array([cells[n] for n in known], object)
    found, strict = [], []
    for i, column in enumerate(columns):
        if i == place or not column.use or column.role in ("text", "picture", "list"):
            continue
        given = [table.sample[n][i].strip() for n in known]
        why = ""
        if column.role == "number" and numeric:
            why = _correlated(_numbers(given, column), wanted)
        elif not numeric:
            why = _tells(given, wanted, column)
        if why:
            found.append(Suspect("leakage", column.name, f"{why} ({stated})"))
        elif _named_after(column.name, target.name):
            strict.append(column)
    for column in strict:
        found.append(Suspect("leakage", column.name, f"its name says that it is made from {target.name}"))
    if numeric:
        found += _parts(table, columns, place, known, wanted, {suspect.column for suspect in found})
    return found


def _numbers(cells: list[str], column: Column) -> np.ndarray:
    found = (to_number(cell, column.parse) for cell in cells)
    return np.array([np.nan if value is None else value for value in found], np.float64)


def _correlated(given: np.ndarray, wanted: np.ndarray) -> str:
    both = np.isfinite(given) & np.isfinite(wanted)
    if both.sum() < FEWEST_ROWS or both.sum() < 0.5 * len(wanted) or not given[both].std() or not wanted[both].std():
        return ""
    value = abs(np.corrcoef(given[both], wanted[both])[0, 1])
    return f"correlation {value:.4f}" if value > LEAK else ""


def _tells(given: list[str], wanted: np.ndarray, column: Column) -> str:
    """Whether equal values go with equal classes, judged by values that repeat; or a threshold divides them."""
    groups: defaultdict[str, Counter] = defaultdict(Counter)
    for cell, answer in zip(given, wanted, strict=True):
        if not is_missing(cell):
            groups[cell][answer] += 1
    total = Counter(wanted)
    usual = max(total.values()) / total.total()
    if usual > 0.995:
        return ""
    repeated = [group for group in groups.values() if group.total() > 1]
    rows = sum(group.total() for group in repeated)
    right = sum(max(group.values()) for group in repeated)
    classes = {group.most_common(1)[0][0] for group in repeated}
    many = 5 * len(repeated) <= rows and rows >= max(FEWEST_ROWS, 0.8 * len(given)) and len(classes) == len(total)
    if many and right >= LEAK * rows:
        return f"each value goes with one value of the target in {right / rows:.1%}"
    if column.role == "number" and len(given) >= 200 and min(total.values()) >= 20:
        pairs = sorted((n, a) for n, a in zip(_numbers(given, column), wanted, strict=True) if np.isfinite(n))
        if len(pairs) >= 0.99 * len(given):
            changes = sum(a[1] != b[1] for a, b in itertools.pairwise(pairs))
            if changes == len(total) - 1 and all(a[0] != b[0] for a, b in itertools.pairwise(pairs) if a[1] != b[1]):
                return "thresholds on it divide the classes without a mistake"
    return ""


MADE = set(
    "encoded encode enc pred predicted prediction predictions prob proba probability label code cat num binary".split()
)


def _named_after(name: str, target: str) -> bool:
    """Whether a name is the target's with a word such as encoded or predicted."""
    mine, its = words_of(name), words_of(target)
    rest = list(mine)
    for word in its:
        if word not in rest:
            return bool(mine) and mine[0] in ("pred", "predicted", "prediction") and len(mine) == 1
        rest.remove(word)
    return bool(rest) and bool(its) and all(word in MADE or word.isdigit() for word in rest) and bool(set(rest) & MADE)


def _parts(
    table: Table, columns: list[Column], place: int, known: list[int], wanted: np.ndarray, left_out: set[str | None]
) -> list[Suspect]:
    """Two columns whose sum is the target, or whose product is and one is named after it (a price by area)."""
    target = columns[place]
    places = [
        i for i, c in enumerate(columns) if i != place and c.use and c.role == "number" and c.name not in left_out
    ]
    places = [i for i in places if columns[i].distinct > 2][:PAIRS]
    rows = known[:2000]
    wanted = wanted[: len(rows)]
    values = {i: _numbers([table.sample[n][i].strip() for n in rows], columns[i]) for i in places}
    found = []
    for a, b in itertools.combinations(places, 2):
        if len(places) > 2 and _equal(values[a] + values[b], wanted):
            for one_of, other in ((a, b), (b, a)):
                detail = f"{target.name} = {columns[one_of].name} + {columns[other].name}"
                found.append(Suspect("leakage", columns[one_of].name, detail))
            break
        for one_of, other in ((a, b), (b, a)):
            named = set(words_of(target.name)) & set(words_of(columns[one_of].name)) - {"the", "of", "per"}
            if named and _equal(values[one_of] * values[other], wanted, 0.005):
                detail = f"{target.name} = {columns[one_of].name} × {columns[other].name}"
                found.append(Suspect("leakage", columns[one_of].name, detail))
    return found


def _equal(given: np.ndarray, wanted: np.ndarray, tolerance: float = 1e-6) -> bool:
    both = np.isfinite(given) & np.isfinite(wanted)
    if both.sum() < FEWEST_ROWS or both.sum() < 0.5 * len(wanted) or len(np.unique(wanted[both])) < 5:
        return False
    close = np.abs(given[both] - wanted[both]) <= tolerance * np.maximum(np.abs(wanted[both]), 1e-9)
    return close.mean() > LEAK
