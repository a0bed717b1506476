"""A transformer: each step to forecast looks at the steps of the window that tell most about it."""

from config import Config
from data import normalise

import torch
from torch import nn
from torch.nn import functional as F


class Block(nn.Module):
    """Attention and a two-layer network, each on normalised features and added to its input.

    Input and output (batch, steps, width)
    """

    def __init__(self, width: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.heads = heads
        self.norm = nn.LayerNorm(width)
        self.query = nn.Linear(width, width)
        self.key = nn.Linear(width, width, bias=False)  # a bias here would change no answer
        self.value = nn.Linear(width, width, bias=False)  # and one here is what the bias of `out` is
        self.out = nn.Linear(width, width)
        self.mlp = nn.Sequential(
            nn.LayerNorm(width), nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width)
        )
        self.dropout = nn.Dropout(dropout)

    def attend(self, x: torch.Tensor) -> torch.Tensor:
        parts = (part(x).unflatten(2, (self.heads, -1)).transpose(1, 2) for part in (self.query, self.key, self.value))
        mixed = F.scaled_dot_product_attention(*parts)  # (batch, heads, steps, width / heads)
        return self.out(mixed.transpose(1, 2).flatten(2))  # (batch, steps, width)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = x + self.dropout(self.attend(self.norm(x)))
        return x + self.dropout(self.mlp(x))  # (batch, steps, width)


class Transformer(nn.Module):
    """Blocks over the window and a learned query for each step ahead, which corrects the seasonal naive forecast.

    Input  (batch, context), the past in units
    Output (batch, horizon), the next steps in units
    """

    def __init__(self, meta: dict, width: int, depth: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.meta = meta
        context, horizon = meta["context"], meta["horizon"]
        self.first = nn.Linear(1, width, bias=False)  # the positions have the bias
        self.positions = nn.Parameter(0.2 * torch.randn(context, width))
        self.queries = nn.Parameter(0.2 * torch.randn(horizon, width))
        self.blocks = nn.Sequential(*(Block(width, heads, dropout) for _ in range(depth)))
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, 1)
        nn.init.normal_(self.head.weight, std=0.01)  # at first the forecast is the naive one
        nn.init.zeros_(self.head.bias)
        self.trust = nn.Parameter(torch.ones(horizon))  # in the naive forecast, less where its noise outweighs its use

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        seen, level, spread = normalise(inputs, self.meta)  # (batch, context), (batch, 1), (batch, 1)
        past = self.first(seen[:, :, None]) + self.positions  # (batch, context, width)
        x = torch.cat([past, self.queries.expand(len(past), -1, -1)], 1)  # (batch, context + horizon, width)
        x = self.norm(self.blocks(x)[:, seen.shape[1] :])  # (batch, horizon, width)
        naive = seen[:, self.meta["naive"]]  # (batch, horizon), the last season again
        forecast = self.trust * naive + self.head(x).squeeze(2).float()  # around the level
        return level + spread * forecast  # (batch, horizon)


def build(meta: dict, config: Config) -> nn.Module:
    """The network for windows of meta["context"] steps and forecasts of meta["horizon"]."""
    return Transformer(meta, config.width, config.depth, config.heads, config.dropout)
