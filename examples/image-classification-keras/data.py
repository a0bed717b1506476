"""Pictures with a class each, divided into train, valid and test: `python data.py` shows them."""

import hashlib
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import common
import metrics
import pictures
from common import Problem, located
from config import Config

import numpy as np

INPUT = "a picture file or a folder of pictures"
MEASURED = 4000  # pictures of train that mean and deviation are measured on; more hardly change them


class Pictures:
    """Pictures kept as bytes that become standardised floats when a batch is cut: the one normalisation."""

    def __init__(self, images: np.ndarray, meta: dict, rows: np.ndarray) -> None:
        self.images, self.meta, self.rows = (
            images,
            meta,
            rows,
        )  # (all, height, width, channels) bytes, and which of them

    def __len__(self) -> int:
        return len(self.rows)

    def raw(self, rows: object) -> np.ndarray:
        """Bytes, (rows, height, width, channels)."""
        return self.images[self.rows[rows]]

    def __getitem__(self, rows: object) -> np.ndarray:
        """Floats, (rows, height, width, channels); over train their mean is 0 and their deviation 1."""
        images = self.raw(rows).astype(np.float32)
        images -= self.meta["mean"]
        images /= self.meta["deviation"]
        return images


class Split(NamedTuple):
    inputs: Pictures  # (rows, height, width, channels) floats when they are cut
    targets: np.ndarray  # (rows,) class numbers
    ids: np.ndarray  # (rows,) numbers of the pictures, in the order of their paths
    keys: np.ndarray  # (rows,) equal for pictures that must not stand in two splits


class Data(NamedTuple):
    train: Split
    valid: Split
    test: Split
    meta: dict  # plain JSON: classes, shape and all that was measured on train


def load(config: Config) -> Data:
    """Read pictures and labels, divide them, and measure mean and deviation on train."""
    path = located(config.data) if config.data else None
    found = pictures.read(path, config.size, labelled=True) if path else sample()
    part = pictures.divided(found, config)
    rows = np.flatnonzero(part >= 0)
    part, keys = part[rows], found.keys[rows]
    names, targets = np.unique(found.labels[rows], return_inverse=True)
    if len(names) < 2:
        raise Problem(f"{config.data} has one class only; make a folder for each class")
    for number, split in enumerate(("train", "valid", "test")):
        if len(lack := np.setdiff1d(np.arange(len(names)), targets[part == number])):
            print(f"note: {split} has no picture of {names[lack[0]]}, one of {len(lack)} such classes", file=sys.stderr)
    train = rows[part == 0]
    some = found.images[train[:: 1 + len(train) // MEASURED]]
    digest = hashlib.sha256(keys.tobytes() + targets.astype("<i8").tobytes()).hexdigest()
    meta = {
        "shape": list(found.images.shape[1:]),
        "classes": names.tolist(),
        **metrics.choose(config, targets, part == 0),
        "mean": round(float(some.mean()), 3),
        "deviation": round(max(1.0, float(some.std())), 3),
    }
    name = path.name if path else "digits (scikit-learn)"
    meta["data"] = {"name": name, "path": config.data, "sha256": digest, "rows": len(rows)}

    def split(number: int) -> Split:
        some = part == number
        return Split(Pictures(found.images, meta, rows[some]), targets[some], rows[some], keys[some])

    return Data(split(0), split(1), split(2), meta)


def misplaced(config: Config, split: Split, meta: dict) -> int:
    """How many pictures of a split have other pixels or another class than the data, read anew, say; for check.py."""
    path, strays = located(config.data) if config.data else None, 0
    found = pictures.read(path, config.size, labelled=True) if path else sample()
    for row, target, image in zip(split.ids, split.targets, split.inputs, strict=True):
        pixels, of = found.images[row], [found.labels[row]]
        if found.names:  # of files these are opened and their folders looked at
            pixels, of = pictures.decoded(path / found.names[row], meta["shape"]), found.names[row].split("/")
        apart = np.abs(image * meta["deviation"] + meta["mean"] - pixels).max()
        strays += apart > 0.5 or meta["classes"][target] not in of
    return strays


def sample() -> pictures.Found:
    """1,797 handwritten digits of 8×8 pixels from scikit-learn's file, as importing its reader takes a second."""
    file = Path(find_spec("sklearn").origin).parent / "datasets" / "data" / "digits.csv.gz"
    digits = np.loadtxt(file, delimiter=",")  # (rows, 64 pixels from 0 to 16 and the class)
    images = (digits[:, :64] * (255 / 16)).round().astype(np.uint8).reshape(-1, 8, 8, 1)
    keys = np.array([pictures.key_of(image) for image in images], np.uint64)
    return pictures.Found(images, keys, digits[:, 64].astype(int).astype(str), np.full(len(images), -1))


def read_new(source: str, meta: dict) -> tuple[list[str], Pictures]:
    """Names of new pictures, and these as the model takes them, made the shape of those of training."""
    path = Path(source)
    if source == "-":
        raise Problem("a picture cannot come from standard input; name its file", 2)
    if not path.exists():
        raise Problem(f"{path} does not exist; name {INPUT}")
    files = [path / name for name in pictures.names_below(path)] if path.is_dir() else [path]
    if not files:
        raise Problem(f"{path} holds no pictures; name {INPUT}")
    read = [pictures.decoded(file, meta["shape"]) for file in files]
    good = [number for number, picture in enumerate(read) if not isinstance(picture, str)]
    bad = [picture for picture in read if isinstance(picture, str)]
    if not good:
        raise Problem(f"cannot be read: {bad[0]}; name {INPUT}")
    if bad:
        print(f"note: {len(bad)} of {len(files)} pictures cannot be read: {bad[0]}", file=sys.stderr)
    images = np.stack([read[number] for number in good])
    return [str(files[number]) for number in good], Pictures(images, meta, np.arange(len(good)))


def decode(output: np.ndarray, meta: dict) -> list[dict]:
    """Class probabilities as answers for people."""
    best = output.argmax(1)
    return [{"class": meta["classes"][k], "probability": float(row[k])} for k, row in zip(best, output, strict=True)]


def main() -> None:
    data = load(common.configured({}))
    for name, split in zip(("train", "valid", "test"), data[:3], strict=True):
        batch = split.inputs[:2]
        print(f"{name}: {len(split.ids)} pictures, a batch of two is {batch.shape} {batch.dtype}")
    print(f"classes: {', '.join(data.meta['classes'])}")


if __name__ == "__main__":
    common.run(main)
