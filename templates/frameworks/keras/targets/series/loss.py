"""What training a forecaster minimises: the mean absolute error, scaled like the metric; answers are in real units."""

from collections.abc import Callable
from typing import Any

import numpy as np

from engine.backend import keras

ops = keras.ops


def loss(model: keras.Model, outputs: Any, targets: Any, meta: dict[str, Any], training: bool) -> Any:
    """MASE of forecasts, a scalar."""
    return ops.mean(ops.abs(ops.cast(outputs, "float32") - ops.cast(targets, "float32"))) / meta["scale"]


def answers(predict: Callable[[Any], Any], inputs: Any, targets: Any, meta: dict[str, Any]) -> np.ndarray:
    """Forecasts in real units, (batch, horizon)."""
    return predict(inputs).astype(np.float32)
