"""What training a forecaster minimises: the mean absolute error, scaled like the metric; answers are in real units."""

from typing import Any

import numpy as np
import torch
from torch import nn

import device as devices
from splits import Data, take

NOT_APPLICABLE = {"causal": "a forecast is made after all of the window was seen; steps to come are in no input"}


def loss(
    model: nn.Module, inputs: dict[str, torch.Tensor], targets: torch.Tensor, meta: dict[str, Any]
) -> torch.Tensor:
    """MASE of forecasts, a scalar."""
    return (model(inputs).float() - targets).abs().mean() / meta["scale"]


def answers(
    model: nn.Module, inputs: dict[str, torch.Tensor], targets: torch.Tensor | None, meta: dict[str, Any]
) -> torch.Tensor:
    """Forecasts in real units, (batch, horizon)."""
    return model(inputs).float()


def at_start(data: Data) -> tuple[float, float]:
    """Loss of a model that corrects nothing, the seasonal naive forecast's on train, and how far from it is fine."""
    rows = np.unique(np.linspace(0, len(data.train) - 1, 2000).astype(int))
    inputs = take(data.train.inputs, rows)
    naive = inputs["level"] + inputs["spread"] * inputs["naive"]
    expected = float(np.abs(naive - take(data.train.targets, rows)).mean() / data.meta["scale"])
    return expected, 0.1 + 0.2 * expected


@torch.no_grad()
def yardstick(model: nn.Module, data: Data, batch: tuple[Any, torch.Tensor]) -> float:
    """What must fall in a smoke run: the loss on fixed training rows, without dropout.

    They are spread over train: the first rows, which `batch` holds, may follow an older trend than what was learned.
    """
    rows = np.unique(np.linspace(0, len(data.train) - 1, 64).astype(int))
    arrays = take(data.train.inputs, rows), take(data.train.targets, rows)
    inputs, targets = (devices.to_tensors(array, batch[1].device) for array in arrays)
    return float(loss(model.eval(), inputs, targets, data.meta))
