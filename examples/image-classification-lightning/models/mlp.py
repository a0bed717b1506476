"""A multi-layer perceptron on the pixels: no idea of space, but fast."""

from config import Config

import torch
from torch import nn


class MLP(nn.Module):
    """Linear layers with ReLU and dropout.

    Input  (batch, height, width, channels), standardised floats
    Output (batch, classes), raw scores
    """

    def __init__(self, pixels: int, classes: int, width: int, depth: int, dropout: float) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for inputs in [pixels] + [width] * (depth - 1):
            layers += [nn.Linear(inputs, width), nn.ReLU(), nn.Dropout(dropout)]
        self.hidden = nn.Sequential(*layers)
        self.head = nn.Linear(width, classes)
        nn.init.normal_(self.head.weight, std=0.01)  # at first all classes are about equally likely

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        x = self.hidden(images.flatten(1))  # (batch, width)
        return self.head(x)  # (batch, classes)


def build(meta: dict, config: Config) -> nn.Module:
    """The network for pictures of meta["shape"] and the classes of meta["classes"]."""
    height, width, channels = meta["shape"]
    return MLP(height * width * channels, len(meta["classes"]), config.width, config.depth, config.dropout)
