"""A model that learns step by step: what check.py examines."""

import copy
from pathlib import Path
from typing import Any

import models
import numpy as np
from config import Config
from engine import checkpoint, feed, inference
from engine.step import Training
from splits import Data, Split

ERRORS = (ValueError, IndexError, TypeError, KeyError)  # what broken code raises, and a check reports


class Learner:
    """Fresh weights that the seed decides, and train.py's own steps."""

    def __init__(self, config: Config, data: Data) -> None:
        self.config, self.meta, self.model = config, data.meta, models.build(data.meta, config)
        self.training = Training(self.model, config, data.meta)

    def step(self, split: Split, rows: np.ndarray, key: tuple[int, int, int], rate: float) -> float:
        """One training step on some rows; returns the loss before it."""
        return self.training.step(*feed.batch(split, rows, key), rate)

    def loss(self, split: Split, rows: np.ndarray) -> float:
        """The loss for some rows, without learning from them."""
        return inference.mean_loss(self.model, split, rows, self.meta)

    def gradients(self, split: Split, rows: np.ndarray) -> dict[str, np.ndarray]:
        """What every parameter would learn from some rows: its gradient."""
        return self.training.gradients(*feed.batch(split, rows, (0, 0, 0)))[1]

    def outputs(self, split: Split, batch_size: int) -> np.ndarray:
        """What predictions.npz would keep of a split."""
        return inference.outputs(self.model, split, self.meta, batch_size)

    def raw(self, inputs: Any) -> np.ndarray:
        """The model's own output for inputs as data.py gives them."""
        return self.model(inputs)

    def reloaded(self, run: Path) -> "Learner":
        """The same model, saved to a run's folder and restored from it as evaluate.py does."""
        checkpoint.save(checkpoint.best_file(run), self.config, self.model.weights)
        twin = copy.copy(self)
        twin.model = checkpoint.restore(run, self.config, self.meta)
        return twin
