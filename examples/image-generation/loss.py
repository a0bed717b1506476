"""What the two players of a GAN minimise: the non-saturating loss of Goodfellow et al. (2014); and what it answers."""

import torch
from torch import nn
from torch.nn import functional as F

JITTER = 0.1  # the noise's standard deviation, of pictures in [-1, 1]


def tell_apart(model: nn.Module, real: torch.Tensor, made: torch.Tensor) -> torch.Tensor:
    """The discriminator's loss, a scalar: real pictures above 0, made ones below, and no steep slopes beside real ones.

    real, made  (batch, height, width, channels) in [-1, 1]
    """
    judge = model.discriminator
    scores = judge(real).float()  # (batch,), above 0 means "real"
    beside = judge(real + JITTER * torch.randn_like(real)).float()
    steepness = ((beside - scores) / JITTER).square().mean() / 2  # R1 of Mescheder et al. (2018), by differences
    fake = judge(made.detach()).float()
    return F.softplus(-scores).mean() + F.softplus(fake).mean() + model.penalty * steepness


def fool(model: nn.Module, made: torch.Tensor) -> torch.Tensor:
    """The generator's loss, a scalar: made pictures should be taken for real."""
    return F.softplus(-model.discriminator(made).float()).mean()


def loss(model: nn.Module, inputs: torch.Tensor, targets: torch.Tensor, meta: dict) -> torch.Tensor:
    """What should fall, a scalar: how far means and spreads of made pictures are from those of real ones.

    inputs   (batch, latent) noise
    targets  (batch, height, width, channels) real pictures in [-1, 1]
    """
    basis = torch.tensor(meta["basis"], device=inputs.device)  # (components, pixels)
    made = model(inputs).float().flatten(1) @ basis.T  # (batch, components)
    real = targets.float().flatten(1) @ basis.T  # (batch, components)
    means, spreads = made.mean(0) - real.mean(0), made.std(0) - real.std(0)
    return means.square().sum() + spreads.square().sum()


def answers(model: nn.Module, inputs: torch.Tensor, targets: torch.Tensor | None, meta: dict) -> torch.Tensor:
    """With targets to be compared with: every draw along the components of train, (batch, draws, components).

    Without: the pictures of noise (batch, latent), (batch, height, width, channels) in [-1, 1].
    """
    if targets is None:
        return model(inputs)
    basis = torch.tensor(meta["basis"], device=inputs.device)
    draws = [model(noise).float().flatten(1) for noise in inputs.unbind(1)]  # one by one, to spare memory
    with torch.autocast(inputs.device.type, enabled=False):
        return torch.stack([images @ basis.T for images in draws], dim=1)
