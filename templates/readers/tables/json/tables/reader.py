"""The reader of JSON (a list of objects, or what records.py makes one), also in a .gz or .zip: blocks of rows."""

import itertools
import json
import zipfile
import zlib
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from cli import Fault
from tables import delimited, records
from tables.packed import is_larger, json_text

FORMAT = "JSON"
LARGE = 64 * 2**20  # bytes above which the cells of a table would need more memory than one should take
BLOCK = 20_000  # rows at a time, of which the first ones say which columns there are
Block = tuple[list[str] | None, list[list[str]], list[int]]  # names, rows of cells, their numbers from 1


def is_large(path: Path) -> bool:
    """Whether a table should be prepared on disk instead of being held in memory."""
    return is_larger(path, LARGE)


def blocks(path: Path, dialect: dict[str, Any], known: Collection[str] = ()) -> Iterator[Block]:
    """The table block by block, missing values as empty cells; raises `Fault` naming file and object."""
    if not path.is_file():
        what = "is a folder" if path.is_dir() else "does not exist"
        raise Fault(f"{path} {what}; name a JSON file (paths start from {Path.cwd()})")
    some, names = objects(path, dialect), []
    numbered = enumerate(map(records.flat, some) if dialect.get("flat", True) else some, 1)
    while some := list(itertools.islice(numbered, BLOCK)):
        names = names or list(dict.fromkeys(key for _, entry in some for key in entry))
        heads = delimited.unique_names(names)
        yield heads, [[text(entry.get(name)) for name in names] for _, entry in some], [number for number, _ in some]
    if not names:
        raise Fault(f"{path} holds no objects; it needs a list of them, or one a line")


def cut(path: Path, dialect: dict[str, Any], folder: Path, known: Collection[str] = ()) -> dict[str, Any]:
    """How a large file is read piece by piece, as plain JSON: it is read through once, and its blocks kept in `folder`.

    A list in JSON can be read from its start alone.
    """
    names, places, source = None, [], folder / "blocks.json"
    with source.open("wb") as file:
        for names, rows, numbers in blocks(path, dialect, known):  # noqa: B007
            start = file.tell()
            file.write(json.dumps(list(zip(*rows, strict=True))).encode())
            places.append([start, file.tell(), numbers[0]])
    return {"path": str(path), "source": str(source), "names": names, "pieces": places}


def piece(table: dict[str, Any], number: int) -> tuple[list[list[str]], range]:
    """The columns of a piece, and the number of each row."""
    start, end, first = table["pieces"][number]
    with Path(table["source"]).open("rb") as file:
        file.seek(start)
        columns = json.loads(file.read(end - start))
    return columns, range(first, first + len(columns[0]))


def text(value: Any) -> str:
    """A value as a cell; what has parts of its own stays JSON."""
    if value is None:
        return ""
    return value.strip() if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def objects(path: Path, dialect: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """All records of the file one after the other.

    A large file is read piece by piece, and must hold a list of objects (which may stand in an object) or just objects.
    """
    if not is_large(path) and (found := whole(path, dialect)):
        yield from found
        return
    number = 0
    try:
        with json_text(path, dialect) as file:
            for number, (value, _) in enumerate(records.streamed(file), 1):
                if not isinstance(value, dict):
                    raise Fault(
                        f"{path}: entry {number} is {json.dumps(value)[:40]}, no object with a name for each value"
                    )
                yield value
    except (ValueError, EOFError, zlib.error, zipfile.BadZipFile, OSError) as error:
        raise Fault(
            f"{path} does not read as JSON after entry {number} ({error}); mend it there, or make a project for it: "
            f"hackgen new --data {path}"
        ) from None


def whole(path: Path, dialect: dict[str, Any]) -> list[dict[str, Any]]:
    """All records of a small file; nothing where it is not one JSON value, such as objects in a row."""
    try:
        with json_text(path, dialect) as file:
            content = json.load(file)
    except (ValueError, EOFError, zlib.error, zipfile.BadZipFile, OSError):
        return []
    return records.rows(content)[0]
