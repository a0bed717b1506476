"""Opening JSON and JSON Lines: records become rows, and what is nested stays JSON text."""

import itertools
import json
from pathlib import Path
from typing import Any

from ..errors import Problem
from . import delimited
from .engine_tables import large_json
from .relation import Table, bytes_of, fill, name_columns

IN_MEMORY = 128 * 2**20  # bytes; larger files are read by DuckDB


def open_json(table: Table, folder: Path) -> None:
    """JSON or JSON Lines; records are flattened to one cell per key, what is nested stays JSON text."""
    with bytes_of(table) as file:
        raw = file.read(IN_MEMORY + 1)
    if len(raw) > IN_MEMORY:
        return large_json(table, folder)
    text = raw.decode(delimited.encoding_of(raw), "replace").removeprefix("\ufeff")
    records = _records(table, text)
    names = list(dict.fromkeys(itertools.chain.from_iterable(records)))
    nested = [name for name in names if any(isinstance(record.get(name), dict) for record in records[:1000])]
    if nested:
        table.notes.append(f"nested objects are read as text: {', '.join(nested[:5])}")
    name_columns(table, names)
    fill(table, [[_cell(record.get(name)) for name in names] for record in records])
    return None


def _records(table: Table, text: str) -> list[dict[str, Any]]:
    """The objects in a text: one a line, an array of them, or an object of arrays or objects."""
    if table.format == "jsonl":
        records, broken = [], []
        for number, line in enumerate(text.split("\n"), 1):
            if line.strip():
                try:
                    records.append(json.loads(line))
                except ValueError:
                    broken.append(number)
        if broken:
            table.notes.append(f"{len(broken)} line(s) are no JSON and left out, the first is line {broken[0]}")
    else:
        try:
            content = json.loads(text)
        except ValueError as error:
            if text.lstrip()[:1] == "{" and "\n" in text.strip():
                table.format = "jsonl"
                records = _records(table, text)
                if records:
                    return records
            raise Problem(f"{table.path} is no valid JSON: {error}") from None
        records = _unpack(table, content)
    return [record if isinstance(record, dict) else _listed(record) for record in records]


def _listed(record: Any) -> dict[str, Any]:
    values = record if isinstance(record, list) else [record]
    return {f"column_{i}": value for i, value in enumerate(values, 1)}


def _unpack(table: Table, content: Any) -> list[Any]:
    if isinstance(content, list):
        return content
    if not isinstance(content, dict):
        return [content]
    lists = {key: value for key, value in content.items() if isinstance(value, list)}
    if lists and len(lists) == len(content) and len({len(value) for value in lists.values()}) == 1:
        return [dict(zip(lists, row, strict=True)) for row in zip(*lists.values(), strict=True)]
    if lists:
        key = max(lists, key=lambda name: len(lists[name]))
        table.notes.append(f'the table is taken from the list "{key}" in the file')
        return lists[key]
    if content and all(isinstance(value, dict) for value in content.values()):
        inner = list(content.values())
        if len({tuple(value) for value in inner}) == 1 and len(inner[0]) > len(content):  # columns of row -> value
            return [{key: value[row] for key, value in content.items()} for row in inner[0]]
        return inner
    return [content]


def _cell(value: Any) -> str:
    """A JSON value as the cell of a table: null is empty, text itself, all else as JSON writes it."""
    if value is None:
        return ""
    return value.strip() if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
