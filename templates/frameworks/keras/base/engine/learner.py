"""A model that learns step by step on the CPU in float32, where all can be repeated: what check.py examines."""

import copy
from pathlib import Path
from typing import Any

import numpy as np

import train
from config import Config
from engine import batches, checkpoint, feed, inference
from engine import device as devices
from engine.backend import keras
from splits import Data, Split

ERRORS = (Exception,)  # broken code raises what each backend makes of it, and a check reports it


class Learner:
    """Fresh weights that the seed decides, and train.py's own steps."""

    def __init__(self, config: Config, data: Data) -> None:
        self.config, self.meta = config, data.meta
        devices.choose("cpu")
        devices.use_precision("float32", "cpu")
        self.trainee = train.Trainee(config, data.meta)
        self.model = self.trainee.network

    def step(self, split: Split, rows: np.ndarray, key: tuple[int, int, int], rate: float) -> float:
        """One training step on some rows; returns the loss before it."""
        devices.seed(feed.luck(key))
        self.trainee.loss_sum.assign(0.0)
        inputs, targets = batches.cut(self.model, split, rows, key)
        self.trainee.train_on_batch(inputs, targets, np.array([rate], np.float32))
        return float(self.trainee.loss_sum)

    def loss(self, split: Split, rows: np.ndarray) -> float:
        """The loss for some rows, without learning from them."""
        return inference.mean_loss(self.model, split, rows, self.meta)

    def gradients(self, split: Split, rows: np.ndarray) -> dict[str, np.ndarray | None]:
        """What every parameter would learn from some rows: its gradient, zeros where it gets none."""
        self.trainee.compile(Probe(), jit_compile=devices.COMPILE)
        self.step(split, rows, (0, 0, 0), rate=0.0)
        names = [weight.path for weight in self.model.trainable_weights]
        return dict(zip(names, checkpoint.values(self.trainee.optimizer.found), strict=True))

    def outputs(self, split: Split, batch_size: int) -> np.ndarray:
        """What predictions.npz would keep of a split."""
        return inference.outputs(self.model, split, self.meta, batch_size)

    def raw(self, inputs: Any) -> np.ndarray:
        """The model's own output for inputs as data.py gives them, (batch, …), without dropout."""
        output = inference.raw(self.model, inputs)
        return output[0] if isinstance(output, tuple) else output

    def reloaded(self, run: Path) -> "Learner":
        """The same model, saved to a run's folder and restored from it as evaluate.py does."""
        checkpoint.save_best(run, self.model, self.config)
        twin = copy.copy(self)
        twin.model = checkpoint.restore(run, self.config, self.meta, "cpu")
        return twin


class Probe(keras.optimizers.Optimizer):
    """An optimiser that keeps every gradient and changes no weight: gradients, whatever the backend."""

    def __init__(self) -> None:
        super().__init__(learning_rate=0.0)

    def build(self, variables: list[Any]) -> None:
        super().build(variables)
        self.found = self.add_optimizer_variables(variables, "found")

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        self.assign(self.found[self._get_variable_index(variable)], keras.ops.convert_to_tensor(gradient))
