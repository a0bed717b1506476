"""A bag of words: a linear model on which words a text holds, each once (Pang, Lee and Vaithyanathan 2002)."""

from config import Config

import torch
from torch import nn

ANY_ORDER = True  # of the words gives the same answer, which check.py asks


class Bag(nn.Module):
    """A weight of each word for each class; a text's score is their sum over its words, as if it were of length one.

    Input  (batch, words), word numbers; 0 is padding and changes no score
    Output (batch, classes), raw scores
    """

    def __init__(self, words: int, classes: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(words, classes, padding_idx=0)
        nn.init.normal_(self.embedding.weight[1:], std=0.01)  # at first all classes are about equally likely

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        x = tokens.sort(1).values
        is_new = x.diff(dim=1, prepend=torch.zeros_like(x[:, :1])) > 0  # the first of each word, and no padding
        share = is_new / is_new.sum(1, keepdim=True).clamp(min=1).sqrt()  # (batch, words)
        return (self.embedding(x) * share[..., None]).sum(1)  # (batch, classes)


def build(meta: dict, config: Config) -> nn.Module:
    """The weights for the words of meta["vocabulary"] and the classes of meta["classes"]."""
    return Bag(len(meta["vocabulary"]), len(meta["classes"]))
