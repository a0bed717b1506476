"""The bytes and characters of a file as it comes: plain, packed by gzip, or in a .zip, which is read in place."""

import gzip
import io
import json
import zipfile
from pathlib import Path
from typing import Any, BinaryIO, TextIO

from cli import Fault

PACKED = (b"\x1f\x8b", b"PK\x03\x04")


def is_packed(path: Path) -> bool:
    """Whether gzip or zip has packed the file."""
    with path.open("rb") as file:
        return file.read(4).startswith(PACKED)


def is_larger(path: Path, limit: int) -> bool:
    """Whether a file holds more than so many bytes; packed ones are taken for a fifth of what they hold."""
    return path.is_file() and path.stat().st_size > (limit // 5 if is_packed(path) else limit)


def opened(path: Path, dialect: dict[str, Any], endings: tuple[str, ...] = (".csv", ".tsv", ".txt")) -> BinaryIO:
    """The file's bytes, unpacked in place where it is a .gz or a .zip; raises `Fault` for one that cannot be.

    dialect  names the `member` of a .zip; without it, the only one of these endings is meant
    """
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
            raise Fault(f"{path} is a spreadsheet; save it as CSV, or make a project for it: hackgen new --data {path}")
        inside = [name for name in names if not name.startswith("__MACOSX/")]
        texts = [name for name in inside if name.lower().endswith(endings)] or inside
        member = dialect.get("member") or (texts[0] if len(texts) == 1 else "")
        if member not in names:
            raise Fault(f"{path} holds {', '.join(texts[:5]) or 'no file'}; it should hold {member or 'one table'}")
        file = archive.open(member)
        return gzip.open(file) if member.lower().endswith(".gz") else file
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError) as error:
        raise Fault(f"{path} cannot be unpacked ({error}); unpack it by hand") from None


def json_text(path: Path, dialect: dict[str, Any]) -> TextIO:
    """The characters of a file of JSON, in the encoding that the dialect or its first bytes tell."""
    endings = (".json", ".jsonl", ".ndjson")
    with opened(path, dialect, endings) as file:
        encoding = dialect.get("encoding") or json.detect_encoding(file.read(4))
    return io.TextIOWrapper(opened(path, dialect, endings), "utf-8-sig" if encoding == "utf-8" else encoding)
