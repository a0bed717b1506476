"""A linear layer and a small hidden one beside the seasonal naive forecast, as DLinear and TSMixer have them."""

from config import Config
from data import normalise

import torch
from torch import nn
from torch.nn import functional as F


class Mixer(nn.Module):
    """Two ways from the window to a correction of the seasonal naive forecast: straight, and through a hidden layer.

    Input  (batch, context), the past in units
    Output (batch, horizon), the next steps in units
    """

    def __init__(self, meta: dict, width: int, dropout: float) -> None:
        super().__init__()
        self.meta = meta
        context, horizon = meta["context"], meta["horizon"]
        self.hidden = nn.Linear(context, width)
        self.dropout = nn.Dropout(dropout)
        self.linear = nn.Linear(context, horizon, bias=False)  # the head has the bias
        self.head = nn.Linear(width, horizon)
        for layer in (self.linear, self.head):
            nn.init.normal_(layer.weight, std=0.01)  # at first the forecast is the naive one
        nn.init.zeros_(self.head.bias)
        self.trust = nn.Parameter(torch.ones(horizon))  # in the naive forecast, less where its noise outweighs its use

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        seen, level, spread = normalise(inputs, self.meta)  # (batch, context), (batch, 1), (batch, 1)
        x = self.dropout(F.relu(self.hidden(seen)))  # (batch, width)
        naive = seen[:, self.meta["naive"]]  # (batch, horizon), the last season again
        forecast = self.trust * naive + (self.linear(seen) + self.head(x)).float()  # around the level
        return level + spread * forecast  # (batch, horizon)


def build(meta: dict, config: Config) -> nn.Module:
    """The network for windows of meta["context"] steps and forecasts of meta["horizon"]."""
    return Mixer(meta, config.width, config.dropout)
