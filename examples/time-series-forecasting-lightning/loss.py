"""What training a forecaster minimises: the mean absolute error, scaled like the metric; answers are in real units."""

from typing import Any

import torch
from torch import nn


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
