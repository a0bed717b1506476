"""Opening a table of any format for DuckDB, and finding a column by its name."""

import gzip
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from ...errors import Misuse, Problem, nearest
from ..columns.relation import Table
from . import other_programs, text_tables, typed_tables

CAREFUL = 32 * 2**20  # bytes of text that are read with care, and wholly in memory
OPENERS = {
    "parquet": typed_tables.open_parquet,
    "json": typed_tables.open_json,
    "jsonl": typed_tables.open_json,
    "excel": other_programs.open_excel,
    "arff": other_programs.open_arff,
    "sqlite": other_programs.open_sqlite,
}


UNREADABLE = (duckdb.Error, zipfile.BadZipFile, zlib.error, EOFError, gzip.BadGzipFile, UnicodeError)


@contextmanager
def opened(path: Path, format: str) -> Iterator[Table]:
    """The table in a file; temporary files last as long as the context. Raises `Problem` for what cannot be read."""
    folder = Path(tempfile.mkdtemp(prefix="hackgen-inspect-"))
    table = Table(path, format, [], folder)
    try:
        try:
            if format == "csv":
                text_tables.open_csv(table, folder, CAREFUL)
            else:
                OPENERS[format](table, folder)
        except UNREADABLE as error:
            raise unreadable(path, format, error) from None
        try:
            yield table
        except duckdb.Error as error:  # what it reads only when it is asked
            raise unreadable(path, format, error) from None
    finally:
        table.close()
        shutil.rmtree(folder, ignore_errors=True)


def unreadable(path: Path, format: str, error: Exception) -> Problem:
    """The one line for a file that is not what it seems."""
    line = str(error).strip().splitlines()[0][:200]
    return Problem(f"{path} cannot be read as {format} ({line}); get it again, or save it anew")


def nearest_column(path: Path, names: list[str], wanted: str) -> str:
    """The column of that name, also if only its case differs; else a `Misuse` that names the nearest."""
    same = [name for name in names if name == wanted] or [name for name in names if name.lower() == wanted.lower()]
    if len(same) != 1:
        raise Misuse(f'{path} has no column "{wanted}"{nearest(wanted, names[:20])}')
    return same[0]
