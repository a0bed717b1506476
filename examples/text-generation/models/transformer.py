"""A small GPT: blocks of causal attention over the characters so far, with rotary positions."""

from config import Config

import torch
from torch import nn
from torch.nn import functional as F


class Attention(nn.Module):
    """Each token gathers from the tokens up to itself; positions enter as rotations (Su et al. 2021).

    Input and output (batch, length, width)
    """

    def __init__(self, width: int, heads: int, context: int) -> None:
        super().__init__()
        self.heads = heads
        self.queries_keys_values = nn.Linear(width, 3 * width, bias=False)
        self.output = nn.Linear(width, width, bias=False)
        half = width // heads // 2
        angles = torch.arange(context)[:, None] * 10_000.0 ** (-torch.arange(half) / half)  # (context, half)
        self.register_buffer("cosine", angles.cos(), persistent=False)
        self.register_buffer("sine", angles.sin(), persistent=False)

    def rotate(self, x: torch.Tensor) -> torch.Tensor:
        """Turn pairs of features by an angle that grows with the position, so that products tell distances."""
        a, b = x.chunk(2, dim=-1)  # (batch, heads, length, half) each
        cosine, sine = self.cosine[: x.shape[2]].to(x.dtype), self.sine[: x.shape[2]].to(x.dtype)
        return torch.cat([a * cosine - b * sine, a * sine + b * cosine], dim=-1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        batch, length, width = x.shape
        x = self.queries_keys_values(x).view(batch, length, 3 * self.heads, width // self.heads)
        queries, keys, values = x.transpose(1, 2).chunk(3, dim=1)  # (batch, heads, length, width / heads) each
        x = F.scaled_dot_product_attention(self.rotate(queries), self.rotate(keys), values, is_causal=True)
        return self.output(x.transpose(1, 2).reshape(batch, length, width))  # (batch, length, width)


class Block(nn.Module):
    """Attention, then two linear layers on each token; both add to what was there.

    Input and output (batch, length, width)
    """

    def __init__(self, width: int, heads: int, context: int, dropout: float) -> None:
        super().__init__()
        self.before_attention = nn.LayerNorm(width)
        self.attention = Attention(width, heads, context)
        self.before_layers = nn.LayerNorm(width)
        self.layers = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = x + self.dropout(self.attention(self.before_attention(x)))
        return x + self.dropout(self.layers(self.before_layers(x)))  # (batch, length, width)


class Transformer(nn.Module):
    """Token vectors, blocks of causal attention, a linear head.

    Input  (batch, length) tokens, length at most the context
    Output (batch, length, tokens) raw scores of each next token, and None: it keeps no state
    """

    def __init__(self, tokens: int, context: int, width: int, depth: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.embedding = nn.Embedding(tokens, width)
        self.blocks = nn.Sequential(*(Block(width, heads, context, dropout) for _ in range(depth)))
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, tokens)
        nn.init.normal_(self.embedding.weight, std=0.02)
        nn.init.normal_(self.head.weight, std=0.01)  # at first all tokens are about equally likely
        for block in self.blocks:  # the sum of all blocks starts as large as one would (Radford et al. 2019)
            for layer in (block.attention.output, block.layers[2]):
                nn.init.normal_(layer.weight, std=0.02 / (2 * depth) ** 0.5)

    def forward(self, tokens: torch.Tensor, state: None = None) -> tuple[torch.Tensor, None]:
        x = self.embedding(tokens[:, -self.blocks[0].attention.cosine.shape[0] :])  # (batch, length, width)
        x = self.blocks(x)  # (batch, length, width)
        return self.head(self.norm(x)), None  # (batch, length, tokens)


def build(meta: dict, config: Config) -> nn.Module:
    """The network for the characters of meta["characters"] and the unknown one, and windows of meta["context"]."""
    tokens = len(meta["characters"]) + 1
    return Transformer(tokens, meta["context"], config.width, config.depth, config.heads, config.dropout)
