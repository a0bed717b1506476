"""What training a classifier minimises, and what it answers; on raw scores (batch, classes)."""

import torch
from torch import nn
from torch.nn import functional as F


def loss(model: nn.Module, inputs: torch.Tensor, targets: torch.Tensor, meta: dict) -> torch.Tensor:
    """Mean cross-entropy in nats, a scalar; rows of a class with a weight count that often."""
    weights = meta["class_weights"]
    weight = torch.tensor(weights, device=targets.device) if weights else None
    nats = F.cross_entropy(model(inputs).float(), targets, weight, reduction="none")  # (batch,)
    return nats.mean()  # not by the weights in the batch, or rare classes would count less in small ones


def answers(model: nn.Module, inputs: torch.Tensor, targets: torch.Tensor | None, meta: dict) -> torch.Tensor:
    """Class probabilities, (batch, classes)."""
    return model(inputs).float().softmax(1)
