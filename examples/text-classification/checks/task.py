"""What check.py needs to know of texts: what their classes are by, read anew, and how short runs change them."""

from typing import Any

import common
import data
import texts
from checks.parts import Result
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


def folder(bench: Any) -> Result:
    """Texts of a folder keep their own names: data.read_new() reads the files in this order, each once"""
    written = {
        f"{number:02}": " ".join(["film", "good", "bad"][: 1 + number % 3] * (1 + number)) for number in range(20)
    }
    place = bench.folder / "texts"
    place.mkdir()
    for name in sorted(written, key=lambda name: name[::-1]):
        (place / f"{name}.txt").write_text(written[name], encoding="utf-8")
    names, inputs = data.read_new(str(place), bench.meta)
    alone = [data.read_new(written[name], bench.meta)[1][:] for name in sorted(written)]
    named = [name.endswith(f"{known}.txt") for name, known in zip(names, sorted(written), strict=True)]
    other = sum(
        not np.allclose(one[0], row[: one.shape[1]], atol=1e-4) for one, row in zip(alone, inputs[:], strict=True)
    )
    return all(named) and other == 0, f"{other} of {len(names)} texts are another file's", "none"


def padding(bench: Any) -> Result:
    """Padding is not read: its vector learns nothing; see masks, the end a text is read from, and means in models/"""
    words = len(bench.meta.get("vocabulary", ()))
    before, after = bench.net.learnt(bench.fresh()), bench.net.learnt(bench.brief[0])
    named = [name for name in before if "embed" in name.lower() and before[name].ndim == 2]
    vectors = [name for name in named if words and words <= len(before[name]) <= words + 1]
    read = [name for name in vectors if not np.array_equal(before[name][0], after[name][0])]
    return not read, f"{', '.join(read) or 'nothing'} of {len(vectors)} learns from padding", "nothing"


def whole(bench: Any) -> Result | None:
    """Texts are read to their end: texts.fit() takes the words of the longest one of train, unless config says fewer"""
    inputs, length = bench.data.train.inputs, bench.meta.get("length")
    if length is None:
        return None  # a pretrained model cuts them itself
    longest = int(inputs.corpus.lengths[inputs.rows].max())
    least = min(longest, bench.config.length or texts.LEAST_LENGTH)
    return length >= least, f"at most {length} words are read, the longest has {longest}", f"{least} or more"


def groups(bench: Any) -> Result | None:
    """A group stands in one split: data.named() knows its column, and data.divided() hands it to common.divide()"""
    if (common.ROOT / "prepare.py").is_file():
        return None  # memory does not hold the table
    path, schema = common.located(bench.config.data), data.read_schema()
    frame = texts.table(path, schema.get("read", {}))
    name = bench.config.group or schema.get("group") or "group"
    if name not in frame or (schema.get("split") or "split") in frame:
        return None
    rows = data.labelled(path, bench.config)[0].index
    inside = [set(frame[name].loc[rows[split.ids]]) for split in bench.data[:3]]
    torn = sum(map(len, inside)) - len(set.union(*inside))
    return torn == 0, f"{torn} of {len(set.union(*inside))} groups stand in several splits", "none"


CHECKS = [folder, padding, whole, groups]
