"""Noise and pictures, from your files to train, valid and test: the noise is the input, the pictures are the target.

Understood by --data: a folder or .zip of pictures (with folders inside or without, optionally under train/, valid/ and
test/), a folder with MNIST-style idx files, or an .npz with x_train (and x_test); labels are not used.
"""

from pathlib import Path
from typing import Any

import numpy as np

import cli
import pictures
import runs
from config import MODELS, Config
from pictures import Pictures
from pictures.picture_splits import divide_rows
from splits import Data, Split, take
from support import bundled

INPUT = "how many pictures to make"
SMALLEST = 4  # pixels a side
MOST_NEW = 10_000  # pictures that one call of predict.py makes
MOST_FITTED = 5_000  # training pictures the principal components are fitted on; more hardly change them …
MOST_NUMBERS = 20_000_000  # … and at most so many pixels, for the sake of memory


class Scaled:
    """Pictures kept as bytes that become floats in [-1, 1] when a batch is cut: the one normalisation.

    images  (n, height, width, channels) bytes, in memory or mapped into it
    rows    which of them these are; None = all
    groups  (n,) equal for pictures that look alike; None where that does not matter
    """

    def __init__(self, images: np.ndarray, rows: np.ndarray | None = None, groups: np.ndarray | None = None) -> None:
        self.images, self.groups = images, groups
        self.rows = np.arange(len(images)) if rows is None else rows

    def __len__(self) -> int:
        return len(self.rows)

    def raw(self, index: Any) -> np.ndarray:
        """Pictures `index` as (batch, height, width, channels) bytes."""
        return self.images[self.rows[index]]

    def __getitem__(self, index: Any) -> np.ndarray:
        """Pictures `index` as (batch, height, width, channels) floats."""
        return self.raw(index).astype(np.float32) / 127.5 - 1


def load(config: Config) -> Data:
    """Read pictures, divide them, give every split its noise, and find the principal components of train."""
    path = Path(config.data)
    given = pictures.read(path, config.size, config.skip_bad, labelled=False) if config.data else sample()
    shape = list(given.images.shape[1:])
    if min(shape[:2]) < SMALLEST:
        raise cli.Fault(f"{given.name} has pictures of {shape[0]}×{shape[1]}; {SMALLEST} a side at least")
    train, valid, test = divide_rows(config, given, labelled=False)
    valid, test = (fewer(rows, min(config.compared, len(train)), config) for rows in (valid, test))
    if min(len(train), len(valid), len(test)) < 2:
        raise cli.Fault(f"{config.data or given.name} has {len(given.rows)} pictures, too few to compare; add some")
    targets = [Scaled(given.images, rows, given.groups) for rows in (train, valid, test)]
    meta = {
        "shape": shape,
        "latent": config.latent,
        "basis": principal_components(targets[0], min(config.components, len(valid) // 2, len(test) // 2)),
        "data": {"name": given.name, "path": config.data, "sha256": given.sha256, "rows": len(given.rows)},
    }
    inputs = (
        noise((len(train), config.latent), 0),
        noise((len(valid), 1, config.latent), 1),  # one draw, always the same, so that epochs can be compared
        noise((len(test), config.draws, config.latent), 2),
    )
    splits = (Split(z, scaled, scaled.rows) for z, scaled in zip(inputs, targets, strict=True))
    return Data(*splits, meta)


def noise(shape: tuple[int, ...], seed: int) -> np.ndarray:
    """Random numbers of a standard normal distribution, the same for the same seed."""
    return np.random.default_rng(seed).standard_normal(shape, dtype=np.float32)


def augment(inputs: np.ndarray, targets: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Fresh noise for every training step: a generator must not learn a list of pictures by heart."""
    return rng.standard_normal(inputs.shape, dtype=np.float32), targets


def sample() -> Pictures:
    """1,797 handwritten digits of 8×8 pixels that come with scikit-learn."""
    digits = bundled.numbers("digits.csv.gz", ",")
    images = (digits[:, :64] * (255 / 16)).round().astype(np.uint8).reshape(-1, 8, 8, 1)
    return pictures.from_arrays("digits (scikit-learn)", images, np.zeros(len(images), int))


def fewer(rows: np.ndarray, most: int, config: Config) -> np.ndarray:
    """At most so many of the rows, drawn at random: what is compared must be of one size for all."""
    return np.sort(np.random.default_rng(config.split_seed).permutation(rows)[:most])


def principal_components(images: Scaled, most: int) -> list[list[float]]:
    """The directions in which training pictures differ most, (components, pixels).

    They are scaled such that along all of them together the training pictures have a variance of 1.
    """
    from sklearn.decomposition import PCA

    fitted = min(MOST_FITTED, max(100, MOST_NUMBERS // images.images[0].size))
    rows = np.random.default_rng(0).permutation(len(images))[:fitted]
    flat = images[rows].reshape(len(rows), -1)
    pca = PCA(max(1, min(most, *flat.shape)), random_state=0).fit(flat)
    basis = pca.components_ / np.sqrt(max(pca.explained_variance_.sum(), 1e-12))
    basis *= np.sign(basis[np.arange(len(basis)), np.abs(basis).argmax(1)])[
        :, None
    ]  # a direction has no sign of its own
    return [[float(f"{value:.4g}") for value in row] for row in basis.tolist()]


def example_keys(split: Split) -> np.ndarray:
    """What must not stand in two splits: the group of each picture, which it shares with all that look alike."""
    return split.targets.groups[split.targets.rows]


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
    data = load(runs.located(next(iter(MODELS.values()))()))
    for name, split in (("train", data.train), ("valid", data.valid), ("test", data.test)):
        inputs, targets = take(split.inputs, slice(0, 2)), take(split.targets, slice(0, 2))
        print(f"{name}: {len(split)} pictures, a batch of two is {targets.shape} made from {inputs.shape}")


if __name__ == "__main__":
    cli.run(main)
