"""Tables that are no rows with something to predict in each, or not that alone: ratings, chats, questions."""

import re
from collections import Counter
from itertools import combinations

from ..columns.relation import Table
from ..findings import Column
from ..words.names import WORDS, words_of

NO_TASK = "hackgen has no task for these yet"
CONTINUED = "their texts in one .txt can be continued"
MOST_RATINGS = 20  # different ones
FEWEST = 100  # rows from which on columns without names can be ratings
CORNERS = ("xmin ymin xmax ymax", "x1 y1 x2 y2 label", "x1 y1 x2 y2 class", "bbox", "roix1 roiy1 roix2 roiy2")
CORNERS += ("xmin xmax ymin ymax", "left top width height", "bboxx bboxy", "encodedpixels")
TURNS = re.compile(r'\[\s*\{.*"(role|from|speaker)".*"(content|value|text)"', re.DOTALL)
ANSWERS = re.compile(r'"(qas|answers)"')


def ratings(table: Table, columns: list[Column]) -> tuple[Column, Column, Column] | None:
    """Who rated, what, and how, where a table holds that and hardly more."""
    named = {"who": _named(columns, WORDS.raters), "what": _named(columns, WORDS.rated)}
    named["how"] = next((column for column in columns if set(words_of(column.name)[-1:]) & WORDS.ratings), None)
    if all(named.values()) and len({id(column) for column in named.values()}) == 3 and len(columns) <= 5:
        who, what, how = named.values()
        return (who, what, how) if how.role in ("number", "category") and how.distinct <= MOST_RATINGS else None
    plain = not table.dialect.get("header", True) and len(columns) in (3, 4) and table.rows >= FEWEST
    if not plain or not all(c.role in ("number", "identifier") and c.detail.get("integers", True) for c in columns[:2]):
        return None
    who, what, how = columns[:3]
    repeats = all(c.distinct <= table.rows / 2 and c.distinct > how.distinct for c in (who, what))
    few = how.role == "number" and 2 < how.distinct <= MOST_RATINGS and how.detail.get("max", 99) <= MOST_RATINGS
    timed = len(columns) == 3 or columns[3].role == "date" or (columns[3].detail.get("min") or 0) > 1e8
    return (who, what, how) if repeats and few and timed and crossed(table.columns[0], table.columns[1]) else None


def boxes(columns: list[Column]) -> str:
    """A line where each row is a box in a picture, not a picture; "" elsewhere."""
    names = {"".join(words_of(column.name)) for column in columns}
    corners = any(set(corner.split()) <= names for corner in CORNERS)
    return f"these are boxes around things in pictures (detection); {NO_TASK}" if corners else ""


def told(table: Table, columns: list[Column]) -> str:
    """A line that says what a table is, and what can be done with it; "" where it is rows to learn from."""
    names = {"".join(words_of(column.name)): i for i, column in enumerate(columns)}
    cells = [next(iter(known), "") for known in table.known]
    if rated := ratings(table, columns):
        who, what, how = (column.name for column in rated)
        said = "what known ones would rate is predicted; hackgen has no task to recommend yet"
        return f"these are ratings ({who}, {what}, {how}): {said}"
    if where := boxes(columns):
        return where
    asks = "question" in names and names.keys() & {"context", "passage", "paragraph", "article", "document"}
    if asks or ("paragraphs" in names and ANSWERS.search(cells[names["paragraphs"]])):
        return f"these are questions about texts, with their answers in them (as SQuAD); {NO_TASK}"
    if any(TURNS.match(cell[:5000]) for cell in cells):
        return f"these are conversations, as language models are tuned on; {NO_TASK}; {CONTINUED}"
    answers = names.keys() & {"completion", "response", "chosen"}
    if {"instruction", "output"} <= names.keys() or ("prompt" in names and answers):
        return f"these are instructions and answers; {NO_TASK}; {CONTINUED}"
    if names.keys() & WORDS.authors and names.keys() & WORDS.said and names.keys() & WORDS.sent:
        return f"this is a chat: who wrote what and when, and all of them should agree; {CONTINUED}"
    texts = [column for column in columns if column.role == "text"]
    if len(texts) == 2 == len([c for c in columns if c.role not in ("identifier", "constant", "empty")]):
        return f"these are pairs of texts, as of translations; {NO_TASK}"
    return ""


def _named(columns: list[Column], words: set[str]) -> Column | None:
    """The first column whose name is of some words, beside those that say id or name."""
    for column in columns:
        own = set(words_of(column.name)) - {"id", "ids", "name", "no", "nr", "code", "index", "review"}
        if own and own <= words:
            return column
    return None


ROWS_OF_ONE = 2  # rows for each value, on average, from which on it can teach something about others
LITTLE = 3  # other columns that can be learned from, at most
CROSSED = 1.5  # different values of the other that go with a repeated one, on average


def learnt_as_pairs(table: Table, columns: list[Column], target: Column) -> list[Column]:
    """The identifiers to learn from; each meets another, or a code that is a category already.

    Elsewhere a repeated identifier groups rows. Where users rate films and little else is known, that would leave
    nothing to learn from: each pair is new, but its two halves are known from other rows. So both are categories, and
    rows are divided at random, neither grouped nor by time, in which most users come and go at once.
    """
    ids = [i for i, c in enumerate(columns) if c is not target and _tells_who(c)]
    ids = [i for i in ids if 2 <= columns[i].distinct <= table.rows * (1 - columns[i].missing) / ROWS_OF_ONE]
    others = [c for c in columns if c is not target and c.use and c.role not in ("date", "constant")]
    if sum(not _tells_who(column) for column in others) > LITTLE:
        return []
    met = {i for a, b in combinations(ids, 2) if crossed(table.columns[a], table.columns[b]) for i in (a, b)}
    return [columns[i] for i in sorted(met) if columns[i].role == "identifier"]


def _tells_who(column: Column) -> bool:
    """Whether a column is an identifier, or a category whose name says that it was one."""
    words = words_of(column.name)
    named = bool(set(words[-1:]) & ({"id", "ids"} | WORDS.people))
    return column.role == "identifier" or (column.role == "category" and named)


def crossed(one: list[str], other: list[str]) -> bool:
    """Whether neither tells the other: users rate several films, and films are rated by several users."""
    return _partners(one, other) >= CROSSED and _partners(other, one) >= CROSSED


def _partners(one: list[str], other: list[str]) -> float:
    """Different values of the other for each value of one that repeats."""
    counts = Counter(one)
    pairs = {pair for pair in zip(one, other, strict=True) if counts[pair[0]] > 1}
    return len(pairs) / max(len({value for value, _ in pairs}), 1)
