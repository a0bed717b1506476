"""Reading text files: any encoding, packed by gzip or not, whole or line by line."""

import codecs
import io
import re
import statistics
import unicodedata
from array import array
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np

from ..columns import delimited
from ..columns.formats import unpacked
from ..pictures.listing import read_bytes

LARGEST = 256 << 20  # bytes of one text among several, unpacked
HEAD = 1 << 20  # bytes that tell the encoding of a large file


def encoding_of(path: Path) -> str:
    """The encoding of a file: all of a small one decides, of a large one its beginning."""
    with path.open("rb") as file:
        raw = unpacked(file).read(HEAD + 1)
    return delimited.encoding_of(raw[:HEAD], cut=len(raw) > HEAD)


def head_of(path: Path, encoding: str) -> str:
    """The beginning of a file as text, with \\n at line ends."""
    with path.open("rb") as file:
        raw = unpacked(file).read(HEAD)
    text = codecs.getincrementaldecoder(encoding)("replace").decode(raw)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def lines_of(path: Path, encoding: str) -> Iterator[str]:
    """The lines of a file, one at a time."""
    with path.open("rb") as file, io.TextIOWrapper(unpacked(file), encoding, errors="replace") as text:
        yield from iter(lambda: text.readline(HEAD), "")  # a file may be one endless line


def read(root: Path, name: str) -> tuple[str, str]:
    """A text of a folder or archive, and its encoding; raises ValueError for what is no text."""
    with (root / name).open("rb") if root.is_dir() else io.BytesIO(read_bytes(root, name)) as file:
        raw = unpacked(file).read(LARGEST + 1)
    if len(raw) > LARGEST:
        raise ValueError(f"more than {LARGEST >> 20} MB")
    encoding = delimited.encoding_of(raw)
    text = raw.decode(encoding, "replace")
    if "\0" in text:
        raise ValueError("no text")
    return text, encoding


SAMPLE = 2_000_000  # characters whose scripts are looked up
LINES_OF_CHAT = 200  # looked at
_MESSAGE = re.compile(  # [12/03/2021, 10:15:00] Anna: or 2021-03-12 10:15 - Anna:
    r"\W{0,2}\d{1,4}[./-]\d{1,2}[./-]\d{1,4},?\s+\d{1,2}:\d{2}(:\d{2})?(\s?[ap]\.?m\.?)?\]?\s*[-–]?\s*[^:]{1,60}:\s",
    re.IGNORECASE,
)
WRAPPED = 0.6  # of the lines as long as the longest: somebody broke them by width


@dataclass
class Tally:
    """What is counted over all texts, one after the other."""

    texts: int = 0
    empty: int = 0
    characters: array = field(default_factory=lambda: array("q"))  # of each text
    words: array = field(default_factory=lambda: array("q"))
    keys: array = field(default_factory=lambda: array("Q"))  # fingerprints, for duplicates
    letters: Counter = field(default_factory=Counter)  # of a sample
    looked_at: int = 0

    def add(self, text: str) -> int:
        """Count a text; returns its fingerprint, the same for texts that differ in case and spaces only."""
        plain = " ".join(text.split())
        key = int.from_bytes(blake2b(plain.casefold().encode("utf-8", "replace"), digest_size=8).digest(), "little")
        self.texts += 1
        self.empty += not plain
        self.characters.append(len(text))
        self.words.append(plain.count(" ") + bool(plain))
        self.keys.append(key)
        if self.looked_at < SAMPLE:
            self.letters.update(plain)
            self.looked_at += len(plain)
        return key

    def repeated(self) -> int:
        """Texts that stand elsewhere already; empty ones are counted apart."""
        keys = np.frombuffer(self.keys, np.uint64)
        return len(keys) - len(np.unique(keys)) - max(0, self.empty - 1)

    def facts(self) -> dict[str, Any]:
        """Lengths and scripts."""
        facts: dict[str, Any] = {}
        for name, counts in (("words", self.words), ("characters", self.characters)):
            if counts:
                middle = int(statistics.median(counts))
                facts[f"{name}_a_text"] = {"shortest": min(counts), "median": middle, "longest": max(counts)}
        if found := scripts(self.letters):
            facts["scripts"] = found
        return facts


def is_chat(head: str) -> bool:
    """Whether a file begins with messages, each after its time and who wrote it, as messengers export them."""
    lines = [line for line in head.split("\n")[:LINES_OF_CHAT] if line.strip()]
    return len(lines) >= 5 and sum(bool(_MESSAGE.match(line)) for line in lines) >= len(lines) / 2


def shape_of(head: str) -> tuple[str, str]:
    """("a text a line" or "one long text", why), from the beginning of a file.

    Lines are parts of one text where they are broken at one width, where empty lines part paragraphs, where they are
    indented as code is, or where few of them end as a sentence, a title or a message does.
    """
    if is_chat(head):
        return "one long text", "a chat: messages with their times and names of people, who should agree"
    lines = head.split("\n")
    lines = lines[:-1] if len(lines) > 2 else lines  # the last may be cut
    full = [line.rstrip() for line in lines if line.strip()]
    if len(full) < 5:
        return "one long text", f"{len(full)} line(s)"
    blank = 1 - len(full) / len(lines)
    lengths = sorted(map(len, full))
    widest = lengths[int(0.98 * (len(lengths) - 1))]
    near = sum(length >= 0.8 * widest for length in lengths) / len(lengths)
    if sum(line[0] in " \t" for line in full) > 0.2 * len(full):
        return "one long text", "its lines are indented"
    whole = sum(bool(re.search(r"[.!?…]\W*$", line)) for line in full) / len(full)
    if near >= WRAPPED and 40 <= widest <= 130 and whole < 0.4:
        return "one long text", f"its lines are broken at {widest} characters"
    if blank > 0.1:
        return "one long text", "empty lines part its paragraphs"
    small = [bool(re.match(r"[a-zß-ÿ]", line)) for line in full]
    ends = [bool(re.search(r"[.!?…:;]\W*$", line)) for line in full]
    goes_on = sum(begins and not ended for begins, ended in zip(small[1:], ends[:-1], strict=True))
    if 0.25 * len(full) < goes_on and sum(small) < 0.9 * len(full):
        return "one long text", "sentences go on over line ends"
    return "a text a line", "lines of many lengths, each whole by itself"


def scripts(letters: Counter) -> dict[str, float]:
    """The share of letters in each script, the largest first: Latin, Cyrillic, Han …"""
    counts: Counter = Counter()
    for letter, count in letters.items():
        if letter.isalpha():
            name = unicodedata.name(letter, "unknown").split()[0].split("-")[0]
            counts["Han" if name == "CJK" else name.capitalize()] += count
    total = sum(counts.values())
    return {name: round(count / total, 4) for name, count in counts.most_common(8) if count / total >= 0.0005}
