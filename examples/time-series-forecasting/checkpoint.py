"""Saving and loading: best.pt holds the weights to answer with, last.pt all that resuming needs."""

import dataclasses
import io
import pickle
import time
from pathlib import Path
from typing import Any

import torch
from torch import nn

import device as devices
import models
import runs
from cli import Fault
from config import Config
from progress import Progress


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


class Saver:
    """Writes best.pt and last.pt of a run together, so that both are of one moment."""

    def __init__(self, run: Path, model: nn.Module, optimizer: torch.optim.Optimizer, config: Config) -> None:
        self.run, self.model, self.optimizer, self.config = run, model, optimizer, config
        self.best: dict[str, torch.Tensor] | None = None  # what best.pt does not hold yet
        self.saved_at = time.monotonic()

    def resume(self) -> Progress:
        """Put back what last.pt holds, where there is one; returns how far training had come."""
        path = self.run / "last.pt"
        if not path.is_file():
            return Progress()
        content = load(path, self.config)
        set_weights(self.model, content["weights"], path)
        self.optimizer.load_state_dict(content["optimizer"])
        return Progress(**content["progress"])

    def keep(self) -> None:
        """Remember the weights of this moment as the best; the next `save` writes them."""
        self.best = {name: value.detach().clone() for name, value in self.model.state_dict().items()}

    def save(self, progress: Progress, every: float = 0.0) -> None:
        """Write the checkpoints, unless that was done less than `every` seconds ago."""
        if time.monotonic() - self.saved_at < every:
            return
        if self.best is not None:
            save(best_file(self.run), self.config, weights=self.best)
            self.best = None
        content = {"weights": self.model.state_dict(), "optimizer": self.optimizer.state_dict()}
        save(self.run / "last.pt", self.config, **content, progress=dataclasses.asdict(progress))
        if best_file(self.run).is_file():
            runs.mark_latest(self.run)
        self.saved_at = time.monotonic()
