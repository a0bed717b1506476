"""What training towards a number minimises: the squared error, in deviations of train; answers are in real units."""

from collections.abc import Callable
from typing import Any

import numpy as np

from engine.backend import keras

ops = keras.ops


def loss(model: keras.Model, outputs: Any, targets: Any, meta: dict[str, Any], training: bool) -> Any:
    """Mean squared error, a scalar; targets (batch,) have mean 0 and deviation 1 over train."""
    return ops.mean(ops.square(ops.cast(outputs, "float32")[:, 0] - ops.cast(targets, "float32")))


def answers(predict: Callable[[Any], Any], inputs: Any, targets: Any, meta: dict[str, Any]) -> np.ndarray:
    """Numbers in real units, (batch,)."""
    return predict(inputs)[:, 0].astype(np.float32) * meta["deviation"] + meta["mean"]
