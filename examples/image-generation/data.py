"""Noise and pictures, divided into train, valid and test: the noise is the input, the pictures are the target."""

import hashlib
import io
import math
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import common
import pictures
from common import Problem, located
from config import Config

import numpy as np

INPUT = "how many pictures to make"
SMALLEST = 4  # pixels a side
MOST_NEW = 10_000  # pictures that one call of predict.py makes
SNAPSHOTS = 12  # pictures from the same noise, of as many epochs
MOST_FITTED = 5_000  # training pictures the principal components are fitted on; more hardly change them …
MOST_NUMBERS = 20_000_000  # … and at most so many pixels, for the sake of memory


class Pictures:
    """Pictures kept as bytes that become floats in [-1, 1] when a batch is cut: the one normalisation."""

    def __init__(self, images: np.ndarray, rows: np.ndarray) -> None:
        self.images, self.rows = images, rows  # (all, height, width, channels) bytes, and which of them

    def __len__(self) -> int:
        return len(self.rows)

    def raw(self, rows: object) -> np.ndarray:
        """Bytes, (rows, height, width, channels)."""
        return self.images[self.rows[rows]]

    def __getitem__(self, rows: object) -> np.ndarray:
        """Floats, (rows, height, width, channels)."""
        return self.raw(rows).astype(np.float32) / 127.5 - 1


class Split(NamedTuple):
    inputs: np.ndarray  # (rows, latent) noise in train, which each step draws anew; (rows, draws, latent) elsewhere
    targets: Pictures  # (rows, height, width, channels) floats when they are cut
    ids: np.ndarray  # (rows,) numbers of the pictures, in the order of their paths
    keys: np.ndarray  # (rows,) equal for pictures that must not stand in two splits


class Data(NamedTuple):
    train: Split
    valid: Split
    test: Split
    meta: dict  # plain JSON: shape and all that was measured on train


def load(config: Config) -> Data:
    """Read pictures, divide them, give every split its noise, and find the principal components of train."""
    path = located(config.data) if config.data else None
    found = pictures.read(path, config.size, labelled=False) if path else sample()
    name, shape = path.name if path else "digits (scikit-learn)", list(found.images.shape[1:])
    if min(shape[:2]) < SMALLEST:
        raise Problem(f"{name} has pictures of {shape[0]}×{shape[1]}; {SMALLEST} a side at least")
    part = pictures.divided(found, config)
    train, valid, test = (np.flatnonzero(part == number) for number in range(3))
    most = min(config.compared, len(train))
    valid, test = (fewer(rows, most, config) for rows in (valid, test))  # what is compared must be of one size
    if min(len(train), len(valid), len(test)) < 2:
        raise Problem(f"{config.data or name} has {len(part)} pictures, too few to compare; add some")
    components = min(config.components, len(valid) // 2, len(test) // 2)
    meta = {
        "shape": shape,
        "latent": config.latent,
        "metric": "Fréchet distance",
        "basis": principal_components(Pictures(found.images, train), components),
    }
    digest = hashlib.sha256(found.keys[part >= 0].tobytes()).hexdigest()
    meta["data"] = {"name": name, "path": config.data, "sha256": digest, "rows": int((part >= 0).sum())}
    inputs = (
        noise((len(train), config.latent), 0),
        noise((len(valid), 1, config.latent), 1),  # one draw, always the same, so that epochs can be compared
        noise((len(test), config.draws, config.latent), 2),
    )
    splits = zip(inputs, (train, valid, test), strict=True)
    return Data(*(Split(z, Pictures(found.images, rows), rows, found.keys[rows]) for z, rows in splits), meta)


def noise(shape: tuple[int, ...], seed: int) -> np.ndarray:
    """Random numbers of a standard normal distribution, the same for the same seed."""
    return np.random.default_rng(seed).standard_normal(shape, dtype=np.float32)


def sample() -> pictures.Found:
    """1,797 handwritten digits of 8×8 pixels from scikit-learn's file, as importing its reader takes a second."""
    file = Path(find_spec("sklearn").origin).parent / "datasets" / "data" / "digits.csv.gz"
    digits = np.loadtxt(file, delimiter=",")  # (rows, 64 pixels from 0 to 16 and the class)
    images = (digits[:, :64] * (255 / 16)).round().astype(np.uint8).reshape(-1, 8, 8, 1)
    keys = np.array([pictures.key_of(image) for image in images], np.uint64)
    return pictures.Found(images, keys, np.full(len(images), ""), np.full(len(images), -1))


def fewer(rows: np.ndarray, most: int, config: Config) -> np.ndarray:
    """At most so many of the rows, drawn at random."""
    return np.sort(np.random.default_rng(config.split_seed).permutation(rows)[:most])


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
    largest = basis[np.arange(len(basis)), np.abs(basis).argmax(1)]
    basis *= np.sign(largest)[:, None]  # a direction has no sign of its own
    return [[float(f"{value:.4g}") for value in row] for row in basis.tolist()]


def read_new(source: str, meta: dict, seed: int = 0) -> tuple[list[str], np.ndarray]:
    """Names and noise of new pictures, (rows, latent); `source` says how many."""
    if not source.isdecimal() or not 1 <= int(source) <= MOST_NEW:
        raise Problem(f"{source!r} is not {INPUT}; give a number from 1 to {MOST_NEW}", 2)
    names = [f"{number:05d}" for number in range(1, int(source) + 1)]
    return names, noise((len(names), meta["latent"]), seed)


def decode(output: np.ndarray, meta: dict) -> list[dict]:
    """Generated floats in [-1, 1] as pictures for people: (height, width, channels) bytes."""
    return [{"picture": picture} for picture in ((output + 1) * 127.5).clip(0, 255).round().astype(np.uint8)]


def snapshot_noise(config: Config) -> np.ndarray:
    """The noise that is drawn from after every epoch, (SNAPSHOTS, latent)."""
    return noise((SNAPSHOTS, config.latent), 3)


def keep_snapshot(run: Path, made: np.ndarray, epoch: int) -> None:
    """Add pictures to progress.npz of a run, which holds the first epoch and at most SNAPSHOTS others."""
    kept = {str(epoch): made.astype(np.float16)}
    if (run / "progress.npz").is_file():
        with np.load(run / "progress.npz") as arrays:  # epochs from here on are of a training that was cut off
            kept = {name: arrays[name] for name in arrays.files if int(name) < epoch} | kept
    every = 2 ** max(0, math.ceil(math.log2((epoch + 1) / SNAPSHOTS)))
    packed = io.BytesIO()
    np.savez_compressed(packed, **{name: kept[name] for name in kept if int(name) == 1 or int(name) % every == 0})
    common.write(run / "progress.npz", packed.getvalue())


def main() -> None:
    data = load(common.configured({}))
    for name, split in zip(("train", "valid", "test"), data[:3], strict=True):
        made, of = split.inputs[:2], split.targets[:2]
        print(f"{name}: {len(split.ids)} pictures, a batch of two is {of.shape} made from {made.shape}")


if __name__ == "__main__":
    common.run(main)
