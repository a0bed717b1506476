"""What training a classifier minimises: cross-entropy, on raw scores (batch, classes)."""

from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from splits import Data

NOT_APPLICABLE = {"causal": "a class is named after all of the input was seen"}


def loss(model: nn.Module, inputs: Any, targets: torch.Tensor, meta: dict[str, Any]) -> torch.Tensor:
    """Mean cross-entropy in nats of the right classes, a scalar; rows of a class with a weight count that often."""
    weights = meta.get("class_weights")
    weight = torch.tensor(weights, device=targets.device) if weights else None
    return F.cross_entropy(model(inputs).float(), targets, weight)


def answers(model: nn.Module, inputs: Any, targets: torch.Tensor | None, meta: dict[str, Any]) -> torch.Tensor:
    """Class probabilities, (batch, classes)."""
    return model(inputs).float().softmax(1)


def at_start(data: Data) -> tuple[float, float]:
    """Loss of a model that knows nothing, ln(classes), and how far from it fresh weights may be."""
    expected = float(np.log(len(data.meta["classes"])))
    return expected, 0.2 * expected


@torch.no_grad()
def yardstick(model: nn.Module, data: Data, batch: tuple[Any, torch.Tensor]) -> float:
    """What must fall in a smoke run: the loss on one fixed training batch, without dropout."""
    return float(loss(model.eval(), *batch, data.meta))
