"""What the model must beat: counting characters (unigram), and counting pairs of them (bigram)."""

import numpy as np

import metrics
from splits import Data, Split, subset
from support.wording import words

UNICODE = 0x110000  # an unknown character is charged for naming one of these on top
BLOCK = 10_000  # windows counted together; memory depends on it


def predictions(data: Data) -> dict[str, tuple[str, np.ndarray]]:
    """Name and bits per test character of both, counted on train alone."""
    size = len(data.meta["characters"]) + 1
    now, before = metrics.truth(data.test, data.meta), previous(data.test)
    asked, pair = np.unique(before * size + now, return_inverse=True)  # only these pairs are counted
    single, pairs, firsts = np.ones(size), np.zeros(len(asked)), np.zeros(size)  # add one: nothing is impossible
    for start in range(0, len(data.train), BLOCK):
        rows = subset(data.train, np.arange(start, min(start + BLOCK, len(data.train))))
        first, second = previous(rows), metrics.truth(rows, data.meta)
        single += np.bincount(second, minlength=size)
        firsts += np.bincount(first, minlength=size)
        codes = first * size + second
        places = np.minimum(np.searchsorted(asked, codes), len(asked) - 1)
        pairs += np.bincount(places[asked[places] == codes], minlength=len(asked))
    single /= single.sum()
    # rare pairs fall back on the characters' own shares
    chance = (pairs[pair] + 5 * single[now]) / (firsts[before] + 5)
    escape = np.where(now == 0, np.log2(UNICODE - size + 1), 0.0)
    return {
        "baseline": (words("rival_baseline"), escape - np.log2(single[now])),
        "reference": (words("rival_reference"), escape - np.log2(chance)),
    }


def previous(split: Split) -> np.ndarray:
    """The character before each one to predict."""
    rows = np.arange(len(split))
    return split.inputs[rows][split.targets[rows] >= 0]
