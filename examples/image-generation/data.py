"""Noise and pictures, divided into train, valid and test: the noise is the input, the pictures are the target."""

import io
from pathlib import Path
from typing import NamedTuple

import common
import pictures
from common import Problem
from config import Config
from pictures import Pictures

import numpy as np

INPUT = "how many pictures to make"
SMALLEST = 4  # pixels a side
MOST_NEW = 10_000  # pictures that one call of predict.py makes
SNAPSHOTS = 12  # pictures from the same noise, to see how they change along training
MOST_FITTED = 5_000  # training pictures the principal components are fitted on; more hardly change them …
MOST_NUMBERS = 20_000_000  # … and at most so many pixels, for the sake of memory


class Split(NamedTuple):
    inputs: np.ndarray  # (rows, latent) noise in train, which each step draws anew; (rows, draws, latent) elsewhere
    targets: Pictures  # (rows, height, width, channels) floats in [-1, 1] when they are cut
    ids: np.ndarray  # (rows,) numbers of the pictures, in the order of their paths
    keys: np.ndarray  # (rows,) equal for pictures that must not stand in two splits


class Data(NamedTuple):
    train: Split
    valid: Split
    test: Split
    meta: dict  # plain JSON: shape and all that was measured on train


def load(config: Config) -> Data:
    """Read pictures, divide them, give every split its noise, and find the principal components of train."""
    found = pictures.load(config, labelled=False)
    shape = list(found.images.shape[1:])
    if min(shape[:2]) < SMALLEST:
        raise Problem(f"{config.data} has pictures of {shape[0]}×{shape[1]}; {SMALLEST} a side at least")
    train, valid, test = (np.flatnonzero(found.part == number) for number in range(3))
    most = min(config.compared, len(train))  # what is compared must be of one size
    valid, test = (np.random.default_rng(config.split_seed).permutation(rows)[:most] for rows in (valid, test))
    if min(len(valid), len(test)) < 2:
        raise Problem(f"{config.data} has {len(found.part)} pictures, too few to compare; add some")
    components = min(config.components, len(valid) // 2, len(test) // 2)
    used = int((found.part >= 0).sum())
    meta = {
        "shape": shape,
        "latent": config.latent,
        "metric": "Fréchet distance",
        "basis": principal_components(Pictures(found.images, train), components),
        "data": {"name": Path(config.data).name, "path": config.data, "sha256": found.sha256, "rows": used},
    }
    draws = (), (1,), (config.draws,)  # of valid one, always the same, so that epochs can be compared
    splits = []
    for number, rows in enumerate((train, valid, test)):
        inputs = noise((len(rows), *draws[number], config.latent), number)
        splits.append(Split(inputs, Pictures(found.images, rows), rows, found.keys[rows]))
    return Data(*splits, meta)


def noise(shape: tuple[int, ...], seed: int) -> np.ndarray:
    """Random numbers of a standard normal distribution, the same for the same seed."""
    return np.random.default_rng(seed).standard_normal(shape, dtype=np.float32)


def principal_components(images: Pictures, most: int) -> list[list[float]]:
    """The directions in which training pictures differ most, (components, pixels).

    They are scaled such that along all of them together the training pictures have a variance of 1.
    """
    from sklearn.decomposition import PCA  # slow to import, and predict.py needs none of it

    fitted = min(MOST_FITTED, max(100, MOST_NUMBERS // images.images[0].size))
    rows = np.random.default_rng(0).permutation(len(images))[:fitted]
    flat = images[rows].reshape(len(rows), -1)
    pca = PCA(max(1, min(most, *flat.shape)), random_state=0).fit(flat)
    basis = pca.components_ / np.sqrt(max(pca.explained_variance_.sum(), 1e-12))
    return [[float(f"{value:.4g}") for value in row] for row in basis]


def read_new(source: str, meta: dict, seed: int = 0) -> tuple[list[str], np.ndarray]:
    """Names and noise of new pictures, (rows, latent); `source` says how many."""
    if not source.isdecimal() or not 1 <= int(source) <= MOST_NEW:
        raise Problem(f"{source!r} is not {INPUT}; give a number from 1 to {MOST_NEW}", 2)
    names = [f"{number:05d}" for number in range(1, int(source) + 1)]
    return names, noise((len(names), meta["latent"]), seed)


def decode(output: np.ndarray) -> np.ndarray:
    """Generated floats in [-1, 1] as pictures for people, (rows, height, width, channels) bytes."""
    return ((output + 1) * 127.5).clip(0, 255).round().astype(np.uint8)


def snapshot_noise(config: Config) -> np.ndarray:
    """The noise that is drawn from after every epoch, (SNAPSHOTS, latent)."""
    return noise((SNAPSHOTS, config.latent), 3)


def keep_snapshot(run: Path, made: np.ndarray, epoch: int) -> None:
    """Keep what that noise became after the epochs 1, 2, 4, 8 …"""
    if epoch & (epoch - 1) == 0:
        packed = io.BytesIO()
        np.save(packed, decode(made))
        common.write(run / "progress" / f"{epoch:05d}.npy", packed.getvalue())


def main() -> None:
    for name, split in load(common.configured({}))._asdict().items():
        print(f"{name}:", split if name == "meta" else f"{len(split.ids)} pictures, two are {split.targets[:2].shape}")


if __name__ == "__main__":
    common.run(main)
