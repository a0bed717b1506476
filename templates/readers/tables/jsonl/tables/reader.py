"""The reader of JSON Lines (an object a line), packed by gzip or not: blocks of rows, whatever the file's size."""

import gzip
import itertools
import json
import zlib
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from cli import Fault
from tables import delimited

FORMAT = "JSON Lines"
LARGE = 64 * 2**20  # bytes above which the cells of a table would need more memory than one should take
BLOCK = 20_000  # rows at a time, of which the first ones say which columns there are
Block = tuple[list[str] | None, list[list[str]], list[int]]  # names, rows of cells, their lines


def is_large(path: Path) -> bool:
    """Whether a table should be prepared on disk instead of being held in memory."""
    return path.is_file() and path.stat().st_size > (LARGE // 5 if path.suffix.lower() == ".gz" else LARGE)


def blocks(path: Path, dialect: dict[str, Any], known: Collection[str] = ()) -> Iterator[Block]:
    """The table block by block, missing values as empty cells; raises `Fault` naming file and line."""
    if not path.is_file():
        what = "is a folder" if path.is_dir() else "does not exist"
        raise Fault(f"{path} {what}; name a file of JSON Lines (paths start from {Path.cwd()})")
    lines, names = objects(path), []
    while some := list(itertools.islice(lines, BLOCK)):
        names = names or list(dict.fromkeys(key for _, entry in some for key in entry))
        heads = delimited.unique_names(names)
        yield heads, [[text(entry.get(name)) for name in names] for _, entry in some], [line for line, _ in some]
    if not names:
        raise Fault(f"{path} holds no objects; it needs one a line")


def objects(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """The object of each line that is not empty, and the line's number."""
    number = 0
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    try:
        with (gzip.open if packed else open)(path, "rt", encoding="utf-8-sig") as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    entry = json.loads(line)
                    if not isinstance(entry, dict):
                        raise Fault(f"{path} has {line.strip()[:40]!r} in line {number}, which is no object; mend it")
                    yield number, entry
    except (ValueError, EOFError, zlib.error, OSError) as error:
        raise Fault(f"{path} does not read as JSON in line {number} ({error}); mend it there") from None


def text(value: Any) -> str:
    """A value as a cell; what has parts of its own stays JSON."""
    if value is None:
        return ""
    return value.strip() if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
