"""One step of training: AdamW, by hand."""

from typing import Any

import loss
import numpy as np
from config import Config


class Training:
    """A model that learns in place, and AdamW's memory of it."""

    def __init__(self, model: Any, config: Config, meta: dict[str, Any]) -> None:
        self.model, self.config, self.meta, self.count = model, config, meta, 0
        zeros = {name: np.zeros_like(value) for name, value in model.weights.items()}
        self.mean, self.square = zeros, {name: value.copy() for name, value in zeros.items()}

    def gradients(self, inputs: Any, targets: Any) -> tuple[float, dict[str, np.ndarray]]:
        """The loss of a batch, and its gradient by weight."""
        return loss.loss(self.model, inputs, targets, self.meta), loss.gradients(self.model, inputs, targets, self.meta)

    def step(self, inputs: Any, targets: Any, rate: float) -> float:
        """Learn from a batch; returns the loss before it."""
        value, found = self.gradients(inputs, targets)
        self.count += 1
        for name, gradient in found.items():
            self.mean[name] = 0.9 * self.mean[name] + 0.1 * gradient
            self.square[name] = 0.99 * self.square[name] + 0.01 * gradient**2
            mean, square = self.mean[name] / (1 - 0.9**self.count), self.square[name] / (1 - 0.99**self.count)
            decay = self.config.weight_decay if gradient.ndim > 1 else 0.0
            self.model.weights[name] -= rate * (mean / (np.sqrt(square) + 1e-8) + decay * self.model.weights[name])
        return value
