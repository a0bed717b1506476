"""What the model must beat: always saying the most frequent class, and the task's classic reference."""

import numpy as np

from scoring import reference
from splits import Data
from support.wording import words


def most_frequent(data: Data) -> np.ndarray:
    """Class shares of train as the answer to every test row, (rows, classes)."""
    shares = np.bincount(data.train.targets, minlength=len(data.meta["classes"])) / len(data.train)
    return np.broadcast_to(shares, (len(data.test), len(shares)))


def predictions(data: Data) -> dict[str, tuple[str, np.ndarray]]:
    """Name and test probabilities of both, fitted on train alone."""
    return {
        "baseline": (words("rival_baseline"), most_frequent(data)),
        "reference": (reference.NAME, reference.predict(data)),
    }
