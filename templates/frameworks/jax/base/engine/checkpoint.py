"""Saving and loading: best.safetensors holds the weights to answer with, last.safetensors all that resuming needs."""

import dataclasses
import json
import time
from pathlib import Path
from typing import Any

import jax
import numpy as np
import safetensors.numpy
from flax import nnx

import models
import runs
from cli import Fault
from config import Config
from engine import device as devices
from engine.progress import Progress
from engine.step import Training


def best_file(run: Path) -> Path:
    """The checkpoint that evaluate and predict use."""
    return run / "best.safetensors"


def save(path: Path, config: Config, content: dict[str, Any], progress: Progress | None = None) -> None:
    """Write a tree of arrays, and how far training had come, in one step; on a full disk the old file survives."""
    notes = {"about": json.dumps(runs.about(config))}
    if progress:
        notes["progress"] = json.dumps(dataclasses.asdict(progress))
    arrays = {name: np.asarray(value) for name, value in named(content).items()}
    runs.write(path, safetensors.numpy.save(arrays, notes))


def load(path: Path, config: Config) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """Read a checkpoint: arrays by name, and its notes. The format holds nothing that could run."""
    try:
        packed = path.read_bytes()
        arrays = safetensors.numpy.load(packed)
        head = json.loads(packed[8 : 8 + int.from_bytes(packed[:8], "little")])  # what safetensors keeps to itself
        notes = {name: json.loads(text) for name, text in head["__metadata__"].items()}
        runs.check_about(notes["about"], config, path)
    except FileNotFoundError:
        raise Fault(f"{path} is missing; python train.py makes a new run") from None
    except (safetensors.SafetensorError, KeyError, ValueError, AttributeError, TypeError):
        raise Fault(f"{path} is damaged or not a checkpoint of this project; restore it or train again") from None
    return arrays, notes


def named(tree: Any) -> dict[str, Any]:
    """What is in a tree of dicts and tuples by its path, such as parameters/head/kernel."""
    leaves = jax.tree_util.tree_leaves_with_path(tree)
    return {jax.tree_util.keystr(path, simple=True, separator="/"): value for path, value in leaves}


def fitted(tree: dict[str, Any], arrays: dict[str, np.ndarray], path: Path) -> dict[str, Any]:
    """The same tree with arrays of a checkpoint; other names or shapes than the tree's are a `Fault`."""
    shapes = {name: list(value.shape) for name, value in named(tree).items()}
    found = {name: list(value.shape) for name, value in arrays.items()}
    for name in shapes | found:
        if found.get(name) != shapes.get(name):
            reason = f"{name}: {found.get(name, 'missing')} instead of {shapes.get(name, 'nothing')}"
            raise Fault(f"{path} does not fit models/ as it is now ({reason}); train again")
    return jax.tree.unflatten(jax.tree.structure(tree), [arrays[name] for name in shapes])


def restore(run: Path, config: Config, meta: dict[str, Any], device: str | None = None) -> nnx.Module:
    """The best model of a run, ready to answer, in the precision it was trained with."""
    arrays, _ = load(best_file(run), config)
    model = nnx.eval_shape(lambda: models.build(meta, config))
    _, parameters, others = nnx.split(model, nnx.Param, ...)
    shapes = {"parameters": nnx.to_pure_dict(parameters), "others": nnx.to_pure_dict(others)}
    for values in fitted(shapes, arrays, best_file(run)).values():
        nnx.update(model, values)
    if not device:
        device = config.device if devices.KNOWN.get(config.device) in devices.available() else "auto"
    return devices.place(model, devices.choose(device), config.precision)


class Saver:
    """Writes best.* and last.* of a run together, so that both are of one moment."""

    def __init__(self, run: Path, training: Training, config: Config) -> None:
        self.run, self.training, self.config = run, training, config
        self.best: dict[str, Any] | None = None  # what best.* does not hold yet
        self.saved_at = time.monotonic()

    def resume(self) -> Progress:
        """Put back what last.* holds, where there is one; returns how far training had come."""
        path = self.run / "last.safetensors"
        if not path.is_file():
            return Progress()
        arrays, notes = load(path, self.config)
        self.training.put_back(fitted(self.training.content(), arrays, path))
        return Progress(**notes["progress"])

    def keep(self) -> None:
        """Remember the weights of this moment as the best; the next `save` writes them."""
        self.best = jax.tree.map(np.array, self.training.weights())

    def save(self, progress: Progress, every: float = 0.0) -> None:
        """Write the checkpoints, unless that was done less than `every` seconds ago."""
        if time.monotonic() - self.saved_at < every:
            return
        if self.best is not None:
            save(best_file(self.run), self.config, self.best)
            self.best = None
        save(self.run / "last.safetensors", self.config, self.training.content(), progress)
        if best_file(self.run).is_file():
            runs.mark_latest(self.run)
        self.saved_at = time.monotonic()
