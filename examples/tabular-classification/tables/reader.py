"""The reader of delimited files (CSV, TSV …, also inside a .gz or .zip): blocks of rows, whatever the file's size."""

import io
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

from cli import Fault
from tables import delimited, pieces
from tables.packed import is_larger, is_packed, opened

FORMAT = "delimited text (CSV, TSV …)"
CAREFUL = 32 * 2**20  # bytes up to which all of a file is looked at before quotes and delimiters are believed
LARGE = 64 * 2**20  # bytes above which the cells of a table would need more memory than one should take
ONE_BYTE = {"utf-8", "utf-8-sig", "utf8", "ascii", "latin-1", *(f"cp{n}" for n in (437, 850, *range(1250, 1259)))}
ONE_BYTE |= {f"iso-8859-{n}" for n in range(1, 17)} | {"iso8859-1", "iso8859-15"}  # a comma is never part of a letter
Block = tuple[list[str] | None, list[list[str]], list[int]]  # names (None: no header), rows of cells, their lines


def is_large(path: Path) -> bool:
    """Whether a table should be prepared on disk instead of being held in memory."""
    return is_larger(path, LARGE)


def blocks(path: Path, dialect: dict[str, Any], known: Collection[str] = ()) -> Iterator[Block]:
    """The table block by block; raises `Fault` naming file and line.

    dialect  what is known about the file (delimited.py), and the `member` of a .zip
    known    columns of which a header would hold at least one, where that is clear
    """
    check(path)
    with opened(path, dialect) as file:
        try:
            head = file.read(CAREFUL + 1)
        except (EOFError, zlib.error, OSError, zipfile.BadZipFile) as error:
            raise Fault(f"{path} cannot be unpacked ({error}); get it again, or unpack it by hand") from None
    if head.startswith((b"\xd0\xcf\x11\xe0", b"PAR1", b"SQLite format 3", b"PK\x03\x04", b"\x1f\x8b")):
        raise Fault(
            f"{path} is no text but a spreadsheet or another binary file; save it as CSV (UTF-8), or make a project "
            f"for it: hackgen new --data {path}"
        )
    if head.lstrip(b"\xef\xbb\xbf \t\r\n")[:2] in (b"[{", b'{"', b"[["):
        raise Fault(f"{path} is JSON, and this project reads {FORMAT}; make one for it: hackgen new --data {path}")
    if len(head) <= CAREFUL:
        yield delimited.read(delimited.decode(head, str(path), dialect.get("encoding", "")), str(path), known, dialect)
    else:
        with tempfile.TemporaryDirectory() as folder:
            table = cut(path, dialect | {"units": "", "foot": ""}, Path(folder), known)  # which are its caller's
            for number in range(len(table["pieces"])):
                columns, lines = piece(table, number)
                yield table["names"], list(map(list, zip(*columns, strict=True))), list(lines)


def check(path: Path) -> None:
    """Raise a `Fault` for what is no file."""
    if path.is_dir():
        raise Fault(f"{path} is a folder; name a CSV or TSV file in it")
    if not path.exists():
        raise Fault(f"{path} does not exist; check the path (it starts from {Path.cwd()})")


def cut(path: Path, dialect: dict[str, Any], folder: Path, known: Collection[str] = ()) -> dict[str, Any]:
    """How a large file is read piece by piece, as plain JSON: its first lines decide for all of it.

    A file that cannot be read from any place, because it is packed or in UTF-16, is copied into `folder` as UTF-8.
    """
    with opened(path, dialect) as file:
        head = file.read(2**20)
    wide = head[:2] in (b"\xff\xfe", b"\xfe\xff")
    lines = head[: head.rindex(b"\n") + 1] if b"\n" in head and not wide else head
    encoding = dialect.get("encoding", "") or delimited.encoding_of(lines[: len(lines) // 2 * 2], str(path))
    start = lines.decode(encoding, "ignore").removeprefix("\ufeff")
    start = start[: start.rindex("\n") + 1] if "\n" in start else start
    skip, quote = dialect.get("skip", 0), dialect.get("quote", '"')
    delimiter, width = delimited.choose_delimiter(delimited.blank_lines(start, skip), dialect.get("delimiter", ""))
    skip += bool(delimited.excel_hint(start))
    first, _ = delimited.split_rows(delimited.blank_lines(start, skip), delimiter, bool(quote), strict=False)
    named = dialect.get("header")
    if named is None:
        named = any(cell in known for cell in first[0]) or delimited.is_header(first[:-1])
    source, encoding = plain(path, dialect, encoding, folder)
    short = bool(named) and len(first[0]) < width  # R's header lacks a cell, so it is no row like the others
    with source.open("rb") as file:
        for _ in range(skip + short):
            file.readline()
        places = pieces.cut(source, file.tell(), skip + short + 1, delimiter, quote)
    names = delimited.unique_names(delimited.index_named(first[0][:width], width)) if named else None
    written = {"short": short, "encoding": encoding, "delimiter": delimiter, "quote": quote, "width": width}
    written |= {name: dialect.get(name, "") for name in ("units", "foot")} | {"lenient": dialect.get("lenient", False)}
    return {"path": str(path), "source": str(source), "names": names, "pieces": places, **written}


def plain(path: Path, dialect: dict[str, Any], encoding: str, folder: Path) -> tuple[Path, str]:
    """The file itself and its encoding, or a copy of it that can be read from any place."""
    if not is_packed(path) and encoding.lower() in ONE_BYTE:
        return path, encoding
    copy = folder / "unpacked.txt"
    try:
        with opened(path, dialect) as file, io.TextIOWrapper(file, encoding, newline="") as text:
            with copy.open("w", encoding="utf-8", newline="") as unpacked:
                shutil.copyfileobj(text, unpacked, 2**20)
    except (EOFError, zlib.error, zipfile.BadZipFile, UnicodeError) as error:
        raise Fault(f"{path} cannot be unpacked as {encoding} ({error}); get it again, or unpack it by hand") from None
    return copy, "utf-8-sig"


def piece(table: dict[str, Any], number: int) -> tuple[list[list[str]], Sequence[int]]:
    """The columns of a piece, and the line of each row; raises `Fault` naming file and line."""
    start, end, line = table["pieces"][number]
    with Path(table["source"]).open("rb") as file:
        file.seek(start)
        raw = file.read(end - start)
    try:
        text = raw.decode(table["encoding"]).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line += raw.count(b"\n", 0, error.start)
        raise Fault(f"{table['path']} line {line}: {error}; mend it or save it again as UTF-8") from None
    about = (table[name] for name in ("delimiter", "quote", "width"))
    columns, lines = pieces.cells(text, *about, line, table["path"], table["lenient"])
    first, last = int(number == 0 and bool(table["names"]) and not table["short"]), len(lines)
    if number == 0 and table["units"] and table["units"] in (column[first] for column in columns if first < last):
        first += 1
    if number == len(table["pieces"]) - 1 and table["foot"] and last > first:
        last -= next((column[-1] for column in columns if column[-1]), "") == table["foot"]
    return [column[first:last] for column in columns], lines[first:last]
