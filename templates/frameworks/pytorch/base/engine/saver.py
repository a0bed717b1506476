"""What a training keeps of itself: best.pt, the weights to answer with, and last.pt, all that resuming needs."""

import dataclasses
import time
from pathlib import Path

import torch
from torch import nn

import runs
from config import Config
from engine import checkpoint
from engine.progress import Progress


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
        content = checkpoint.load(path, self.config)
        checkpoint.set_weights(self.model, content["weights"], path)
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
            checkpoint.save(checkpoint.best_file(self.run), self.config, weights=self.best)
            self.best = None
        content = {"weights": self.model.state_dict(), "optimizer": self.optimizer.state_dict()}
        checkpoint.save(self.run / "last.pt", self.config, **content, progress=dataclasses.asdict(progress))
        if checkpoint.best_file(self.run).is_file():
            runs.mark_latest(self.run)
        self.saved_at = time.monotonic()
