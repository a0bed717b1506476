"""What the optimiser of a run was given, for check.py."""

from pathlib import Path

import net
from config import Config

import numpy as np


def mean_gradient(run: Path, config: Config) -> np.ndarray:
    """The running mean of the gradients that a run's optimiser was given, (parameters,)."""
    arrays, state = net.load(run / net.LAST, config)
    means = [arrays[name].ravel() for name in sorted(arrays) if name.startswith("mean.")]
    return np.concatenate(means) / (1 - net.BETA1 ** state["steps"])
