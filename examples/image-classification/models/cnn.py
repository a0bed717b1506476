"""A small convolutional network: cheap, and hard to beat on small pictures."""

from config import Config

import torch
from torch import nn


class CNN(nn.Module):
    """Three 3×3 convolutions, each with pooling, batch normalisation and ReLU, then a linear head.

    Input  (batch, height, width, channels), standardised floats
    Output (batch, classes), raw scores
    """

    bfloat16_on_cpu = True  # convolutions gain from it where the processor has it

    def __init__(self, shape: tuple[int, int, int], classes: int, width: int, dropout: float) -> None:
        super().__init__()
        height, wide, channels = shape
        blocks = []
        for outputs in (width, 2 * width, 4 * width):
            blocks.append(nn.Conv2d(channels, outputs, 3, padding=1, bias=False))  # batch norm has the bias
            if min(height, wide) > 1:
                blocks.append(nn.MaxPool2d(2))
                height, wide = height // 2, wide // 2
            blocks += [nn.BatchNorm2d(outputs), nn.ReLU()]
            channels = outputs
        self.features = nn.Sequential(*blocks, nn.AdaptiveAvgPool2d((min(height, 4), min(wide, 4))))
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(channels * min(height, 4) * min(wide, 4), classes)
        nn.init.normal_(self.head.weight, std=0.01)  # at first all classes are about equally likely
        self.to(memory_format=torch.channels_last)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        x = images.movedim(-1, 1)  # (batch, channels, height, width), channels_last in memory
        x = self.features(x)  # (batch, 4 * width, at most 4, at most 4)
        return self.head(self.dropout(x.flatten(1)))  # (batch, classes)


def build(meta: dict, config: Config) -> nn.Module:
    """The network for pictures of meta["shape"] and the classes of meta["classes"]."""
    return CNN(meta["shape"], len(meta["classes"]), config.width, config.dropout)
