"""A text larger than memory as an array on disk, made once and then mapped: `python prepare.py` makes it now.

A file, also packed by gzip, or all text files of a folder one after the other, in any encoding.
"""

import codecs
import contextlib
import gzip
import hashlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import common
from common import ROOT, Problem, tomllib
from config import Config
from data import BLOCK, UNICODE

import numpy as np

MARKS = {codecs.BOM_UTF32_LE: "utf-32", codecs.BOM_UTF32_BE: "utf-32"}  # the longer ones first
MARKS |= {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


def read(path: Path) -> tuple[str, np.ndarray, str, str]:
    """Name, characters as places among the letters (mapped), these letters, and fingerprint of a text."""
    found = [path] if path.is_file() else sorted(file for file in path.rglob("*.txt") if file.is_file())
    files = [file for file in found if file.resolve().is_relative_to(path.resolve())]  # no links that lead out
    if not files:
        raise Problem(f"{path} holds no .txt file; name a text with --data")
    stamp = stamped(files)
    folder = ROOT / "prepared" / hashlib.sha256(stamp.encode("utf-8", "surrogateescape")).hexdigest()[:16]
    if not (folder / "facts.json").is_file():
        print("preparing the text, once", file=sys.stderr)
        folder.mkdir(parents=True, exist_ok=True)
        prepare(files, folder)
        if stamped(files) != stamp:
            raise Problem(f"{path} changed while it was read; train again, or on a copy: --data COPY")
    facts = common.read_json(folder / "facts.json")
    return path.name, np.memmap(folder / "text.bin", facts["kind"], "r"), facts["letters"], facts["sha256"]


def stamped(files: list[Path]) -> str:
    """What tells files from the same ones when they have changed."""
    return "".join(f"{file}{file.stat().st_size}{file.stat().st_mtime_ns}" for file in files)


def prepare(files: list[Path], folder: Path) -> None:
    """Write the array, and facts.json last: with it, the folder is whole."""
    occurs, digest = np.zeros(UNICODE, bool), hashlib.sha256()
    for block in blocks(files):
        digest.update(block.encode("utf-8", "surrogatepass"))
        occurs[points(block)] = True
    letters = np.flatnonzero(occurs)
    kind = np.min_scalar_type(len(letters))
    place = np.zeros(UNICODE, kind)
    place[letters] = np.arange(len(letters))
    draft = folder / "text.tmp"  # another training that prepares it too writes the same bytes there, so none is cut off
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | getattr(os, "O_BINARY", 0)), "wb") as out:
        for block in blocks(files):
            out.write(place[points(block)].tobytes())
    with contextlib.suppress(FileNotFoundError, PermissionError):  # the other was faster
        os.replace(draft, folder / "text.bin")
    facts = {"kind": kind.name, "letters": "".join(map(chr, letters)), "sha256": digest.hexdigest()}
    common.write_json(folder / "facts.json", facts)


def points(block: str) -> np.ndarray:
    """The code points of a text, (characters,)."""
    return np.frombuffer(block.encode("utf-32-le", "surrogatepass"), np.uint32)


def blocks(files: list[Path]) -> Iterator[str]:
    """The characters of all files, many at a time, each file beginning in a new line; line ends are \\n."""
    for number, file in enumerate(files):
        if number:
            yield "\n"
        opener = gzip.open if file.suffix == ".gz" else open
        try:
            with opener(file, "rt", encoding=encoding_of(file), errors="replace") as text:
                while block := text.read(BLOCK):
                    yield block
        except EOFError as error:
            raise Problem(f"{file} is damaged as gzip ({error}); get it again") from None


def encoding_of(file: Path) -> str:
    """What data/schema.toml says, else what a mark says; else UTF-8, if all of the file is, or Windows-1252."""
    schema = ROOT / "data" / "schema.toml"
    if told := tomllib.loads(schema.read_text(encoding="utf-8-sig")).get("encoding"):
        return told
    decoder = codecs.getincrementaldecoder("utf-8")()
    with (gzip.open if file.suffix == ".gz" else open)(file, "rb") as raw:
        block = raw.read(BLOCK)
        for mark, name in MARKS.items():
            if block.startswith(mark):
                return name
        try:
            while block:
                decoder.decode(block)
                block = raw.read(BLOCK)
        except UnicodeDecodeError:
            return "cp1252"
    return "utf-8-sig"


if __name__ == "__main__":
    common.run(lambda: print(f"{len(read(common.located(Config().data))[1]):,} characters are ready"))
