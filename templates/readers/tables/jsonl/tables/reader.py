"""The reader of JSON Lines (an object a line), packed by gzip or not: blocks of rows, whatever the file's size."""

import gzip
import io
import itertools
import json
import shutil
import zlib
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Any

from cli import Fault
from tables import delimited, pieces, records

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
    lines, names = objects(path, dialect), []
    while some := list(itertools.islice(lines, BLOCK)):
        names = names or list(dict.fromkeys(key for _, entry in some for key in entry))
        heads = delimited.unique_names(names)
        yield heads, [[text(entry.get(name)) for name in names] for _, entry in some], [line for line, _ in some]
    if not names:
        raise Fault(f"{path} holds no objects; it needs one a line")


def cut(path: Path, dialect: dict[str, Any], folder: Path, known: Collection[str] = ()) -> dict[str, Any]:
    """How a large file is read piece by piece, as plain JSON; a packed one is unpacked into `folder`."""
    keys = list(dict.fromkeys(key for _, entry in itertools.islice(objects(path, dialect), BLOCK) for key in entry))
    if not keys:
        raise Fault(f"{path} holds no objects; it needs one a line")
    source = path
    if is_packed(path):
        source = folder / "unpacked.jsonl"
        try:
            with gzip.open(path) as file, source.open("wb") as unpacked:
                shutil.copyfileobj(file, unpacked, 2**20)
        except (EOFError, zlib.error, OSError) as error:
            raise Fault(f"{path} cannot be unpacked ({error}); get it again, or unpack it by hand") from None
    about = {"names": delimited.unique_names(keys), "keys": keys, "pieces": pieces.cut(source)}
    about["flat"] = dialect.get("flat", True)
    return {"path": str(path), "source": str(source), **about}


def piece(table: dict[str, Any], number: int) -> tuple[list[list[str]], list[int]]:
    """The columns of a piece, and the line of each row; raises `Fault` naming file and line."""
    start, end, line = table["pieces"][number]
    with Path(table["source"]).open("rb") as file:
        file.seek(start)
        raw = file.read(end - start)
    entries = dict(parsed(io.TextIOWrapper(io.BytesIO(raw), "utf-8-sig"), table["path"], line, table["flat"]))
    return [[text(entry.get(key)) for entry in entries.values()] for key in table["keys"]], list(entries)


def is_packed(path: Path) -> bool:
    """Whether gzip has packed the file."""
    with path.open("rb") as file:
        return file.read(2) == b"\x1f\x8b"


def objects(path: Path, dialect: dict[str, Any]) -> Iterator[tuple[int, dict[str, Any]]]:
    """The object of each line that is not empty, and the line's number."""
    try:
        with (gzip.open if is_packed(path) else open)(path, "rt", encoding="utf-8-sig") as file:
            yield from parsed(file, str(path), 1, dialect.get("flat", True))
    except (EOFError, zlib.error, OSError) as error:
        raise Fault(f"{path} cannot be read ({error}); get it again, or unpack it by hand") from None


def parsed(lines: Iterable[str], path: str, number: int, flat: bool) -> Iterator[tuple[int, dict[str, Any]]]:
    """The same of some lines, of which the first has the given number; raises `Fault` naming the line.

    flat  objects inside become values of their own
    """
    try:
        for number, line in enumerate(lines, number):  # noqa: B020
            if line.strip():
                entry = json.loads(line)
                if not isinstance(entry, dict):
                    raise Fault(f"{path} has {line.strip()[:40]!r} in line {number}, which is no object; mend it")
                yield number, records.flat(entry) if flat else entry
    except ValueError as error:
        raise Fault(f"{path} does not read as JSON in line {number} ({error}); mend it there") from None


def text(value: Any) -> str:
    """A value as a cell; what has parts of its own stays JSON."""
    if value is None:
        return ""
    return value.strip() if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
