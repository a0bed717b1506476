"""The losses of both players of a GAN in the form that spec.json names."""

from spec import SPEC

import torch
from torch import nn

JITTER = 0.1  # as in loss.py


def tell_apart(model: nn.Module, real: torch.Tensor, made: torch.Tensor) -> torch.Tensor:
    """The discriminator's loss in the form of ASSIGNMENT.md, a scalar, and no steep slopes beside real pictures.

    real, made  (batch, height, width, channels) in [-1, 1]
    """
    form, judge = SPEC["judge"], model.discriminator
    scores = judge(real).float()  # (batch,), above 0 means "real"
    beside = judge(real + JITTER * torch.randn_like(real)).float()
    steepness = ((beside - scores) / JITTER).square().mean() / 2
    fake = judge(made.detach()).float()
    if form["form"] == "hinge":
        apart = (form["margin"] - scores).relu().mean() + (form["margin"] + fake).relu().mean()
    else:
        apart = (scores - form["label"]).square().mean() + fake.square().mean()
    return apart + model.penalty * steepness


def fool(model: nn.Module, made: torch.Tensor) -> torch.Tensor:
    """The generator's loss in the form of ASSIGNMENT.md, a scalar: made pictures should be taken for real."""
    form = SPEC["maker"]
    scores = model.discriminator(made).float()  # (batch,)
    each = -scores if form["form"] == "hinge" else (scores - form["label"]).square()
    return each.mean()
