"""What training towards a number minimises: the squared error, in deviations of train; answers are in real units."""

from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from splits import Data

NOT_APPLICABLE = {"causal": "a number is named after all of the input was seen"}


def loss(model: nn.Module, inputs: Any, targets: torch.Tensor, meta: dict[str, Any]) -> torch.Tensor:
    """Mean squared error, a scalar; targets (batch,) have mean 0 and deviation 1 over train."""
    return F.mse_loss(model(inputs).float()[:, 0], targets)


def answers(model: nn.Module, inputs: Any, targets: torch.Tensor | None, meta: dict[str, Any]) -> torch.Tensor:
    """Numbers in real units, (batch,)."""
    return model(inputs).float()[:, 0] * meta["deviation"] + meta["mean"]


def at_start(data: Data) -> tuple[float, float]:
    """Loss of a model that always says the mean, the variance of the targets, and how far a batch may be from it.

    A batch's mean square is as sure as its 256 rows make it, which is not very where some targets are far out.
    """
    rows = np.unique(np.linspace(0, len(data.train) - 1, 20_000).astype(int))
    squares = np.asarray(data.train.targets[rows], np.float64) ** 2
    expected = float(squares.mean())
    return expected, 0.2 * expected + 4 * float(squares.std()) / min(256, len(squares)) ** 0.5


@torch.no_grad()
def yardstick(model: nn.Module, data: Data, batch: tuple[Any, torch.Tensor]) -> float:
    """What must fall in a smoke run: the loss on one fixed training batch, without dropout."""
    return float(loss(model.eval(), *batch, data.meta))
