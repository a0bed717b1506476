"""A model that learns step by step on the CPU in float32, where all can be repeated: what check.py examines."""

import copy
from pathlib import Path
from typing import Any

import numpy as np

from config import Config
from engine import checkpoint, inference
from engine import device as devices
from engine.step import Training
from splits import Data, Split

ERRORS = (RuntimeError, ValueError, IndexError, TypeError)  # what broken code raises, and a check reports


class Learner:
    """Fresh weights that the seed decides, and train.py's own steps."""

    def __init__(self, config: Config, data: Data) -> None:
        self.config, self.meta = config, data.meta
        model = devices.place(inference.fresh(data.meta, config), devices.choose("cpu"), "float32")
        self.training = Training(model, config, data.meta)

    def step(self, split: Split, rows: np.ndarray, key: tuple[int, int, int], rate: float) -> float:
        """One training step on some rows; returns the loss before it."""
        batch = self.training.batch(split, rows, key, self.config.batch_size)
        self.training.step(batch, key, rate)
        return self.training.losses()[0]

    def loss(self, split: Split, rows: np.ndarray) -> float:
        """The loss for some rows, without learning from them."""
        return inference.mean_loss(self.training.learnt(), split, rows, self.meta)

    def gradients(self, split: Split, rows: np.ndarray) -> dict[str, np.ndarray | None]:
        """What every parameter would learn from some rows: its gradient."""
        batch = self.training.batch(split, rows, (0, 0, 0), len(rows))
        found = checkpoint.named(self.training.gradients(batch, (0, 0, 0)))
        return {name: np.asarray(value) for name, value in found.items()}

    def outputs(self, split: Split, batch_size: int) -> np.ndarray:
        """What predictions.npz would keep of a split."""
        return inference.outputs(self.training.learnt(), split, self.meta, batch_size)

    def raw(self, inputs: Any) -> np.ndarray:
        """The model's own output for inputs as data.py gives them, (batch, …), without dropout."""
        return inference.raw(self.training.learnt(), inputs)

    def reloaded(self, run: Path) -> "Learner":
        """The same model, saved to a run's folder and restored from it as evaluate.py does."""
        checkpoint.save(checkpoint.best_file(run), self.config, self.training.weights())
        twin = copy.copy(self)
        twin.training = Training(checkpoint.restore(run, self.config, self.meta, "cpu"), self.config, self.meta)
        return twin
