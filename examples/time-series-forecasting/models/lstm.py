"""A recurrent network (LSTM): reads the window step by step and forecasts from what it remembers."""

from config import Config
from data import normalise

import torch
from torch import nn


class LSTM(nn.Module):
    """LSTM layers; the memory after the last step corrects the seasonal naive forecast.

    Input  (batch, context), the past in units
    Output (batch, horizon), the next steps in units
    """

    def __init__(self, meta: dict, width: int, depth: int, dropout: float) -> None:
        super().__init__()
        self.meta = meta
        horizon = meta["horizon"]
        self.lstm = nn.LSTM(1, width, depth, batch_first=True, dropout=dropout if depth > 1 else 0.0)
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(width, horizon)
        nn.init.normal_(self.head.weight, std=0.01)  # at first the forecast is the naive one
        nn.init.zeros_(self.head.bias)
        self.trust = nn.Parameter(torch.ones(horizon))  # in the naive forecast, less where its noise outweighs its use

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        seen, level, spread = normalise(inputs, self.meta)  # (batch, context), (batch, 1), (batch, 1)
        x, _ = self.lstm(seen[:, :, None])  # (batch, context, width)
        x = self.dropout(x[:, -1])  # (batch, width), after the last step
        naive = seen[:, self.meta["naive"]]  # (batch, horizon), the last season again
        forecast = self.trust * naive + self.head(x).float()  # around the level
        return level + spread * forecast  # (batch, horizon)


def build(meta: dict, config: Config) -> nn.Module:
    """The network for forecasts of meta["horizon"] steps; it reads windows of any length."""
    return LSTM(meta, config.width, config.depth, config.dropout)
