"""A multi-layer perceptron on the columns of a table."""

from config import Config

import torch
from torch import nn


class MLP(nn.Module):
    """Each number and how far along each of its bins it is, a learnt vector for each category, then plain layers.

    Input  (batch, numbers + categories) floats: standardised numbers, then the code of each category, 0 = unknown
    Output (batch, outputs): a raw score for each class, or one number in deviations from the mean
    """

    def __init__(
        self, bins: list[list], sizes: list[int], outputs: int, width: int, depth: int, dropout: float
    ) -> None:
        super().__init__()
        starts, widths = map(torch.tensor, bins)  # (numbers, bins) each
        self.register_buffer("starts", starts, persistent=False)
        self.register_buffer("widths", widths, persistent=False)
        self.numbers = numbers = len(starts)
        lengths = [min(16, 1 + size // 2) for size in sizes]  # more values need longer vectors
        self.embeddings = nn.ModuleList(nn.Embedding(s, length) for s, length in zip(sizes, lengths, strict=True))
        layers: list[nn.Module] = []
        for inputs in [numbers + starts.numel() + sum(lengths)] + [width] * (depth - 1):
            layers += [nn.Linear(inputs, width), nn.ReLU(), nn.Dropout(dropout)]
        self.hidden = nn.Sequential(*layers)
        self.head = nn.Linear(width, outputs)
        nn.init.normal_(self.head.weight, std=0.01)  # at first all classes are equally likely, a number is the mean
        for embedding in self.embeddings:
            nn.init.zeros_(embedding.weight[0])  # a value never seen says nothing

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        numbers, codes = inputs[:, : self.numbers], inputs[:, self.numbers :].long()
        vectors = [embedding(column) for embedding, column in zip(self.embeddings, codes.unbind(1), strict=True)]
        along = ((numbers[:, :, None] - self.starts) / self.widths).clamp(0, 1)  # (batch, numbers, bins)
        x = torch.cat([numbers, along.flatten(1), *vectors], dim=1)
        return self.head(self.hidden(x))  # (batch, outputs)


def build(meta: dict, config: Config) -> nn.Module:
    """The network for meta["numbers"] numbers, categories of meta["categories"] values each, and meta["outputs"]."""
    sizes = [meta["bin_starts"], meta["bin_widths"]], meta["categories"], meta["outputs"]
    return MLP(*sizes, config.width, config.depth, config.dropout)
