"""What NumPy needs around the model: answers as arrays, and checkpoints."""

import importlib
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import common
from common import Problem
from config import FRAMEWORK, TASK, Config
from data import Split
from loss import answers, loss

import numpy as np

BEST, LAST = "best.npz", "last.npz"
BETA1, BETA2 = 0.9, 0.99  # AdamW's memory of the gradient, and of its size
Arrays = dict[str, np.ndarray]


def build(meta: dict, config: Config) -> Any:
    """The model that the config names, with fresh weights that the seed decides."""
    return importlib.import_module(f"models.{config.model}").build(meta, config)


def outputs(model: Any, inputs: Any, targets: Any, meta: dict, precision: str, batch: int = 512) -> np.ndarray:
    """What the model answers for every row, in order, with or without targets; `batch` only changes the memory."""
    parts = [slice(start, min(start + batch, len(inputs))) for start in range(0, len(inputs), batch)]
    return np.concatenate([answers(model, inputs[rows], None, meta) for rows in parts])


def mean_loss(model: Any, split: Split, meta: dict) -> float:
    """The loss on all rows of a small split."""
    return loss(model, split.inputs[:], split.targets[:], meta)


def learnt(model: Any) -> Arrays:
    """A copy of all that training should change, by name, for check.py."""
    return {name: value.copy() for name, value in model.weights.items()}


def parameter_count(model: Any) -> int:
    """Numbers that training sets."""
    return sum(value.size for value in model.weights.values())


def save(path: Path, config: Config, arrays: Arrays, state: dict | None = None) -> None:
    """Write a checkpoint whole, or leave the old one."""
    packed = io.BytesIO()
    np.savez(packed, **arrays, notes=json.dumps({"about": [TASK, FRAMEWORK, config.model], "state": state}))
    common.write(path, packed.getvalue())


def load(path: Path, config: Config) -> tuple[Arrays, dict]:
    """Read a checkpoint: arrays by name, and where training stood. None is an object, so that no code can run."""
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = dict(file)
        notes = json.loads(str(arrays.pop("notes")))
        if notes["about"] == [TASK, FRAMEWORK, config.model]:
            return arrays, notes["state"]
    except (OSError, zipfile.BadZipFile, LookupError, TypeError, ValueError, EOFError):
        raise Problem(
            f"{path} is missing, damaged or no checkpoint of this project; restore it or train again"
        ) from None
    raise Problem(f"{path} is of {', '.join(notes['about'])}, not of this run; choose another")


def restore(run: Path, config: Config, meta: dict, device: str | None = None) -> Any:
    """The best model of a run, ready to answer."""
    model = build(meta, config)
    arrays, _ = load(run / BEST, config)
    if {name: value.shape for name, value in arrays.items()} != {n: value.shape for n, value in model.weights.items()}:
        raise Problem(f"{run / BEST} does not fit models/ as it is now; train again")
    model.weights = arrays
    return model
