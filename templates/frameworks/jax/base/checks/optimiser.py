"""What the optimiser of a run was given, for check.py."""

from pathlib import Path

import net
from config import Config

import numpy as np
import safetensors.numpy


def mean_gradient(run: Path, config: Config) -> np.ndarray:
    """The running mean of the gradients that a run's optimiser was given, (parameters,)."""
    arrays = safetensors.numpy.load_file(run / net.LAST)
    steps = next(value for name, value in arrays.items() if name.endswith("/count"))
    means = [arrays[name].ravel() for name in sorted(arrays) if "/mu/" in name]
    return np.concatenate(means) / (1 - config.beta1**steps)
