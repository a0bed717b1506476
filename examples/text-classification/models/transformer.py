"""A transformer: every word of a text looks at every other one (Vaswani et al. 2017, arXiv:1706.03762)."""

from config import Config

import torch
from torch import nn
from torch.nn import functional as F


class Block(nn.Module):
    """Attention, then a small perceptron, each added to what came in (normalised first, as in GPT-2)."""

    def __init__(self, width: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.attention = nn.Linear(width, 3 * width, bias=False)  # a bias of the keys would change nothing
        self.joined = nn.Linear(width, width)
        self.perceptron = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: torch.Tensor, is_word: torch.Tensor) -> torch.Tensor:
        """(batch, words, width) to the same; nobody looks where (batch, words) `is_word` is False."""
        parts = self.attention(self.norm1(x)).unflatten(2, (3, self.heads, -1))  # (batch, words, 3, heads, size)
        query, key, value = parts.permute(2, 0, 3, 1, 4)  # each (batch, heads, words, size)
        y = F.scaled_dot_product_attention(query, key, value, is_word[:, None, None])
        x = x + self.dropout(self.joined(y.transpose(1, 2).flatten(2)))  # (batch, words, width)
        return x + self.dropout(self.perceptron(self.norm2(x)))


class Transformer(nn.Module):
    """Vectors of words and of their places, blocks of attention, the mean over the words, a linear head.

    Input  (batch, words), word numbers; 0 is padding and changes no score
    Output (batch, classes), raw scores
    """

    def __init__(
        self, words: int, length: int, classes: int, width: int, depth: int, heads: int, dropout: float
    ) -> None:
        super().__init__()
        self.embedding = nn.Embedding(words, width, padding_idx=0)
        nn.init.normal_(self.embedding.weight[1:], std=0.1)  # small, so that words soon learn what they mean
        self.places = nn.Parameter(0.02 * torch.randn(length, width))
        self.dropout = nn.Dropout(dropout)
        self.blocks = nn.ModuleList(Block(width, heads, dropout) for _ in range(depth))
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, classes)
        nn.init.normal_(self.head.weight, std=0.01)  # at first all classes are about equally likely

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        is_word = tokens.ne(0)
        is_word[:, 0] = True  # the start of a text is there even where the text is not
        x = self.dropout(self.embedding(tokens) + self.places[: tokens.shape[1]])  # (batch, words, width)
        for block in self.blocks:
            x = block(x, is_word)
        share = is_word / is_word.sum(1, keepdim=True)
        x = (self.norm(x) * share[..., None]).sum(1)  # (batch, width), the mean over the words
        return self.head(x)  # (batch, classes)


def build(meta: dict, config: Config) -> nn.Module:
    """The network for the words of meta["vocabulary"], texts of meta["length"] and the classes of meta["classes"]."""
    length = meta["length"] + 1  # the start of the text
    sizes = config.width, config.depth, config.heads, config.dropout
    return Transformer(len(meta["vocabulary"]), length, len(meta["classes"]), *sizes)
