"""What the optimiser of a run was given, and what spares check.py the time that graphs take."""

import contextlib
import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import net
from backend import keras
from config import BACKEND, Config

import numpy as np


def mean_gradient(run: Path, config: Config) -> np.ndarray:
    """The running mean of the gradients that a run's optimiser was given, (parameters,)."""
    with np.load(run / net.LAST) as arrays:
        steps = next(float(arrays[name]) for name in arrays.files if name.endswith("iteration"))
        means = [arrays[name].ravel() for name in sorted(arrays.files) if name.endswith("momentum")]
    return np.concatenate(means) / (1 - config.beta1**steps)


@contextlib.contextmanager
def lend(bench: Any, model: keras.Model, rows: int) -> Iterator[keras.Model]:
    """What trains in a model's stead, as its graph is there by now, and holds all that the model does meanwhile."""
    used, pairs, other = bench.used, [], model
    if isinstance(model, keras.Model):  # others stand in for it
        model.run_eagerly = BACKEND == "tensorflow" and rows * used.epochs < 4 * used.batch_size  # so few need no graph
        if not model.run_eagerly:
            same = id(bench.meta), rows, str(dataclasses.replace(used, seed=0, epochs=0))  # which change no graph
            other = vars(bench).setdefault("traced", {}).setdefault(same, model)
        held_by = [[*some.variables, *some.optimizer.variables] for some in (other, model)]
        pairs = [*zip(*held_by, strict=True)] * (other is not model)

    def exchange() -> None:
        for a, b in pairs:
            held = np.array(a)
            a.assign(b)
            b.assign(held)

    exchange()
    try:
        yield other
    finally:
        exchange()
