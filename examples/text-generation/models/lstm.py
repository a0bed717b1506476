"""A character-level LSTM: what it has read so far is kept in a memory of fixed size."""

from config import Config

import torch
from torch import nn

State = tuple[torch.Tensor, torch.Tensor]


class LSTM(nn.Module):
    """Token vectors, LSTM layers, a linear head.

    Input  (batch, length) tokens, and the state after the tokens before (None: nothing was read yet)
    Output (batch, length, tokens) raw scores of each next token, and the state after the last one
    """

    bfloat16_on_cpu = True  # measured a third faster where the processor has it

    def __init__(self, tokens: int, width: int, depth: int, dropout: float) -> None:
        super().__init__()
        self.embedding = nn.Embedding(tokens, width)
        self.memory = nn.LSTM(width, width, depth, batch_first=True, dropout=dropout if depth > 1 else 0.0)
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(width, tokens)
        nn.init.normal_(self.head.weight, std=0.01)  # at first all tokens are about equally likely
        for name, bias in self.memory.named_parameters():
            if name.startswith("bias_ih"):
                nn.init.constant_(bias[width : 2 * width], -2.0)  # gates start closed: near letters matter most

    def forward(self, tokens: torch.Tensor, state: State | None = None) -> tuple[torch.Tensor, State]:
        x = self.embedding(tokens)  # (batch, length, width)
        x, state = self.memory(x, state)  # (batch, length, width)
        return self.head(self.dropout(x)), state  # (batch, length, tokens)


def build(meta: dict, config: Config) -> nn.Module:
    """The network for the characters of meta["characters"] and the unknown one."""
    return LSTM(len(meta["characters"]) + 1, config.width, config.depth, config.dropout)
