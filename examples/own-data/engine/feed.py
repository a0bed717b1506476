"""Batches as every framework gets them: NumPy arrays cut as a whole, in an order that only seed and epoch decide."""

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from tqdm import tqdm

import data as data_module
from engine.progress import Progress
from splits import Split, take


def order(rows: int, batch_size: int, seed: int, epoch: int) -> list[np.ndarray]:
    """All rows in the order of an epoch, in steps of nearly equal size."""
    shuffled = np.random.default_rng((seed, epoch)).permutation(rows)
    return np.array_split(shuffled, math.ceil(rows / batch_size))


def batch(split: Split, rows: np.ndarray, key: tuple[int, int, int]) -> tuple[Any, Any]:
    """Inputs and targets of some rows, augmented where the task says how; `key` (seed, epoch, step) decides how."""
    inputs, targets = take(split.inputs, rows), take(split.targets, rows)
    if hasattr(data_module, "augment"):
        return data_module.augment(inputs, targets, np.random.default_rng(key))
    return inputs, targets


def luck(key: tuple[int, int, int]) -> int:
    """The number that seeds all other chance of a step, such as dropout, from (seed, epoch, step)."""
    seed, epoch, step = key
    return (seed * 100_003 + epoch) * 1_000_003 + step


def slices(rows: int, size: int) -> Iterator[slice]:
    """Consecutive slices that cover every row once."""
    return (slice(start, min(start + size, rows)) for start in range(0, rows, size))


def bar(steps: Sequence[Any], progress: Progress) -> Iterator[Any]:
    """The steps of an epoch that are still to do, behind a progress bar where that takes longer than a moment."""
    todo, name = steps[progress.step :], f"epoch {progress.epoch}"
    return iter(tqdm(todo, name, initial=progress.step, total=len(steps), delay=2, leave=False, disable=None))
