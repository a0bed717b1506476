"""What the optimiser of a run was given, for check.py."""

from pathlib import Path

import net
from config import Config

import numpy as np


def mean_gradient(run: Path, config: Config) -> np.ndarray:
    """The running mean of the gradients that a run's optimiser was given, (parameters,)."""
    means = []
    for memory in net.load(run / net.LAST, config)["optimizer"]["state"].values():
        mean = memory["exp_avg"] / (1 - config.beta1 ** memory["step"])  # it began at 0
        means.append(mean.numpy().ravel())
    return np.concatenate(means)
