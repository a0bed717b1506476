"""Opening what DuckDB reads by itself, whatever its size: Parquet, and large JSON."""

import io
import math
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..columns.relation import Table, as_utf8, bytes_of, is_packed, name_columns, take_sample
from . import records as of_records

LONGEST = 64 << 20  # bytes of an object
MOST_NESTED = 300  # columns that structs may add; more of them are data rather than columns
NOT_CELLS = {"nested columns are read as text": ("STRUCT", "MAP", "UNION"), "bytes are not read": ("BLOB",)}


def open_parquet(table: Table, folder: Path) -> None:
    path = table.path
    with path.open("rb") as file:
        packed = file.read(4) != b"PAR1"
    if packed:
        path = folder / "unpacked.parquet"
        with bytes_of(table) as source, path.open("wb") as out:
            shutil.copyfileobj(source, out)
    name = str(path).replace("'", "''")
    for special in "*?[":
        name = name.replace(special, f"[{special}]")
    found, names = taken(table, f"read_parquet('{name}')")
    for how, kinds in NOT_CELLS.items():
        if named := [name for name, _, kind in found if kind.startswith(kinds)]:
            table.notes.append(f"{how}: {', '.join(named[:5])}")
    if packed or names != table.names:  # or a plain call would give other columns
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
    name = str(path).replace("'", "''")
    source = f"read_json('{name}', format='{kind}', maximum_object_size={LONGEST})"
    taken(table, source)


def taken(table: Table, source: str) -> tuple[list[tuple[str, str, str]], list[str]]:
    """Make a source in SQL the table, its cells as text; also its columns as name, SQL and type, and its own names."""
    origin = table.connection.sql(f"SELECT * FROM {source}")
    found = typed_columns(origin.columns, origin.types)
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
        key = inner.replace("'", "''")
        found += parts(f"struct_extract({cell}, '{key}')", f"{name}.{inner}", of)
    return found


def typed_columns(names: Sequence[str], kinds: Sequence[Any]) -> list[tuple[str, str, str]]:
    """All columns of a file, called d0, d1 … in SQL, as name, SQL and type; structs that hold too many stay whole."""
    plain = [(name, f"d{i}", str(kind)) for i, (name, kind) in enumerate(zip(names, kinds, strict=True))]
    found = [part for (name, cell, _), kind in zip(plain, kinds, strict=True) for part in parts(cell, name, kind)]
    return found if len(found) <= len(plain) + MOST_NESTED else plain


def as_text(cell: str, kind: str) -> str:
    """SQL for the cells of a column as text, NULL where nothing is known; bytes, as of a picture, are none."""
    if kind in ("DOUBLE", "FLOAT"):  # 3.0 stays 3.0, and NaN is missing
        return f"CASE WHEN isnan({cell}) THEN NULL ELSE CAST({cell} AS VARCHAR) END"
    if kind == "BLOB":
        return "CAST(NULL AS VARCHAR)"
    if kind == "TIMESTAMP WITH TIME ZONE":
        return f"CAST(epoch_ms(epoch_ms({cell})) AS VARCHAR)"
    return f"nullif(CAST({cell} AS VARCHAR), '')"
