"""The reader of delimited files (CSV, TSV …, also inside a .gz or .zip): blocks of rows, whatever the file's size."""

import csv
import gzip
import io
import zipfile
import zlib
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any, BinaryIO

from cli import Fault
from tables import delimited

FORMAT = "delimited text (CSV, TSV …)"
CAREFUL = 32 * 2**20  # bytes up to which all of a file is looked at before quotes and delimiters are believed
LARGE = 64 * 2**20  # bytes above which the cells of a table would need more memory than one should take
BLOCK = 20_000  # rows at a time
Block = tuple[list[str] | None, list[list[str]], list[int]]  # names (None: no header), rows of cells, their lines


def is_large(path: Path) -> bool:
    """Whether a table should be prepared on disk instead of being held in memory."""
    packed = path.suffix.lower() in (".gz", ".zip")
    return path.is_file() and path.stat().st_size > (LARGE // 5 if packed else LARGE)


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
        raise Fault(f"{path} is no text but a spreadsheet or another binary file; save it as CSV (UTF-8)")
    if len(head) <= CAREFUL:
        yield delimited.read(delimited.decode(head, str(path), dialect.get("encoding", "")), str(path), known, dialect)
    else:
        yield from stream(path, dialect, known, head[: 2**20])


def check(path: Path) -> None:
    """Raise a `Fault` for what is no file."""
    if path.is_dir():
        raise Fault(f"{path} is a folder; name a CSV or TSV file in it")
    if not path.exists():
        raise Fault(f"{path} does not exist; check the path (it starts from {Path.cwd()})")


def opened(path: Path, dialect: dict[str, Any]) -> BinaryIO:
    """The file's bytes, unpacked in place where it is a .gz or a .zip."""
    with path.open("rb") as file:
        first = file.read(4)
    if first.startswith(b"\x1f\x8b"):
        return gzip.open(path)
    if first != b"PK\x03\x04":
        return path.open("rb")
    try:
        archive = zipfile.ZipFile(path)
        names = [entry.filename for entry in archive.infolist() if not entry.is_dir()]
        if "[Content_Types].xml" in names or "mimetype" in names:
            raise Fault(f"{path} is a spreadsheet; save it as CSV (UTF-8)")
        inside = [name for name in names if not name.startswith("__MACOSX/")]
        texts = [name for name in inside if name.lower().endswith((".csv", ".tsv", ".txt"))] or inside
        member = dialect.get("member") or (texts[0] if len(texts) == 1 else "")
        if member not in names:
            raise Fault(f"{path} holds {', '.join(texts[:5]) or 'no file'}; it should hold {member or 'one table'}")
        return archive.open(member)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError) as error:
        raise Fault(f"{path} cannot be unpacked ({error}); unpack it by hand") from None


def stream(path: Path, dialect: dict[str, Any], known: Collection[str], head: bytes) -> Iterator[Block]:
    """A file too large to be looked at as a whole: its first lines decide how all of it is read."""
    encoding = dialect.get("encoding", "")
    cut = head[: head.rindex(b"\n") + 1] if b"\n" in head and head[:2] not in (b"\xff\xfe", b"\xfe\xff") else head
    encoding = encoding or delimited.encoding_of(cut[: len(cut) // 2 * 2], str(path))
    start = cut.decode(encoding, "ignore").removeprefix("\ufeff")
    start = start[: start.rindex("\n") + 1] if "\n" in start else start
    skip, quote = dialect.get("skip", 0), dialect.get("quote", '"')
    delimiter, width = delimited.choose_delimiter(delimited.blank_lines(start, skip), dialect.get("delimiter", ""))
    first, _ = delimited.split_rows(delimited.blank_lines(start, skip), delimiter, bool(quote), strict=False)
    named = dialect.get("header")
    if named is None:
        named = any(cell in known for cell in first[0]) or delimited.is_header(first[:-1])
    names = delimited.unique_names(first[0]) if named else None
    quoting = {"quotechar": quote} if quote else {"quoting": csv.QUOTE_NONE}
    rows: list[list[str]] = []
    lines: list[int] = []
    with opened(path, dialect) as file, io.TextIOWrapper(file, encoding, newline="") as text:
        for _ in range(skip):
            text.readline()
        reader, line = csv.reader(text, delimiter=delimiter, skipinitialspace=delimiter != "\t", **quoting), 1
        try:
            for row in reader:
                cells, here, line = list(map(str.strip, row)), line + skip, reader.line_num + 1
                if not any(cells) and len(cells) > 1:
                    continue
                if len(cells) != width and (len(cells) < width or any(cells[width:])):
                    raise Fault(f"{path} has {len(cells)} cell(s) in line {here}, but {width} in its first; mend it")
                rows.append(cells[:width])
                lines.append(here)
                if len(rows) > BLOCK:
                    yield names, rows[named:], lines[named:]
                    rows, lines, named = [], [], False
        except (csv.Error, UnicodeError) as error:
            raise Fault(f"{path} cannot be read after line {line + skip}: {error}; mend it or save it again") from None
    yield names, rows[named:], lines[named:]
