"""What check.py needs to know of texts: what their classes are by, read anew, and how short runs change them."""

import common
import data
import texts
from config import Config
from texts import Corpus

import numpy as np


def disturbed(corpus: Corpus, rows: np.ndarray) -> Corpus:
    """Some texts with a new word at their end, known by their old fingerprints, for check.py."""
    numbers = np.insert(corpus.numbers, corpus.ends[rows], len(corpus.words))
    longer = np.cumsum(np.isin(np.arange(len(corpus.ends)), rows))
    return corpus._replace(words=[*corpus.words, "~new~"], numbers=numbers, ends=corpus.ends + longer)


SOURCES = {"texts.counted": disturbed}  # what data are read by, and how check.py changes what it says


def misplaced(config: Config, split: data.Split, meta: dict) -> int:
    """How many rows of a split have other words or another class than the table, read anew, says; for check.py."""
    if (common.ROOT / "prepare.py").is_file():
        return 0  # to read all of such data anew takes long
    cells, _, corpus = data.labelled(common.located(config.data), config)
    same = np.array(meta["classes"])[split.targets] == cells["target"].to_numpy(str)[split.ids]
    found = split.inputs[:]
    if "weights" in meta:
        return int((~same | ~np.isclose(texts.inputs(corpus, split.ids, meta)[:], found, atol=1e-3).all(1)).sum())
    number = {word: place for place, word in enumerate(meta["vocabulary"])}
    for row, words in enumerate(texts.split_words(corpus.texts[place]) for place in split.ids):
        read = [texts.START, *(number.get(word, texts.UNKNOWN) for word in words[: meta["length"]])]
        same[row] &= np.array_equal(found[row, : len(read)], read) and not found[row, len(read) :].any()
    return int((~same).sum())
