"""What the optimiser of a run was given, for check.py."""

from pathlib import Path

import net
from config import Config

import numpy as np


def mean_gradient(run: Path, config: Config) -> np.ndarray:
    """The running mean of the gradients that a run's optimiser was given, (parameters,)."""
    with np.load(run / net.LAST) as arrays:
        steps = next(float(arrays[name]) for name in arrays.files if name.endswith("iteration"))
        means = [arrays[name].ravel() for name in sorted(arrays.files) if name.endswith("momentum")]
    return np.concatenate(means) / (1 - config.beta1**steps)
