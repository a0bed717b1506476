"""A generative adversarial network: a generator, its running average, and the discriminator that teaches it.

After DCGAN (Radford et al. 2015), without batch normalisation in the discriminator; the running average of the
generator's weights (Yazıcı et al. 2018) is what draws when training is over.
"""

import copy
import math

from config import Config

import torch
from torch import nn


class Generator(nn.Module):
    """A linear layer to a tiny picture of many channels, then each step doubles the sides and halves the channels.

    Input  (batch, latent), standard normal noise
    Output (batch, height, width, channels), floats in [-1, 1]
    """

    def __init__(self, shape: tuple[int, int, int], latent: int, width: int) -> None:
        super().__init__()
        self.height, self.wide, channels = shape
        steps = max(1, math.ceil(math.log2(min(self.height, self.wide) / 4)))  # from 4 pixels or a few less
        inner = width * 2**steps
        self.start = (inner, math.ceil(self.height / 2**steps), math.ceil(self.wide / 2**steps))
        layers: list[nn.Module] = [nn.Linear(latent, math.prod(self.start), bias=False), nn.Unflatten(1, self.start)]
        layers += [nn.BatchNorm2d(inner), nn.ReLU()]
        for inputs in (width * 2**step for step in range(steps, 0, -1)):
            layers.append(nn.ConvTranspose2d(inputs, inputs // 2, 4, stride=2, padding=1, bias=False))
            layers += [nn.BatchNorm2d(inputs // 2), nn.ReLU()]
        self.layers = nn.Sequential(*layers, nn.Conv2d(width, channels, 3, padding=1), nn.Tanh())

    def forward(self, noise: torch.Tensor) -> torch.Tensor:
        x = self.layers(noise)  # (batch, channels, at least height, at least width)
        return x[:, :, : self.height, : self.wide].movedim(1, -1)  # (batch, height, width, channels)


class Discriminator(nn.Module):
    """Convolutions that halve the sides, down to 2 or 3 pixels, and double the channels, then one number a picture.

    Input  (batch, height, width, channels), floats in [-1, 1]
    Output (batch,), raw scores: above 0 means "real"
    """

    def __init__(self, shape: tuple[int, int, int], width: int) -> None:
        super().__init__()
        height, wide, channels = shape
        layers: list[nn.Module] = [nn.Conv2d(channels, width, 3, padding=1), nn.LeakyReLU(0.2)]
        while min(height, wide) > 3:
            layers += [nn.Conv2d(width, 2 * width, 4, stride=2, padding=1), nn.LeakyReLU(0.2)]
            height, wide, width = height // 2, wide // 2, 2 * width
        self.layers = nn.Sequential(*layers, nn.Flatten())
        self.head = nn.Linear(width * height * wide, 1)
        nn.init.normal_(self.head.weight, std=0.001)  # at first it cannot tell

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        x = self.layers(images.movedim(-1, 1))  # (batch, features)
        return self.head(x).squeeze(1)  # (batch,)


class GAN(nn.Module):
    """Both players; while training the generator draws, afterwards its running average.

    Input  (batch, latent), standard normal noise
    Output (batch, height, width, channels), floats in [-1, 1]
    """

    bfloat16_on_cpu = True  # a third less time on MNIST where the processor has it

    def __init__(self, shape: tuple[int, int, int], latent: int, width: int, penalty: float, average: float) -> None:
        super().__init__()
        self.generator = Generator(shape, latent, width)
        self.discriminator = Discriminator(shape, width)
        self.penalty = penalty  # loss.py weighs with it
        self.to(memory_format=torch.channels_last)
        self.average = copy.deepcopy(self.generator)
        for part in self.average.modules():  # buffers for parameters: saved with the model, but not trained
            for name, value in list(part.named_parameters(recurse=False)):
                delattr(part, name)
                part.register_buffer(name, value.detach().clone())
        self.memory = average
        self.register_buffer("updates", torch.tensor(0.0))

    def forward(self, noise: torch.Tensor) -> torch.Tensor:
        if not self.training:
            return self.average(noise)
        self.update_average()
        return self.generator(noise)

    @torch.no_grad()
    def update_average(self) -> None:
        """Move the running average a little towards the generator; at first more, to forget the fresh weights."""
        self.updates += 1
        share = (1 / self.updates).clamp(min=1 - self.memory)
        now = self.generator.state_dict()
        for name, value in self.average.state_dict().items():
            if value.is_floating_point():
                value.lerp_(now[name], share)


def build(meta: dict, config: Config) -> nn.Module:
    """Both nets for pictures of meta["shape"] from noise of meta["latent"] numbers."""
    return GAN(meta["shape"], meta["latent"], config.width, config.penalty, config.average)
