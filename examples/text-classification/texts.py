"""Texts from files, as words, and words as numbers: the one way in which models and their classic rival read them."""

import gzip
import hashlib
import importlib
import re
import unicodedata
import zlib
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple
from zipfile import BadZipFile

from common import Problem, note
from config import Config

import numpy as np
import pandas as pd

AS_TEXT = {"dtype": str, "keep_default_na": False}
READERS = {  # by a name's end
    ".csv": partial(pd.read_csv, **AS_TEXT),
    ".tsv": partial(pd.read_csv, sep="\t", **AS_TEXT),
    ".xlsx": partial(pd.read_excel, **AS_TEXT),
    ".parquet": pd.read_parquet,
    ".jsonl": partial(pd.read_json, lines=True, dtype=False),
}
LEAST_LENGTH, BLOCK = 256, 4096  # words of a text that are read in any case; texts counted together, as memory bears
PADDING, UNKNOWN, START = 0, 1, 2
SPECIAL = ["<padding>", "<unknown>", "<start>"]  # `split_words` takes such words apart, so no text can hold one

# Scripts without spaces are read character by character: Thai to Khmer, kana, Chinese.
SINGLE = "\u0e01-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
# Accents and vowel signs belong to their word, though Python does not call them word characters.
SIGNS = "\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0900-\u0963\u0970-\u0dff"
WORD = re.compile(rf"[{SINGLE}]|(?:[^\W{SINGLE}]|[{SIGNS}])+|[^\w\s]")


def table(path: Path, arguments: dict) -> pd.DataFrame:
    """All cells of a table as text, read by pandas with arguments of its own."""
    if path.is_file() and not path.stat().st_size:
        raise Problem(f"{path} is empty; name other data with --data")
    reader = READERS.get(path.suffix.lower(), READERS[".csv"])
    try:
        if path.suffix == ".gz":  # memory may not hold what is packed
            with gzip.open(path) as file:
                if len(head := file.read(1 << 25)) - head.rfind(b"\n") > 1 << 24:
                    raise ValueError("a line of more than 16 MB, so there are no rows")
        return reader(path, **arguments).fillna("").astype(str)
    except (ValueError, TypeError, KeyError, OSError, EOFError, zlib.error, BadZipFile, ImportError) as error:
        raise Problem(f"{path} is no table that is plain to read ({error}); hackgen convert makes one of it") from None


def plain_text(file: Path) -> str:
    """The content of a text file in UTF-8."""
    try:
        return file.read_text(encoding="utf-8-sig")
    except ValueError as error:
        raise Problem(f"{file} is no text in UTF-8 ({error}); hackgen convert makes one of it") from None


def split_words(text: str) -> list[str]:
    """Runs of word characters, single characters of scripts without spaces, and punctuation marks, in lower case."""
    return WORD.findall(unicodedata.normalize("NFC", text).lower())


class Corpus(NamedTuple):
    """Texts as numbers of all words that occur in them, whatever train is."""

    texts: Sequence[str]
    words: list[str]  # the word of each number
    numbers: np.ndarray  # (words,) of all texts, one after the other
    ends: np.ndarray  # (rows,) where each text ends in `numbers`
    keys: np.ndarray  # (rows,) fingerprints

    @property
    def lengths(self) -> np.ndarray:
        """(rows,) words of each text."""
        return np.diff(self.ends, prepend=0)


def counted(texts: list[str]) -> Corpus:
    """Texts as numbers of their words."""
    number: dict[str, int] = {}
    numbers, keys = [np.zeros(0, np.int32)], []
    for text in texts:
        words = split_words(text)
        numbers.append(np.array([number.setdefault(word, len(number)) for word in words], np.int32))
        content = " ".join(words).encode("utf-8", "surrogatepass")
        keys.append(int(hashlib.blake2b(content, digest_size=8).hexdigest(), 16))
    ends = np.cumsum([len(some) for some in numbers[1:]], dtype=np.int64)
    return Corpus(texts, list(number), np.concatenate(numbers), ends, np.array(keys, np.uint64))


def fit(corpus: Corpus, rows: np.ndarray, config: Config) -> dict[str, Any]:
    """The vocabulary and length of the texts in `rows`, those of train alone, so that a model can read others."""
    if hasattr(config, "weights"):  # it reads whole texts
        return importlib.import_module("embedding").about(config.weights)
    lengths = corpus.lengths[rows]
    length = config.length or max(LEAST_LENGTH, config.step_words // Config().resolved(len(rows)).batch_size)
    if cut := int((lengths > length).sum()):  # of long ones a step would be too much
        note(f"{cut} of {len(rows)} training texts are cut after {length} words; see --length")
    counts, starts = np.zeros(len(corpus.words), np.int64), corpus.ends - corpus.lengths
    for some in np.array_split(rows, 1 + len(rows) // BLOCK):
        numbers = [corpus.numbers[starts[row] : corpus.ends[row]] for row in some]
        counts += np.bincount(np.concatenate(numbers), minlength=len(counts))
    known = np.flatnonzero(counts >= max(1, config.rare))  # rarer ones teach UNKNOWN's vector
    frequent = sorted(known, key=lambda number: (-counts[number], corpus.words[number]))
    return {
        "length": int(min(length, max(1, lengths.max()))),
        "vocabulary": SPECIAL + [corpus.words[number] for number in frequent[: config.vocabulary]],
    }


def inputs(corpus: Corpus, rows: np.ndarray, meta: dict, hide: float = 0.0) -> Sequence:
    """Texts as the model takes them."""
    if "weights" in meta:
        return importlib.import_module("embedding").Embedded(corpus.texts, rows, meta)
    return Texts(corpus, rows, meta, hide)


class Texts:
    """Texts as word numbers that are padded when a batch is cut, as wide as the longest text of that batch.

    hide  share of words that are UNKNOWN in a batch of training, other ones in each: no single word should decide
    """

    def __init__(self, corpus: Corpus, rows: np.ndarray, meta: dict, hide: float = 0.0) -> None:
        number = {word: place for place, word in enumerate(meta["vocabulary"])}
        self.known = np.array([number.get(word, UNKNOWN) for word in corpus.words], np.int64)  # by number in corpus
        self.corpus, self.rows, self.hide = corpus, rows, hide
        self.starts = corpus.ends[rows] - corpus.lengths[rows]
        self.lengths = np.minimum(corpus.lengths[rows], meta["length"])

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, index: Any) -> np.ndarray:
        """(batch, words) integers: START, so that an empty text has something to be read, the words, PADDING."""
        lengths, starts = self.lengths[index], self.starts[index]
        places = np.arange(lengths.max(initial=0))
        is_word = places < lengths[:, None]  # (batch, words)
        batch = np.full((len(lengths), 1 + len(places)), PADDING)
        batch[:, 0] = START
        words = self.corpus.numbers[(starts[:, None] + places)[is_word]]  # of the whole batch, one after the other
        batch[:, 1:][is_word] = self.known[words]
        if self.hide and isinstance(index, np.ndarray):  # whole splits are cut by slices
            chance = np.random.default_rng(index).random(batch.shape)  # of the batch itself, so that a run repeats
            batch[(batch > START) & (chance < self.hide)] = UNKNOWN
        return batch

    def read(self, rows: Any) -> list[str]:
        """Texts as they were written."""
        return [self.corpus.texts[row] for row in self.rows[rows]]
