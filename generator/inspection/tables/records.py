"""The rows of a table that are written as JSON: what an API answers, what pandas and other programs save.

A list of objects is a table already. Here become one: lists of values, columns beside or below each other, names apart
from values, and a list somewhere inside an object. What an object holds inside stands in columns of its own, a.b.
"""

import itertools
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, TextIO

from ..columns import dates
from ..columns.meaning import number

Record = dict[str, Any]
MOST_NESTED = 300  # columns that objects inside may add; keys that are data would make one each
PIECE = 1 << 20  # characters of a long text read at once
BETWEEN = re.compile(r"[,\s]*")  # two objects
DATED = 12  # names of rows, from which on they are data where they are dates
SECONDS = re.compile(r"-?\d{9,10}|-?\d{12,13}")  # since 1970, or milliseconds
LISTS = re.compile(r"\[\s*[\[{]")
DECODER = json.JSONDecoder()


def rows(content: Any) -> tuple[list[Record], str]:
    """The records in a JSON value, and the name of the list inside that they are from ("" = they are all of it)."""
    if isinstance(content, list):
        return listed(content, []), ""
    if not isinstance(content, dict):
        return listed([content], []), ""
    if found := columns(content):
        return found, ""
    where, inside = longest(content)
    parts = {name: columns(value) for name, value in content.items() if isinstance(value, dict)}
    name, found = max(parts.items(), key=lambda part: len(part[1]), default=("", []))
    if len(found) > 1 and len(found) >= len(inside):
        return found, name
    if not where:
        return [content], ""
    names = next((names_in(v) for v in content.values() if v is not inside and len(names_in(v)) == width(inside)), [])
    return listed(inside, names), where


def columns(content: Record) -> list[Record]:
    """An object of columns (lists or objects of equal length), of rows by their names, or of values by their dates.

    Nothing for any other. Names of rows are left out, unless they are dates.
    """
    values = list(content.values())
    if values and all(isinstance(value, list) for value in values) and len({len(value) for value in values}) == 1:
        if not all(isinstance(entry, (dict, list)) for value in values for entry in value):
            return [dict(zip(content, row, strict=True)) for row in zip(*values, strict=True)]
    if values and all(isinstance(value, dict) for value in values):
        names = list(values[0])
        by_date = are_dates(names)
        if len({tuple(value) for value in values}) == 1 and (by_date or len(names) > len(content) > 1):  # by pandas
            return dated(names, [{name: column[row] for name, column in content.items()} for row in names])
        shared = set.intersection(*map(set, values))
        if len(values) > 1 and shared and len(shared) >= 0.5 * len(set.union(*map(set, values))):
            return dated(list(content), values)
    if not any(isinstance(value, (dict, list)) for value in values) and are_dates(list(content)):
        return [{"date": name, "value": value} for name, value in content.items()]
    return []


def are_dates(names: list[str]) -> bool:
    """Whether names of rows are dates, or seconds as pandas writes those of its index."""
    enough = len(names) >= DATED
    return enough and (all(map(SECONDS.fullmatch, names)) or bool(dates.find_form(names)))


def dated(names: list[str], records: list[Record]) -> list[Record]:
    """Records with the names of their rows in front where these are dates."""
    if not are_dates(names) or any("date" in record for record in records):
        return records
    return [{"date": name, **record} for name, record in zip(names, records, strict=True)]


def longest(content: Record, depth: int = 3) -> tuple[str, list[Any]]:
    """The name and the entries of the longest list of objects or of lists in an object, else of any list."""
    found = [(name, value) for name, value in content.items() if isinstance(value, list) and value]
    for name, value in content.items():
        if isinstance(value, dict) and depth:
            inner, entries = longest(value, depth - 1)
            found += [(f"{name}.{inner}", entries)] if inner else []
    return max(found, key=lambda pair: (isinstance(pair[1][0], (dict, list)), len(pair[1])), default=("", []))


def names_in(value: Any) -> list[str]:
    """The names that a list holds, as texts or as objects with a "name" each."""
    entries = value if isinstance(value, list) else []
    names = [entry.get("name") if isinstance(entry, dict) else entry for entry in entries]
    return names if all(isinstance(name, str) for name in names) and len(set(names)) == len(names) else []


def width(entries: list[Any]) -> int:
    """How many values each of some lists has, -1 where they are none."""
    lengths = {len(entry) if isinstance(entry, list) else -1 for entry in entries}
    return lengths.pop() if len(lengths) == 1 else -1


def listed(entries: list[Any], names: list[str]) -> list[Record]:
    """Entries as records; lists of values get their names from the first of them, if that holds words only."""
    if not names and width(entries) > 1 and len(entries) > 2:
        first = names_in(entries[0])
        if first and not any(number(name) is not None or not name.strip() for name in first):
            names, entries = first, entries[1:]
    return [entry if isinstance(entry, dict) else named(entry, names) for entry in entries]


def named(entry: Any, names: list[str]) -> Record:
    """One value, or a list of them, as a record."""
    values = entry if isinstance(entry, list) else [entry]
    heads = itertools.chain(names, (f"column_{i}" for i in itertools.count(len(names) + 1)))
    return dict(zip(heads, values, strict=False))


def flat(record: Record, before: str = "") -> Record:
    """A record whose inner objects are written as values of their own: {"a": {"b": 1}} is {"a.b": 1}."""
    if not any(isinstance(value, dict) for value in record.values()):
        return {before + name: value for name, value in record.items()} if before else record
    found: Record = {}
    for name, value in record.items():
        found |= flat(value, f"{before}{name}.") if isinstance(value, dict) and value else {before + name: value}
    return found


def too_wide(records: Iterable[Record]) -> bool:
    """Whether flattening these records would make columns of what are data."""
    some = list(itertools.islice(records, 1000))
    plain = set(itertools.chain.from_iterable(some))
    return len(set(itertools.chain.from_iterable(map(flat, some)))) > len(plain) + MOST_NESTED


def streamed(file: TextIO) -> Iterator[tuple[Any, str]]:
    """The entries of the first long list in a text that memory need not hold, or the values that stand in a row.

    Each comes as a value and as it is written; raises ValueError where the text is no JSON.
    """
    buffer = file.read(PIECE)
    place = in_list = opening(buffer)
    while True:
        place = BETWEEN.match(buffer, place).end()
        if in_list and buffer.startswith("]", place):
            return
        try:
            value, end = DECODER.raw_decode(buffer, place)
        except ValueError:
            end = len(buffer)  # it may go on in the next piece
        if end == len(buffer):
            more = file.read(max(PIECE, len(buffer) - place))
            if more:
                buffer, place = buffer[place:] + more, 0
                continue
            if place == len(buffer):
                return
            value, end = DECODER.raw_decode(buffer, place)
        yield value, buffer[place:end]
        place = end


def opening(start: str) -> int:
    """Where the first list begins that does not end in a text's `start`: after its bracket; 0 where there is none."""
    blank = len(start) - len(start.lstrip())
    if start[blank : blank + 1] == "[":
        return blank + 1
    place = end_of(start, blank)
    while not place and (found := LISTS.search(start, blank)):
        if not (blank := end_of(start, found.start())):
            return found.start() + 1
    return 0


def end_of(text: str, place: int) -> int:
    """Where the value ends that begins at a place, 0 where it goes on behind the text."""
    try:
        return DECODER.raw_decode(text, place)[1]
    except (ValueError, RecursionError):
        return 0
