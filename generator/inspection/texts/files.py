"""Reading text files: any encoding, packed by gzip or not, whole or line by line."""

import codecs
import gzip
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from ...errors import Problem
from ..columns import delimited
from ..pictures.listing import read_bytes

LARGEST = 256 << 20  # bytes of one text among several, unpacked
HEAD = 1 << 20  # bytes that tell the encoding of a large file


def encoding_of(path: Path) -> str:
    """The encoding of a file: all of a small one decides, of a large one its beginning."""
    with _bytes(path) as file:
        raw = file.read(HEAD + 1)
    return delimited.encoding_of(raw[:HEAD], cut=len(raw) > HEAD)


def _bytes(path: Path) -> Any:
    """A file's bytes, unpacked where gzip has packed them."""
    try:
        file = path.open("rb")
    except OSError as error:
        raise Problem(f"{path} cannot be read: {error.strerror}") from None
    return _unpacked(file)


def _unpacked(file: BinaryIO) -> Any:
    packed = file.read(2) == b"\x1f\x8b"
    file.seek(0)
    return gzip.GzipFile(fileobj=file) if packed else file


def head_of(path: Path, encoding: str) -> str:
    """The beginning of a file as text, with \\n at line ends."""
    with _bytes(path) as file:
        raw = file.read(HEAD)
    text = codecs.getincrementaldecoder(encoding)("replace").decode(raw)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def lines_of(path: Path, encoding: str) -> Iterator[str]:
    """The lines of a file, one at a time."""
    with _bytes(path) as file, io.TextIOWrapper(file, encoding, errors="replace") as text:
        yield from iter(lambda: text.readline(HEAD), "")  # a file may be one endless line


def read(root: Path, name: str) -> tuple[str, str]:
    """A text of a folder or archive, and its encoding; raises ValueError for what is no text."""
    with _unpacked((root / name).open("rb") if root.is_dir() else io.BytesIO(read_bytes(root, name))) as file:
        raw = file.read(LARGEST + 1)
    if len(raw) > LARGEST:
        raise ValueError(f"more than {LARGEST >> 20} MB")
    encoding = delimited.encoding_of(raw)
    text = raw.decode(encoding, "replace")
    if "\0" in text:
        raise ValueError("no text")
    return text, encoding
