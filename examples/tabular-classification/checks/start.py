"""What a classifier that knows nothing loses, from which fresh weights start; for check.py."""

from data import Split
from metrics import loss, truth

import numpy as np


def loss_of_knowing_nothing(split: Split, meta: dict) -> tuple[float, float]:
    """The loss of a model to which all classes are equally likely, and how far fresh weights may be from it."""
    classes = len(meta["classes"])
    expected = loss(truth(split, meta), np.full((len(split.ids), classes), 1 / classes), meta)
    return expected, 0.2 * expected
