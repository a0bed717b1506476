"""What could be learned from a table: target, task, metric and models, each with its reason.

The target is chosen by points: what its name says (names.py), where it stands, what its values look like, and whether
the file is named after it. The reason tells which of them decided.
"""

import os
import re
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .findings import Column, Suggestion
from .leaks import is_imbalanced
from .names import CLASSES, COUNTS, FEATURES, NAMES, TIME_WORDS, VAGUE, words_of
from .profiles import Profile
from .relation import Table
from .series import looks_like_series

FALLBACK = {
    "tabular-classification": ("accuracy", ["mlp", "transformer"]),
    "tabular-regression": ("RMSE", ["mlp", "transformer"]),
    "text-classification": ("accuracy", ["cnn", "lstm", "transformer"]),
    "text-generation": ("bits per character", ["transformer", "lstm"]),
    "time-series-forecasting": ("MASE", ["cnn", "lstm", "transformer"]),
    "image-classification": ("accuracy", ["cnn", "mlp", "transformer"]),
}
MOST_CLASSES = 50
FEW_NUMBERS = 10  # different integers up to which they are taken for classes


@dataclass
class Chosen:
    """A column to predict, with the reason."""

    place: int
    points: float
    why: str


def suggest(
    table: Table, columns: list[Column], profiles: list[Profile], wanted: str | None, given: str
) -> tuple[Suggestion | None, dict[str, Any] | None]:
    """The suggestion for a table (None where no column can be predicted), and what it is as series if it is.

    given  the path as the user wrote it
    """
    texts = [column for column in columns if column.role == "text"]
    if series := _series(table, columns, wanted):
        target = wanted or series["target"] or None
        group = series["group"]
        return suggestion("time-series-forecasting", target, given, series["why"], "", group, series["time"]), series
    chosen = _target(table, columns, profiles, wanted)
    if chosen is None:
        if texts and len([c for c in columns if c.role != "empty"]) == 1:
            return suggestion("text-generation", None, given, "texts, and no column with labels"), None
        return None, None
    target, profile = columns[chosen.place], profiles[chosen.place]
    task, why = _task(columns, chosen.place, profile, texts)
    metric = ""
    if task.endswith("classification") and is_imbalanced(profile):
        rare = min(profile.counts.values()) / max(sum(profile.counts.values()), 1)
        metric = "average precision" if profile.distinct == 2 and rare < 0.05 else "macro F1"
    reasons = "; ".join(part for part in (chosen.why, why) if part)
    time = "" if task.startswith("text") else _time(columns, target, table.rows)
    return suggestion(task, target.name, given, reasons, metric, _group(columns, target, table.rows), time), None


def suggestion(
    task: str,
    target: str | None,
    given: str,
    why: str,
    metric: str = "",
    group: str = "",
    time: str = "",
    models: int = 9,
) -> Suggestion:
    """A suggestion with the models that hackgen has for the task, and the line that makes the project."""
    usual, known = _of_task(task)
    words = ["hackgen", "new", "--data", given, "--task", task]
    if target is not None:
        words += ["--target", target]
    return Suggestion(task, target, metric or usual, known[:models], " ".join(map(quoted, words)), why, group, time)


def _of_task(task: str) -> tuple[str, list[str]]:
    """Metric and models of a task, as its parts say."""
    from ..project import frameworks, models, tasks

    part = next((part for part in tasks() if part.name == task), None)
    found = frameworks(part) if part else []
    if not found:
        return FALLBACK.get(task, ("", []))
    return part["metric"], [model.name for model in models(part, found[0])]


def quoted(word: str) -> str:
    """A word as the shell at hand reads it back."""
    if os.name == "nt":
        return f'"{word}"' if not word or re.search(r"[^\w.:/\\-]", word) else word
    return shlex.quote(word)


# The target


def _target(table: Table, columns: list[Column], profiles: list[Profile], wanted: str | None) -> Chosen | None:
    """The column to predict: the one that was named, else the one with most points."""
    if wanted is not None:
        return Chosen([column.name for column in columns].index(wanted), 0.0, "named with --target")
    possible = [i for i in range(len(columns)) if _possible(columns[i], profiles[i], table.rows)]
    usable = [i for i, column in enumerate(columns) if column.role not in ("identifier", "constant", "empty")]
    if not possible or len(usable) < 2:
        return None
    families = _families([column.name for column in columns])
    members = _members(table, columns)
    scored = [_points(table, columns, profiles, i, usable, families) for i in possible]
    for chosen in scored:
        chosen.points -= 6 * (chosen.place in members)
    return max(scored, key=lambda chosen: chosen.points)


def _possible(column: Column, profile: Profile, rows: int) -> bool:
    """Whether a column could be predicted at all."""
    if column.role not in ("number", "category") or profile.distinct < 2 or column.missing > 0.8:
        return False
    return column.role == "number" or profile.distinct <= max(2, min(200, 0.34 * profile.known))


def _families(names: list[str]) -> set[str]:
    """Names that differ from several others in a number only: x1 x2 x3, pixel_0 …, V1 …"""
    stems: dict[str, list[str]] = {}
    for name in names:
        if match := re.fullmatch(r"(.*?)[_ .-]*\d+(_\d+)?", name):
            stems.setdefault(match[1].lower(), []).append(name)
    return {name for members in stems.values() if len(members) >= 3 for name in members}


def _points(
    table: Table, columns: list[Column], profiles: list[Profile], i: int, usable: list[int], families: set[str]
) -> Chosen:
    column, name = columns[i], columns[i].name
    points, whys = 0.0, []
    named = table.dialect.get("header", True)
    by_name = _by_name(name) if named else 0.0
    if name.lower() == "y" and i not in (usable[0], usable[-1]) and "x" in {column.name.lower() for column in columns}:
        by_name = 0.0  # a place
    if by_name < 0 and i == usable[-1]:
        by_name /= 2
    if by_name >= 3:
        whys.append(f'the name "{name}"')
    points += by_name
    if named and _file_is_named_after(table.path, name):
        points += 4
        whys.append("the file is named after it")
    if i == usable[-1]:
        points += 3
        whys.append("it is the last column")
    elif i == usable[0]:
        points += 1.5
        whys.append("it is the first column")
    points += _by_type(columns, profiles, i, usable, table.rows, whys)
    if name in families and named:
        points -= 4
    if any(_derived(name, other.name) for k, other in enumerate(columns) if k != i):
        points -= 3
    points -= 3 * column.missing + 0.5 * (column.missing > 0)
    return Chosen(i, points, ", ".join(whys) or "nothing speaks for another column")


def _by_name(name: str) -> float:
    """Points for a name: whole, else its last word, else any; minus where it names what is known beforehand."""
    words = words_of(name)
    whole = "".join(words)
    if whole in NAMES:
        return NAMES[whole]
    if re.fullmatch(r"(target|label|class|y|outcome)(var|variable|value|col|column|name|id|idx|s|es)?\d?", whole):
        return 11.0
    points = max(((0.5 if word in VAGUE else 0.75) * NAMES[word] for word in words[-1:] if word in NAMES), default=0.0)
    points = max([points, *(0.3 * NAMES[word] for word in words if word in NAMES)])
    if words and words[0] in ("is", "has", "will", "did", "was"):
        points += 3
    if words and words[0] in ("target", "predict", "actual", "true", "final"):
        points += 4
    if words and (words[-1] in FEATURES or (words[0] in FEATURES and points < 5)):
        points -= 4
    return points


def _file_is_named_after(path: Path, name: str) -> bool:
    """Whether wine-quality.csv is the file of the column quality."""
    file, words = words_of(path.name.partition(".")[0]), words_of(name)
    together = "".join(words)
    if len(together) < 4:
        return False
    joined = "".join(file)
    return (
        together in joined
        or any(len(word) >= 4 and word in file for word in words)
        or (any(word.rstrip("s") == together.rstrip("s") for word in file))
    )


def _by_type(
    columns: list[Column], profiles: list[Profile], i: int, usable: list[int], rows: int, whys: list[str]
) -> float:
    """Points for values like classes, most where they stand out among the others."""
    column, profile = columns[i], profiles[i]
    points = alone = words = 0.0
    classes = _are_classes(column, profile, rows)
    others = [k for k in usable if k != i and columns[k].role not in ("date", "text")]
    if classes:
        points += 0.5 + 0.5 * (profile.distinct == 2)
        if others and not any(_are_classes(columns[k], profiles[k], rows) for k in others):
            alone = 3.5 if i in (usable[0], usable[-1]) else 1.5
            whys.append("the only one with few values")
    if column.role == "category":
        points += 0.5
        if others and all(columns[k].role == "number" for k in others):
            words = 2.5
            whys.append("the only one of words")
        if profile.distinct > 30:
            points -= 2
    if any(columns[k].role == "text" for k in usable):
        points += 1.5 if classes else -1
    return points + max(alone, words)


def _are_classes(column: Column, profile: Profile, rows: int) -> bool:
    """Whether values are few enough, and come often enough, to be classes."""
    if column.role == "category":
        return profile.distinct <= MOST_CLASSES and profile.known >= 2 * profile.distinct
    return profile.whole and profile.distinct <= FEW_NUMBERS and profile.known >= 5 * profile.distinct


def _derived(name: str, other: str) -> bool:
    """Whether a name is another's with something around it: income and incomesq, price and log_price."""
    mine, its = name.lower(), other.lower()
    if len(its) < 3 or len(mine) <= len(its) or mine[-1].isdigit():
        return False
    return mine.startswith(its) or mine in (f"log{its}", f"log_{its}", f"ln{its}", f"ln_{its}", f"sqrt_{its}")


def _members(table: Table, columns: list[Column]) -> set[int]:
    """Categories that name who was measured at each time (firm and year, country and date): never the target."""
    times = [
        i
        for i, c in enumerate(columns)
        if c.role == "date" or (c.role == "number" and set(words_of(c.name)) & TIME_WORDS)
    ]
    found = set()
    for i, column in enumerate(columns):
        if column.role == "category" and 5 <= column.distinct <= len(table.sample) / 5:
            for time in times:
                if len({(row[i], row[time]) for row in table.sample}) >= 0.98 * len(table.sample):
                    found.add(i)
    return found


# The task


def _task(columns: list[Column], place: int, profile: Profile, texts: list[Column]) -> tuple[str, str]:
    """The task for a target, with the reason."""
    target = columns[place]
    pictures = [c for c in columns if c.role == "picture" and c is not target]
    classes, why = _class_or_number(target, profile)
    if pictures and classes:
        return "image-classification", f"{pictures[0].name} names pictures; {why}"
    others = [
        column
        for column in columns
        if column is not target and column not in texts and column.use and column.role in ("number", "category", "list")
    ]
    prose = [column for column in texts if column is not target and column.detail.get("words", 0) >= 3]
    prose = prose or [column for column in texts if column is not target and column.detail.get("characters", 0) >= 8]
    if classes and prose and len(others) <= 2:
        return "text-classification", f"{prose[0].name} holds texts; {why}"
    return ("tabular-classification" if classes else "tabular-regression"), why


def _class_or_number(target: Column, profile: Profile) -> tuple[bool, str]:
    """Whether a target is a class (else a number), and why."""
    distinct = profile.distinct
    if target.role != "number":
        return True, f"{distinct} classes"
    if distinct <= 2:
        return True, "2 values"
    words = set(words_of(target.name))
    if not profile.whole:
        return False, f"a number with {distinct:,} values"
    often = profile.known / max(distinct, 1)
    counted = bool(words & COUNTS) and not words & CLASSES
    running = profile.high - profile.low + 1 <= distinct + 2
    if distinct <= FEW_NUMBERS and often >= 5 and not counted and running:
        return True, f"{distinct} different integers, so classes"
    if distinct <= MOST_CLASSES and often >= 10 and words & (CLASSES - {"y", "target", "outcome", "quality", "grade"}):
        return True, f"{distinct} different integers, and its name says classes"
    if distinct <= 4 and often >= 5 and not counted:
        return True, f"{distinct} different integers, so classes"
    return False, f"a number with {distinct:,} values"


# Series


def _series(table: Table, columns: list[Column], target: str | None) -> dict[str, Any] | None:
    """What series.py says, where forecasting suits the table better than predicting a column from others."""
    found = looks_like_series(columns, lambda names, most: _cells(table, columns, names, most))
    if found is None:
        return None
    if target is not None:
        return found if target in found["values"] and len(found["values"]) <= 2 else None
    values = [c for c in columns if c.role == "number" and c.name not in (found["time"], *found["keys"])]
    values = [c for c in values if not set(words_of(c.name)) & TIME_WORDS]
    rest = [c for c in columns if c.role in ("number", "category") and c.name != found["time"]]
    strongest = max((_by_name(c.name) for c in rest), default=0.0)
    calendar = any(c.name == found["time"] and c.role == "date" for c in columns)
    if found["shape"] == "long":
        return found if len(values) <= 2 and strongest < 10 else None
    if len(values) <= (2 if calendar else 1) or (found["shape"] == "one" and not found["time"]):
        return found
    if calendar or found["shape"] == "wide":
        return found if strongest < 10 else None
    return found if len(values) <= 3 and strongest < 6 else None


def _cells(table: Table, columns: list[Column], names: list[str], most: int) -> list[list[str]]:
    """The cells of some columns, in the order of the file where the sample holds all rows."""
    places = [next(i for i, column in enumerate(columns) if column.name == name) for name in names]
    if table.whole:
        return [[row[i] for i in places] for row in table.sample[:most]]
    cells = ", ".join(f"c{i}" for i in places)
    rows = table.connection.execute(f"SELECT {cells} FROM {table.relation} LIMIT {int(most)}").fetchall()
    return [["" if cell is None else cell.strip() for cell in row] for row in rows]


# Rows that belong together, and their order


def _group(columns: list[Column], target: Column, rows: int) -> str:
    """The identifier whose values repeat: rows of one person must not stand on both sides of the division."""
    repeated = [
        column
        for column in columns
        if column is not target
        and column.role == "identifier"
        and 2 <= column.distinct <= 0.8 * rows * (1 - column.missing)
    ]
    return max(repeated, key=lambda column: column.distinct).name if repeated else ""


def _time(columns: list[Column], target: Column, rows: int) -> str:
    """The column of dates that says when each row was made."""
    not_when = {"birth", "dob", "born", "birthday", "birthdate", "expiry", "expiration", "due"}
    dates = [
        column
        for column in columns
        if column is not target
        and column.role == "date"
        and column.missing < 0.05
        and column.distinct >= 5
        and not set(words_of(column.name)) & not_when
    ]
    return dates[0].name if len(dates) == 1 else next((c.name for c in dates if set(words_of(c.name)) & TIME_WORDS), "")
