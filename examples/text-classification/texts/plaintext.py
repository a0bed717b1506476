"""Text files as people have them: UTF-8, UTF-16 and UTF-32, else Windows-1252; packed by gzip or not."""

import codecs
import gzip
import io
import sys
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from cli import Fault
from texts.archived import Member, is_archive, members

ENDINGS = (".txt", ".text", ".md", ".txt.gz")  # of a folder's files that are read
BLOCK = 1 << 22  # characters read at once; memory depends on it
MARKS = (  # the longer ones first: UTF-32 begins like UTF-16
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
Entry = tuple[tuple[str, ...], Path | Member]  # the parts of a file's path, and the file
NOT_IN_1252 = b"\x81\x8d\x8f\x90\x9d"


def files(path: Path) -> list[Path | Member]:
    """The file itself, or all text files below a folder or in a .zip in the order of their paths."""
    if not path.is_dir() and not is_archive(path):
        return [path]
    return texts(listing(path))


def listing(path: Path) -> list[Entry]:
    """All files below a folder or in a .zip, and the parts of their paths inside; hidden ones are left out."""
    if not path.is_dir():
        try:
            return members(path)
        except (OSError, zipfile.BadZipFile, NotImplementedError) as error:
            raise Fault(
                f"{path} cannot be read as a zip archive ({error}); get it again, or unpack it by hand"
            ) from None
    found = ((file.relative_to(path).parts, file) for file in path.rglob("*") if file.is_file())
    return sorted((parts, file) for parts, file in found if not any(part.startswith(".") for part in parts))


def texts(entries: list[Entry]) -> list[Path | Member]:
    """The files whose names end like those of texts."""
    return [file for _, file in entries if file.name.lower().endswith(ENDINGS)]


def without_ending(entries: list[Entry]) -> list[Path | Member]:
    """The files whose names have no ending, as some collections of messages have them."""
    endings = ((file.name.rpartition("."), file) for _, file in entries)
    return [file for (name, _, ending), file in endings if not name or ending.isdigit()]


def open_bytes(path: Path | Member) -> BinaryIO:
    """A file's bytes, unpacked where gzip has packed them."""
    if not path.exists():
        raise Fault(f"{path} does not exist; check the path (it starts from {Path.cwd()})")
    packed, file = is_packed(path), path.open("rb")
    return gzip.GzipFile(fileobj=file) if packed else file


def is_packed(path: Path | Member) -> bool:
    """Whether gzip has packed the file."""
    with path.open("rb") as file:
        return file.read(2) == b"\x1f\x8b"


def encoding(path: Path | Member, told: bool = True) -> str:
    """How a file's characters are written; all of it is looked at.

    A file that is not UTF-8 is taken for Windows-1252, which is said where `told`. `Fault` for what is no text.
    """
    try:
        with open_bytes(path) as file:
            first = file.read(1 << 16)
            for mark, name in MARKS:
                if first.startswith(mark):
                    return name
            if wide := unmarked_utf16(first):
                return wide
            return of_bytes(path, first, file, told)
    except (EOFError, zlib.error, gzip.BadGzipFile, zipfile.BadZipFile, NotImplementedError) as error:
        raise Fault(f"{path} is damaged as gzip or zip ({error}); unpack it by hand or get it again") from None


def unmarked_utf16(first: bytes) -> str:
    """UTF-16 without a mark, told by its zero bytes: Latin letters have one each, at the same side; else nothing."""
    first = first[: len(first) // 2 * 2]
    for name, zeros, others in (("utf-16-le", first[1::2], first[::2]), ("utf-16-be", first[::2], first[1::2])):
        if len(first) >= 4 and zeros.count(0) > 0.3 * len(zeros) and others.count(0) < 0.01 * len(others) + 1:
            text = first.decode(name, "replace")
            controls = sum(character < " " and character not in "\t\n\f\r" for character in text)
            return name if controls < 0.01 * len(text) else ""
    return ""


def of_bytes(path: Path | Member, block: bytes, file: BinaryIO, told: bool) -> str:
    """UTF-8 where all is valid, else an encoding of one byte a character."""
    decoder, valid, odd, place = codecs.getincrementaldecoder("utf-8")(), True, False, 0
    while block:
        if b"\0" in block:
            raise Fault(f"{path} is no text (byte {place + block.index(0)} is 0); name a text file")
        if valid:
            try:
                decoder.decode(block)
            except UnicodeDecodeError as error:
                valid = False
                if told:
                    where = place + error.start
                    print(f"{path} is not UTF-8 (near byte {where}); read as Windows-1252", file=sys.stderr)
        odd = odd or (not valid and any(byte in block for byte in NOT_IN_1252))
        place += len(block)
        block = file.read(1 << 22)
    return "utf-8" if valid else "latin-1" if odd else "cp1252"


def blocks(path: Path | Member, told: bool = True) -> Iterator[str]:
    """The characters of a file, many at a time, line ends as \\n; what cannot be decoded becomes U+FFFD."""
    name = encoding(path, told)
    with open_bytes(path) as file, io.TextIOWrapper(file, encoding=name, errors="replace", newline=None) as text:
        while block := text.read(BLOCK):
            yield block


def read(path: Path | Member, told: bool = True) -> str:
    """All characters of a file."""
    return "".join(blocks(path, told))
