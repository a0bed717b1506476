"""Saving and loading: best.npz holds the weights to answer with, last.npz all that resuming needs."""

import dataclasses
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import models
import numpy as np
import runs
from config import Config
from engine.progress import Progress

from cli import Fault


def best_file(run: Path) -> Path:
    """The checkpoint that evaluate and predict use."""
    return run / "best.npz"


def save(path: Path, config: Config, arrays: dict[str, np.ndarray], **notes: Any) -> None:
    """Write arrays and notes in one step; on a full disk the old file survives."""
    packed = io.BytesIO()
    np.savez(packed, **arrays, notes=json.dumps({"about": runs.about(config), **notes}))
    runs.write(path, packed.getvalue())


def load(path: Path, config: Config) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """Read arrays and notes; of the arrays none is an object, so that a foreign file can run no code."""
    try:
        arrays = dict(np.load(path, allow_pickle=False))
        notes = json.loads(str(arrays.pop("notes")))
        runs.check_about(notes["about"], config, path)
    except FileNotFoundError:
        raise Fault(f"{path} is missing; python train.py makes a new run") from None
    except (zipfile.BadZipFile, KeyError, ValueError, EOFError):
        raise Fault(f"{path} is damaged or not a checkpoint of this project; restore it or train again") from None
    return arrays, notes


def save_best(run: Path, model: Any, config: Config) -> None:
    save(best_file(run), config, model.weights)
    runs.mark_latest(run)


def restore(run: Path, config: Config, meta: dict[str, Any], device: str | None = None) -> Any:
    """The best model of a run."""
    model = models.build(meta, config)
    arrays, _ = load(best_file(run), config)
    if {name: value.shape for name, value in arrays.items()} != {n: value.shape for n, value in model.weights.items()}:
        raise Fault(f"{best_file(run)} does not fit models/ as it is now; train again")
    model.weights = arrays
    return model


def save_last(run: Path, training: Any, config: Config, progress: Progress) -> None:
    memory = {"weight": training.model.weights, "mean": training.mean, "square": training.square}
    arrays = {f"{kind}.{name}": value for kind, values in memory.items() for name, value in values.items()}
    save(run / "last.npz", config, arrays, progress=dataclasses.asdict(progress), count=training.count)


def resume(run: Path, training: Any, config: Config) -> Progress:
    """Put back what last.npz holds; returns how far training had come."""
    arrays, notes = load(run / "last.npz", config)
    for kind, values in (("weight", training.model.weights), ("mean", training.mean), ("square", training.square)):
        values.update({name: arrays[f"{kind}.{name}"] for name in values})
    training.count = notes["count"]
    return Progress(**notes["progress"])
