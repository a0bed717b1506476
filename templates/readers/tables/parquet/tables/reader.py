"""The reader of Parquet files: blocks of rows as text cells, whatever the file's size."""

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from cli import Fault
from tables import delimited, parquet_cells

FORMAT = "Parquet"
LARGE = 12 * 2**20  # bytes, packed, above which the cells of a table would need more memory than one should take
BLOCK = 50_000  # rows at a time
MEMORY = "300MB"  # that the engine may take
Block = tuple[list[str] | None, list[list[str]], list[int]]  # names, rows of cells, their numbers from 1


def is_large(path: Path) -> bool:
    """Whether a table should be prepared on disk instead of being held in memory."""
    return path.is_file() and path.stat().st_size > LARGE


def blocks(path: Path, dialect: dict[str, Any], known: Collection[str] = ()) -> Iterator[Block]:
    """The table block by block, missing values as empty cells; raises `Fault` naming the file."""
    table = cut(path, dialect)
    for number in range(len(table["pieces"])):
        columns, numbers = piece(table, number)
        yield table["names"], list(map(list, zip(*columns, strict=True))), list(numbers)


def cut(path: Path, dialect: dict[str, Any], folder: Path | None = None, known: Collection[str] = ()) -> dict[str, Any]:
    """How the table is read piece by piece, as plain JSON: names, and of each piece the first row and the one after."""
    if not path.is_file():
        what = "is a folder" if path.is_dir() else "does not exist"
        raise Fault(f"{path} {what}; name a Parquet file (paths start from {Path.cwd()})")
    names, kinds, _ = ask(path, "SELECT * FROM read_parquet(?) LIMIT 0")
    found = parquet_cells.columns(names, kinds)
    _, _, count = ask(path, "SELECT count(*) FROM read_parquet(?)")
    if not (rows := int(count[0][0])):
        raise Fault(f"{path} has column names ({', '.join(names[:5])}) but no rows")
    aliases = ", ".join(f"d{i}" for i in range(len(names)))
    cells = ", ".join(f"{parquet_cells.as_text(cell, kind)} AS c{i}" for i, (_, cell, kind) in enumerate(found))
    pieces = [[start, min(start + BLOCK, rows)] for start in range(0, rows, BLOCK)]
    heads = delimited.unique_names([name for name, _, _ in found])
    return {"path": str(path), "names": heads, "pieces": pieces, "aliases": aliases, "cells": cells}


def piece(table: dict[str, Any], number: int) -> tuple[list[list[str]], range]:
    """The columns of a piece as text, and the number of each row from 1."""
    start, end = table["pieces"][number]
    _, _, columns = ask(
        Path(table["path"]),
        f"SELECT {table['cells']} FROM read_parquet(?, file_row_number = true) AS origin({table['aliases']}, row) "
        f"WHERE row >= {start} AND row < {end} ORDER BY row",
    )
    cells = [["" if value is None else value.strip() for value in column] for column in columns]
    return cells, range(start + 1, end + 1)


def ask(path: Path, query: str) -> tuple[list[str], list[Any], list[list[Any]]]:
    """The names, types and columns that a query gives; raises `Fault` where the file is no Parquet."""
    import duckdb  # takes a while, which predicting a typed row should not wait for

    engine = duckdb.connect(config={"memory_limit": MEMORY, "threads": 1})
    try:
        engine.execute("SET enable_progress_bar = false")
        found = engine.sql(query, params=[str(path)])
        names, kinds = found.columns, found.types
        return names, kinds, list(zip(*found.fetchall(), strict=True)) or [[] for _ in names]
    except duckdb.Error as error:
        reason = str(error).splitlines()[0]
        raise Fault(f"{path} does not read as Parquet ({reason}); hackgen new --data makes a project for it") from None
    finally:
        engine.close()
