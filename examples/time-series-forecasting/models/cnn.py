"""A temporal convolutional network (Bai, Kolter, Koltun 2018): causal convolutions that look back ever further."""

import math

from config import Config
from data import normalise

import torch
from torch import nn
from torch.nn import functional as F


class CausalBlock(nn.Module):
    """A dilated convolution that sees a step and what came before it, added to its input.

    Input and output (batch, width, steps)
    """

    def __init__(self, width: int, kernel: int, dilation: int, dropout: float) -> None:
        super().__init__()
        self.back = (kernel - 1) * dilation
        self.convolution = nn.Conv1d(width, width, kernel, dilation=dilation)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        seen = F.pad(x, (self.back, 0))  # (batch, width, back + steps), zeros before the first step
        return x + self.dropout(F.gelu(self.convolution(seen)))  # (batch, width, steps)


class CNN(nn.Module):
    """Causal blocks whose dilation doubles; the last step's features correct the seasonal naive forecast.

    Input  (batch, context), the past in units
    Output (batch, horizon), the next steps in units
    """

    def __init__(self, meta: dict, width: int, kernel: int, dropout: float) -> None:
        super().__init__()
        self.meta = meta
        horizon, reach = meta["horizon"], (meta["context"] - 1) / max(kernel - 1, 1)
        depth = max(1, math.ceil(math.log2(reach + 1)))  # the last block sees 1 + (kernel - 1)(2^depth - 1) steps
        self.first = nn.Conv1d(1, width, 1)
        self.blocks = nn.Sequential(*(CausalBlock(width, kernel, 2**i, dropout) for i in range(depth)))
        self.head = nn.Linear(width, horizon)
        nn.init.normal_(self.head.weight, std=0.01)  # at first the forecast is the naive one
        nn.init.zeros_(self.head.bias)
        self.trust = nn.Parameter(torch.ones(horizon))  # in the naive forecast, less where its noise outweighs its use

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        seen, level, spread = normalise(inputs, self.meta)  # (batch, context), (batch, 1), (batch, 1)
        x = self.first(seen[:, None])  # (batch, width, context)
        x = self.blocks(x)[:, :, -1]  # (batch, width), of the last step
        naive = seen[:, self.meta["naive"]]  # (batch, horizon), the last season again
        forecast = self.trust * naive + self.head(x).float()  # around the level
        return level + spread * forecast  # (batch, horizon)


def build(meta: dict, config: Config) -> nn.Module:
    """The network for windows of meta["context"] steps and forecasts of meta["horizon"]."""
    return CNN(meta, config.width, config.kernel, config.dropout)
