"""What the model must beat: counting characters (unigram), and counting pairs of them (bigram)."""

import numpy as np

import metrics
from splits import Data, Split

UNICODE = 0x110000  # an unknown character is charged for naming one of these on top


def predictions(data: Data) -> dict[str, tuple[str, np.ndarray]]:
    """Name and bits per test character of both, counted on train alone."""
    size = len(data.meta["characters"]) + 1
    train, now, before = metrics.truth(data.train, data.meta), metrics.truth(data.test, data.meta), previous(data.test)
    single = np.bincount(train, minlength=size) + 1.0  # add one: nothing is impossible
    single /= single.sum()
    pairs = np.zeros((size, size))
    np.add.at(pairs, (previous(data.train), train), 1)
    pairs += 5 * single  # rare pairs fall back on the characters' own shares
    pairs /= pairs.sum(1, keepdims=True)
    escape = np.where(now == 0, np.log2(UNICODE - size + 1), 0.0)
    return {
        "baseline": ("unigram", escape - np.log2(single[now])),
        "reference": ("bigram counts", escape - np.log2(pairs[before, now])),
    }


def previous(split: Split) -> np.ndarray:
    """The character before each one to predict."""
    rows = np.arange(len(split))
    return split.inputs[rows][split.targets[rows] >= 0]
