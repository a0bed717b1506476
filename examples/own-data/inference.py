"""Answers of a trained model, as NumPy arrays: the one path that training, evaluation, prediction and demos share."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch import nn

import device as devices
import loss
from splits import Split, take

BATCH = 512  # rows at a time; only memory depends on it


def batches(rows: int, size: int) -> Iterator[slice]:
    """Consecutive slices that cover every row once."""
    return (slice(start, min(start + size, rows)) for start in range(0, rows, size))


@torch.inference_mode()
def outputs(model: nn.Module, split: Split, meta: dict[str, Any], batch_size: int = BATCH) -> np.ndarray:
    """What predictions.npz keeps of every example of a split, in order."""
    model.eval()
    device = next(model.parameters()).device
    parts = []
    for rows in batches(len(split), batch_size):
        inputs, targets = (devices.to_tensors(take(arrays, rows), device) for arrays in (split.inputs, split.targets))
        with devices.autocast(model):
            parts.append(loss.answers(model, inputs, targets, meta).float().cpu().numpy())
    return np.concatenate(parts)


@torch.inference_mode()
def answers(model: nn.Module, inputs: Any, meta: dict[str, Any], batch_size: int = BATCH) -> np.ndarray:
    """The same for inputs whose targets nobody knows."""
    model.eval()
    device = next(model.parameters()).device
    rows = len(next(iter(inputs.values())) if isinstance(inputs, dict) else inputs)
    parts = []
    for index in batches(rows, batch_size):
        with devices.autocast(model):
            parts.append(loss.answers(model, devices.to_tensors(take(inputs, index), device), None, meta).float().cpu())
    return torch.cat(parts).numpy()


def parameter_count(model: nn.Module) -> int:
    """Numbers that training sets."""
    return sum(parameter.numel() for parameter in model.parameters())
