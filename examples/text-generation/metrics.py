"""The score of a language model: bits it takes to name each held-out character; its 95 % interval, and rivals."""

import math

from common import words
from data import UNICODE, UNKNOWN, Data, Split

import numpy as np

HIGHER_IS_BETTER = False
MOST_STRETCHES = 5000  # of text that are drawn for an interval: more take time and change nothing
BLOCK = 10_000  # windows counted together; memory depends on it
Interval = tuple[list[float] | None, str]  # low and high, and how they were found, or why not


def truth(split: Split, meta: dict) -> np.ndarray:
    """The characters to predict, each once, as tokens (characters,)."""
    targets = split.targets[:]
    return targets[targets >= 0]


def score(target: np.ndarray, output: np.ndarray, meta: dict) -> float:
    """Mean bits per character; `output` holds the bits charged for each, (characters,)."""
    return float(output.mean())


def loss(target: np.ndarray, output: np.ndarray, meta: dict) -> float:
    """The same in nats, as training minimises it."""
    return float(output.mean()) * math.log(2)


def interval(target: np.ndarray, output: np.ndarray, meta: dict) -> Interval:
    """95 % interval of the score, drawn by stretches of a context: neighbouring characters are not independent."""
    size = max(meta["context"], math.ceil(len(output) / MOST_STRETCHES))
    starts = np.arange(0, len(output), size)
    if len(starts) < 10:
        return None, f"the test characters make {len(starts)} stretches of {size}; an interval needs 10"
    sums = np.add.reduceat(output, starts, dtype=float)  # (stretches,), as the next
    sizes = np.diff(starts, append=len(output))
    rng, means = np.random.default_rng(0), []
    for _ in range(1000):
        drawn = rng.integers(len(starts), size=len(starts))
        means.append(sums[drawn].sum() / sizes[drawn].sum())
    return np.percentile(means, [2.5, 97.5]).tolist(), f"bootstrap over {len(starts)} stretches of {size} characters"


def difference(target: np.ndarray, output: np.ndarray, rival: np.ndarray, meta: dict) -> Interval:
    """95 % interval of the bits more than a rival needs for the same characters (negative: fewer)."""
    return interval(target, output - rival, meta)


def rivals(data: Data) -> dict[str, tuple[str, np.ndarray]]:
    """What the model must beat, counted on train alone: name and bits per test character, (characters,)."""
    size = len(data.meta["characters"]) + 1
    before, now = pairs(data.test, slice(None))
    asked, pair = np.unique(before * size + now, return_inverse=True)  # only these pairs are counted
    single = np.ones(size)  # how often each character occurs, from one on: nothing is impossible
    first = np.zeros(size)  # … and how often before another
    both = np.zeros(len(asked))
    for start in range(0, len(data.train.ids), BLOCK):
        some_before, some_now = pairs(data.train, slice(start, start + BLOCK))
        single += np.bincount(some_now, minlength=size)
        first += np.bincount(some_before, minlength=size)
        codes = some_before * size + some_now
        places = np.minimum(np.searchsorted(asked, codes), len(asked) - 1)
        both += np.bincount(places[asked[places] == codes], minlength=len(asked))
    single /= single.sum()
    chance = (both[pair] + 5 * single[now]) / (first[before] + 5)  # rare pairs fall back on the characters' shares
    escape = np.where(now == UNKNOWN, math.log2(UNICODE - size + 1), 0.0)
    return {
        "baseline": (words("rival_baseline"), escape - np.log2(single[now])),
        "reference": (words("rival_reference"), escape - np.log2(chance)),
    }


def pairs(split: Split, rows: slice) -> tuple[np.ndarray, np.ndarray]:
    """The characters to predict of some windows, and the one before each; (characters,) tokens."""
    targets = split.targets[rows]
    return split.inputs[rows][targets >= 0], targets[targets >= 0]


def others(target: np.ndarray, output: np.ndarray, meta: dict) -> dict[str, float]:
    """The score in other units, and how many characters train did not know."""
    bits = float(output.mean())
    return {
        "nats_per_character": bits * math.log(2),
        "perplexity_per_character": 2**bits,
        "unknown_characters": int((target == UNKNOWN).sum()),
    }
