"""Opening what DuckDB reads by itself, whatever its size: Parquet, and large JSON."""

import io
import shutil
from pathlib import Path
from typing import Any

from .borrowed import of_tables
from .relation import Table, bytes_of, name_columns, take_sample

of_records = of_tables("records")


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
    described = table.connection.execute(f"DESCRIBE SELECT * FROM read_parquet('{name}')").fetchall()
    name_columns(table, [row[0] for row in described])
    cells, aliases = parquet_cells([row[1] for row in described])
    nested = [row[0] for row in described if row[1].startswith(("STRUCT", "MAP", "UNION"))]
    if nested:
        table.notes.append(f"nested columns are read as text: {', '.join(nested[:5])}")
    table.relation = f"(SELECT {cells} FROM read_parquet('{name}') AS origin({aliases})) AS cells"
    table.rows = table.connection.execute(f"SELECT count(*) FROM read_parquet('{name}')").fetchone()[0]
    take_sample(table)


def parquet_cells(types: list[str]) -> tuple[str, str]:
    """Columns d0, d1 … of these types as c0, c1 … of text, in SQL, and the names d0, d1 …"""
    cells = ", ".join(_as_text(i, kind) for i, kind in enumerate(types))
    return cells, ", ".join(f"d{i}" for i in range(len(types)))


def _parts(cell: str, name: str, kind: Any) -> list[tuple[str, str, str]]:
    """A column of JSON, or what its objects hold as a column each, as records.py has it: name, SQL, type."""
    if kind.id != "struct":
        return [(name, cell, str(kind))]
    inside = ((inner, "'" + inner.replace("'", "''") + "'", of) for inner, of in kind.children)
    return [
        part for inner, key, of in inside for part in _parts(f"struct_extract({cell}, {key})", f"{name}.{inner}", of)
    ]


def _as_text(i: int, kind: str, cell: str = "") -> str:
    """A typed column as the cells a text file would hold; `cell` is where they are, if not in d<i>."""
    cell = cell or f"d{i}"
    if kind in ("DOUBLE", "FLOAT"):  # 3.0 stays 3.0, and NaN is missing
        return f"CASE WHEN isnan({cell}) THEN NULL ELSE CAST({cell} AS VARCHAR) END AS c{i}"
    if kind == "BLOB":
        return f"CAST(octet_length({cell}) AS VARCHAR) || ' bytes' AS c{i}"
    if kind == "TIMESTAMP WITH TIME ZONE":
        return f"CAST(epoch_ms(epoch_ms({cell})) AS VARCHAR) AS c{i}"
    return f"nullif(CAST({cell} AS VARCHAR), '') AS c{i}"


def is_packed(path: Path) -> bool:
    """Whether a file is packed by gzip or zip."""
    with path.open("rb") as file:
        return file.read(2) in (b"\x1f\x8b", b"PK")


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
        path = folder / "unpacked.json"
        with bytes_of(table) as source, path.open("wb") as out:
            shutil.copyfileobj(source, out)
    name = str(path).replace("'", "''")
    source = f"read_json('{name}', format='{kind}', maximum_object_size=67108864)"
    origin = table.connection.sql(f"SELECT * FROM {source}")
    found = [
        part
        for i, (n, t) in enumerate(zip(origin.columns, origin.types, strict=True))
        for part in _parts(f"d{i}", n, t)
    ]
    name_columns(table, [name for name, _, _ in found])
    aliases = ", ".join(f"d{i}" for i in range(len(origin.columns)))
    cells = ", ".join(_as_text(i, kind, cell) for i, (_, cell, kind) in enumerate(found))
    table.relation = f"(SELECT {cells} FROM {source} AS origin({aliases})) AS cells"
    table.rows = table.connection.execute(f"SELECT count(*) FROM {table.relation}").fetchone()[0]
    take_sample(table)
