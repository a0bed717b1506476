"""Opening JSON and JSON Lines: records become rows by the rules of a project's tables/records.py."""

import itertools
import json
from pathlib import Path
from typing import Any

from ...errors import Problem
from ..columns import delimited
from ..columns.relation import Table, bytes_of, fill, name_columns
from . import records as of_records
from .engine_tables import large_json

MOST_VALUES = 2_000_000  # of a list that is held in memory
IN_MEMORY = 32 * 2**20  # bytes; larger files are read by DuckDB


def open_json(table: Table, folder: Path) -> None:
    """JSON or JSON Lines; objects inside become columns of their own, and lists stay JSON text."""
    with bytes_of(table) as file:
        raw = file.read(IN_MEMORY + 1)
    if len(raw) > IN_MEMORY:
        return large_json(table, folder)
    encoding = delimited.encoding_of(raw)
    if not encoding.startswith("utf"):  # which JSON says by itself
        table.dialect["encoding"] = encoding
    text = raw.decode(encoding, "replace").removeprefix("\ufeff")
    records = _records(table, text)
    if of_records.too_wide(records):
        table.dialect["flat"] = False
        table.notes.append("objects inside would make too many columns and are read as text")
    else:
        records = list(map(of_records.flat, records))
    names = list(dict.fromkeys(itertools.chain.from_iterable(records)))
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
                except (ValueError, RecursionError):
                    broken.append(number)
        if broken:
            table.dialect["lenient"] = True
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
        if isinstance(content, list) and len(content) > MOST_VALUES:
            raise Problem(f"{table.path} is a list of {len(content):,} values; save it as CSV or Parquet")
        records, inside = of_records.rows(content)
        if inside:
            table.notes.append(f'the table is taken from the list "{inside}" in the file')
        return records
    return [record if isinstance(record, dict) else of_records.named(record, []) for record in records]


def _cell(value: Any) -> str:
    """A JSON value as the cell of a table: null is empty, text itself, all else as JSON writes it."""
    if value is None:
        return ""
    return value.strip() if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
