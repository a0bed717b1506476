"""What the classic rival of tables, gradient boosting, sees: numbers and categories side by side."""

from collections.abc import Callable
from typing import Any

import numpy as np

from splits import Data, Split
from support.wording import words

FEW_ROWS = 1000  # below this the histograms of the fast kind are too coarse
MOST_ROWS = 200_000  # of train that it is fitted on: more hardly change it, and memory holds them
MOST_VALUES = 255  # categories of more values than the fast kind can take are read as numbers
BLOCK = 50_000  # rows answered at a time
NAME = words("rival_reference")


def train_rows(data: Data) -> tuple[np.ndarray, np.ndarray]:
    """Features and targets to fit on: all of train, or a sample spread over it."""
    rows = np.unique(np.linspace(0, len(data.train) - 1, MOST_ROWS).astype(int))
    return features(data.train, rows), np.asarray(data.train.targets[rows])


def is_category(meta: dict[str, Any]) -> list[bool]:
    """Which features the fast kind should take for categories."""
    return [False] * meta["numbers"] + [size < MOST_VALUES for size in meta["categories"]]


def features(split: Split, rows: Any = slice(None)) -> np.ndarray:
    """Numbers and categories side by side, (rows, features)."""
    return np.hstack(list(split.inputs[rows].values()))


def answers(predict: Callable[[np.ndarray], np.ndarray], split: Split) -> np.ndarray:
    """What a fitted model says about every row of a split."""
    starts = range(0, len(split), BLOCK)
    return np.concatenate([predict(features(split, slice(start, start + BLOCK))) for start in starts])
