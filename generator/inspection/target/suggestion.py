"""What could be learned from a table: target, task, metric and models, each with its reason.

The target is chosen by points: what its name says (names.py), where it stands, what its values look like, and whether
the file is named after it. The reason tells which of them decided.
"""

import math
from typing import Any

from ...parts import frameworks, models, tasks
from ...text import quoted
from ..columns.aggregates import Profile
from ..columns.relation import Table
from ..findings import Column, Suggestion
from ..suspects.leaks import imbalance
from ..words import people
from ..words.names import WORDS, by_name, words_of
from .choice import FEW_NUMBERS, MOST_CLASSES, choose
from .dates import NOT_WHEN
from .forecast import looks_like_series
from .kinds import learnt_as_pairs, ratings

BESIDE_NAMED = 8  # other columns beside a column called text or review: what is known about a tweet


def suggest(
    table: Table, columns: list[Column], profiles: list[Profile], wanted: str | None, given: str
) -> tuple[Suggestion | None, dict[str, Any] | None]:
    """The suggestion for a table (None where no column can be predicted), and what it is as series if it is.

    given  the path as the user wrote it
    """
    texts = [column for column in columns if column.role == "text"]
    asked = wanted
    if rated := ratings(table, columns):
        wanted = wanted or rated[2].name
        for column in rated[:2]:
            column.role = "identifier"
    series, keys = (None, []) if rated else _series(table, columns, wanted)
    if series:
        target = wanted or series["target"] or None
        group = series["group"]
        return suggestion("time-series-forecasting", target, given, series["why"], "", group, series["time"]), series
    chosen = choose(table, columns, profiles, wanted, keys)
    if chosen is None:
        return None, None
    target, profile = columns[chosen.place], profiles[chosen.place]
    task, why = _task(columns, chosen.place, profile, texts)
    metric = ""
    if task.endswith("classification") and imbalance(profile.counts, "rows", target.name):
        rare = min(profile.counts.values()) / max(sum(profile.counts.values()), 1)
        metric = "average precision" if profile.distinct == 2 and rare < 0.05 else "macro F1"
    pairs = learnt_as_pairs(table, columns, target)
    for column in pairs:
        column.role, column.use, column.why = "category", True, ""
    if pairs:
        names = " and ".join(column.name for column in pairs)
        why += f"; learnt from {names} that stand in the data: of new ones it knows nothing"
    if rated and not asked:
        chosen.why = "it is how people rate"
    reasons = "; ".join(part for part in (chosen.why, why) if part)
    time = "" if pairs or task.startswith("text") else _time(columns, target)
    group = "" if pairs else _group(columns, target, table.rows)
    labels = profile.known / max(profile.distinct, 1)
    words = max(map(_words_in, texts), default=0) if task == "text-classification" else 0
    found = suggestion(task, target.name, given, reasons, metric, group, time, labels, table.rows, words)
    found.alternatives = [columns[place].name for place in chosen.alternatives]
    return found, None


def suggestion(
    task: str,
    target: str | None,
    given: str,
    why: str,
    metric: str = "",
    group: str = "",
    time: str = "",
    labels: float = math.inf,
    rows: float = math.inf,
    words: float = 0,
) -> Suggestion:
    """A suggestion with the models that hackgen has for the task, and the line that makes the project.

    labels       rows of a class, on average: where they are fewer than a model's card says, it is named first
    rows, words  in all, and of a text on average: where there are fewer rows or more words than a card says, the same,
                 and a project has that model even if nobody names it
    """
    part = next((part for part in tasks() if part.name == task), None)
    found = frameworks(part) if part else []
    usual, able = (part["metric"], models(part, found[0])) if found else ("", [])
    cards = {model.name: model.card for model in able}
    known = list(cards)
    start = [n for n, c in cards.items() if rows < c.get("own_rows", 0) or words > c.get("long_texts", math.inf)]
    suited = [name for name, card in cards.items() if labels < card.get("few_labels", 0)] or start
    line = ["hackgen", "new", "--data", given, "--task", task]
    if target is not None:
        line += ["--target", target]
    for name in suited and (suited[0], known[0]):
        line += ["--model", name]
    found = Suggestion(task, target, metric or usual, known, " ".join(map(quoted, line)), why, group, time)
    found.models = list(dict.fromkeys([*suited, *start, *known]))
    found.start = start and [start[0], known[0]]
    return found


# The task


def _task(columns: list[Column], place: int, profile: Profile, texts: list[Column]) -> tuple[str, str]:
    """The task for a target, with the reason."""
    target = columns[place]
    pictures = [c for c in columns if c.role == "picture" and c is not target]
    classes, why = _class_or_number(target, profile)
    if pictures and classes:
        return "image-classification", f"{pictures[0].name} names pictures; {why}"
    others = [c for c in columns if c is not target and c.use and c.role in ("number", "category", "list")]
    prose = [column for column in texts if column is not target and _words_in(column) >= 3]
    prose = prose or [column for column in texts if column is not target and column.detail.get("characters", 0) >= 8]
    marks = [c for c in others if c.role == "number" and c.distinct == 2]  # further labels of a text
    beside = BESIDE_NAMED if prose and set(words_of(prose[0].name)) & WORDS.texts and _words_in(prose[0]) >= 5 else 2
    if classes and prose and len(others) - len(marks) <= beside:
        return "text-classification", f"{prose[0].name} holds texts; {why}"
    return ("tabular-classification" if classes else "tabular-regression"), why


def _words_in(column: Column) -> float:
    return column.detail.get("words", 0)


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
    counted = bool(words & WORDS.counts) and not words & WORDS.classes
    running = profile.high - profile.low + 1 <= distinct + 2
    if often >= 5 and not counted and (distinct <= 4 or (distinct <= FEW_NUMBERS and running)):
        return True, f"{distinct} different integers, so classes"
    named = words & (WORDS.classes - {"y", "target", "outcome", "quality", "grade"})
    if distinct <= MOST_CLASSES and often >= 10 and named:
        return True, f"{distinct} different integers, and its name says classes"
    return False, f"a number with {distinct:,} values"


# Series


def _series(table: Table, columns: list[Column], target: str | None) -> tuple[dict[str, Any] | None, list[str]]:
    """What forecast.py says, where forecasting suits the table better than predicting a column from others.

    Where it does not, but rows are steps of several series, their names are in the columns that come second.
    """
    why_not: list[str] = []
    found = looks_like_series(columns, table.cells, why_not)
    if found is None:
        said = (f"not taken as series: {why}; --task time-series-forecasting takes it so anyway" for why in why_not)
        table.notes += said
    elif _rather_forecast(table, columns, target, found):
        return found, []
    elif found["shape"] == "long":
        if target is None:
            told = "--task time-series-forecasting --target COLUMN forecasts one of them"
            table.notes.append(f"{found['why']}, hold several numbers; {told}")
        return None, found["keys"]
    elif found["time"] and any(c.name == target and c.role == "number" for c in columns):
        table.notes.append(f"{found['why']}; --task time-series-forecasting forecasts {target} from its own past")
    return None, []


def _rather_forecast(table: Table, columns: list[Column], target: str | None, found: dict[str, Any]) -> bool:
    if "averaged_over" in found["facts"] and any(c.role == "identifier" and _repeats(c, table.rows) for c in columns):
        return False  # what several people or things did, each at its own times
    if target is None and found["shape"] == "across":
        return True
    values = [c for c in columns if c.role == "number" and c.name not in (found["time"], *found["keys"])]
    if len(values) > 1 and any(c.name == found["target"] and c.distinct == 2 for c in values):
        return False  # whether something happens, the numbers of its row tell
    market = {"open", "high", "low"} <= {c.name.strip().lower() for c in values}
    if target is not None:
        told = found["values"] if len(found["values"]) <= 2 else []
        return target in ([c.name for c in values] if market else told)
    values = [c for c in values if not set(words_of(c.name)) & WORDS.times]
    rest = [c for c in columns if c.role in ("number", "category") and c.name != found["time"]]
    strongest = max((by_name(c.name) for c in rest), default=0.0)
    if market:
        strongest = 0.0  # of a market, of which each price is known at the same time
    calendar = any(c.name == found["time"] and c.role == "date" for c in columns)
    if found["shape"] == "long":
        return len(values) == 1 or (len(values) == 2 and strongest < 10)
    if len(values) <= (2 if calendar else 1) or (found["shape"] == "one" and not found["time"]):
        return True
    if calendar or found["shape"] == "wide":
        return strongest < 10
    return len(values) <= 3 and strongest < 6


# Rows that belong together, and their order


def _group(columns: list[Column], target: Column, rows: int) -> str:
    """The identifier whose values repeat: rows of one person must not stand on both sides of the division."""
    known = [column for column in columns if column is not target and column.role == "identifier"]
    repeated = [column for column in known if _repeats(column, rows)]
    if len(repeated) < len(known):  # then another tells who is who, and people may share a name
        repeated = [column for column in repeated if column.detail.get("personal") != people.NAMES]
    return max(repeated, key=lambda column: column.distinct).name if repeated else ""


def _repeats(column: Column, rows: int) -> bool:
    """Whether most of a column's values stand in several rows."""
    return 2 <= column.distinct <= 0.8 * rows * (1 - column.missing)


def _time(columns: list[Column], target: Column) -> str:
    """The column of dates that says when each row was made."""
    dates = [c for c in columns if c is not target and c.role == "date" and not NOT_WHEN.search(c.name)]
    dates = [c for c in dates if c.missing < 0.05 and c.distinct >= 5]
    named = (c.name for c in dates if len(dates) == 1 or set(words_of(c.name)) & WORDS.times)
    return next(named, "")
