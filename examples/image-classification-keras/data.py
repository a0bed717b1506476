"""Pictures with a class each, from your files to train, valid and test.

Understood by --data: a folder or .zip with a folder of pictures for each class (optionally under train/, valid/ and
test/), a .csv that names picture files and labels, in or beside such a folder or itself, a folder with MNIST-style idx
files, or an .npz with x and y, or with x_train, y_train (and x_test, y_test).
"""

import dataclasses
import hashlib
import sys
from pathlib import Path
from typing import Any

import numpy as np

import cli
import pictures
import runs
from config import MODELS, Config
from pictures import Pictures, picture_list
from pictures.picture_splits import divide_rows, mean_and_deviation
from scoring import balance
from splits import Data, Split, leave_out_rare, take
from support import bundled

INPUT = "a picture file or a folder of pictures"


class Scaled:
    """Pictures kept as bytes that become standardised floats when a batch is cut: the one normalisation.

    images  (n, height, width, channels) bytes, in memory or mapped into it
    rows    which of them these are; None = all
    groups  (n,) equal for pictures that look alike; None where that does not matter
    """

    def __init__(
        self, images: np.ndarray, meta: dict[str, Any], rows: np.ndarray | None = None, groups: np.ndarray | None = None
    ) -> None:
        self.images, self.meta, self.groups = images, meta, groups
        self.rows = np.arange(len(images)) if rows is None else rows

    def __len__(self) -> int:
        return len(self.rows)

    def raw(self, index: Any) -> np.ndarray:
        """Pictures `index` as (batch, height, width, channels) bytes."""
        return self.images[self.rows[index]]

    def __getitem__(self, index: Any) -> np.ndarray:
        """Pictures `index` as (batch, height, width, channels) floats; over train: mean 0, deviation 1."""
        raw = self.raw(index)
        images = np.subtract(raw, self.meta["mean"], out=aligned(raw.shape), dtype=np.float32)
        images /= self.meta["deviation"]
        return images


def aligned(shape: tuple[int, ...]) -> np.ndarray:
    """Memory for floats that begins at a multiple of 64 bytes: there JAX takes an array without copying it."""
    numbers = int(np.prod(shape))
    memory = np.empty(numbers + 16, np.float32)
    start = -memory.ctypes.data % 64 // memory.itemsize
    return memory[start : start + numbers].reshape(shape)


def load(config: Config) -> Data:
    """Read pictures and labels, divide them, and measure the scaling constants on train."""
    given = read(config)
    if len(given.classes) < 2:
        raise cli.Fault(
            f"{config.data} has one class only; put the pictures into a folder for each class, or name them in a .csv"
        )
    if not (given.splits != "").any():
        rows = given.rows
        kept, numbers, classes = leave_out_rare(given.name, given.groups[rows], given.labels[rows], given.classes)
        labels = given.labels.copy()
        labels[rows] = numbers
        given = dataclasses.replace(given, rows=rows[kept], labels=labels, classes=classes)
    labels = given.labels
    train, valid, test = divide_rows(config, given, labelled=True)
    mean, deviation = mean_and_deviation(given, train)
    in_all, in_train = (np.bincount(labels[rows], minlength=len(given.classes)) for rows in (given.rows, train))
    meta = {
        "shape": list(given.images.shape[1:]),
        "classes": given.classes,
        **balance.facts(config, in_all, in_train),
        "mean": round(mean, 3),
        "deviation": round(max(1.0, deviation), 3),
        "data": {
            "name": given.name,
            "path": config.data,
            "sha256": hashlib.sha256(given.sha256.encode() + labels[given.rows].astype("<i8").tobytes()).hexdigest(),
            "rows": len(given.rows),
        },
    }

    def split(rows: np.ndarray) -> Split:
        return Split(Scaled(given.images, meta, rows, given.groups), labels[rows], rows)

    return Data(split(train), split(valid), split(test), meta)


def read(config: Config) -> Pictures:
    """The pictures that --data names, else the sample."""
    if not config.data:
        return sample()
    return pictures.read(Path(config.data), config.size, config.skip_bad, target=config.target)


def misplaced(config: Config, split: Split, meta: dict[str, Any]) -> int:
    """How many pictures of a split have other pixels or another class than their source, read anew, says."""
    given, strays = read(config), 0
    for row, (target, place) in enumerate(zip(split.targets, split.ids, strict=True)):
        pixels = (given.images[place].astype(np.float32) - meta["mean"]) / meta["deviation"]
        same = np.abs(take(split.inputs, row) - pixels).max() < 1e-3
        strays += not same or meta["classes"][target] != given.classes[given.labels[place]]
    return strays + pictures.unlike_files(given, split.ids)


def sample() -> Pictures:
    """1,797 handwritten digits of 8×8 pixels that come with scikit-learn."""
    digits = bundled.numbers("digits.csv.gz", ",")
    images = (digits[:, :64] * (255 / 16)).round().astype(np.uint8).reshape(-1, 8, 8, 1)
    return pictures.from_arrays("digits (scikit-learn)", images, digits[:, 64].astype(int))


def example_keys(split: Split) -> np.ndarray:
    """What must not stand in two splits: the group of each picture, which it shares with all that look alike."""
    return split.inputs.groups[split.inputs.rows]


def read_new(source: str, meta: dict[str, Any]) -> tuple[list[str], np.ndarray]:
    """Names and bytes of new pictures, (n, height, width, channels), made the size of the training pictures."""
    path = Path(source)
    if source == "-":
        raise cli.Misuse("a picture cannot come from standard input; name its file")
    if not path.exists():
        raise cli.Fault(f"{path} does not exist; name {INPUT}")
    files = [path]
    if path.is_dir():
        files = [path / name for name in picture_list.find(path).names]
    if not files:
        raise cli.Fault(f"{path} holds no pictures")
    read, bad = {}, []
    for file in files:
        try:
            read[str(file)] = pictures.open_like(file, meta["shape"])
        except cli.Fault as fault:
            bad.append(str(fault))
    if not read:
        raise cli.Fault(f"{bad[0]}; name {INPUT}")
    if bad:
        print(f"{len(bad)} of {len(files)} pictures are left out, first: {bad[0]}", file=sys.stderr)
    return list(read), np.stack(list(read.values()))


def encode(raw: np.ndarray, meta: dict[str, Any]) -> np.ndarray:
    """Bytes as the model takes them, the same way as in training."""
    return Scaled(raw, meta)[:]


def decode(output: np.ndarray, meta: dict[str, Any]) -> list[dict[str, Any]]:
    """Class probabilities as answers for people."""
    best = output.argmax(1)
    return [{"class": meta["classes"][k], "probability": float(row[k])} for k, row in zip(best, output, strict=True)]


def main() -> None:
    data = load(runs.located(next(iter(MODELS.values()))()))
    for name, split in (("train", data.train), ("valid", data.valid), ("test", data.test)):
        inputs = take(split.inputs, slice(0, 2))
        print(f"{name}: {len(split)} pictures, a batch of two is {inputs.shape} {inputs.dtype}")
    print(f"classes: {', '.join(data.meta['classes'])}")


if __name__ == "__main__":
    cli.run(main)
