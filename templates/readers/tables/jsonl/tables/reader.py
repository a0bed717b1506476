"""The reader of JSON Lines (an object or list a line), also in a .gz or .zip: blocks of rows, whatever their number."""

import io
import itertools
import json
import shutil
import sys
import zipfile
import zlib
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Any

from cli import Fault
from tables import delimited, pieces, records
from tables.packed import is_larger, is_packed, json_text

FORMAT = "JSON Lines"
LARGE = 64 * 2**20  # bytes above which the cells of a table would need more memory than one should take
BLOCK = 20_000  # rows at a time, of which the first ones say which columns there are
Block = tuple[list[str] | None, list[list[str]], list[int]]  # names, rows of cells, their lines


def is_large(path: Path) -> bool:
    """Whether a table should be prepared on disk instead of being held in memory."""
    return is_larger(path, LARGE)


def blocks(path: Path, dialect: dict[str, Any], known: Collection[str] = ()) -> Iterator[Block]:
    """The table block by block, missing values as empty cells; raises `Fault` naming file and line.

    dialect  `lenient` (true: lines that are no JSON are left out), `flat` (false: objects inside stay text), `member`
             of a .zip, `encoding`
    """
    if not path.is_file():
        what = "is a folder" if path.is_dir() else "does not exist"
        raise Fault(f"{path} {what}; name a file of JSON Lines (paths start from {Path.cwd()})")
    lines, names = objects(path, dialect), []
    while some := list(itertools.islice(lines, BLOCK)):
        names = names or list(dict.fromkeys(key for _, entry in some for key in entry))
        heads = delimited.unique_names(names)
        yield heads, [[text(entry.get(name)) for name in names] for _, entry in some], [line for line, _ in some]
    if not names:
        raise Fault(f"{path} holds no JSON; it needs an object a line")


def cut(path: Path, dialect: dict[str, Any], folder: Path, known: Collection[str] = ()) -> dict[str, Any]:
    """How a large file is read piece by piece, as plain JSON; a packed one is unpacked into `folder`."""
    keys = list(dict.fromkeys(key for _, entry in itertools.islice(objects(path, dialect), BLOCK) for key in entry))
    if not keys:
        raise Fault(f"{path} holds no JSON; it needs an object a line")
    source = path
    if is_packed(path) or not is_utf8(path, dialect):
        source = folder / "unpacked.jsonl"
        try:
            with json_text(path, dialect) as file, source.open("w", encoding="utf-8", newline="\n") as unpacked:
                shutil.copyfileobj(file, unpacked, 2**20)
        except (EOFError, zlib.error, zipfile.BadZipFile, UnicodeError, OSError) as error:
            raise Fault(f"{path} cannot be unpacked ({error}); get it again, or unpack it by hand") from None
    about = {"names": delimited.unique_names(keys), "keys": keys, "pieces": pieces.cut(source)}
    about |= {"flat": dialect.get("flat", True), "lenient": dialect.get("lenient", False)}
    return {"path": str(path), "source": str(source), **about}


def piece(table: dict[str, Any], number: int) -> tuple[list[list[str]], list[int]]:
    """The columns of a piece, and the line of each row; raises `Fault` naming file and line."""
    start, end, line = table["pieces"][number]
    with Path(table["source"]).open("rb") as file:
        file.seek(start)
        raw = file.read(end - start)
    lines = io.TextIOWrapper(io.BytesIO(raw), "utf-8-sig")
    entries = dict(parsed(lines, table["path"], line, table["flat"], table["lenient"]))
    return [[text(entry.get(key)) for entry in entries.values()] for key in table["keys"]], list(entries)


def is_utf8(path: Path, dialect: dict[str, Any]) -> bool:
    """Whether lines can be read from any place of the file."""
    with json_text(path, dialect) as file:
        return file.encoding.startswith("utf-8")


def objects(path: Path, dialect: dict[str, Any]) -> Iterator[tuple[int, dict[str, Any]]]:
    """The object of each line that is not empty, and the line's number."""
    try:
        with json_text(path, dialect) as file:
            yield from parsed(file, str(path), 1, dialect.get("flat", True), dialect.get("lenient", False))
    except (EOFError, zlib.error, zipfile.BadZipFile, UnicodeError, OSError) as error:
        raise Fault(f"{path} cannot be read ({error}); get it again, or unpack it by hand") from None


def parsed(
    lines: Iterable[str], path: str, number: int, flat: bool, lenient: bool
) -> Iterator[tuple[int, dict[str, Any]]]:
    """The same of some lines, of which the first has the given number; raises `Fault` naming a line that is no JSON.

    flat     objects inside become values of their own
    lenient  such lines are left out, which is said once
    """
    left_out = []
    for number, line in enumerate(lines, number):  # noqa: B020
        if not line.strip():
            continue
        try:
            entry = json.loads(line)
        except ValueError as error:
            if not lenient:
                raise Fault(f"{path} does not read as JSON in line {number} ({error}); mend it there") from None
            left_out.append(number)
            continue
        entry = entry if isinstance(entry, dict) else records.named(entry, [])
        yield number, records.flat(entry) if flat else entry
    if left_out:
        print(f"{path}: {len(left_out)} line(s) are no JSON and left out, first line {left_out[0]}", file=sys.stderr)


def text(value: Any) -> str:
    """A value as a cell; what has parts of its own stays JSON."""
    if value is None:
        return ""
    return value.strip() if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
