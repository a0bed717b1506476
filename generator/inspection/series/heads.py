"""How each file of a folder of series begins: its format, its dialect and what its columns are called."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from ...errors import Problem
from ..columns import delimited
from ..columns.formats import format_of
from ..columns.relation import Table, bytes_of
from ..tables import opening, text_tables

HEAD, LINES = 2**16, 100  # bytes, and lines in them, that say what the columns of a text are called
MOST_HEADERS = 20  # different ones, after which files are of no one kind, unless all but a column is alike


@dataclass
class File:
    """One file of the folder; what was not counted is empty."""

    path: Path
    kind: str = ""  # csv parquet json jsonl excel
    names: list[str] = field(default_factory=list)
    own: str = ""  # what it calls the column that each file calls differently
    dialect: dict[str, Any] = field(default_factory=dict)
    why: str = ""  # it was not counted
    rows: int = 0
    dated: int = 0  # rows with a date
    span: tuple[Any, Any] | None = None  # datetimes, or numbers
    numbers: dict[str, Any] = field(default_factory=dict)  # counting.Numbers by column
    clock: dict[str, Any] = field(default_factory=dict)  # the steps of its first rows, as a project has them
    looked_at: int = 0  # those rows


@dataclass
class Own:
    """The column that each file calls differently, mostly by its own name; the others have the same names in all."""

    name: str  # what it is called here and in the project
    shared: list[str]

    def of(self, names: Sequence[str]) -> str:
        """What a file of these columns calls it, "" where it has none or several."""
        others = [name for name in names if name not in self.shared]
        return others[0] if len(others) == 1 and len(names) == len(self.shared) + 1 else ""

    def named(self, names: Sequence[str]) -> list[str]:
        """The columns of a file with that one as it is called here."""
        own = self.of(names)
        return [self.name if own and name == own else name for name in names]


def headed(paths: Sequence[Path]) -> list[File] | None:
    """The files with the names of their columns; None where these are too different to be of one kind."""
    found, different = [], set()
    for path in paths:
        file = File(path)
        found.append(file)
        try:
            file.kind, _ = format_of(path)
            if file.kind == "csv":
                file.names = names_of_text(path)
            elif file.kind in ("parquet", "json", "jsonl", "excel"):
                with opening.opened(path, file.kind) as table:
                    file.names = table.names
            else:
                file.why = "is empty" if file.kind == "empty" else "is no table"
        except (Problem, OSError, EOFError, duckdb.Error) as problem:
            file.why = unreadable(file, problem)
        different.add(tuple(file.names))
        if len(different) == MOST_HEADERS and own_column(found) is None:
            return None
    return found


def unreadable(file: File, error: Exception) -> str:
    """Why a file could not be read."""
    if isinstance(error, OSError) and error.strerror:
        return f"cannot be read: {error.strerror}"
    said = str(error).splitlines()[0].removeprefix(f"{file.path} ").replace(str(file.path), file.path.name)[:120]
    return said if isinstance(error, Problem) else f"cannot be read as {file.kind}: {said}"


def names_of_text(path: Path) -> list[str]:
    """The names of the columns of a text, from its first whole lines."""
    table = Table(path, "csv", [], Path())
    with bytes_of(table) as unpacked:
        begin = unpacked.read(HEAD)
    encoding = delimited.encoding_of(begin, cut=True)
    lines = begin.decode(encoding, "ignore").removeprefix("\ufeff").replace("\0", "").split("\n")
    lines = lines[:-1] if len(begin) == HEAD and len(lines) > 1 else lines
    reading = delimited.read("\n".join(lines[:LINES]))
    text_tables.describe(table, reading.dialect, encoding, reading.rows)
    return table.names


def own_column(files: Sequence[File]) -> Own | None:
    """The column that each file calls differently, where all others have the same names in most files."""
    named = [file for file in files if file.names]
    counts = Counter(name for file in named for name in set(file.names))
    shared = [name for name, count in counts.items() if count > len(named) / 2]
    name = "value"
    while name in shared:
        name += "_"
    own = Own(name, shared)
    fitting = [file for file in named if own.of(file.names)]
    return own if shared and len(fitting) >= max(2, len(named) / 2) else None
