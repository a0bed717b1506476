"""Files of text as one array of characters: in memory, or, of large ones, mapped, made once by several processes.

Characters are kept as places among the letters that occur. Large files are cut into pieces where a line or at least a
character ends; what is made of each lies in piece-<number>.npz, so that a killed preparation goes on with those it has.
"""

import hashlib
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

import runs
from support import crew, mapped
from texts import plaintext
from texts.archived import Member

UNICODE = 0x110000  # characters there can be
PIECE = 1 << 22  # bytes of files that are read together; memory depends on it
Found = dict[str, np.ndarray]  # letters: those of a piece, sorted; text: (characters,) places among them
Numbered = tuple[np.ndarray, str, str]  # (characters,) places among the letters; these, sorted; the text's sha256


def number(blocks: Iterable[str]) -> Numbered:
    """A text that comes in blocks, in memory."""
    found = list(map(counted, blocks))
    return joined(lambda: found)


def prepared(files: list[Path | Member]) -> Numbered:
    """The same of large files, each beginning in a new line, as a mapped array."""
    folder, facts = mapped.prepare("characters", files, {}, partial(make, files))
    return mapped.read(folder / "text.bin", np.dtype(facts["dtype"])), facts["letters"], facts["sha256"]


def make(files: list[Path | Member], folder: Path) -> dict[str, str]:
    """Write the array to a folder; returns what is needed to read it."""
    plan = folder / "job.json"
    if not plan.is_file():
        archive = str(files[0].archive) if isinstance(files[0], Member) else ""
        names = [file.inside if archive else str(file) for file in files]
        runs.write(plan, json.dumps({"archive": archive, "names": names, "pieces": cut(files, folder)}))
    count = len(runs.read_json(plan)["pieces"])
    crew.phase(folder, "texts.characters", "read", count, "preparing the text, once")

    pieces = partial(crew.kept, folder, "piece", count)
    old = sum(int(found["old"]) for found in pieces())
    if old:
        print(f"{old} file(s) are not UTF-8 and are read as Windows-1252", file=sys.stderr)
    text, letters, sha256 = joined(pieces, folder / "text.bin")
    for left in folder.iterdir():
        if left.name != "text.bin":
            left.unlink()
    return {"dtype": text.dtype.name, "letters": letters, "sha256": sha256}


def counted(block: str) -> Found:
    """A block's letters, and its characters as places among them."""
    points = np.frombuffer(block.encode("utf-32-le", "surrogatepass"), np.uint32)
    occurs = np.zeros(UNICODE, bool)
    occurs[points] = True
    letters = np.flatnonzero(occurs).astype(np.uint32)
    place = np.zeros(UNICODE, np.min_scalar_type(len(letters)))
    place[letters] = np.arange(len(letters))
    return {"letters": letters, "text": place[points]}


def joined(pieces: Callable[[], Iterable[Found]], path: Path | None = None) -> Numbered:
    """All pieces one after the other, in memory or in a file; `pieces()` is called twice."""
    digest, occurs = hashlib.sha256(), np.zeros(UNICODE, bool)
    for found in pieces():
        occurs[found["letters"]] = True
    letters = np.flatnonzero(occurs).astype("<u4")
    text = mapped.Growing(np.min_scalar_type(len(letters)), path)
    for found in pieces():
        places = np.searchsorted(letters, found["letters"]).astype(text.dtype)[found["text"]]
        text.append(places)
        digest.update(letters[places].tobytes().decode("utf-32-le", "surrogatepass").encode("utf-8", "surrogatepass"))
    return text.array(), "".join(map(chr, letters)), digest.hexdigest()


# Pieces


def cut(files: list[Path | Member], folder: Path) -> list[list[list[Any]]]:
    """Which parts of files are read together: [number of the file, encoding, first byte, the byte after the last].

    An encoding "" means a whole small file, which still has to be looked at. What cannot be read from any place,
    because it is packed or has several bytes for every character, is copied into `folder` as UTF-8.
    """
    pieces, together, size = [], [], 0
    for place, file in enumerate(files):
        bytes_of_file = file.stat().st_size
        if bytes_of_file > PIECE or file.name.lower().endswith(".gz"):
            pieces += [together] if together else []
            pieces += [[part] for part in of_large(file, place, folder)]
            together, size = [], 0
            continue
        if size + bytes_of_file > PIECE:
            pieces, together, size = [*pieces, together], [], 0
        together.append([place, "", 0, bytes_of_file])
        size += bytes_of_file
    return [*pieces, together] if together else pieces


def of_large(file: Path | Member, place: int, folder: Path) -> Iterator[list[Any]]:
    """The parts of one large file."""
    encoding, source = plaintext.encoding(file), file
    if isinstance(file, Member) or plaintext.is_packed(file) or encoding.startswith(("utf-16", "utf-32")):
        source, encoding = copy(folder, place), "utf-8"
        with source.with_suffix(".tmp").open("w", encoding="utf-8", newline="\n") as unpacked:
            unpacked.writelines(plaintext.blocks(file, False))
        os.replace(source.with_suffix(".tmp"), source)
    start = 0
    with source.open("rb") as content:
        while block := content.read(PIECE):
            whole = len(block) if len(block) < PIECE else end_of(block, encoding)
            yield [place, encoding, start, start + whole]
            start += whole
            content.seek(start)
    if not start:
        yield [place, encoding, 0, 0]


def copy(folder: Path, place: int) -> Path:
    """Where a file is unpacked."""
    return folder / f"unpacked-{place}.txt"


def end_of(block: bytes, encoding: str) -> int:
    """The last place in a block where a line begins, else a character; no line end is divided."""
    if line := block.rfind(b"\n") + 1:
        return line
    place = len(block) - 1
    while place > 1 and (block[place - 1] == 13 or (encoding.startswith("utf") and block[place] & 0xC0 == 0x80)):
        place -= 1
    return place


def task(folder: Path, phase: str) -> Callable[[int], None]:
    """What to call with a piece's number."""
    return partial(keep, folder, runs.read_json(folder / "job.json"))


def keep(folder: Path, job: dict[str, Any], number: int) -> None:
    """Read a piece and write its letters and characters."""
    texts, old = [], 0
    for place, encoding, start, end in job["pieces"][number]:
        name, archive = job["names"][place], job["archive"]
        file = Member(Path(archive), name, end, 0) if archive else Path(name)
        if encoding:
            with (copy(folder, place) if copy(folder, place).is_file() else file).open("rb") as content:
                content.seek(start)
                raw = content.read(end - start)
            text = raw.decode("utf-8" if start and encoding == "utf-8-sig" else encoding, "replace")
            text = text.replace("\r\n", "\n").replace("\r", "\n")
        else:
            old += not plaintext.encoding(file, False).startswith("utf")
            text = plaintext.read(file, False)
        texts.append("\n" * (place > 0 and start == 0) + text)
    crew.keep(folder, "piece", number, counted("".join(texts)) | {"old": old})
