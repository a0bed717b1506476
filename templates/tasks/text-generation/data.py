"""A text, cut into windows of characters to learn from: its end is test, stretches all along the rest are valid.

Understood by --data: a text file, or a folder of .txt files, which are read one after the other.
"""

import hashlib
import importlib.util
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

import cli
from config import MODELS, Config
from splits import Data, Split, take

INPUT = "the beginning of a text"
STRETCHES = 5  # of valid, where the text is long enough
UNKNOWN = 0  # the token of characters that train holds less than twice
# Plain Python modules of every installation, about 420,000 characters; the last ones become valid and test.
MODULES = """calendar cmd configparser contextlib copy csv dataclasses fractions functools glob heapq pprint
queue random shlex string textwrap timeit""".split()


class Windows:
    """Windows of equal length into one long text, cut by an index array: `windows[index]` is (batch, length) tokens."""

    def __init__(self, text: np.ndarray, starts: np.ndarray, length: int, unseen: np.ndarray | None = None) -> None:
        self.text, self.starts, self.length, self.unseen = text, starts, length, unseen

    def __getitem__(self, index: Any) -> np.ndarray:
        """Tokens (batch, length) as int64; targets that another window counts are -1."""
        places = np.arange(self.length)
        tokens = self.text[self.starts[index][:, None] + places].astype(np.int64)
        if self.unseen is not None:
            tokens[places < self.unseen[index][:, None]] = -1
        return tokens


def load(config: Config) -> Data:
    """Read the text, number the characters of train, and cut each part into windows."""
    name, text = read(Path(config.data)) if config.data else sample()
    train, valid, test = divide(len(text), config)
    if min(end - begin for begin, end in (*train, *valid, *test)) < 2 * config.context:
        raise cli.Fault(
            f"{name} has {len(text)} characters, too few for windows of {config.context}; lower --context or add text"
        )
    characters = known_characters("".join(text[begin:end] for begin, end in train))
    meta = {
        "characters": characters,
        "context": config.context,
        "data": {
            "name": name,
            "path": config.data,
            "sha256": hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest(),
            "rows": len(text),
        },
    }
    tokens = encode(text, meta)
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
    rest = length - round(length * config.test_share)
    parts = max(1, min(STRETCHES, round(length * config.valid_share) // (4 * config.context)))
    fifths = np.linspace(0, rest, parts + 1).astype(int)
    half = round(length * config.valid_share / parts / 2)
    valid = [((a + b) // 2 - half, (a + b) // 2 + half) for a, b in pairwise(fifths)]
    borders = [1, *(place for stretch in valid for place in stretch), rest]  # nothing stands before character 0
    return [list(zip(borders[::2], borders[1::2], strict=True)), valid, [(rest, length)]]


def windows(tokens: np.ndarray, stretches: list[tuple[int, int]], length: int, step: int) -> Split:
    """Windows that together predict every character of the stretches (begin, end) exactly once.

    Each window predicts the `step` characters that its predecessor has not, and with step < length looks back on
    length - step more, also those of another split: the past is known at the time.
    """
    ends, counted_from = [], []
    for begin, end in stretches:
        of_stretch = np.append(np.arange(begin + step, end, step), end)  # of what a window counts, exclusive
        ends.append(of_stretch)
        counted_from.append(np.append(begin, of_stretch[:-1]))
    ids = np.concatenate(ends)
    starts = ids - length
    unseen = np.concatenate(counted_from) - starts
    return Split(Windows(tokens, starts - 1, length), Windows(tokens, starts, length, unseen), ids)


def known_characters(train: str) -> list[str]:
    """The characters that train holds at least twice; the rest is unknown, so that the model learns to expect it."""
    found, counts = np.unique(np.array(list(train)), return_counts=True)
    return [str(character) for character in found[counts >= 2]]


def sample() -> tuple[str, str]:
    """The source of standard library modules, read from the running interpreter."""
    texts = []
    for module in MODULES:
        spec = importlib.util.find_spec(module)
        path = Path(spec.origin) if spec and spec.origin and spec.origin.endswith(".py") else None
        if path and path.is_file():
            texts.append(path.read_text(encoding="utf-8"))
    text = "\n".join(texts)
    if len(text) < 200_000:
        raise cli.Fault("this Python comes without its library's source, which is the sample; name a text with --data")
    return f"the standard library of Python {sys.version_info.major}.{sys.version_info.minor}", text


def read(path: Path) -> tuple[str, str]:
    """Name and contents of a text file, or of all .txt files of a folder."""
    files = sorted(path.rglob("*.txt")) if path.is_dir() else [path]
    if not files or not path.exists():
        what = "holds no .txt file" if path.is_dir() else "does not exist"
        raise cli.Fault(f"{path} {what}; name a text file or a folder of .txt files with --data")
    text = "\n".join(read_file(file) for file in files)
    if not text.strip():
        raise cli.Fault(f"{path} is empty; name a text with --data")
    return path.resolve().name, text


def read_file(file: Path) -> str:
    """A text in UTF-8, UTF-16 with a mark, or else Windows-1252 with a note."""
    raw = file.read_bytes()
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    elif b"\0" in raw[:4096]:
        raise cli.Fault(f"{file} is no text; name a text file with --data")
    else:
        encoding = "utf-8-sig"
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError as error:
        print(f"{file} is not {encoding} (byte {error.start}); read as Windows-1252", file=sys.stderr)
        text = raw.decode("cp1252", errors="replace")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def example_keys(split: Split) -> np.ndarray:
    """What must not stand in two splits: the places of the predicted characters."""
    length = split.inputs.length
    places = split.targets.starts[:, None] + np.arange(length)
    return places[np.arange(length) >= split.targets.unseen[:, None]]


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
