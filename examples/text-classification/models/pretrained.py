"""A linear head on sentence embeddings (embedding.py), which a pretrained network makes of whole texts."""

from config import Config

import torch
from torch import nn


class Head(nn.Module):
    """Dropout and one layer; the network below it is not trained, so it has read each text but once.

    Input  (batch, features), embeddings whose squares are 1 on average
    Output (batch, classes), raw scores
    """

    def __init__(self, features: int, classes: int, dropout: float) -> None:
        super().__init__()
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(features, classes)
        nn.init.normal_(self.head.weight, std=0.001)  # at first all classes are about equally likely

    def forward(self, embeddings: torch.Tensor) -> torch.Tensor:
        return self.head(self.dropout(embeddings))  # (batch, classes)


def build(meta: dict, config: Config) -> nn.Module:
    """The head for embeddings of meta["features"] numbers and the classes of meta["classes"]."""
    return Head(meta["features"], len(meta["classes"]), config.dropout)
