"""Pictures with a class each, from your files to train, valid and test.

Understood by --data: a folder with a folder of pictures for each class (optionally under train/ and test/), a folder
with MNIST-style idx files, or an .npz with x_train, y_train (and x_test, y_test).
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

INPUT = "a picture file or a folder of pictures"


class Scaled:
    """Pictures kept as bytes that become standardised floats when a batch is cut: the one normalisation."""

    def __init__(self, images: np.ndarray, meta: dict[str, Any]) -> None:
        self.images, self.meta = images, meta

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, index: Any) -> np.ndarray:
        """Pictures `index` as (batch, height, width, channels) floats; over train: mean 0, deviation 1."""
        images = self.images[index].astype(np.float32)
        images -= self.meta["mean"]
        images /= self.meta["deviation"]
        return images


def load(config: Config) -> Data:
    """Read pictures and labels, divide them, and measure the scaling constants on train."""
    given = pictures.read(Path(config.data), config.size, config.skip_bad) if config.data else sample()
    images, labels, classes = given["images"], given["labels"], given["classes"]
    if len(classes) < 2:
        raise cli.Fault(f"{config.data} has one class only; put the pictures into a folder for each class")
    train, valid, test = divide_rows(config, images, labels, classes, given["is_test"])
    shades = np.bincount(images[train].ravel(), minlength=256) / images[train].size  # share of pixels of each
    mean = float(shades @ np.arange(256))
    meta = {
        "shape": list(images.shape[1:]),
        "classes": classes,
        "mean": round(mean, 3),
        "deviation": round(max(1.0, float(shades @ (np.arange(256) - mean) ** 2) ** 0.5), 3),
        "data": {
            "name": given["name"],
            "path": config.data,
            "sha256": hashlib.sha256(images.tobytes() + labels.astype("<i8").tobytes()).hexdigest(),
            "rows": len(images),
        },
    }
    return Data(*(Split(Scaled(images[rows], meta), labels[rows], rows) for rows in (train, valid, test)), meta)


def sample() -> dict[str, Any]:
    """1,797 handwritten digits of 8×8 pixels that come with scikit-learn."""
    from sklearn.datasets import load_digits

    digits = load_digits()
    images = (digits.images * (255 / 16)).round().astype(np.uint8)[..., None]
    return pictures.found("digits (scikit-learn)", images, digits.target, [str(i) for i in range(10)])


def divide_rows(
    config: Config, images: np.ndarray, labels: np.ndarray, classes: list[str], is_test: np.ndarray
) -> list[np.ndarray]:
    """Rows of train, valid and test; equal pictures meet in one split, a test set that came with the data is kept."""
    groups = keys(images)
    if not is_test.any():
        return divide(config, groups, labels, classes)
    test = np.flatnonzero(is_test)
    rest = np.flatnonzero(~is_test & ~np.isin(groups, groups[test]))
    if left_out := len(images) - len(test) - len(rest):
        print(f"{left_out} training picture(s) also stand in the test set and are left out", file=sys.stderr)
    train, valid, spare = divide(config, groups[rest], labels[rest], classes, share_for_test=0.0)
    return [rest[np.sort(np.concatenate([train, spare]))], rest[valid], test]


def example_keys(split: Split) -> np.ndarray:
    """What must not stand in two splits: a fingerprint of each picture."""
    return keys(split.inputs.images)


def read_new(source: str, meta: dict[str, Any]) -> tuple[list[str], np.ndarray]:
    """Names and bytes of new pictures, (n, height, width, channels), made the size of the training pictures."""
    path = Path(source)
    if source == "-":
        raise cli.Misuse("a picture cannot come from standard input; name its file")
    if not path.exists():
        raise cli.Fault(f"{path} does not exist; name {INPUT}")
    files = [path] if path.is_file() else sorted(f for f in path.rglob("*") if f.suffix.lower() in pictures.ENDINGS)
    if not files:
        raise cli.Fault(f"{path} holds no pictures")
    return [str(file) for file in files], np.stack([pictures.open_like(file, meta["shape"]) for file in files])


def encode(raw: np.ndarray, meta: dict[str, Any]) -> np.ndarray:
    """Bytes as the model takes them, the same way as in training."""
    return Scaled(raw, meta)[:]


def decode(output: np.ndarray, meta: dict[str, Any]) -> list[dict[str, Any]]:
    """Class probabilities as answers for people."""
    best = output.argmax(1)
    return [{"class": meta["classes"][k], "probability": float(row[k])} for k, row in zip(best, output, strict=True)]


def main() -> None:
    data = load(next(iter(MODELS.values()))())
    for name, split in (("train", data.train), ("valid", data.valid), ("test", data.test)):
        inputs = take(split.inputs, slice(0, 2))
        print(f"{name}: {len(split)} pictures, a batch of two is {inputs.shape} {inputs.dtype}")
    print(f"classes: {', '.join(data.meta['classes'])}")


if __name__ == "__main__":
    cli.run(main)
