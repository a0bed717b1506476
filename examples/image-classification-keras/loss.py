"""What training a classifier minimises: cross-entropy, on raw scores (batch, classes)."""

from collections.abc import Callable
from typing import Any

import numpy as np

from engine.backend import keras

ops = keras.ops


def loss(model: keras.Model, outputs: Any, targets: Any, meta: dict[str, Any], training: bool) -> Any:
    """Mean cross-entropy in nats of the right classes, a scalar; rows of a class with a weight count that often."""
    scores = ops.cast(outputs, "float32")
    nats = keras.losses.sparse_categorical_crossentropy(targets, scores, from_logits=True)  # (batch,)
    if not meta.get("class_weights"):
        return ops.mean(nats)
    weights = ops.take(ops.convert_to_tensor(meta["class_weights"], "float32"), targets, axis=0)  # (batch,)
    return ops.mean(weights * nats)  # not by the weights in the batch, or rare classes would count less in small ones


def answers(predict: Callable[[Any], Any], inputs: Any, targets: Any, meta: dict[str, Any]) -> np.ndarray:
    """Class probabilities, (batch, classes)."""
    return ops.convert_to_numpy(ops.softmax(ops.cast(predict(inputs), "float32")))
