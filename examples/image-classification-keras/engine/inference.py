"""Answers of a trained model, as NumPy arrays: the one path that training, evaluation, prediction and demos share."""

from functools import partial
from typing import Any

import numpy as np

import loss
from engine import device as devices
from engine import feed
from engine.backend import keras
from splits import Split, take

BATCH = 512  # rows at a time; only memory depends on it


def widened(model: keras.Model, inputs: Any) -> Any:
    """Tokens (batch, length), with zeros behind them where the model takes longer rows: one shape compiles once."""
    if not (isinstance(inputs, np.ndarray) and inputs.ndim == 2):
        return inputs
    width = longest(model) or 0
    return np.pad(inputs, ((0, 0), (0, width - inputs.shape[1]))) if inputs.shape[1] < width else inputs


def longest(model: keras.Model) -> int | None:
    """How many tokens the model takes at once; None where its input is something else, or has no end."""
    shape = getattr(model, "input_shape", None)  # a model that is no graph of layers has none
    return shape[1] if isinstance(shape, tuple) and len(shape) == 2 else None


def raw(model: keras.Model, inputs: Any) -> Any:
    """The model's own output for a batch as data.py gives it, without dropout."""
    first = inputs[0] if isinstance(inputs, tuple) else inputs
    is_text = isinstance(first, np.ndarray) and first.dtype.kind == "i"
    return devices.ready(model, is_text).predict_on_batch(widened(model, inputs))


def outputs(model: keras.Model, split: Split, meta: dict[str, Any], batch_size: int = BATCH) -> np.ndarray:
    """What predictions.npz keeps of every example of a split, in order."""
    parts = []
    for rows in feed.slices(len(split), batch_size):
        inputs, targets = take(split.inputs, rows), take(split.targets, rows)
        parts.append(loss.answers(partial(raw, model), inputs, targets, meta))
    return np.concatenate(parts)


def answers(model: keras.Model, inputs: Any, meta: dict[str, Any], batch_size: int = BATCH) -> np.ndarray:
    """The same for inputs whose targets nobody knows."""
    rows = len(next(iter(inputs.values())) if isinstance(inputs, dict) else inputs)
    slices = feed.slices(rows, batch_size)
    return np.concatenate([loss.answers(partial(raw, model), take(inputs, index), None, meta) for index in slices])


def mean_loss(model: keras.Model, split: Split, rows: np.ndarray, meta: dict[str, Any]) -> float:
    """What training minimises, for some rows, without dropout."""
    inputs, targets = take(split.inputs, rows), take(split.targets, rows)
    return float(loss.loss(model, raw(model, inputs), targets, meta, training=False))


def parameter_count(model: keras.Model) -> int:
    """Numbers that training sets."""
    return sum(int(np.prod(weight.shape)) for weight in model.trainable_weights)
