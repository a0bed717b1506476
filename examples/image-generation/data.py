"""Noise and pictures, divided into train, valid and test: the noise is the input, the pictures are the target."""

import importlib
from pathlib import Path
from typing import Any, NamedTuple
from zipfile import BadZipFile

import common
from common import ROOT, Problem, note
from config import Config

import numpy as np

INPUT = "how many pictures to make"
SMALLEST = 4  # pixels a side
MOST_NEW = 10_000  # pictures that one call of predict.py makes
SNAPSHOTS = 12  # pictures from the same noise, to see how they change along training
PROGRESS_SEED, SAMPLES_SEED = 3, 4  # of noise drawn for these and for figures; that of the splits has 0, 1 and 2
MOST_FITTED = 5_000  # training pictures the principal components are fitted on; more hardly change them …
MOST_NUMBERS = 20_000_000  # … and at most so many pixels, for the sake of memory


class Pictures:
    """Pictures kept as bytes that become floats in [-1, 1] when a batch is cut: the one normalisation."""

    def __init__(self, images: np.ndarray, rows: np.ndarray) -> None:
        self.images = images  # (all, height, width, channels) bytes, in memory or mapped into it
        self.rows = rows  # (rows,) which of them

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, rows: Any) -> np.ndarray:
        """Floats, (rows, height, width, channels)."""
        return self.images[self.rows[rows]].astype(np.float32) / 127.5 - 1


class Found(NamedTuple):
    """Pictures as they lie there, and what is said of each."""

    images: np.ndarray  # (rows, height, width, channels) bytes, in memory or mapped into it
    labels: np.ndarray  # (rows,) what these show, which nobody asks here
    keys: np.ndarray  # (rows,) equal for pictures that must not stand in two splits
    part: np.ndarray  # (rows,) 0, 1, 2 for train, valid and test, -1 for what is left out
    names: list[str]  # (rows,) paths inside a folder
    sha256: str


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
    found = opened(config)
    shape = list(found.images.shape[1:])
    if min(shape[:2]) < SMALLEST:
        raise Problem(f"{config.data} has pictures of {shape[0]}×{shape[1]}; {SMALLEST} a side at least")
    part = divided(found, config)
    train, valid, test = (np.flatnonzero(part == number) for number in range(3))
    most = min(config.compared, len(train))  # what is compared must be of one size
    valid = np.random.default_rng(config.split_seed).permutation(valid)[:most]
    test = np.random.default_rng(config.split_seed).permutation(test)[:most]
    if min(len(valid), len(test)) < 2:
        raise Problem(f"{config.data} has {len(found.part)} pictures, too few to compare; add some")
    components = min(config.components, len(valid) // 2, len(test) // 2)
    used = int((part >= 0).sum())
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


def opened(config: Config) -> Found:
    """The pictures that config.data names: of the .npz that hackgen wrote, or of folders, through prepare.py."""
    path = common.located(config.data)
    if path.is_dir():
        if not (ROOT / "prepare.py").is_file():  # laid in for pictures that lie in folders
            raise Problem(f"{path} is a folder, not an .npz; make one: hackgen convert {path} {path.name}.npz")
        return importlib.import_module("prepare").read(path, config.size, labelled=False)
    digest = common.sha256(path)
    try:
        with np.load(path) as file:
            images, labels, splits, groups = (file[name] for name in ("images", "labels", "splits", "groups"))
    except (OSError, ValueError, KeyError, EOFError, NotImplementedError, BadZipFile):
        raise Problem(f"{path} is no .npz that hackgen wrote; make one with: hackgen convert {path} DEST.npz") from None
    if common.sha256(path) != digest:
        raise Problem(f"{path} changed while it was read; train again, or on a copy: --data COPY")
    return Found(images, labels, groups, np.select([splits == "test", splits == "valid"], [2, 1], 0), [], digest)


def divided(found: Found, config: Config) -> np.ndarray:
    """0, 1 or 2 (train, valid, test) for each picture, -1 for what is left out; splits that came with them are kept."""
    part, group = found.part.copy(), np.unique(found.keys, return_inverse=True)[1]
    last = np.zeros(len(part), int)  # of all splits that pictures which look alike are in
    np.maximum.at(last, group, part)
    torn = (part >= 0) & (part < last[group])
    part[torn] = -1
    if torn.any():
        note(f"{torn.sum()} pictures look like some of test or valid and are left out elsewhere")
    there = np.intersect1d(part, [1, 2])
    if len(there) < 2:
        rest = np.flatnonzero(part == 0)
        drawn = common.divide(found.keys[rest], None, config, 0.0 if 2 in there else None)
        part[rest] = np.where(np.isin(drawn, there), 0, drawn)
    return part


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
        raise Problem(f"say {INPUT}, from 1 to {MOST_NEW}, not {source!r}", 2)
    names = [f"{number:05d}" for number in range(1, int(source) + 1)]
    return names, noise((len(names), meta["latent"]), seed)


def decode(output: np.ndarray) -> np.ndarray:
    """Generated floats in [-1, 1] as pictures for people, (rows, height, width, channels) bytes."""
    return ((output + 1) * 127.5).clip(0, 255).round().astype(np.uint8)


def keep_snapshot(run: Path, made: np.ndarray, epoch: int) -> None:
    """Keep what the same noise became after the epochs 1, 2, 4, 8 …"""
    if epoch & (epoch - 1) == 0:
        common.write(run / "progress" / f"{epoch:05d}.npy", lambda file: np.save(file, decode(made)))


def main() -> None:
    data = load(common.configured({}))
    for name, split in zip(("train", "valid", "test"), data[:3], strict=True):
        print(f"{name}: {len(split.ids)} pictures, two are {split.targets[:2].shape}")


if __name__ == "__main__":
    common.run(main)
