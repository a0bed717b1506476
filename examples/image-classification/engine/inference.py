"""Answers of a trained model, as NumPy arrays: the one path that training, evaluation, prediction and demos share."""

from typing import Any

import numpy as np
import torch
from torch import nn

import loss
from engine import device as devices
from engine import feed
from splits import Split, take

BATCH = 512  # rows at a time; only memory depends on it


@torch.inference_mode()
def outputs(model: nn.Module, split: Split, meta: dict[str, Any], batch_size: int = BATCH) -> np.ndarray:
    """What predictions.npz keeps of every example of a split, in order."""
    model.eval()
    device = next(model.parameters()).device
    parts = []
    for rows in feed.slices(len(split), batch_size):
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
    for index in feed.slices(rows, batch_size):
        with devices.autocast(model):
            parts.append(loss.answers(model, devices.to_tensors(take(inputs, index), device), None, meta).float().cpu())
    return torch.cat(parts).numpy()


@torch.no_grad()
def mean_loss(model: nn.Module, split: Split, rows: np.ndarray, meta: dict[str, Any]) -> float:
    """What training minimises, for some rows, without dropout and in float32."""
    device = next(model.parameters()).device
    inputs, targets = (devices.to_tensors(take(arrays, rows), device) for arrays in (split.inputs, split.targets))
    return float(loss.loss(model.eval(), inputs, targets, meta))


def parameter_count(model: nn.Module) -> int:
    """Numbers that training sets."""
    return sum(parameter.numel() for parameter in model.parameters())
