"""Text as words, and words as numbers: the one way in which models and their classic rival read it."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

PADDING, UNKNOWN, START = 0, 1, 2
SPECIAL = ["<padding>", "<unknown>", "<start>"]  # `split` takes such words apart, so no text can hold one

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


def learn(texts: Iterable[str], rare: int, most: int) -> list[str]:
    """The vocabulary of training texts: a word's number is its place; special ones first, then the most frequent.

    Words seen less than `rare` times are left out and so are read as unknown, which teaches the unknown word's vector.
    """
    counts = Counter(word for text in texts for word in split(text))
    known = sorted((word for word in counts if counts[word] >= rare), key=lambda word: (-counts[word], word))
    return SPECIAL + known[:most]


class Texts:
    """Texts that become padded word numbers when a batch is cut, as wide as the longest text of that batch.

    Each row starts with START, so that an empty text has something to be read.
    """

    def __init__(self, texts: Sequence[str], meta: dict[str, Any]) -> None:
        """`meta` has the "vocabulary" of `learn`, and the "length" at which long texts are cut."""
        self.texts = list(texts)
        number = {word: i for i, word in enumerate(meta["vocabulary"])}
        rows = [[START, *(number.get(word, UNKNOWN) for word in split(text)[: meta["length"]])] for text in self.texts]
        self.lengths = np.array([len(row) for row in rows], np.int64)
        self.ends = self.lengths.cumsum()
        self.numbers = np.array([value for row in rows for value in row], np.int64)

    def __len__(self) -> int:
        return len(self.texts)

    def __getitem__(self, index: Any) -> np.ndarray:
        """Texts `index` as (batch, words) integers, PADDING after the end of each."""
        lengths, starts = self.lengths[index], (self.ends - self.lengths)[index]
        places = np.arange(lengths.max(initial=1))
        is_word = places < lengths[:, None]
        batch = np.full(is_word.shape, PADDING, np.int64)
        batch[is_word] = self.numbers[(starts[:, None] + places)[is_word]]
        return batch
