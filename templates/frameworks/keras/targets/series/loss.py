"""What training a forecaster minimises, and what it answers; in units of the seasonal naive forecast's error."""

from collections.abc import Callable
from typing import Any

from backend import keras

import numpy as np


def loss(meta: dict) -> Callable[[Any, Any], Any]:
    """For `compile`: the absolute error of forecasts, (batch,): MASE, as values are in units of the naive error."""
    return keras.losses.mean_absolute_error


def answers(predict: Callable[[Any], np.ndarray], inputs: Any, targets: Any, meta: dict) -> np.ndarray:
    """Forecasts, (batch, horizon)."""
    return predict(inputs)
