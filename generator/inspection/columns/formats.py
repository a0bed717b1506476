"""What a file is, by its first bytes: a table of some format, pictures, texts, or nothing that is known."""

import gzip
import json
import os
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from ...errors import Problem
from ...parts import read_toml
from . import delimited
from .delimited import split_rows

_TABLES = read_toml(Path(__file__).with_suffix(".toml"))
FIRST_BYTES = {kind: re.compile(begin.encode(), re.DOTALL) for kind, begin in _TABLES["first_bytes"].items()}
ARFF = re.compile(r"(\s*(%[^\n]*)?\n)*\s*@relation\b", re.IGNORECASE)
CONTROL = "".join(map(chr, {*range(9), *range(14, 28)}))  # that no text holds, beside tabs and ends of lines
TABLE_ENDINGS = (".csv", ".tsv", ".tab", ".psv", ".dat", ".data", ".txt", ".json", ".jsonl", ".ndjson", ".parquet")
TABLE_ENDINGS += (".arff", ".sqlite", ".sqlite3", ".db")
OF_SYSTEMS = ("__MACOSX", "Thumbs.db", "desktop.ini")  # what macOS and Windows leave in folders
PICTURE_ENDINGS = (".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".heic", ".heif")


def unpacked(file: BinaryIO) -> BinaryIO:
    """An open file, or what gzip has packed in it."""
    packed = file.read(2) == b"\x1f\x8b"
    file.seek(0)
    return gzip.GzipFile(fileobj=file) if packed else file


def format_of(path: Path) -> tuple[str, str]:
    """What a file is by its first bytes, and the member that counts if it is a .zip: ("csv", ""), ("pictures", "") …"""
    with path.open("rb") as file:
        if file.read(4) in (b"PK\x03\x04", b"PK\x05\x06"):
            return member_of(path)
        file.seek(0)
        try:
            return _format_of_bytes(unpacked(file).read(4096), path), ""
        except (OSError, EOFError, zlib.error) as error:
            raise Problem(f"{path} cannot be unpacked ({error}); get it again") from None


def _format_of_bytes(first: bytes, path: Path) -> str:
    """csv parquet json jsonl excel arff sqlite npz npy idx picture text archive binary empty, by a file's beginning."""
    ending = Path(path.name.removesuffix(".gz")).suffix.lower()
    if not first:
        return "empty"
    kind = next((kind for kind, begin in FIRST_BYTES.items() if begin.match(first)), "")
    if kind and not (first.startswith(b"BM") and ending in TABLE_ENDINGS):
        return kind
    encoding = delimited.encoding_of(first, cut=True)
    text = first.decode(encoding, "replace")
    if sum(map(text.count, CONTROL)) > len(text) // 100:
        return "binary"
    start = text.lstrip("\ufeff \t\r\n")[:1]
    if ending == ".arff" or (start in "%@" and ARFF.match(text.lstrip("\ufeff").replace("\r", ""))):
        return "arff"
    if ending in (".jsonl", ".ndjson") or (ending == ".json" and start not in "[{") or start in ("{", "["):
        plain = text.lstrip("\ufeff \t\r\n")
        lines, inside = plain.splitlines(), plain[1:].lstrip()[:1] or "]"
        if ending in (".jsonl", ".ndjson"):
            return "jsonl"
        if start == "{" and _is_json(lines[0]) and (len(lines) == 1 or lines[1].lstrip()[:1] in ("{", "")):
            return "jsonl" if len([line for line in lines if line.strip()]) > 1 else "json"
        if ending == ".json" or (start == "{" and '"' in text[:300]) or (start == "[" and inside in "{["):
            return "json"
    return "csv" if ending not in (".txt", ".md", ".text", ".log") or _looks_tabular(text) else "text"


def _is_json(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _looks_tabular(text: str) -> bool:
    """Whether nearly all lines of a .txt have as many cells as the first: prose with commas has not."""
    text = text[: text.rindex("\n") + 1] if "\n" in text else text
    dialect = delimited.sniff(text)
    wide = dialect.width
    if wide < 2:
        return False
    body = delimited.without_lines(text, dialect.skip)
    read = [split_rows(body, dialect.delimiter, quoted)[0] for quoted in (False, True)]
    shares = [sum(len(row) >= wide and not any(row[wide:]) for row in rows) / len(rows) for rows in read]
    even, rows = max(shares), read[shares.index(max(shares))]
    if dialect.delimiter in "\t|":
        return even > 0.8
    return even == 1.0 and len(rows) > 1 and (wide > 2 or any(len(row[0]) < 30 for row in rows))


def below(root: Path, notes: list[str], wanted: Callable[[str], bool]) -> Iterator[tuple[str, int]]:
    """Name and size of every file that is wanted below a folder; a link is followed if it stays in it, once."""
    home = os.path.realpath(root)
    left_out: dict[str, list[str]] = {}  # which, by the reason
    waiting = [(str(root), "", frozenset([home]))]
    while waiting:
        folder, prefix, around = waiting.pop()
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    name, link = prefix + entry.name, entry.is_symlink()
                    if entry.name.startswith(".") or entry.name in OF_SYSTEMS:
                        continue
                    inner = os.path.isdir(entry.path) if link else entry.is_dir()  # which fails at a link to itself
                    real = os.path.realpath(entry.path) if link or inner else ""
                    if real in around:
                        left_out.setdefault("link(s) to a folder around them", []).append(name)
                    elif link and not real.startswith(home + os.sep):
                        left_out.setdefault("link(s) that lead out of the folder", []).append(name)
                    elif inner:
                        waiting.append((entry.path, f"{name}/", around | {real}))
                    elif link and wanted(name) and not os.path.exists(entry.path):
                        left_out.setdefault("broken link(s)", []).append(name)
                    elif wanted(name) and entry.is_file():
                        yield name, entry.stat().st_size
        except OSError as error:
            if not prefix:
                raise
            left_out.setdefault("folder(s) that cannot be read", []).append(f"{prefix[:-1]} ({error.strerror})")
    notes += [f"{len(names)} {why} left out, first {min(names)}" for why, names in sorted(left_out.items())]


def is_training(name: str) -> bool:
    """Whether a file says that it is what to learn from, as the train.csv of a competition does."""
    return Path(name).stem.lower().partition(".")[0] in ("train", "training", "train_data")


def tables_inside(path: Path) -> dict[str, zipfile.Path]:
    """The tables of a .zip by their names; none where it is no .zip."""
    if not zipfile.is_zipfile(path):
        return {}
    archive = zipfile.ZipFile(path)
    names = [entry.filename for entry in archive.infolist() if entry.file_size and not entry.is_dir()]
    tables = [name for name in names if name.lower().endswith((*TABLE_ENDINGS, ".gz"))]
    return {name: zipfile.Path(archive, name) for name in tables if not name.startswith("__MACOSX/")}


def member_of(path: Path) -> tuple[str, str]:
    """What a .zip holds; only names are looked at, and nothing is unpacked to where they point."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir() and entry.file_size]
            names = [entry.filename for entry in entries]
            if "xl/workbook.xml" in names:
                return "excel", ""
            if "[Content_Types].xml" in names or "mimetype" in names:
                return "binary", ""
            inside = [e for e in entries if not e.filename.startswith("__MACOSX/")]
            inside = [e for e in inside if not Path(e.filename).name.startswith(".")]
            if names and all(name.endswith(".npy") for name in names):
                return "npz", ""
            tables = [e for e in inside if e.filename.lower().endswith((*TABLE_ENDINGS, ".xlsx", ".gz"))]
            pictures = [e for e in inside if e.filename.lower().endswith(PICTURE_ENDINGS)]
            texts = [e for e in inside if e.filename.lower().endswith(".txt")]
            if len(pictures) > len(tables):
                return "pictures", ""
            if len(texts) > 3 and len(texts) == len(tables):
                return "texts", ""
            tables = [e for e in tables if not e.filename.lower().endswith(".txt")] or tables or inside
            if not tables:
                raise Problem(f"{path} holds no file")
            chosen = max(tables, key=lambda entry: (is_training(entry.filename), entry.file_size))
            with archive.open(chosen) as file:
                return _format_of_bytes(unpacked(file).read(4096), Path(chosen.filename)), chosen.filename
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, zlib.error, EOFError) as error:
        raise Problem(f"{path} cannot be unpacked ({error}); unpack it by hand, or get it again") from None
