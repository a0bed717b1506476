"""The loss of a language model in the form that spec.json names."""

from spec import SPEC

import torch
from torch import nn


def loss(model: nn.Module, inputs: torch.Tensor, targets: torch.Tensor, meta: dict) -> torch.Tensor:
    """The mean of the loss that ASSIGNMENT.md asks for, a scalar; targets (batch, length) of -1 count elsewhere."""
    form = SPEC["loss"]
    scores, _ = model(inputs)  # (batch, length, tokens)
    logs = scores.float().log_softmax(-1)
    counts = targets >= 0
    logs, own = logs[counts], targets[counts]  # (characters, tokens), (characters,)
    own, count = logs.gather(1, own[:, None])[:, 0], logs.shape[1]
    if form["form"] == "smoothing":
        return (-(1 - form["epsilon"]) * own - form["epsilon"] * logs.mean(1)).mean()
    return (-own * ((1 - own.exp()) / (1 - 1 / count)) ** form["gamma"]).mean()
