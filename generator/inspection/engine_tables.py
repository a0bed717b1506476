"""Opening what DuckDB reads by itself, whatever its size: Parquet, and large JSON."""

import shutil
from pathlib import Path

from .relation import Table, bytes_of, name_columns, take_sample


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
    aliases = ", ".join(f"d{i}" for i in range(len(described)))
    cells = ", ".join(_as_text(i, row[1]) for i, row in enumerate(described))
    nested = [row[0] for row in described if row[1].startswith(("STRUCT", "MAP", "UNION"))]
    if nested:
        table.notes.append(f"nested columns are read as text: {', '.join(nested[:5])}")
    table.relation = f"(SELECT {cells} FROM read_parquet('{name}') AS origin({aliases})) AS cells"
    table.rows = table.connection.execute(f"SELECT count(*) FROM read_parquet('{name}')").fetchone()[0]
    take_sample(table)


def _as_text(i: int, kind: str) -> str:
    """A typed column as the cells a text file would hold."""
    if kind in ("DOUBLE", "FLOAT"):  # 3.0 stays 3.0, and NaN is missing
        return f"CASE WHEN isnan(d{i}) THEN NULL ELSE CAST(d{i} AS VARCHAR) END AS c{i}"
    if kind == "BLOB":
        return f"CAST(octet_length(d{i}) AS VARCHAR) || ' bytes' AS c{i}"
    if kind == "TIMESTAMP WITH TIME ZONE":
        return f"CAST(epoch_ms(epoch_ms(d{i})) AS VARCHAR) AS c{i}"
    return f"nullif(CAST(d{i} AS VARCHAR), '') AS c{i}"


def large_json(table: Table, folder: Path) -> None:
    path = table.path
    with path.open("rb") as file:
        packed = file.read(2) in (b"\x1f\x8b", b"PK")
    if packed:
        path = folder / "unpacked.json"
        with bytes_of(table) as source, path.open("wb") as out:
            shutil.copyfileobj(source, out)
    name = str(path).replace("'", "''")
    kind = "newline_delimited" if table.format == "jsonl" else "auto"
    source = f"read_json('{name}', format='{kind}', maximum_object_size=67108864)"
    described = table.connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()
    name_columns(table, [row[0] for row in described])
    aliases = ", ".join(f"d{i}" for i in range(len(described)))
    cells = ", ".join(_as_text(i, row[1]) for i, row in enumerate(described))
    table.relation = f"(SELECT {cells} FROM {source} AS origin({aliases})) AS cells"
    table.rows = table.connection.execute(f"SELECT count(*) FROM {table.relation}").fetchone()[0]
    take_sample(table)
