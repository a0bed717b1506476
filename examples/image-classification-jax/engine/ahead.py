"""Batches cut ahead, for frameworks whose step keeps the program waiting until it is done."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np


def batches(
    cut: Callable[[np.ndarray, tuple[int, int, int]], Any],
    order: list[np.ndarray],
    todo: Iterable[int],
    epoch: tuple[int, int],
) -> Iterator[Any]:
    """The batches of the steps `todo`; a thread cuts the next one while one is learnt from.

    cut    makes a batch of its rows and its key (seed, epoch, step)
    order  the rows of each step of the epoch
    epoch  (seed, epoch)
    """
    with ThreadPoolExecutor(1) as thread:
        coming = None
        for step in todo:
            ready, coming = coming, thread.submit(cut, order[step], (*epoch, step))
            if ready is not None:
                yield ready.result()
        if coming is not None:
            yield coming.result()
