"""One step of training: the optimiser, a batch, and what is done with them."""

from typing import Any

import numpy as np
import torch
from torch import nn

import loss
from config import Config
from engine import device as devices
from engine import feed
from splits import Split


def make_optimizer(model: nn.Module, config: Config, fused: bool = True) -> torch.optim.Optimizer:
    """AdamW that leaves biases and gains, all that is no matrix, out of the weight decay."""
    matrices = [parameter for parameter in model.parameters() if parameter.ndim >= 2]
    others = [parameter for parameter in model.parameters() if parameter.ndim < 2]
    groups = [{"params": matrices, "weight_decay": config.weight_decay}, {"params": others, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=config.learning_rate, betas=(config.beta1, config.beta2), fused=fused)


def train_batch(split: Split, rows: np.ndarray, device: torch.device, key: tuple[int, int, int]) -> tuple[Any, Any]:
    """A training batch as tensors; `key` (seed, epoch, step) decides all that is random, dropout too."""
    inputs, targets = feed.batch(split, rows, key)
    devices.seed(device, feed.luck(key))
    return devices.to_tensors(inputs, device), devices.to_tensors(targets, device)


def train_step(
    model: nn.Module, optimizer: torch.optim.Optimizer, batch: tuple[Any, Any], meta: dict, clip: float, rate: float
) -> torch.Tensor:
    """One step down the gradient; returns the loss before it, a scalar tensor."""
    for group in optimizer.param_groups:
        group["lr"] = rate
    with devices.autocast(model):
        value = loss.loss(model, *batch, meta)
    optimizer.zero_grad(set_to_none=True)
    value.backward()
    nn.utils.clip_grad_norm_(model.parameters(), clip)
    optimizer.step()
    return value.detach()
