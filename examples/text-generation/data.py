"""A text, cut into windows of characters to learn from: its end is test, stretches all along the rest are valid.

Understood by --data: a text file (also .gz), or a folder or .zip of .txt files, which are read one after the other.
"""

import importlib.util
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

import cli
from config import MODELS, Config
from splits import Data, Split, take
from support import mapped
from texts import characters, plaintext

INPUT = "the beginning of a text"
STRETCHES = 5  # of valid, where the text is long enough
MOST_HELD_OUT = 5_000_000  # characters of valid and of test: more take longer to score and say the same
UNKNOWN = 0  # the token of characters that train holds less than twice
MOST_KEYS = 20_000_000  # characters that checks compare one by one
BLOCK = 1 << 22  # characters looked at together; memory depends on it
# Plain Python modules of every installation, about 370,000 characters; the last ones become valid and test.
MODULES = """calendar cmd contextlib copy csv dataclasses fractions functools glob heapq pprint queue
random shlex string textwrap timeit""".split()


class Windows:
    """Windows of equal length into one long text, cut by an index array: `windows[index]` is (batch, length) tokens.

    text     (characters,) places in `letters`, in memory or mapped
    numbers  the token of each letter
    ends     (rows,) where windows end, `shift` before it they begin
    unseen   (rows,) how many of the first characters another window counts, or None
    """

    def __init__(
        self,
        text: np.ndarray,
        numbers: np.ndarray,
        ends: np.ndarray,
        length: int,
        shift: int,
        unseen: np.ndarray | None = None,
    ) -> None:
        self.text, self.numbers, self.ends, self.length, self.shift = text, numbers, ends, length, shift
        self.unseen = unseen

    def __getitem__(self, index: Any) -> np.ndarray:
        """Tokens (batch, length) as int64; targets that another window counts are -1."""
        places = np.arange(self.length)
        tokens = self.numbers[self.text[self.ends[index][:, None] - self.shift + places]]
        if self.unseen is not None:
            tokens[places < self.unseen[index][:, None]] = -1
        return tokens


def load(config: Config) -> Data:
    """Read the text, number the characters of train, and cut each part into windows."""
    name, text, letters, sha256 = read(Path(config.data)) if config.data else sample()
    train, valid, test = divide(len(text), config)
    if min(end - begin for begin, end in (*train, *valid, *test)) < 2 * config.context:
        raise cli.Fault(
            f"{name} has {len(text)} characters, too few for windows of {config.context}; lower --context or add text"
        )
    meta = {
        "characters": known_characters(text, letters, train),
        "context": config.context,
        "data": {"name": name, "path": config.data, "sha256": sha256, "rows": len(text)},
    }
    tokens = text, encode(letters, meta).astype(np.int64)
    half = config.context // 2
    return Data(
        windows(tokens, train, config.context, config.context),
        windows(tokens, valid, config.context, half),
        windows(tokens, test, config.context, half),
        meta,
    )


def divide(length: int, config: Config) -> list[list[tuple[int, int]]]:
    """Begin and end of the stretches of train, valid and test in a text of `length` characters.

    Test is the end of the text. Valid is the middle of each fifth of the rest: one long stretch would tell about one
    chapter only, and would keep the chapter before test from train.
    """
    of_test, of_valid = (min(length * share, MOST_HELD_OUT) for share in (config.test_share, config.valid_share))
    rest = length - round(of_test)
    parts = max(1, min(STRETCHES, round(of_valid) // (4 * config.context)))
    fifths = np.linspace(0, rest, parts + 1).astype(int)
    half = round(of_valid / parts / 2)
    valid = [((a + b) // 2 - half, (a + b) // 2 + half) for a, b in pairwise(fifths)]
    borders = [1, *(place for stretch in valid for place in stretch), rest]  # nothing stands before character 0
    return [list(zip(borders[::2], borders[1::2], strict=True)), valid, [(rest, length)]]


def windows(tokens: tuple[np.ndarray, np.ndarray], stretches: list[tuple[int, int]], length: int, step: int) -> Split:
    """Windows that together predict every character of the stretches (begin, end) exactly once.

    Each window predicts the `step` characters that its predecessor has not, and with step < length looks back on
    length - step more, also those of another split: the past is known at the time.
    """
    ends, unseen = [], []
    for begin, end in stretches:
        of_stretch = np.append(np.arange(begin + step, end, step), end)  # of what a window counts, exclusive
        ends.append(of_stretch)
        unseen.append((length - np.diff(of_stretch, prepend=begin)).astype(np.int32))
    ids = np.concatenate(ends)
    return Split(
        Windows(*tokens, ids, length, length + 1),
        Windows(*tokens, ids, length, length, np.concatenate(unseen)),
        ids,
    )


def known_characters(text: np.ndarray, letters: str, train: list[tuple[int, int]]) -> list[str]:
    """The characters that train holds at least twice; the rest is unknown, so that the model learns to expect it."""
    counts = np.zeros(len(letters), np.int64)
    for begin, end in train:
        for start in range(begin, end, BLOCK):
            counts += np.bincount(text[start : min(start + BLOCK, end)], minlength=len(letters))
    return [letter for letter, count in zip(letters, counts, strict=True) if count >= 2]


def sample() -> tuple[str, np.ndarray, str, str]:
    """The source of standard library modules, read from the running interpreter: what `read` returns."""
    texts = []
    for module in MODULES:
        spec = importlib.util.find_spec(module)
        path = Path(spec.origin) if spec and spec.origin and spec.origin.endswith(".py") else None
        if path and path.is_file():
            texts.append(path.read_text(encoding="utf-8"))
    text = "\n".join(texts)
    if len(text) < 200_000:
        raise cli.Fault("this Python comes without its library's source, which is the sample; name a text with --data")
    name = f"the standard library of Python {sys.version_info.major}.{sys.version_info.minor}"
    return name, *characters.number([text])


def read(path: Path) -> tuple[str, np.ndarray, str, str]:
    """Name, characters (as places in the letters), letters and sha256 of a text file, or of all of a folder's.

    A large text is made into a mapped array once, so that it needs no memory.
    """
    files = plaintext.files(path)
    if not files or not path.exists():
        what = "holds no .txt file" if path.exists() else "does not exist"
        raise cli.Fault(f"{path} {what}; name a text file or a folder of .txt files with --data")
    name = path.resolve().name
    if mapped.size(files) > mapped.LARGE:
        return name, *characters.prepared(files)
    blocks = list(in_turn(files))
    if not any(block.strip() for block in blocks):
        raise cli.Fault(f"{path} is empty; name a text with --data")
    return name, *characters.number(blocks)


def in_turn(files: list[Path]) -> Iterator[str]:
    """The files' characters, a line end between two files."""
    for i, file in enumerate(files):
        if i:
            yield "\n"
        yield from plaintext.blocks(file)


def example_keys(split: Split) -> np.ndarray:
    """What must not stand in two splits: the places of the predicted characters, of long texts every second, third …"""
    length, every, found = split.inputs.length, 1 + len(split.inputs.text) // MOST_KEYS, []
    for rows in np.array_split(np.arange(len(split)), 1 + len(split) * length // BLOCK):
        places = split.ids[rows][:, None] - length + np.arange(length)
        counted = np.arange(length) >= split.targets.unseen[rows][:, None]
        found.append(places[counted & (places % every == 0)])
    return np.concatenate(found)


def encode(text: str, meta: dict[str, Any]) -> np.ndarray:
    """The tokens of a text, (characters,); characters that train does not know are UNKNOWN."""
    number = {character: i for i, character in enumerate(meta["characters"], start=1)}
    return np.array([number.get(character, UNKNOWN) for character in text], np.int32)


def decode(tokens: Any, meta: dict[str, Any]) -> str:
    """The text of tokens; UNKNOWN becomes the replacement character."""
    characters = ["\N{REPLACEMENT CHARACTER}", *meta["characters"]]
    return "".join(characters[int(token)] for token in tokens)


def main() -> None:
    data = load(next(iter(MODELS.values()))())
    for name, split in (("train", data.train), ("valid", data.valid), ("test", data.test)):
        shape = take(split.inputs, np.arange(2)).shape
        print(f"{name}: {len(split)} windows over {len(example_keys(split))} characters, a batch of two is {shape}")
    print(f"{len(data.meta['characters'])} characters: {''.join(data.meta['characters'])!r}")


if __name__ == "__main__":
    cli.run(main)
