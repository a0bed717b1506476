"""A network that has seen a million photos (backbone.py) below a new head, which learns alone at first."""

import re

import backbone
from config import Config

import torch
from torch import nn
from torch.nn import functional as F

LEAST = 64  # pixels a side; smaller pictures are enlarged
NO_PHOTO = re.compile(r"\w|\d+|.*(left|right|up|down|north|south|east|west|digit|letter|sign|arrow).*", re.I)


class Pretrained(nn.Module):
    """The network's vector of each picture, dropout, a linear head.

    Input  (batch, height, width, channels), standardised floats
    Output (batch, classes), raw scores
    """

    bfloat16_on_cpu = True  # convolutions gain from it where the processor has it

    def __init__(self, meta: dict, config: Config) -> None:
        super().__init__()
        self.body, mean, deviation = backbone.load(config.weights)
        self.scale = meta["mean"] / 255, meta["deviation"] / 255  # back to 0 to 1, from data.py's normalisation
        self.register_buffer("mean", torch.tensor(mean)[:, None, None], persistent=False)
        self.register_buffer("deviation", torch.tensor(deviation)[:, None, None], persistent=False)
        wanted = config.augment == "on" or (config.augment == "auto" and photos(meta))
        self.augment = wanted and config.dropout > 0
        self.frozen = round(config.frozen_share * config.steps)
        self.register_buffer("steps", torch.zeros((), dtype=torch.int64))  # of training, so far
        parameters = list(self.body.parameters())
        for parameter in parameters[: len(parameters) - max(1, round(config.top_share * len(parameters)))]:
            parameter.requires_grad_(False)
        self.dropout = nn.Dropout(config.dropout)
        with torch.inference_mode():
            features = self.body.eval()(torch.zeros(1, 3, LEAST, LEAST)).shape[1]
        self.head = nn.Linear(features, len(meta["classes"]))
        nn.init.normal_(self.head.weight, std=0.001)  # at first all classes are about equally likely
        self.to(memory_format=torch.channels_last)

    def train(self, mode: bool = True) -> nn.Module:
        """The body stays as it answers: its own dropout and averages are for a million photos."""
        super().train(mode)
        self.body.eval()
        return self

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        mean, deviation = self.scale
        x = (images * deviation + mean).movedim(-1, 1)  # (batch, channels, height, width), 0 to 1
        x = x.expand(-1, 3, -1, -1)  # grey as red, green and blue
        if min(x.shape[2:]) < LEAST:
            x = F.interpolate(x, (LEAST, LEAST), mode="bilinear")
        if self.training and self.augment:
            x = varied(x)
        x = (x - self.mean) / self.deviation
        alone = self.training and bool(self.steps < self.frozen)
        self.steps += self.training
        with torch.set_grad_enabled(torch.is_grad_enabled() and not alone):
            x = self.body(x)  # (batch, features)
        return self.head(self.dropout(x))  # (batch, classes)


def varied(x: torch.Tensor) -> torch.Tensor:
    """Photos (batch, 3, height, width) as somebody else might have taken them: mirrored, nearer, in other light."""
    batch, device = len(x), x.device
    nearer = 0.7 + 0.3 * torch.rand(batch, device=device)  # share of each side that is seen
    mirrored = torch.where(torch.rand(batch, device=device) < 0.5, -1.0, 1.0)
    shift = (1 - nearer)[:, None] * (2 * torch.rand(batch, 2, device=device) - 1)
    place = torch.zeros(batch, 2, 3, device=device)
    place[:, 0, 0], place[:, 1, 1], place[:, :, 2] = nearer * mirrored, nearer, shift
    grid = F.affine_grid(place, list(x.shape), align_corners=False)
    x = F.grid_sample(x.contiguous(), grid, padding_mode="reflection", align_corners=False)
    contrast, bright, tint = (torch.rand(batch, n, 1, 1, device=device) - 0.5 for n in (1, 1, 3))
    x = (x - 0.5) * (1 + 0.4 * contrast) + 0.5 + 0.2 * bright + 0.1 * tint
    return x.clamp(0, 1)


def photos(meta: dict) -> bool:
    """Whether a mirrored picture is of the same class: colours, and no digits, letters or directions."""
    return meta["shape"][2] == 3 and not all(NO_PHOTO.fullmatch(name) for name in meta["classes"])


def build(meta: dict, config: Config) -> nn.Module:
    """The network for pictures of meta["shape"] and the classes of meta["classes"]."""
    return Pretrained(meta, config)
