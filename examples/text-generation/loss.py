"""What training a language model minimises, what it answers, and how it writes; on raw scores of the next token."""

import math
from collections.abc import Iterator

from data import UNICODE, UNKNOWN

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F


def loss(model: nn.Module, inputs: torch.Tensor, targets: torch.Tensor, meta: dict) -> torch.Tensor:
    """Mean nats of the targets (batch, length), a scalar; targets of -1 count elsewhere."""
    scores, _ = model(inputs)  # (batch, length, tokens)
    return F.cross_entropy(scores.flatten(0, 1).float(), targets.flatten(), ignore_index=-1)


def answers(model: nn.Module, inputs: torch.Tensor, targets: torch.Tensor | None, meta: dict) -> torch.Tensor:
    """Bits charged for each target that counts, (characters,); an unknown one is also charged for naming it."""
    scores, _ = model(inputs)  # (batch, length, tokens)
    targets = targets.flatten()
    nats = F.cross_entropy(scores.flatten(0, 1).float(), targets, ignore_index=-1, reduction="none")
    escape = math.log2(UNICODE - len(meta["characters"]))
    bits = nats / math.log(2) + escape * (targets == UNKNOWN)
    return bits[targets >= 0]


@torch.inference_mode()
def continue_text(
    model: nn.Module, tokens: list[int], length: int, temperature: float, rng: np.random.Generator, meta: dict
) -> Iterator[int]:
    """`length` tokens after `tokens`, one by one, drawn from what the model expects.

    A temperature below 1 prefers likely tokens, 0 always takes the likeliest. A model with a state reads each token
    once; one without reads the last meta["context"] tokens again for every step.
    """
    model.eval()
    device = next(model.parameters()).device
    history, state, new = list(tokens), None, list(tokens)
    for _ in range(length):
        scores, state = model(torch.tensor([new], device=device), state)  # (1, length, tokens)
        logits = scores[0, -1].double().cpu().numpy()
        logits[UNKNOWN] = -np.inf  # an unknown character cannot be written
        chances = np.exp((logits - logits.max()) / max(temperature, 1e-6))
        history.append(int(rng.choice(len(chances), p=chances / chances.sum())))
        yield history[-1]
        new = history[-1:] if state is not None else history[-meta["context"] :]
