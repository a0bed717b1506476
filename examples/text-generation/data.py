"""A text, cut into windows of characters to learn from: its end is test, stretches all along the rest are valid."""

import importlib
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import common
from common import Problem
from config import Config

import numpy as np

INPUT = "the beginning of a text"
CAUSAL = True  # no prediction may see what it predicts: check.py looks
UNICODE = 0x110000  # characters there can be
UNKNOWN = 0  # the token of characters that train holds less than twice
STRETCHES = 5  # of valid, where the text is long enough
MOST_HELD_OUT = 5_000_000  # characters of valid and of test: more take longer to score and say the same
MOST_KEYS = 20_000_000  # characters of a text whose places check.py compares one by one
BLOCK = 1 << 22  # characters looked at together; memory depends on it


class Windows:
    """Windows of equal length into one long text, (rows, length) tokens when they are cut.

    text     (characters,) each as its place among the letters
    tokens   (letters,) the token of each letter
    ends     (rows,) where windows end
    skipped  (rows,) how many of a window's first tokens are -1, because another window counts them; None = none
    """

    def __init__(
        self, text: np.ndarray, tokens: np.ndarray, ends: np.ndarray, length: int, skipped: np.ndarray | None = None
    ) -> None:
        self.text, self.tokens, self.ends, self.length, self.skipped = text, tokens, ends, length, skipped

    def __len__(self) -> int:
        return len(self.ends)

    def __getitem__(self, rows: object) -> np.ndarray:
        places = np.arange(self.length)
        found = self.tokens[self.text[self.ends[rows][:, None] - self.length + places]]
        if self.skipped is not None:
            found[places < self.skipped[rows][:, None]] = -1
        return found


class Split(NamedTuple):
    inputs: Windows  # (rows, context) tokens
    targets: Windows  # (rows, context) the token after each; -1 where another window counts it
    ids: np.ndarray  # (rows,) where in the text a window ends
    keys: np.ndarray  # (rows, context) places of the characters that are predicted, of long texts only the last


class Data(NamedTuple):
    train: Split
    valid: Split
    test: Split
    meta: dict  # plain JSON: the characters of train, and the context


def load(config: Config) -> Data:
    """Read the text, number the characters of train, and cut each part into windows."""
    name, text, letters, sha256 = read(common.located(config.data))
    train, valid, test = divide(len(text), config)
    if min(end - begin for begin, end in (*train, *valid, *test)) < 2 * config.context:
        what = f"has {len(text)} characters, too few for windows of {config.context}"
        raise Problem(f"{name} {what}; lower --context or add text")
    meta = {
        "metric": "bits per character",
        "characters": known_characters(text, letters, train),
        "context": config.context,
        "data": {"name": name, "path": config.data, "sha256": sha256, "rows": len(text)},
    }
    tokens = np.array(encode(letters, meta), np.int64)
    half = config.context // 2
    return Data(
        windows(text, tokens, train, config.context, config.context),
        windows(text, tokens, valid, config.context, half),
        windows(text, tokens, test, config.context, half),
        meta,
    )


def read(path: Path) -> tuple[str, np.ndarray, str, str]:
    """Name, characters as places among the letters, these letters, and fingerprint of a text file in UTF-8."""
    if (common.ROOT / "prepare.py").is_file():  # laid in for a text that memory does not hold
        return importlib.import_module("prepare").read(path)
    digest = common.sha256(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (ValueError, IsADirectoryError) as error:
        raise Problem(f"{path} is no text in UTF-8 ({error}); hackgen convert makes one of other files") from None
    if common.sha256(path) != digest:
        raise Problem(f"{path} changed while it was read; train again, or on a copy: --data COPY")
    if "\0" in text or not text.strip():
        raise Problem(f"{path} is empty or no text; name a text with --data")
    return path.name, *numbered(text), digest


def numbered(text: str) -> tuple[np.ndarray, str]:
    """The characters of a text as places among its letters, and these."""
    letters = "".join(sorted(set(text)))
    places = np.zeros(UNICODE, np.min_scalar_type(len(letters)))
    places[[ord(letter) for letter in letters]] = np.arange(len(letters))
    blocks = (text[start : start + BLOCK] for start in range(0, len(text), BLOCK))
    return np.concatenate([places[np.frombuffer(block.encode("utf-32-le"), np.uint32)] for block in blocks]), letters


def divide(length: int, config: Config) -> list[list[tuple[int, int]]]:
    """Begin and end of the stretches of train, valid and test in a text of `length` characters.

    Test is the end of the text. Valid is the middle of each fifth of the rest: one long stretch would tell about one
    chapter only, and would keep the chapter before test from train.
    """
    of_test, of_valid = (min(length * share, MOST_HELD_OUT) for share in (config.test_share, config.valid_share))
    rest = length - round(of_test)
    parts = max(1, min(STRETCHES, round(of_valid) // (4 * config.context)))
    fifths = np.linspace(0, rest, parts + 1).astype(int).tolist()
    half = round(of_valid / parts / 2)
    valid = [((a + b) // 2 - half, (a + b) // 2 + half) for a, b in pairwise(fifths)]
    begins = [1, *(end for _, end in valid)]  # nothing stands before character 0
    ends = [*(begin for begin, _ in valid), rest]
    return [list(zip(begins, ends, strict=True)), valid, [(rest, length)]]


def known_characters(text: np.ndarray, letters: str, train: list[tuple[int, int]]) -> list[str]:
    """The characters that train holds at least twice; the rest is unknown, so that the model learns to expect it."""
    counts = np.zeros(len(letters), np.int64)
    for begin, end in train:
        for start in range(begin, end, BLOCK):
            counts += np.bincount(text[start : min(start + BLOCK, end)], minlength=len(letters))
    return [letter for letter, count in zip(letters, counts, strict=True) if count >= 2]


def windows(text: np.ndarray, tokens: np.ndarray, stretches: list[tuple[int, int]], length: int, step: int) -> Split:
    """Windows that together predict every character of the stretches (begin, end) exactly once.

    Each predicts the `step` characters that the one before it has not, and with step < length looks back on
    length - step more, also on those of another split: the past is known at the time.
    """
    ends, skipped = [], []
    for begin, end in stretches:
        of_stretch = np.append(np.arange(begin + step, end, step), end)  # the place after what a window counts
        ends.append(of_stretch)
        skipped.append(length - np.diff(of_stretch, prepend=begin))
    ids = np.concatenate(ends)
    inputs = Windows(text, tokens, ids - 1, length)
    targets = Windows(text, tokens, ids, length, np.concatenate(skipped))
    keys = ids[:, None] - 1
    if len(text) <= MOST_KEYS:
        places = np.arange(length)
        keys = np.where(places < targets.skipped[:, None], keys, keys - length + 1 + places)
    return Split(inputs, targets, ids, keys)


def encode(text: str, meta: dict) -> list[int]:
    """The token of each character; characters that train does not know are UNKNOWN."""
    number = {character: place for place, character in enumerate(meta["characters"], start=1)}
    return [number.get(character, UNKNOWN) for character in text]


def decode(tokens: Iterable[int], meta: dict) -> str:
    """The text of tokens; UNKNOWN becomes the replacement character."""
    characters = ["\N{REPLACEMENT CHARACTER}", *meta["characters"]]
    return "".join(characters[token] for token in tokens)


def main() -> None:
    data = load(common.configured({}))
    for name, split in zip(("train", "valid", "test"), data[:3], strict=True):
        print(f"{name}: {len(split.ids)} windows, such as {decode(split.inputs[:1][0], data.meta)!r}")


if __name__ == "__main__":
    common.run(main)
