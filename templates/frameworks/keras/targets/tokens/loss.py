"""What training a language model minimises: cross-entropy of the next token, on raw scores (batch, length, tokens)."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from engine.backend import keras

ops = keras.ops
UNICODE = 0x110000  # an unknown character is charged for naming one of these on top


def scores_of(outputs: Any) -> Any:
    """The scores alone: a model with a memory gives its state beside them."""
    return outputs[0] if isinstance(outputs, tuple | list) else outputs


def nats(scores: Any, targets: Any) -> Any:
    """What naming each target costs, (batch, length); nothing where it is -1."""
    known = ops.maximum(targets, 0)
    each = keras.losses.sparse_categorical_crossentropy(known, ops.cast(scores, "float32"), from_logits=True)
    return ops.where(targets >= 0, each, 0.0)


def loss(model: keras.Model, outputs: Any, targets: Any, meta: dict[str, Any], training: bool) -> Any:
    """Mean nats of the targets (batch, length), a scalar; targets of -1 count elsewhere."""
    return ops.sum(nats(scores_of(outputs), targets)) / ops.sum(ops.cast(targets >= 0, "float32"))


def answers(predict: Callable[[Any], Any], inputs: Any, targets: Any, meta: dict[str, Any]) -> np.ndarray:
    """Bits charged for each target that counts, (characters,)."""
    each = ops.convert_to_numpy(nats(scores_of(predict(inputs)), targets))
    escape = math.log2(UNICODE - len(meta["characters"]))
    bits = each / math.log(2) + escape * (targets == 0)
    return bits[targets >= 0].astype(np.float32)
