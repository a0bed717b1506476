"""What training a classifier minimises, and what it answers; on raw scores (batch, classes)."""

from collections.abc import Callable
from typing import Any

from backend import keras

import numpy as np


def loss(meta: dict) -> Callable[[Any, Any], Any]:
    """For `compile`: cross-entropy in nats, (batch,); rows of a class with a weight count that often."""

    def cross_entropy(targets: Any, scores: Any) -> Any:
        nats = keras.losses.sparse_categorical_crossentropy(targets, scores, from_logits=True)  # (batch,)
        if not meta["class_weights"]:
            return nats
        weights = keras.ops.convert_to_tensor(meta["class_weights"], nats.dtype)
        return nats * keras.ops.take(weights, keras.ops.cast(keras.ops.reshape(targets, (-1,)), "int32"))

    return cross_entropy


def answers(predict: Callable[[Any], np.ndarray], inputs: Any, targets: Any, meta: dict) -> np.ndarray:
    """Class probabilities, (batch, classes)."""
    return keras.ops.convert_to_numpy(keras.ops.softmax(predict(inputs)))
