"""Text as words, and words as numbers: the one way in which models and their classic rival read it."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from splits import keys
from support import mapped

PADDING, UNKNOWN, START = 0, 1, 2
SPECIAL = ["<padding>", "<unknown>", "<start>"]  # `split` takes such words apart, so no text can hold one
MOST_WORDS = 1_000_000  # told apart; what appears later than so many others is rare
BLOCK = 4096  # texts counted together
ARRAYS = {"numbers": np.int32, "ends": np.int64, "keys": np.uint64, "text_bytes": np.uint8, "text_ends": np.int64}

# Scripts written without spaces are read character by character: Thai to Khmer, kana, Chinese.
SINGLE = (
    "\u0e01-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
# Accents and vowel signs belong to their word, though Python does not call them word characters.
SIGNS = "\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0900-\u0963\u0970-\u0dff"
PATTERN = re.compile(rf"[{SINGLE}]|(?:[^\W{SINGLE}]|[{SIGNS}])+|[^\w\s]")


def split(text: str) -> list[str]:
    """Runs of word characters, single characters of scripts without spaces, and punctuation marks, in lower case."""
    return PATTERN.findall(unicodedata.normalize("NFC", text).lower())


class Corpus:
    """Texts as numbers of the words that occur in them, in memory or mapped; nothing here depends on what train is.

    texts    the texts themselves, by row
    words    the word of each number; number 0 stands for words after the first million, which are not told apart
    numbers  (words,) of all texts, one after the other
    ends     (rows,) where each text ends in `numbers`
    keys     (rows,) fingerprints: texts of the same words have the same
    """

    def __init__(
        self, texts: Sequence[str], words: list[str], numbers: np.ndarray, ends: np.ndarray, keys: np.ndarray
    ) -> None:
        self.texts, self.words, self.numbers, self.ends, self.keys = texts, words, numbers, ends, keys
        self.lengths = np.diff(ends, prepend=0)  # (rows,) words

    def __len__(self) -> int:
        return len(self.ends)


def counted(texts: Sequence[str]) -> dict[str, np.ndarray]:
    """A block of texts as a `Writer` takes it; any process can make it, without knowing other blocks.

    words         the block's words as bytes, a line each, in the order in which they come
    numbers       (words,) places in them, of all texts one after the other
    lengths       (rows,) words of each text
    keys          (rows,) fingerprints of the words
    text_bytes    the texts themselves; text_lengths (rows,) how many bytes each takes
    """
    rows, place = [split(text) for text in texts], {}
    numbers = [place.setdefault(word, len(place)) for row in rows for word in row]
    packed = [text.encode("utf-8", "surrogatepass") for text in texts]
    return {
        "words": np.frombuffer("\n".join(place).encode("utf-8", "surrogatepass"), np.uint8),
        "numbers": np.array(numbers, np.int32),
        "lengths": np.array([len(row) for row in rows], np.int64),
        "keys": keys([" ".join(row) for row in rows]),
        "text_bytes": np.frombuffer(b"".join(packed), np.uint8),
        "text_lengths": np.array([len(text) for text in packed], np.int64),
    }


class Writer:
    """Makes a `Corpus` of texts that come a block at a time, in memory or in the files of a folder."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder, self.number, self.words_before, self.bytes_before = folder, {SPECIAL[UNKNOWN]: 0}, 0, 0
        self.arrays = {name: mapped.Growing(kind, folder and folder / f"{name}.bin") for name, kind in ARRAYS.items()}

    def add(self, block: Mapping[str, np.ndarray]) -> None:
        """Append what `counted` made of some texts."""
        known, own = self.number, lines(block["words"])
        for word in own:
            if len(known) < MOST_WORDS:
                known.setdefault(word, len(known))
        number = np.array([known.get(word, 0) for word in own], np.int32)
        self.arrays["numbers"].append(number[block["numbers"]])
        self.arrays["keys"].append(block["keys"])
        self.arrays["text_bytes"].append(block["text_bytes"])
        self.arrays["ends"].append(self.words_before + np.cumsum(block["lengths"]))
        self.arrays["text_ends"].append(self.bytes_before + np.cumsum(block["text_lengths"]))
        self.words_before += len(block["numbers"])
        self.bytes_before += len(block["text_bytes"])

    def finish(self) -> Corpus:
        """The corpus; in a folder, `read` opens it again later."""
        arrays = {name: growing.array() for name, growing in self.arrays.items()}
        if self.folder:
            (self.folder / "words.txt").write_bytes("\n".join(self.number).encode("utf-8", "surrogatepass"))
        return made_of(arrays, list(self.number))


def corpus(texts: Sequence[str]) -> Corpus:
    """Texts as a corpus in memory."""
    writer = Writer()
    writer.add(counted(texts))
    return writer.finish()


def read(folder: Path) -> Corpus:
    """The corpus that a `Writer` left in a folder, mapped."""
    arrays = {name: mapped.read(folder / f"{name}.bin", kind) for name, kind in ARRAYS.items()}
    return made_of(arrays, lines((folder / "words.txt").read_bytes()))


def made_of(arrays: dict[str, np.ndarray], words: list[str]) -> Corpus:
    """A corpus of the arrays of `ARRAYS`."""
    texts = Stored(arrays["text_bytes"], arrays["text_ends"])
    return Corpus(texts, words, arrays["numbers"], arrays["ends"], arrays["keys"])


def lines(content: bytes | np.ndarray) -> list[str]:
    """Words of a line each."""
    content = content.tobytes() if isinstance(content, np.ndarray) else content
    return content.decode("utf-8", "surrogatepass").split("\n") if content else []


class Stored(Sequence):
    """Texts in an array of bytes, mapped or not, decoded when one is asked for."""

    def __init__(self, content: np.ndarray, ends: np.ndarray) -> None:
        self.content, self.ends = content, ends

    def __len__(self) -> int:
        return len(self.ends)

    def __getitem__(self, row: int) -> str:
        begin = self.ends[row - 1] if row else 0
        return self.content[begin : self.ends[row]].tobytes().decode("utf-8", "surrogatepass")


class Rows(Sequence):
    """Some rows of a sequence."""

    def __init__(self, whole: Sequence[str], rows: np.ndarray) -> None:
        self.whole, self.rows = whole, rows

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, row: int) -> str:
        return self.whole[self.rows[row]]


def learn(corpus: Corpus, rows: np.ndarray, rare: int, most: int) -> list[str]:
    """The vocabulary of training rows: a word's number is its place; special ones first, then the most frequent.

    Words seen less than `rare` times are left out and so are read as unknown, which teaches the unknown word's vector.
    """
    counts, is_train = np.zeros(len(corpus.words), np.int64), np.zeros(len(corpus), bool)
    is_train[rows] = True
    for start in range(0, len(corpus), BLOCK):
        block = slice(start, min(start + BLOCK, len(corpus)))
        first = corpus.ends[start] - corpus.lengths[start]
        numbers = corpus.numbers[first : corpus.ends[block.stop - 1]]
        counts += np.bincount(numbers[np.repeat(is_train[block], corpus.lengths[block])], minlength=len(counts))
    counts[0] = 0  # not one word but the rest
    known = sorted(np.flatnonzero(counts >= max(rare, 1)), key=lambda number: (-counts[number], corpus.words[number]))
    return SPECIAL + [corpus.words[number] for number in known[:most]]


class Texts:
    """Rows of a corpus that become padded word numbers when a batch is cut, as wide as the longest text of that batch.

    Each row starts with START, so that an empty text has something to be read.
    """

    def __init__(self, corpus: Corpus, meta: dict[str, Any], rows: np.ndarray | None = None) -> None:
        """`meta` has the "vocabulary" of `learn`, and the "length" at which long texts are cut; None means all rows."""
        rows = np.arange(len(corpus)) if rows is None else rows
        number = {word: i for i, word in enumerate(meta["vocabulary"])}
        self.texts, self.keys, self.numbers = Rows(corpus.texts, rows), corpus.keys[rows], corpus.numbers
        self.known = np.array([number.get(word, UNKNOWN) for word in corpus.words], np.int64)  # by number in corpus
        self.starts = corpus.ends[rows] - corpus.lengths[rows]
        self.lengths = np.minimum(corpus.lengths[rows], meta["length"])

    def __len__(self) -> int:
        return len(self.lengths)

    def __getitem__(self, index: Any) -> np.ndarray:
        """Texts `index` as (batch, words) integers, PADDING after the end of each."""
        lengths, starts = self.lengths[index], self.starts[index]
        places = np.arange(lengths.max(initial=0))
        is_word = places < lengths[:, None]
        batch = np.full((len(lengths), 1 + len(places)), PADDING, np.int64)
        batch[:, 0] = START
        batch[:, 1:][is_word] = self.known[self.numbers[(starts[:, None] + places)[is_word]]]
        return batch
