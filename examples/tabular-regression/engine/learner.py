"""A model that learns step by step on the CPU in float32, where all can be repeated: what check.py examines."""

import copy
from pathlib import Path
from typing import Any

import numpy as np
import torch

import loss
import models
from config import Config
from engine import checkpoint, inference, steps
from engine import device as devices
from splits import Data, Split

CPU = torch.device("cpu")
ERRORS = (RuntimeError, ValueError, IndexError, TypeError)  # what broken code raises, and a check reports


class Learner:
    """Fresh weights that the seed decides, and train.py's own steps."""

    def __init__(self, config: Config, data: Data) -> None:
        self.config, self.meta = config, data.meta
        torch.manual_seed(config.seed)
        self.model = devices.place(models.build(data.meta, config), CPU, "float32")
        self.optimizer = steps.make_optimizer(self.model, config)

    def step(self, split: Split, rows: np.ndarray, key: tuple[int, int, int], rate: float) -> float:
        """One training step on some rows; returns the loss before it."""
        batch = steps.train_batch(split, rows, CPU, key)
        return float(steps.train_step(self.model.train(), self.optimizer, batch, self.meta, self.config.clip, rate))

    def loss(self, split: Split, rows: np.ndarray) -> float:
        """The loss for some rows, without learning from them."""
        return inference.mean_loss(self.model, split, rows, self.meta)

    def gradients(self, split: Split, rows: np.ndarray) -> dict[str, np.ndarray | None]:
        """What every parameter would learn from some rows: its gradient, None where it gets none."""
        self.model.zero_grad(set_to_none=True)
        loss.loss(self.model.train(), *steps.train_batch(split, rows, CPU, (0, 0, 0)), self.meta).backward()
        named = self.model.named_parameters()
        return {name: None if value.grad is None else value.grad.numpy() for name, value in named}

    def outputs(self, split: Split, batch_size: int) -> np.ndarray:
        """What predictions.npz would keep of a split."""
        return inference.outputs(self.model, split, self.meta, batch_size)

    @torch.no_grad()
    def raw(self, inputs: Any) -> np.ndarray:
        """The model's own output for inputs as data.py gives them, (batch, …), without dropout."""
        output = self.model.eval()(devices.to_tensors(inputs, CPU))
        return (output[0] if isinstance(output, tuple) else output).numpy()

    def reloaded(self, run: Path) -> "Learner":
        """The same model, saved to a run's folder and restored from it as evaluate.py does."""
        weights = copy.deepcopy(self.model.state_dict())
        checkpoint.save(checkpoint.best_file(run), self.config, weights=weights)
        twin = copy.copy(self)
        twin.model = checkpoint.restore(run, self.config, self.meta, "cpu")
        return twin
