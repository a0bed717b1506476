"""Saving and loading weights; best.pt holds those to answer with."""

import io
import pickle
from pathlib import Path
from typing import Any

import torch
from torch import nn

import models
import runs
from cli import Fault
from config import Config
from engine import device as devices


def best_file(run: Path) -> Path:
    """The checkpoint that evaluate and predict use."""
    return run / "best.pt"


def save(path: Path, config: Config, **content: Any) -> None:
    """Write a checkpoint in one step; on a full disk the old one survives."""
    packed = io.BytesIO()
    torch.save({"about": runs.about(config), **content}, packed)
    runs.write(path, packed.getvalue())


def load(path: Path, config: Config) -> dict[str, Any]:
    """Read a checkpoint, tensors and plain values only (`weights_only`), so that a foreign file can run no code."""
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
        runs.check_about(content["about"], config, path)
    except FileNotFoundError:
        raise Fault(f"{path} is missing; python train.py makes a new run") from None
    except (RuntimeError, pickle.UnpicklingError, EOFError, KeyError, TypeError, ValueError, AttributeError):
        raise Fault(f"{path} is damaged or not a checkpoint of this project; restore it or train again") from None
    return content


def set_weights(model: nn.Module, weights: dict[str, torch.Tensor], path: Path) -> None:
    """Put weights into a model; other shapes than the model's are a `Fault`."""
    try:
        model.load_state_dict(weights)
    except (RuntimeError, TypeError, AttributeError) as error:
        reason = str(error).splitlines()[-1].strip()
        raise Fault(f"{path} does not fit models/ as it is now ({reason}); train again") from None


def restore(run: Path, config: Config, meta: dict[str, Any], device: str | None = None) -> nn.Module:
    """The best model of a run, ready to answer, in the precision it was trained with."""
    weights = load(best_file(run), config)["weights"]
    model = models.build(meta, config)
    set_weights(model, weights, best_file(run))
    if not device:
        device = config.device if config.device.split(":")[0] in devices.available() else "auto"
    return devices.place(model, devices.choose(device), config.precision).eval()
