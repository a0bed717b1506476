"""A recurrent network (LSTM): reads the window step by step and forecasts from what it remembers."""

from config import Config

import torch
from torch import nn


class LSTM(nn.Module):
    """LSTM layers; the memory after the last step corrects the seasonal naive forecast.

    Input  dict of values (batch, context), naive (batch, horizon), level and spread (batch, 1): see data.normalise
    Output (batch, horizon), forecasts in real units
    """

    def __init__(self, horizon: int, width: int, depth: int, dropout: float) -> None:
        super().__init__()
        self.lstm = nn.LSTM(1, width, depth, batch_first=True, dropout=dropout if depth > 1 else 0.0)
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(width, horizon)
        nn.init.normal_(self.head.weight, std=0.01)  # at first the forecast is the naive one
        nn.init.zeros_(self.head.bias)
        self.trust = nn.Parameter(torch.ones(horizon))  # in the naive forecast, less where its noise outweighs its use

    def forward(self, inputs: dict[str, torch.Tensor]) -> torch.Tensor:
        x, _ = self.lstm(inputs["values"][:, :, None])  # (batch, context, width)
        x = self.dropout(x[:, -1])  # (batch, width), after the last step
        forecast = self.trust * inputs["naive"] + self.head(x).float()  # (batch, horizon), around the level
        return inputs["level"] + inputs["spread"] * forecast  # (batch, horizon)


def build(meta: dict, config: Config) -> nn.Module:
    """The network for forecasts of meta["horizon"] steps; it reads windows of any length."""
    return LSTM(meta["horizon"], config.width, config.depth, config.dropout)
