"""The loop of PyTorch's users: forward, backward, clip, step."""

from collections.abc import Callable
from typing import Any

import torch
import train
from loss import loss
from torch import nn


def loop(meta: dict, config: Any, batches: list[Any]) -> Callable[[], None]:
    """A pass over the batches, which are tensors by now."""
    model = train.fresh(meta, config).train()
    optimizer = train.make_optimizer(model, config)
    tensors = [(torch.from_numpy(inputs), torch.from_numpy(targets)) for inputs, targets in batches]

    def run() -> None:
        for inputs, targets in tensors:
            value = loss(model, inputs, targets, meta)
            optimizer.zero_grad(set_to_none=True)
            value.backward()
            nn.utils.clip_grad_norm_(model.parameters(), config.clip)
            optimizer.step()
        value.item()

    return run
