"""A transformer whose tokens are the columns of a table (FT-Transformer, Gorishniy et al. 2021)."""

from config import Config

import torch
from torch import nn
from torch.nn import functional as F


class Attention(nn.Module):
    """Each token gathers from all tokens.

    Input and output (batch, tokens, width)
    """

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.queries_keys_values = nn.Linear(width, 3 * width, bias=False)
        self.output = nn.Linear(width, width)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        batch, tokens, width = x.shape
        x = self.queries_keys_values(x).view(batch, tokens, 3 * self.heads, width // self.heads)
        queries, keys, values = x.transpose(1, 2).chunk(3, dim=1)  # (batch, heads, tokens, width / heads) each
        x = F.scaled_dot_product_attention(queries, keys, values)
        return self.output(x.transpose(1, 2).reshape(batch, tokens, width))  # (batch, tokens, width)


class Block(nn.Module):
    """Attention, then two linear layers on each token; both add to what was there.

    Input and output (batch, tokens, width)
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
        return x + self.dropout(self.layers(self.before_layers(x)))  # (batch, tokens, width)


class Transformer(nn.Module):
    """A token for each column and one for the answer, blocks of attention, a linear head on the answer's token.

    Input  (batch, numbers + categories) floats: standardised numbers, then the code of each category, 0 = unknown
    Output (batch, outputs): a raw score for each class, or one number in deviations from the mean
    """

    def __init__(
        self, bins: list[list], sizes: list[int], outputs: int, width: int, depth: int, heads: int, dropout: float
    ) -> None:
        super().__init__()
        starts, widths = map(torch.tensor, bins)  # (numbers, bins) each
        self.register_buffer("starts", starts, persistent=False)
        self.register_buffer("widths", widths, persistent=False)
        self.numbers = numbers = len(starts)
        self.answer_token = nn.Parameter(torch.randn(width))
        if numbers:
            self.directions = nn.Parameter(torch.randn(numbers, width))
            self.origins = nn.Parameter(torch.randn(numbers, width))
        if starts.numel():
            self.bends = nn.Parameter(torch.zeros(*starts.shape, width))  # at first a number goes one way
        self.embeddings = nn.ModuleList(nn.Embedding(size, width) for size in sizes)
        self.blocks = nn.Sequential(*(Block(width, heads, dropout) for _ in range(depth)))
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, outputs)
        nn.init.normal_(self.head.weight, std=0.01)  # at first all classes are equally likely, a number is the mean

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        numbers, codes = inputs[:, : self.numbers], inputs[:, self.numbers :].long()
        tokens = [self.answer_token.expand(len(numbers), 1, -1)]  # (batch, 1, width)
        if self.numbers:
            tokens.append(numbers[:, :, None] * self.directions + self.origins)  # (batch, numbers, width)
        if self.starts.numel():
            along = ((numbers[:, :, None] - self.starts) / self.widths).clamp(0, 1)  # (batch, numbers, bins)
            tokens[1] = tokens[1] + torch.einsum("rnb,nbw->rnw", along, self.bends)
        columns = zip(self.embeddings, codes.unbind(1), strict=True)
        tokens += [embedding(column)[:, None] for embedding, column in columns]
        x = self.blocks(torch.cat(tokens, dim=1))  # (batch, 1 + numbers + columns, width)
        return self.head(self.norm(x[:, 0]))  # (batch, outputs)


def build(meta: dict, config: Config) -> nn.Module:
    """The network for meta["numbers"] numbers, categories of meta["categories"] values each, and meta["outputs"]."""
    sizes = [meta["bin_starts"], meta["bin_widths"]], meta["categories"], meta["outputs"]
    return Transformer(*sizes, config.width, config.depth, config.heads, config.dropout)
