"""What a GAN minimises: the non-saturating loss of Goodfellow et al. (2014), both players in one scalar."""

from typing import Any

import torch
from torch import nn
from torch.nn import functional as F


def loss(model: nn.Module, inputs: torch.Tensor, targets: torch.Tensor, meta: dict[str, Any]) -> torch.Tensor:
    """The discriminator's loss plus the generator's, a scalar; each part has gradients for its own player alone.

    inputs   (batch, latent) noise
    targets  (batch, height, width, channels) real pictures in [-1, 1]
    """
    made = model(inputs)
    judge = model.discriminator
    real, fake = judge(targets).float(), judge(made.detach()).float()  # (batch,) each, above 0 means "real"
    tell_apart = F.softplus(-real).mean() + F.softplus(fake).mean()
    judge.requires_grad_(False)  # the generator's loss goes through the judge and leaves it alone
    fool = F.softplus(-judge(made).float()).mean()
    judge.requires_grad_(True)
    return tell_apart + fool


def answers(model: nn.Module, inputs: torch.Tensor, targets: Any, meta: dict[str, Any]) -> torch.Tensor:
    """With targets to be compared with: every draw along the components of train, (batch, draws, components).

    Without: the pictures of noise (batch, latent), (batch, height, width, channels) in [-1, 1].
    """
    if targets is None:
        return model(inputs)
    draws = [model(noise).float().flatten(1) for noise in inputs.unbind(1)]  # one by one, to spare memory
    basis = torch.tensor(meta["basis"], device=inputs.device)  # (components, pixels)
    with torch.autocast(inputs.device.type, enabled=False):
        return torch.stack([images @ basis.T for images in draws], dim=1)  # (batch, draws, components)
