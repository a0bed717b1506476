"""Which examples the page offers: drawn by chance from valid, not by how well they are answered; never from test."""

from collections.abc import Iterator

import numpy as np

import metrics
from splits import Data, Split, subset

EXAMPLES = 6


def rows(data: Data) -> list[tuple[Split, int]]:
    """Splits and rows of the examples: from valid, and where that is too small from train."""
    return [(split, row) for split in (data.valid, data.train) for row in mixed(split)][:EXAMPLES]


def mixed(split: Split) -> Iterator[int]:
    """Some rows in random order; where targets are classes, one of each before a second of any."""
    waiting = np.random.default_rng(0).permutation(len(split))[: 50 * EXAMPLES].tolist()
    targets = np.asarray(split.targets[np.array(waiting)])
    classes = targets.tolist() if targets.ndim == 1 and targets.dtype.kind in "iu" else list(range(len(waiting)))
    class_of = dict(zip(waiting, classes, strict=True))
    while waiting:
        first = {class_of[row]: row for row in reversed(waiting)}
        yield from sorted(first.values(), key=waiting.index)
        waiting = [row for row in waiting if row not in first.values()]


def truth(split: Split, row: int, meta: dict) -> str | float:
    """What the data say about a row: its class, or its number in real units."""
    value = metrics.truth(subset(split, np.array([row])), meta)[0]
    return meta["classes"][int(value)] if "classes" in meta else float(f"{value:.6g}")
