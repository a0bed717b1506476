"""A small vision transformer: the picture as patches that attend to each other (ViT, Dosovitskiy et al. 2021)."""

import math

from config import Config

import torch
from torch import nn
from torch.nn import functional as F

MOST_PATCHES = 64  # the cost grows with the square of their number


class Attention(nn.Module):
    """Each patch gathers from all patches.

    Input and output (batch, patches, width)
    """

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.queries_keys_values = nn.Linear(width, 3 * width, bias=False)
        self.output = nn.Linear(width, width)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        batch, patches, width = x.shape
        x = self.queries_keys_values(x).view(batch, patches, 3 * self.heads, width // self.heads)
        queries, keys, values = x.transpose(1, 2).chunk(3, dim=1)  # (batch, heads, patches, width / heads) each
        x = F.scaled_dot_product_attention(queries, keys, values)
        return self.output(x.transpose(1, 2).reshape(batch, patches, width))  # (batch, patches, width)


class Block(nn.Module):
    """Attention, then two linear layers on each patch; both add to what was there.

    Input and output (batch, patches, width)
    """

    def __init__(self, width: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.before_attention = nn.LayerNorm(width)
        self.attention = Attention(width, heads)
        self.before_layers = nn.LayerNorm(width)
        self.layers = nn.Sequential(nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width))
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = x + self.dropout(self.attention(self.before_attention(x)))
        return x + self.dropout(self.layers(self.before_layers(x)))  # (batch, patches, width)


class Transformer(nn.Module):
    """A vector and a learnt position for each patch, blocks of attention, a linear head on the mean of all patches.

    Input  (batch, height, width, channels), standardised floats; padded with zeros, the mean, to whole patches
    Output (batch, classes), raw scores
    """

    def __init__(
        self, shape: tuple[int, int, int], classes: int, width: int, depth: int, heads: int, dropout: float
    ) -> None:
        super().__init__()
        height, wide, channels = shape
        self.side = patch_side(height, wide)
        rows, columns = math.ceil(height / self.side), math.ceil(wide / self.side)
        self.padding = (0, 0, 0, columns * self.side - wide, 0, rows * self.side - height)  # channels, right, below
        self.embedding = nn.Linear(self.side**2 * channels, width, bias=False)  # the positions have the bias
        self.positions = nn.Parameter(0.5 * torch.randn(rows * columns, width))  # smaller ones are found late
        self.blocks = nn.Sequential(*(Block(width, heads, dropout) for _ in range(depth)))
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, classes)
        nn.init.normal_(self.head.weight, std=0.01)  # at first all classes are about equally likely

    def patches(self, images: torch.Tensor) -> torch.Tensor:
        """Pictures as rows of square patches, (batch, patches, side * side * channels)."""
        x = F.pad(images, self.padding).unfold(1, self.side, self.side).unfold(2, self.side, self.side)
        return x.flatten(1, 2).flatten(2)  # from (batch, rows, columns, channels, side, side)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        x = self.embedding(self.patches(images)) + self.positions  # (batch, patches, width)
        x = self.norm(self.blocks(x)).mean(1)  # (batch, width)
        return self.head(x)  # (batch, classes)


def patch_side(height: int, width: int) -> int:
    """The smallest side from 2 pixels on with which a picture has at most MOST_PATCHES patches."""
    side = 2
    while math.ceil(height / side) * math.ceil(width / side) > MOST_PATCHES:
        side += 1
    return side


def build(meta: dict, config: Config) -> nn.Module:
    """The network for pictures of meta["shape"] and the classes of meta["classes"]."""
    return Transformer(meta["shape"], len(meta["classes"]), config.width, config.depth, config.heads, config.dropout)
