"""What training a language model minimises: cross-entropy of the next token, on raw scores (batch, length, tokens)."""

import math
from typing import Any

import torch
from torch import nn
from torch.nn import functional as F

UNICODE = 0x110000  # an unknown character is charged for naming one of these on top


def loss(model: nn.Module, inputs: torch.Tensor, targets: torch.Tensor, meta: dict[str, Any]) -> torch.Tensor:
    """Mean nats of the targets (batch, length), a scalar; targets of -1 count elsewhere."""
    scores, _ = model(inputs)
    return F.cross_entropy(scores.flatten(0, 1).float(), targets.flatten(), ignore_index=-1)


def answers(model: nn.Module, inputs: torch.Tensor, targets: torch.Tensor, meta: dict[str, Any]) -> torch.Tensor:
    """Bits charged for each target that counts, (characters,)."""
    scores, _ = model(inputs)
    nats = F.cross_entropy(scores.flatten(0, 1).float(), targets.flatten(), ignore_index=-1, reduction="none")
    targets = targets.flatten()
    escape = math.log2(UNICODE - len(meta["characters"]))
    bits = nats / math.log(2) + escape * (targets == 0)
    return bits[targets >= 0]
