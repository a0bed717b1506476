"""What training a forecaster minimises, and what it answers; in units of the seasonal naive forecast's error."""

import torch
from torch import nn


def loss(model: nn.Module, inputs: torch.Tensor, targets: torch.Tensor, meta: dict) -> torch.Tensor:
    """The mean absolute error of forecasts, a scalar: MASE, as values are in units of the naive error."""
    return (model(inputs).float() - targets).abs().mean()


def answers(model: nn.Module, inputs: torch.Tensor, targets: torch.Tensor | None, meta: dict) -> torch.Tensor:
    """Forecasts, (batch, horizon)."""
    return model(inputs).float()
