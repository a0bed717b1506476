"""What students may read must hold no solution: files, archives in them, a repository's objects, all byte by byte."""

import bz2
import io
import lzma
import re
import subprocess
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from .bundle import COMPILED
from .grader.overlay import walk

SHORT = 12  # characters of a line, blanks left out: shorter ones are everywhere
TELLING = 50  # a line so long tells a solution by itself
OF_HACKGEN = (b"Hackgen-Version", b"Hackgen-Choice", b".hackgen.toml", b".hackgen.tar")
PACKED = {
    b"BZh": bz2.BZ2Decompressor,
    b"\xfd7zXZ\0": lzma.LZMADecompressor,
    b"\x1f\x8b": partial(zlib.decompressobj, 31),
}
DEEPEST, LARGEST = 3, 64 << 20  # archives in archives, bytes of one entry that are looked at


@dataclass(frozen=True)
class Secret:
    """A text that nobody may find, such as a part's solution: its lines, and all of them as one."""

    name: str
    lines: frozenset[str]
    whole: str


Secrets = tuple[list[Secret], list[bytes]]  # and words: traces of hackgen, paths of this machine, the key of variants


def secret(name: str, code: str, kept: frozenset[str] = frozenset()) -> Secret:
    """A solution or a check; lines that students have anyway tell nothing."""
    lines = [line for line in map(plain, code.split("\n")) if line]
    return Secret(name, frozenset(line for line in lines if len(line) >= SHORT) - kept, "".join(lines))


def plain(line: str) -> str:
    """A line without blanks and comments, also where it is commented out, or a string in a notebook."""
    line = re.sub(r"^[\s\"']*(#+\s*)+", "", line)
    return re.sub(r"\s+", "", re.sub(r"\s#.*", "", line)).strip("\"',")


def found(files: Iterable[tuple[str, bytes]], secrets: Secrets) -> list[str]:
    """What leaks, a line each with the place; empty where nothing does."""
    every = (inside for file in files for inside in _entries(*file))
    return list(dict.fromkeys(line for one in every for line in _in_file(*one, secrets)))


def _entries(name: str, content: bytes, depth: int = 0) -> Iterator[tuple[str, bytes | None]]:
    """A file after what is in it, if it is an archive; None for what cannot be looked into, its name says why."""
    for inner, inside in _unpacked(content) if depth < DEEPEST else ():
        if inside is None:
            yield f"{name} cannot be looked into{inner}", None
        else:
            yield from _entries(f"{name}/{inner}", inside, depth + 1)
    yield name, content


def _in_file(name: str, content: bytes | None, secrets: Secrets) -> Iterator[str]:
    if content is None:
        yield name
        return
    if name.endswith(COMPILED) or re.match(rb"..\r\n[\x00-\x03]\0\0\0", content, re.S):
        yield f"{name} is compiled code, and may hold what its source does not"
    texts, words = secrets
    for word in words:
        if word in content or word.decode("utf-8", "replace").encode("utf-16-le") in content:
            yield f"{name} holds {word.decode('utf-8', 'replace')!r}"
    text = content.decode("utf-8", "replace") if texts else ""
    if b"\\n" in content:  # code in JSON, notebooks and representations
        text = f"{text}\n{text.replace(chr(92) + 'n', chr(10)).replace(chr(92) + chr(34), chr(34))}"
    numbered = [(number, plain(line)) for number, line in enumerate(text.split("\n"), 1)]
    joined = "".join(line for _, line in numbered)
    for one in texts:
        hits = {line: number for number, line in reversed(numbered) if line in one.lines}
        enough = len(hits) >= min(3, (len(one.lines) + 1) // 2) or any(len(line) >= TELLING for line in hits)
        if one.lines and hits and enough:
            yield f"{name}:{min(hits.values())} holds {len(hits)} lines of {one.name}"
        elif len(one.whole) >= 3 * SHORT and one.whole in joined:
            yield f"{name} holds {one.name}"


def _unpacked(content: bytes) -> Iterator[tuple[str, bytes | None]]:
    """What is in an archive by name; None where it cannot be told."""
    if packed := [opened for begin, opened in PACKED.items() if content.startswith(begin)]:
        try:
            yield "unpacked", packed[0]().decompress(content, LARGEST)
        except (OSError, EOFError, zlib.error, lzma.LZMAError) as error:
            yield f": {error}", None
    elif content[:2] == b"PK" or zipfile.is_zipfile(io.BytesIO(content)):
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                yield "comment", archive.comment
                if content[:2] != b"PK":
                    yield ": something stands before the archive in it", None
                for entry in archive.infolist():
                    yield f"{entry.filename} (notes)", entry.comment + entry.extra
                    with archive.open(entry) as file:
                        yield entry.filename, file.read(LARGEST)
        except (OSError, RuntimeError, ValueError, NotImplementedError, zipfile.BadZipFile, zlib.error) as error:
            yield f": {error}", None
    elif content[:6] in (b"7z\xbc\xaf'\x1c", b"Rar!\x1a\x07"):
        yield ": no archive of this kind can be", None


def tree(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every file of a folder; of a repository each object by its hash, those that nothing points at among them."""
    for inside, path in walk(folder, ()):
        if path.is_symlink():
            yield inside, b"a link to " + str(path.readlink()).encode()
        elif "/.git/objects/" not in f"/{inside}":
            yield inside, path.read_bytes()
    for repository in sorted(folder.rglob(".git")):
        command = ["git", f"--git-dir={repository}", "cat-file", "--batch-all-objects", "--batch", "--buffer"]
        stream = io.BytesIO(subprocess.run(command, capture_output=True, check=True, timeout=300).stdout)
        while head := stream.readline().split():
            yield f"{repository.name} {head[1].decode()} {head[0].decode()[:10]}", stream.read(int(head[2]))
            stream.read(1)
