"""Pictures with a class each, divided into train, valid and test: `python data.py` shows them."""

from pathlib import Path
from typing import NamedTuple

import common
import metrics
import pictures
from common import Problem
from config import Config
from pictures import Pictures

import numpy as np
from PIL import Image

INPUT = "a picture file or a folder of pictures"
MEASURED = 4000  # pictures of train that mean and deviation are measured on; more hardly change them


class Split(NamedTuple):
    inputs: Pictures  # (rows, height, width, channels) floats when they are cut; over train mean 0 and deviation 1
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
    found = pictures.load(config, labelled=True)
    rows = [np.flatnonzero(found.part == number) for number in range(3)]
    used = np.concatenate(rows)
    classes = np.unique(found.labels[used])
    if len(classes) < 2:
        raise Problem(f"{config.data} has one class only; make a folder for each class")
    targets = np.searchsorted(classes, found.labels)
    some = found.images[rows[0][:: 1 + len(rows[0]) // MEASURED]]
    meta = {
        "shape": list(found.images.shape[1:]),
        "classes": classes.tolist(),
        **metrics.choose(config, found.part, targets, classes.tolist()),
        "mean": round(float(some.mean()), 3),
        "deviation": round(max(1.0, float(some.std())), 3),
        "data": {"name": Path(config.data).name, "path": config.data, "sha256": found.sha256, "rows": len(used)},
    }

    def split(number: int) -> Split:
        some = rows[number]
        return Split(inputs(found.images, some, meta), targets[some], some, found.keys[some])

    return Data(split(0), split(1), split(2), meta)


def inputs(images: np.ndarray, rows: np.ndarray, meta: dict) -> Pictures:
    """Pictures as the model takes them."""
    return Pictures(images, rows, meta["mean"], meta["deviation"])


def misplaced(config: Config, split: Split, meta: dict) -> int:
    """How many pictures of a split have other pixels or another class than the data, read anew, say; for check.py."""
    found, strays = pictures.load(config, labelled=True), 0
    for row, target, image in zip(split.ids, split.targets, split.inputs, strict=True):
        pixels, of = found.images[row], [found.labels[row]]
        if found.names:  # of files these are opened, and their folders looked at
            file = common.located(config.data) / found.names[row]
            pixels, of = pictures.decoded(file, meta["shape"]), found.names[row].split("/")
        apart = np.abs(image * meta["deviation"] + meta["mean"] - pixels).max()
        strays += apart > 0.5 or meta["classes"][target] not in of
    return strays


def as_files(split: Split, folder: Path) -> range:
    """Pictures of a split as files that predict.py takes, and which of its answers is whose; for check.py."""
    folder.mkdir()
    for number, image in enumerate(split.inputs.raw(slice(None))):
        Image.fromarray(image.squeeze()).save(folder / f"{number:09}.png")
    return range(len(split.ids))


def read_new(source: str, meta: dict) -> tuple[list[str], Pictures]:
    """Names of new pictures, and these as the model takes them, made the shape of those of training."""
    path = Path(source)
    if not path.exists():
        raise Problem(f"{path} does not exist; name {INPUT}")
    files = [path / name for name in pictures.names_below(path)] if path.is_dir() else [path]
    if not files:
        raise Problem(f"{path} holds no pictures; name {INPUT}")
    images = np.zeros((len(files), *meta["shape"]), np.uint8)
    good = np.flatnonzero(pictures.fill(images, files))
    return [str(files[row]) for row in good], inputs(images, good, meta)


def decode(output: np.ndarray, meta: dict) -> list[dict]:
    """Class probabilities as answers for people."""
    best = output.argmax(1)
    return [{"class": meta["classes"][k], "probability": float(row[k])} for k, row in zip(best, output, strict=True)]


def main() -> None:
    for name, split in load(common.configured({}))._asdict().items():
        print(f"{name}:", split if name == "meta" else f"{len(split.ids)} pictures, two are {split.inputs[:2].shape}")


if __name__ == "__main__":
    common.run(main)
