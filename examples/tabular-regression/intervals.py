"""How sure a score is: 95 % intervals for one score and for the difference of two on the same test rows."""

import math
from collections.abc import Callable

import numpy as np

Z = 1.959964  # the 97.5 % point of the normal distribution
DRAWS = 1000  # bootstrap samples: enough for two stable digits of a 95 % interval
FEWEST_BLOCKS = 10  # fewer independent blocks than this say nothing about the spread


def wilson(successes: float, total: int) -> list[float]:
    """Wilson's score interval for a share (Wilson 1927): right near 0 and 1 and for few rows."""
    share, spread = successes / total, Z**2 / total
    middle = (share + spread / 2) / (1 + spread)
    half = Z * math.sqrt(share * (1 - share) / total + spread / (4 * total)) / (1 + spread)
    return [max(0.0, middle - half), min(1.0, middle + half)]


def bootstrap(statistic: Callable[[np.ndarray], float], rows: int, block: int = 1) -> tuple[list[float] | None, str]:
    """Percentile bootstrap of `statistic(index)` over blocks of neighbouring rows.

    Rows that overlap in time or context are not independent, so they are drawn together: `block` is at least
    the horizon or the context. Returns ([low, high], how) or (None, why not).
    """
    blocks = math.ceil(rows / block)
    if blocks < FEWEST_BLOCKS:
        return (
            None,
            f"{rows} test rows make {blocks} independent block(s) of {block}; an interval needs {FEWEST_BLOCKS}",
        )
    rng = np.random.default_rng(0)
    pieces = np.array_split(np.arange(rows), blocks)
    values = [statistic(np.concatenate([pieces[i] for i in rng.integers(blocks, size=blocks)])) for _ in range(DRAWS)]
    low, high = np.percentile(values, [2.5, 97.5])
    return [float(low), float(high)], f"bootstrap over {blocks} blocks of {block} row(s)"
