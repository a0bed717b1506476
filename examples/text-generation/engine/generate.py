"""Continue a text with a trained model, one token at a time."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch import nn


def continue_text(
    model: nn.Module,
    tokens: np.ndarray,
    length: int,
    temperature: float,
    rng: np.random.Generator,
    meta: dict[str, Any],
) -> Iterator[int]:
    """Yield `length` tokens after `tokens`, drawn from what the model expects.

    A temperature below 1 prefers likely tokens, 0 always takes the likeliest. A model with a state reads each token
    once; one without reads the last meta["context"] tokens again for every step.
    """
    model.eval()
    device = next(model.parameters()).device
    history, state, new = list(map(int, tokens)), None, list(map(int, tokens))
    for _ in range(length):
        with torch.inference_mode():
            scores, state = model(torch.tensor([new], device=device), state)  # (1, length, tokens)
        logits = scores[0, -1].double().cpu().numpy()
        logits[0] = -np.inf  # an unknown character cannot be written
        chances = np.exp((logits - logits.max()) / max(temperature, 1e-6))
        token = int(rng.choice(len(chances), p=chances / chances.sum()))
        yield token
        history.append(token)
        new = [token] if state is not None else history[-meta["context"] :]
