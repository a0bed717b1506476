"""What the seasonal naive forecast loses, from which fresh weights start; for check.py."""

from data import Split
from metrics import loss, truth


def loss_of_knowing_nothing(split: Split, meta: dict) -> tuple[float, float]:
    """The loss of the seasonal naive forecast, from which a fresh model starts, and how far it may be from it."""
    expected = loss(truth(split, meta), split.inputs[:][:, meta["naive"]], meta)
    return expected, 0.1 + 0.2 * expected
