"""How sure a score is: 95 % intervals for one score and for the difference of two on the same test rows."""

import math
from collections.abc import Callable

import numpy as np

Z = 1.959964  # the 97.5 % point of the normal distribution
DRAWS = 1000  # bootstrap samples: enough for two stable digits of a 95 % interval
MOST_BLOCKS = 5000  # of test rows that are drawn: more take time and change nothing
FEWEST_BLOCKS = 10  # fewer independent blocks than this say nothing about the spread


def wilson(successes: float, total: int) -> list[float]:
    """Wilson's score interval for a share (Wilson 1927): right near 0 and 1 and for few rows."""
    share, spread = successes / total, Z**2 / total
    middle = (share + spread / 2) / (1 + spread)
    half = Z * math.sqrt(share * (1 - share) / total + spread / (4 * total)) / (1 + spread)
    return [max(0.0, middle - half), min(1.0, middle + half)]


def of_means(
    values: np.ndarray, block: int = 1, statistic: Callable[[np.ndarray], float] = float
) -> tuple[list[float] | None, str]:
    """The bootstrap of `statistic(means of values)` over blocks of neighbouring rows, however many rows there are.

    values  (rows,) or (rows, several): a draw's means are () or (several,)
    block   rows that are drawn together, see `bootstrap`; of many rows more, so that there are at most MOST_BLOCKS
    """
    rows = len(values)
    block = max(block, math.ceil(rows / MOST_BLOCKS))
    blocks = math.ceil(rows / block)
    sizes = np.full(blocks, rows // blocks)
    sizes[: rows % blocks] += 1
    sums = np.add.reduceat(np.asarray(values, np.float64), sizes.cumsum() - sizes)
    return bootstrap(lambda drawn: statistic(sums[drawn].sum(0) / sizes[drawn].sum()), blocks, of=block)


def bootstrap(statistic: Callable[[np.ndarray], float], blocks: int, of: int = 1) -> tuple[list[float] | None, str]:
    """Percentile bootstrap of `statistic(numbers of the blocks drawn)`, where a block is `of` neighbouring rows.

    Rows that overlap in time or context are not independent, so they are drawn together: a block is at least the
    horizon or the context. Returns ([low, high], how) or (None, why not).
    """
    if blocks < FEWEST_BLOCKS:
        return None, f"the test rows make {blocks} independent block(s) of {of}; an interval needs {FEWEST_BLOCKS}"
    rng = np.random.default_rng(0)
    values = [statistic(rng.integers(blocks, size=blocks)) for _ in range(DRAWS)]
    low, high = np.percentile(values, [2.5, 97.5])
    return [float(low), float(high)], f"bootstrap over {blocks} blocks of {of} row(s)"
