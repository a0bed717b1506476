"""Opening what has types: Parquet and JSON; by DuckDB where it is large, and small JSON by the rules of records.py."""

import io
import itertools
import json
import math
import re
from pathlib import Path
from typing import Any

from ...errors import Problem
from ..columns import aggregates, delimited
from ..columns.relation import Table, as_utf8, bytes_of, fill, is_packed, name_columns, take_sample
from . import records as of_records

LONGEST = 64 << 20  # bytes of an object
NOT_CELLS = {"nested columns are read as text": ("STRUCT", "MAP", "UNION"), "bytes are not read": ("BLOB",)}


def open_parquet(table: Table, folder: Path) -> None:
    name = aggregates.text(re.sub(r"[*?\[]", r"[\g<0>]", str(table.path)))  # DuckDB would take these for a pattern
    found, names = taken(table, f"read_parquet({name})")
    for how, kinds in NOT_CELLS.items():
        if named := [name for name, _, kind in found if kind.startswith(kinds)]:
            table.notes.append(f"{how}: {', '.join(named[:5])}")
    if names != table.names:  # a plain call would give other columns
        table.dialect["flat"] = False


def large_json(table: Table, folder: Path) -> None:
    """JSON that is not held in memory; a list inside an object is copied out, because an object is read as a whole."""
    path, kind = table.path, "newline_delimited" if table.format == "jsonl" else "auto"
    with bytes_of(table) as file:
        start = file.read(of_records.PIECE).decode("utf-8", "ignore").removeprefix("\ufeff")
    if inside := table.format == "json" and start.lstrip()[:1] == "{" and of_records.opening(start):
        path, kind = folder / "entries.json", "unstructured"
        with bytes_of(table) as source, path.open("w", encoding="utf-8") as out:
            entries = of_records.streamed(io.TextIOWrapper(source, "utf-8-sig"))
            out.writelines(written + "\n" for value, written in entries if isinstance(value, dict))
        name = start[: inside - 1].rpartition('"')[0].rpartition('"')[2]
        table.notes.append(f'the table is taken from the list "{name}" in the file')
    elif is_packed(table.path):
        path = as_utf8(table, folder, "utf-8", LONGEST if table.format == "jsonl" else math.inf)
    taken(table, f"read_json({aggregates.text(str(path))}, format='{kind}', maximum_object_size={LONGEST})")


def taken(table: Table, source: str) -> tuple[list[tuple[str, str, str]], list[str]]:
    """Make a source in SQL the table, its cells as text; also its columns as name, SQL and type, and its own names."""
    origin = table.connection.sql(f"SELECT * FROM {source}")
    kinds = list(zip(origin.columns, origin.types, strict=True))
    plain = [(name, f"d{i}", str(kind)) for i, (name, kind) in enumerate(kinds)]
    found = [part for i, (name, kind) in enumerate(kinds) for part in parts(f"d{i}", name, kind)]
    if len(found) > len(plain) + of_records.MOST_NESTED:
        found = plain  # structs that hold too many stay whole
    name_columns(table, [name for name, _, _ in found])
    aliases = ", ".join(f"d{i}" for i in range(len(origin.columns)))
    cells = ", ".join(f"{as_text(cell, kind)} AS c{i}" for i, (_, cell, kind) in enumerate(found))
    table.relation = f"(SELECT {cells} FROM {source} AS origin({aliases})) AS cells"
    table.rows = table.connection.execute(f"SELECT count(*) FROM {source}").fetchone()[0]
    take_sample(table)
    return found, origin.columns


# Typed columns as the cells that a text file would hold


def parts(cell: str, name: str, kind: Any) -> list[tuple[str, str, str]]:
    """A column, or what its structs hold inside, down to the last: name (a.b), SQL, type."""
    if kind.id != "struct":
        return [(name, cell, str(kind))]
    found = []
    for inner, of in kind.children:
        found += parts(f"struct_extract({cell}, {aggregates.text(inner)})", f"{name}.{inner}", of)
    return found


def as_text(cell: str, kind: str) -> str:
    """SQL for the cells of a column as text, NULL where nothing is known; bytes, as of a picture, are none."""
    if kind in ("DOUBLE", "FLOAT"):  # 3.0 stays 3.0, and NaN is missing
        return f"CASE WHEN isnan({cell}) THEN NULL ELSE CAST({cell} AS VARCHAR) END"
    if kind == "BLOB":
        return "CAST(NULL AS VARCHAR)"
    if kind == "TIMESTAMP WITH TIME ZONE":
        return f"CAST(epoch_ms(epoch_ms({cell})) AS VARCHAR)"
    return f"nullif(CAST({cell} AS VARCHAR), '')"


MOST_VALUES = 2_000_000  # of a list that is held in memory
IN_MEMORY = 32 * 2**20  # bytes; larger files are read by DuckDB


def open_json(table: Table, folder: Path) -> None:
    """JSON or JSON Lines; objects inside become columns of their own, and lists stay JSON text."""
    with bytes_of(table) as file:
        raw = file.read(IN_MEMORY + 1)
    if len(raw) > IN_MEMORY:
        return large_json(table, folder)
    text, encoding = delimited.decoded(raw)
    if not encoding.startswith("utf"):  # which JSON says by itself
        table.dialect["encoding"] = encoding

    records = _records(table, text)
    if of_records.too_wide(records):
        table.dialect["flat"] = False
        table.notes.append("objects inside would make too many columns and are read as text")
    else:
        records = list(map(of_records.flat, records))
    names = list(dict.fromkeys(itertools.chain.from_iterable(records)))
    name_columns(table, names)
    rows = ([record.get(name) for name in names] for record in records)
    spelled = json.JSONEncoder(ensure_ascii=False).encode
    fill(table, [["" if v is None else v.strip() if isinstance(v, str) else spelled(v) for v in row] for row in rows])


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
                if records := _records(table, text):
                    return records
            raise Problem(f"{table.path} is no valid JSON: {error}") from None
        if isinstance(content, list) and len(content) > MOST_VALUES:
            raise Problem(f"{table.path} is a list of {len(content):,} values; save it as CSV or Parquet")
        records, inside = of_records.rows(content)
        if inside:
            table.notes.append(f'the table is taken from the list "{inside}" in the file')
        return records
    return [record if isinstance(record, dict) else of_records.named(record, []) for record in records]
