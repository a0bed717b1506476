"""The reader of Parquet files: blocks of rows as text cells, whatever the file's size."""

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from cli import Fault
from tables import delimited

FORMAT = "Parquet"
LARGE = 12 * 2**20  # bytes, packed, above which the cells of a table would need more memory than one should take
BLOCK = 20_000  # rows at a time
MEMORY = "300MB"  # that the engine may take
Block = tuple[list[str] | None, list[list[str]], list[int]]  # names, rows of cells, their numbers from 1


def is_large(path: Path) -> bool:
    """Whether a table should be prepared on disk instead of being held in memory."""
    return path.is_file() and path.stat().st_size > LARGE


def blocks(path: Path, dialect: dict[str, Any], known: Collection[str] = ()) -> Iterator[Block]:
    """The table block by block, missing values as empty cells; raises `Fault` naming the file."""
    import duckdb  # takes a while, which predicting a typed row should not wait for

    if not path.is_file():
        what = "is a folder" if path.is_dir() else "does not exist"
        raise Fault(f"{path} {what}; name a Parquet file (paths start from {Path.cwd()})")
    engine = duckdb.connect(config={"memory_limit": MEMORY, "threads": 1})
    try:
        engine.execute("SET enable_progress_bar = false")
        found = engine.execute("SELECT CAST(COLUMNS(*) AS VARCHAR) FROM read_parquet(?)", [str(path)])
        names = delimited.unique_names([column[0] for column in found.description])
        start = 1
        while rows := found.fetchmany(BLOCK):
            cells = [["" if value is None else value.strip() for value in row] for row in rows]
            yield names, cells, list(range(start, start + len(rows)))
            start += len(rows)
        if start == 1:
            raise Fault(f"{path} has column names ({', '.join(names[:5])}) but no rows")
    except duckdb.Error as error:
        reason = str(error).splitlines()[0]
        raise Fault(f"{path} does not read as Parquet ({reason}); hackgen new --data makes a project for it") from None
    finally:
        engine.close()
