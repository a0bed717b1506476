"""Answers of a trained model, as NumPy arrays: the one path that training, evaluation, prediction and demos share."""

import dataclasses
import functools
from typing import Any

import jax
import numpy as np
from flax import nnx

import loss
import models
from config import MODELS, Config
from engine import device as devices
from engine import feed
from engine.step import Static
from splits import Split, take

BATCH = 64  # rows at a time; fewer are filled up, so that answers are compiled once


def fresh(meta: dict[str, Any], config: Config) -> nnx.Module:
    """A model with its first weights, which the seed decides."""
    return compiled_build(Static(meta), Static(dataclasses.asdict(config)))


@functools.partial(nnx.jit, static_argnames=("meta", "knobs"))
def compiled_build(meta: Static, knobs: Static) -> nnx.Module:
    """The model, all its weights drawn by one compiled function."""
    return models.build(meta, MODELS[knobs["model"]](**knobs))


def outputs(model: nnx.Module, split: Split, meta: dict[str, Any], batch_size: int = BATCH) -> np.ndarray:
    """What predictions.npz keeps of every example of a split, in order."""
    return in_batches(model, split.inputs, split.targets, len(split), meta, batch_size)


def answers(model: nnx.Module, inputs: Any, meta: dict[str, Any], batch_size: int = BATCH) -> np.ndarray:
    """The same for inputs whose targets nobody knows."""
    rows = len(next(iter(inputs.values())) if isinstance(inputs, dict) else inputs)
    return in_batches(model, inputs, None, rows, meta, batch_size)


def in_batches(model: nnx.Module, inputs: Any, targets: Any, rows: int, meta: dict[str, Any], size: int) -> np.ndarray:
    """Answers for all rows, of which at most `size` are looked at together."""
    graph, weights = apart(model)
    parts = []
    for index in feed.slices(rows, size):
        truth = None if targets is None else take(targets, index)
        *batch, real = devices.batch(take(inputs, index), truth, BATCH, devices.sharding(weights))
        output = np.asarray(compiled_answers(graph, weights, *batch, Static(meta)))[np.asarray(real)]
        parts.append(loss.counted(output, truth) if hasattr(loss, "counted") else output)
    return np.concatenate(parts)


def mean_loss(model: nnx.Module, split: Split, rows: np.ndarray, meta: dict[str, Any]) -> float:
    """What training minimises, for some rows, without dropout."""
    graph, weights = apart(model)
    batch = devices.batch(take(split.inputs, rows), take(split.targets, rows), 0, devices.sharding(weights))
    return float(compiled_loss(graph, weights, batch, Static(meta)))


def apart(model: nnx.Module) -> tuple[Any, dict[str, Any]]:
    """A model that answers (no dropout, no learning) as its structure and its arrays by name."""
    model.eval()
    graph, weights = nnx.split(model)
    return graph, nnx.to_pure_dict(weights)


@functools.partial(jax.jit, static_argnames=("graph", "meta"))
def compiled_answers(graph: Any, weights: Any, inputs: Any, targets: Any, meta: Static) -> jax.Array:
    """The answers for a batch, (rows, …)."""
    model = nnx.merge(graph, weights)
    with devices.precise(model):
        return loss.answers(model, inputs, targets, meta)


@functools.partial(jax.jit, static_argnames=("graph", "meta"))
def compiled_loss(graph: Any, weights: Any, batch: Any, meta: Static) -> jax.Array:
    """The loss for a batch, a scalar."""
    return loss.loss(nnx.merge(graph, weights), *batch, meta)


def raw(model: nnx.Module, inputs: Any) -> np.ndarray:
    """The model's own output for a batch of inputs, (rows, …)."""
    graph, weights = apart(model)
    inputs, _, real = devices.batch(inputs, None, 0, devices.sharding(weights))
    return np.asarray(compiled_output(graph, weights, inputs))[np.asarray(real)]


@functools.partial(jax.jit, static_argnames="graph")
def compiled_output(graph: Any, weights: Any, inputs: Any) -> jax.Array:
    """The model's output for a batch; of one with a state without the state."""
    output = nnx.merge(graph, weights)(inputs)
    return output[0] if isinstance(output, tuple) else output


def parameter_count(model: nnx.Module) -> int:
    """Numbers that training sets."""
    return sum(value.size for value in jax.tree.leaves(nnx.state(model, nnx.Param)))
