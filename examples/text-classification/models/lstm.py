"""A recurrent network that reads a text word by word, from both ends."""

from config import Config

import torch
from torch import nn


class LSTM(nn.Module):
    """Word vectors, an LSTM in each direction, the strongest value of each feature, a linear head.

    Input  (batch, words), word numbers; 0 is padding and changes no score
    Output (batch, classes), raw scores
    """

    def __init__(self, words: int, classes: int, width: int, dropout: float) -> None:
        super().__init__()
        self.embedding = nn.Embedding(words, width, padding_idx=0)
        nn.init.normal_(self.embedding.weight[1:], std=0.1)  # small, so that words soon learn what they mean
        self.forwards = nn.LSTM(width, width, batch_first=True)
        self.backwards = nn.LSTM(width, width, batch_first=True)
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(2 * width, classes)
        nn.init.normal_(self.head.weight, std=0.01)  # at first all classes are about equally likely

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        padding = tokens.eq(0)
        padding[:, 0] = False  # the start of a text is there even where the text is not
        place = torch.arange(tokens.shape[1], device=tokens.device)
        last = (~padding).sum(1, keepdim=True) - 1
        from_end = torch.where(padding, place, last - place)  # (batch, words): reads words backwards, leaves padding
        x = self.dropout(self.embedding(tokens))  # (batch, words, width)
        y = x.take_along_dim(from_end[..., None], 1)
        x = torch.cat([self.forwards(x)[0], self.backwards(y)[0]], 2)  # (batch, words, 2 * width)
        x = x.masked_fill(padding[..., None], -torch.inf).amax(1)  # (batch, 2 * width)
        return self.head(self.dropout(x))  # (batch, classes)


def build(meta: dict, config: Config) -> nn.Module:
    """The network for the words of meta["vocabulary"] and the classes of meta["classes"]."""
    return LSTM(len(meta["vocabulary"]), len(meta["classes"]), config.width, config.dropout)
