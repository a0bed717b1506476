"""What a GAN minimises: the non-saturating loss of Goodfellow et al. (2014), both players in one scalar."""

from typing import Any

import torch
from torch import nn
from torch.nn import functional as F

JITTER = 0.1  # the noise's standard deviation, of pictures in [-1, 1]


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
    return tell_apart + fool + model.penalty * steepness(judge, targets, real)


def steepness(judge: nn.Module, images: torch.Tensor, scores: torch.Tensor) -> torch.Tensor | float:
    """How fast the discriminator's scores (batch,) change beside real pictures, a scalar; 0 when not training.

    Half the mean squared gradient, R1 of Mescheder et al. (2018), from differences to pictures with a little noise.
    """
    if not judge.training:
        return 0.0
    beside = judge(images + JITTER * torch.randn_like(images)).float()  # (batch,)
    return ((beside - scores) / JITTER).square().mean() / 2


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
