"""What a language model that knows nothing loses, from which fresh weights start; for check.py."""

import math

from data import Split


def loss_of_knowing_nothing(split: Split, meta: dict) -> tuple[float, float]:
    """The loss of a model to which all characters are equally likely, and how far fresh weights may be from it."""
    expected = math.log(len(meta["characters"]) + 1)
    return expected, 0.1 * expected
