"""Noise and pictures, from your files to train, valid and test: the noise is the input, the pictures are the target.

Understood by --data: a folder of pictures (with folders inside or without, optionally under train/ and test/), a folder
with MNIST-style idx files, or an .npz with x_train (and x_test); labels are not used.
"""

import hashlib
import sys
from pathlib import Path
from typing import Any

import numpy as np

import cli
import pictures
from config import MODELS, Config
from splits import Data, Split, divide, keys, take

INPUT = "how many pictures to make"
SMALLEST = 4  # pixels a side
MOST_NEW = 10_000  # pictures that one call of predict.py makes
MOST_FITTED = 5_000  # training pictures the principal components are fitted on; more hardly change them


class Scaled:
    """Pictures kept as bytes that become floats in [-1, 1] when a batch is cut: the one normalisation."""

    def __init__(self, images: np.ndarray) -> None:
        self.images = images

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, index: Any) -> np.ndarray:
        """Pictures `index` as (batch, height, width, channels) floats."""
        return self.images[index].astype(np.float32) / 127.5 - 1


def load(config: Config) -> Data:
    """Read pictures, divide them, give every split its noise, and find the principal components of train."""
    path = Path(config.data)
    given = pictures.read(path, config.size, config.skip_bad, labelled=False) if config.data else sample()
    images = given["images"]
    if min(images.shape[1:3]) < SMALLEST:
        raise cli.Fault(
            f"{given['name']} has pictures of {images.shape[1]}×{images.shape[2]}; {SMALLEST} a side at least"
        )
    train, valid, test = divide_rows(config, images, given["is_test"])
    valid, test = (fewer(rows, min(config.compared, len(train)), config) for rows in (valid, test))
    if min(len(train), len(valid), len(test)) < 2:
        raise cli.Fault(f"{config.data or given['name']} has {len(images)} pictures, too few to compare; add some")
    meta = {
        "shape": list(images.shape[1:]),
        "latent": config.latent,
        "basis": principal_components(images[train], min(config.components, len(valid) // 2, len(test) // 2)),
        "data": {
            "name": given["name"],
            "path": config.data,
            "sha256": hashlib.sha256(images.tobytes()).hexdigest(),
            "rows": len(images),
        },
    }
    inputs = (
        noise((len(train), config.latent), 0),
        noise((len(valid), 1, config.latent), 1),  # one draw, always the same, so that epochs can be compared
        noise((len(test), config.draws, config.latent), 2),
    )
    splits = (Split(z, Scaled(images[rows]), rows) for z, rows in zip(inputs, (train, valid, test), strict=True))
    return Data(*splits, meta)


def noise(shape: tuple[int, ...], seed: int) -> np.ndarray:
    """Random numbers of a standard normal distribution, the same for the same seed."""
    return np.random.default_rng(seed).standard_normal(shape, dtype=np.float32)


def augment(inputs: np.ndarray, targets: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Fresh noise for every training step: a generator must not learn a list of pictures by heart."""
    return rng.standard_normal(inputs.shape, dtype=np.float32), targets


def sample() -> dict[str, Any]:
    """1,797 handwritten digits of 8×8 pixels that come with scikit-learn."""
    from sklearn.datasets import load_digits

    images = (load_digits().images * (255 / 16)).round().astype(np.uint8)[..., None]
    return pictures.found("digits (scikit-learn)", images, np.zeros(len(images)), [""])


def divide_rows(config: Config, images: np.ndarray, is_test: np.ndarray) -> list[np.ndarray]:
    """Rows of train, valid and test; equal pictures meet in one split, and the data's own test set is kept."""
    groups = keys(images)
    if not is_test.any():
        return divide(config, groups)
    test = np.flatnonzero(is_test)
    rest = np.flatnonzero(~is_test & ~np.isin(groups, groups[test]))
    if left_out := len(images) - len(test) - len(rest):
        print(f"{left_out} training picture(s) also stand in the test set and are left out", file=sys.stderr)
    train, valid, spare = divide(config, groups[rest], share_for_test=0.0)
    return [rest[np.sort(np.concatenate([train, spare]))], rest[valid], test]


def fewer(rows: np.ndarray, most: int, config: Config) -> np.ndarray:
    """At most so many of the rows, drawn at random: what is compared must be of one size for all."""
    return np.sort(np.random.default_rng(config.split_seed).permutation(rows)[:most])


def principal_components(images: np.ndarray, most: int) -> list[list[float]]:
    """The directions in which training pictures differ most, (components, pixels).

    They are scaled such that along all of them together the training pictures have a variance of 1.
    """
    from sklearn.decomposition import PCA

    rows = np.random.default_rng(0).permutation(len(images))[:MOST_FITTED]
    flat = Scaled(images)[rows].reshape(len(rows), -1)
    pca = PCA(max(1, min(most, *flat.shape)), random_state=0).fit(flat)
    basis = pca.components_ / np.sqrt(max(pca.explained_variance_.sum(), 1e-12))
    basis *= np.sign(basis[np.arange(len(basis)), np.abs(basis).argmax(1)])[
        :, None
    ]  # a direction has no sign of its own
    return [[float(f"{value:.4g}") for value in row] for row in basis.tolist()]


def example_keys(split: Split) -> np.ndarray:
    """What must not stand in two splits: a fingerprint of each picture."""
    return keys(split.targets.images)


def read_new(source: str, meta: dict[str, Any], seed: int = 0) -> tuple[list[str], np.ndarray]:
    """Names and noise of new pictures, (n, latent); `source` says how many."""
    if not source.isdecimal() or not 1 <= int(source) <= MOST_NEW:
        raise cli.Misuse(f"{source!r} is not {INPUT}; give a number from 1 to {MOST_NEW}")
    names = [f"{number:05d}" for number in range(1, int(source) + 1)]
    return names, noise((len(names), meta["latent"]), seed)


def encode(raw: np.ndarray, meta: dict[str, Any]) -> np.ndarray:
    """Noise as the model takes it: as it is."""
    return raw


def decode(output: np.ndarray, meta: dict[str, Any]) -> list[dict[str, Any]]:
    """Generated floats in [-1, 1] as pictures for people: (height, width, channels) bytes."""
    return [{"picture": picture} for picture in ((output + 1) * 127.5).clip(0, 255).round().astype(np.uint8)]


def main() -> None:
    data = load(next(iter(MODELS.values()))())
    for name, split in (("train", data.train), ("valid", data.valid), ("test", data.test)):
        inputs, targets = take(split.inputs, slice(0, 2)), take(split.targets, slice(0, 2))
        print(f"{name}: {len(split)} pictures, a batch of two is {targets.shape} made from {inputs.shape}")


if __name__ == "__main__":
    cli.run(main)
