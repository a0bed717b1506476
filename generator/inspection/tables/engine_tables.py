"""Opening what DuckDB reads by itself, whatever its size: Parquet, and large JSON."""

import io
import shutil
from pathlib import Path

import duckdb

from ...borrowed import borrowed, of_tables
from ..columns.relation import Table, bytes_of, name_columns, take_sample

of_records = of_tables("records")
NOT_CELLS = {"nested columns are read as text": ("STRUCT", "MAP", "UNION"), "bytes are not read": ("BLOB",)}
cells_of = borrowed("parquet_cells", "readers/tables/parquet/tables")


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
    found, cells, aliases = parquet_columns(table.connection, name)
    name_columns(table, [name for name, _, _ in found])
    for how, kinds in NOT_CELLS.items():
        if named := [name for name, _, kind in found if kind.startswith(kinds)]:
            table.notes.append(f"{how}: {', '.join(named[:5])}")
    table.relation = f"(SELECT {cells} FROM read_parquet('{name}') AS origin({aliases})) AS cells"
    table.rows = table.connection.execute(f"SELECT count(*) FROM read_parquet('{name}')").fetchone()[0]
    take_sample(table)


def parquet_columns(connection: duckdb.DuckDBPyConnection, name: str) -> tuple[list[tuple[str, str, str]], str, str]:
    """The columns of Parquet as (name, SQL, type), their cells c0, c1 … as text in SQL, and their names d0, d1 …"""
    origin = connection.sql(f"SELECT * FROM read_parquet('{name}')")
    found = cells_of.columns(origin.columns, origin.types)
    cells = ", ".join(f"{cells_of.as_text(cell, kind)} AS c{i}" for i, (_, cell, kind) in enumerate(found))
    return found, cells, ", ".join(f"d{i}" for i in range(len(origin.columns)))


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
        for part in cells_of.parts(f"d{i}", n, t)
    ]
    name_columns(table, [name for name, _, _ in found])
    aliases = ", ".join(f"d{i}" for i in range(len(origin.columns)))
    cells = ", ".join(f"{cells_of.as_text(cell, kind)} AS c{i}" for i, (_, cell, kind) in enumerate(found))
    table.relation = f"(SELECT {cells} FROM {source} AS origin({aliases})) AS cells"
    table.rows = table.connection.execute(f"SELECT count(*) FROM {table.relation}").fetchone()[0]
    take_sample(table)
