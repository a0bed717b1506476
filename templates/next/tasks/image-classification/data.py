"""Pictures with a class each, from a folder of folders to train, valid and test: `python data.py` shows them."""

import hashlib
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import common
import metrics
from common import Problem, located
from config import Config

import numpy as np
from PIL import Image, ImageOps
from sklearn.datasets import load_digits

INPUT = "a picture file or a folder of pictures"
ENDINGS = {".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff"}


class Pictures:
    """Pictures kept as bytes that become standardised floats when a batch is cut: the one normalisation."""

    def __init__(self, images: np.ndarray, meta: dict) -> None:
        self.images, self.meta = images, meta  # (rows, height, width, channels) bytes

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, rows: object) -> np.ndarray:
        """Floats, (rows, height, width, channels); over train their mean is 0 and their deviation 1."""
        images = self.images[rows].astype(np.float32)
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
    if config.data:
        path = located(config.data)
        images, labels, classes = folder(path, config.size)
        about = {"name": path.name, "sha256": common.sha256(path)}
    else:
        images, labels, classes = sample()
        about = {"name": "digits (scikit-learn)", "sha256": hashlib.sha256(images.tobytes()).hexdigest()}
    keys = np.array([alike(image) for image in images], np.uint64)
    part = common.divide(keys, labels, config)
    kept, targets = np.unique(labels[part >= 0], return_inverse=True)
    train = images[part == 0]
    meta = {
        "shape": list(images.shape[1:]),
        "classes": [classes[number] for number in kept],
        **metrics.choose(config, targets, part[part >= 0] == 0),
        "mean": round(float(train.mean()), 3),
        "deviation": round(max(1.0, float(train.std())), 3),
        "data": {**about, "path": config.data, "rows": len(images)},
    }
    numbers = np.searchsorted(kept, labels)

    def split(number: int) -> Split:
        rows = np.flatnonzero(part == number)
        return Split(Pictures(images[rows], meta), numbers[rows], rows, keys[rows])

    return Data(split(0), split(1), split(2), meta)


def sample() -> tuple[np.ndarray, np.ndarray, list[str]]:
    """1,797 handwritten digits of 8×8 pixels that come with scikit-learn, their class numbers, and the classes."""
    digits = load_digits()
    images = (digits.images * (255 / 16)).round().astype(np.uint8)
    return images[..., None], digits.target.astype(np.int64), [str(name) for name in digits.target_names]


def folder(path: Path, size: int) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """All pictures below a folder, their class numbers, and the classes; decoded once, into prepared/."""
    files = sorted(file for file in path.rglob("*") if file.suffix.lower() in ENDINGS and file.parent != path)
    if not files:
        raise Problem(f"{path} holds no folders of pictures; make a folder for each class")
    stamp = "".join(f"{file}{file.stat().st_size}{file.stat().st_mtime_ns}" for file in files)
    ready = common.ROOT / "prepared" / f"{hashlib.sha256(f'{size}{stamp}'.encode()).hexdigest()[:16]}.npz"
    if not ready.is_file():
        with ThreadPoolExecutor() as pool:
            pictures = list(pool.map(lambda file: decoded(file, (size, size, 3)), files))
        good = [number for number, picture in enumerate(pictures) if picture is not None]
        if bad := [str(file) for file, picture in zip(files, pictures, strict=True) if picture is None]:
            print(f"note: {len(bad)} pictures cannot be read and are left out, first {bad[0]}", file=sys.stderr)
        ready.parent.mkdir(exist_ok=True)
        names = [files[number].relative_to(path).parts[0] for number in good]
        np.savez(ready, images=np.stack([pictures[number] for number in good]), names=names)
    with np.load(ready) as arrays:
        classes, labels = np.unique(arrays["names"], return_inverse=True)
        return arrays["images"], labels.astype(np.int64), classes.tolist()


def decoded(file: Path, shape: tuple[int, int, int]) -> np.ndarray | None:
    """A picture as bytes of a shape: upright, its middle square, what is transparent on white; None if it is broken."""
    try:
        with Image.open(file) as opened:
            picture = ImageOps.exif_transpose(opened).convert("RGBA")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    picture = Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture)
    picture = ImageOps.fit(picture.convert("RGB" if shape[2] == 3 else "L"), (shape[1], shape[0]))
    return np.asarray(picture).reshape(shape)


def alike(image: np.ndarray) -> int:
    """The same number for pictures that look alike: which of 8×8 fields are brighter than the mean."""
    small = np.asarray(Image.fromarray(image.squeeze()).convert("L").resize((8, 8), Image.Resampling.BOX))
    return int.from_bytes(np.packbits(small > small.mean()).tobytes(), "big")


def read_new(source: str, meta: dict) -> tuple[list[str], Pictures]:
    """Names of new pictures, and these as the model takes them, made the size of those of training."""
    path = Path(source)
    if source == "-":
        raise Problem("a picture cannot come from standard input; name its file", 2)
    if not path.exists():
        raise Problem(f"{path} does not exist; name {INPUT}")
    files = sorted(file for file in path.rglob("*") if file.suffix.lower() in ENDINGS) if path.is_dir() else [path]
    pictures = {str(file): decoded(file, meta["shape"]) for file in files}
    bad = [name for name, picture in pictures.items() if picture is None]
    if len(bad) == len(files):
        raise Problem(f"{source} is or holds no picture that can be read; name {INPUT}")
    if bad:
        print(f"note: {len(bad)} of {len(files)} pictures cannot be read, first {bad[0]}", file=sys.stderr)
    good = {name: picture for name, picture in pictures.items() if picture is not None}
    return list(good), Pictures(np.stack(list(good.values())), meta)


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
