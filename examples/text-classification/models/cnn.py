"""A convolutional network that looks for telling phrases, wherever they stand (Kim 2014, arXiv:1408.5882)."""

from config import Config

import torch
from torch import nn
from torch.nn import functional as F

PHRASES = (3, 4, 5)  # words, as in the paper


class CNN(nn.Module):
    """Word vectors, a convolution for each length of phrase, the strongest hit of each filter, a linear head.

    Input  (batch, words), word numbers; 0 is padding and changes no score
    Output (batch, classes), raw scores
    """

    def __init__(self, words: int, classes: int, width: int, dropout: float) -> None:
        super().__init__()
        self.embedding = nn.Embedding(words, width, padding_idx=0)  # padding's vector is zero and stays so
        nn.init.normal_(self.embedding.weight[1:], std=0.1)  # small, so that words soon learn what they mean
        self.phrases = nn.ModuleList(nn.Conv1d(width, width, size) for size in PHRASES)
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(len(PHRASES) * width, classes)
        nn.init.normal_(self.head.weight, std=0.01)  # at first all classes are about equally likely

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        padding = tokens.eq(0)
        padding[:, 0] = False  # the start of a text is there even where the text is not
        x = self.embedding(tokens).mT  # (batch, width, words)
        hits = [phrase(F.pad(x, (0, size - 1))) for phrase, size in zip(self.phrases, PHRASES, strict=True)]
        x = torch.cat(hits, 1)  # (batch, 3 * width, words), how well the phrase that begins there fits
        x = x.masked_fill(padding[:, None], -torch.inf).amax(2).relu()  # (batch, 3 * width)
        return self.head(self.dropout(x))  # (batch, classes)


def build(meta: dict, config: Config) -> nn.Module:
    """The network for the words of meta["vocabulary"] and the classes of meta["classes"]."""
    return CNN(len(meta["vocabulary"]), len(meta["classes"]), config.width, config.dropout)
