"""Reading pictures from where teams keep them: folders, MNIST-style idx files, .npz."""

import gzip
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, UnidentifiedImageError

from cli import Fault

ENDINGS = {".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff"}
LARGEST = 64  # pixels a side, unless --size says more: a baseline in minutes needs no more


def found(
    name: str, images: np.ndarray, labels: np.ndarray, classes: list[str], is_test: np.ndarray | None = None
) -> dict[str, Any]:
    """What a reader returns.

    images   (n, height, width, channels) bytes
    labels   (n,) class numbers
    is_test  (n,) True where the data came with a test set of their own
    """
    is_test = np.zeros(len(images), bool) if is_test is None else is_test
    labels = np.asarray(labels, np.int64)
    return {"name": name, "images": images, "labels": labels, "classes": classes, "is_test": is_test}


def read(path: Path, size: int, skip_bad: bool, labelled: bool = True) -> dict[str, Any]:
    """Read a folder, idx files or an .npz; raises `Fault` naming what cannot be used.

    Unless `labelled`, files of labels are neither needed nor read.
    """
    if not path.exists():
        raise Fault(f"{path} does not exist; name a folder of pictures, idx files or an .npz with --data")
    if path.is_file():
        if path.suffix.lower() != ".npz":
            raise Fault(f"{path} is no .npz and no folder; name a folder of pictures, idx files or an .npz with --data")
        return read_npz(path, labelled)
    if any(path.glob("*-ubyte*")):
        return read_idx_folder(path, labelled)
    return read_folder(path, size, skip_bad)


def read_folder(path: Path, size: int, skip_bad: bool) -> dict[str, Any]:
    """A folder of pictures for each class, optionally under train/ and test/; or pictures without classes."""
    roots = [path / "train", path / "test"] if (path / "train").is_dir() else [path]
    files: list[Path] = []
    is_test: list[bool] = []
    for root in roots:
        here = sorted(f for f in root.rglob("*") if f.suffix.lower() in ENDINGS and not f.name.startswith("."))
        files, is_test = files + here, is_test + [root.name == "test" and root != path] * len(here)
    if not files:
        raise Fault(f"{path} holds no pictures ({', '.join(sorted(ENDINGS))}); name their folder with --data")
    roots = [root if root != path else path for root in roots]
    names = [file.relative_to(next(r for r in roots if r in file.parents)).parts[0] for file in files]
    names = [name if not (path / name).is_file() else "" for name in names]  # a picture outside any class folder
    opened, bad = [], []
    side = size or common_side(files)
    for file in files:
        try:
            opened.append(open_picture(file, side))
        except (OSError, ValueError, UnidentifiedImageError, Image.DecompressionBombError) as error:
            bad.append((file, error))
            opened.append(None)
    if bad and not skip_bad:
        first, error = bad[0]
        raise Fault(f"{len(bad)} of {len(files)} pictures cannot be read, first {first} ({error}); mend or --skip-bad")
    good = [i for i, picture in enumerate(opened) if picture is not None]
    if bad:
        print(f"{len(bad)} picture(s) cannot be read and are left out, first {bad[0][0]}")
    if not good:
        raise Fault(f"no picture in {path} can be read")
    channels = 3 if any(opened[i].ndim == 3 for i in good) else 1
    images = np.stack([to_channels(opened[i], channels) for i in good])
    classes = sorted({names[i] for i in good})
    number = {name: i for i, name in enumerate(classes)}
    labels = [number[names[i]] for i in good]
    return found(path.resolve().name, images, labels, classes, np.array([is_test[i] for i in good]))


def common_side(files: list[Path]) -> int:
    """0 if all pictures are of one size of at most LARGEST, else LARGEST."""
    sizes: Counter[tuple[int, int]] = Counter()
    for file in files:
        try:
            with Image.open(file) as picture:
                sizes[picture.size] += 1
        except (OSError, ValueError, Image.DecompressionBombError):
            continue
    return 0 if len(sizes) == 1 and max(next(iter(sizes))) <= LARGEST else LARGEST


def open_picture(file: Path, side: int) -> np.ndarray:
    """A picture as bytes, (height, width) if grey or (height, width, 3); made a square of `side` pixels if side > 0."""
    with Image.open(file) as picture:
        picture = picture.convert("L" if picture.mode in ("1", "L", "LA", "I", "I;16", "F") else "RGB")
        if side:
            picture = picture.resize((side, side), Image.Resampling.BILINEAR)
        return np.asarray(picture)


def open_like(file: Path, shape: list[int]) -> np.ndarray:
    """A new picture in the size and channels of the training pictures, (height, width, channels) bytes."""
    height, width, channels = shape
    try:
        with Image.open(file) as picture:
            picture = picture.convert("L" if channels == 1 else "RGB")
            if picture.size != (width, height):
                picture = picture.resize((width, height), Image.Resampling.BILINEAR)
            return to_channels(np.asarray(picture), channels)
    except (OSError, ValueError, Image.DecompressionBombError) as error:
        raise Fault(f"{file} cannot be read as a picture: {error}") from None


def to_channels(picture: np.ndarray, channels: int) -> np.ndarray:
    """A picture of (height, width) or (height, width, 3) as (height, width, channels)."""
    picture = picture[..., None] if picture.ndim == 2 else picture
    return np.repeat(picture, 3, axis=2) if channels == 3 and picture.shape[2] == 1 else picture[..., :channels]


def read_idx_folder(path: Path, labelled: bool) -> dict[str, Any]:
    """MNIST-style files: train-images-idx3-ubyte, train-labels-idx1-ubyte and the same of t10k, .gz or not."""
    kinds = ("images", "labels") if labelled else ("images",)
    parts = []
    for prefix in ("train", "t10k"):
        files = [next(iter(sorted(path.glob(f"{prefix}-{kind}*"))), None) for kind in kinds]
        if all(files):
            arrays = [read_idx(file) for file in files]
            if len(arrays[0]) != len(arrays[-1]):
                raise Fault(f"{files[0]} has {len(arrays[0])} pictures, but {files[-1].name} {len(arrays[-1])} labels")
            parts.append((arrays[0], arrays[1] if labelled else np.zeros(len(arrays[0]), np.int64)))
        elif prefix == "train":
            names = " or ".join(f"train-{kind}-idx{3 if kind == 'images' else 1}-ubyte" for kind in kinds)
            raise Fault(f"{path} lacks {names}")
    images, labels = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    is_test = np.arange(len(images)) >= len(parts[0][0])
    return number_classes(path.resolve().name, images, labels, is_test)


def read_idx(file: Path) -> np.ndarray:
    """One idx file of bytes: two zeros, the type, the number of dimensions, their sizes, the data."""
    try:
        raw = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
        if raw[:3] != b"\0\0\x08":
            raise ValueError("it does not start like an idx file of bytes")
        shape = np.frombuffer(raw, ">i4", raw[3], 4)
        return np.frombuffer(raw, np.uint8, offset=4 + 4 * raw[3]).reshape(shape)
    except (OSError, EOFError, ValueError, IndexError) as error:
        raise Fault(f"{file} cannot be read as an idx file: {error}") from None


def read_npz(path: Path, labelled: bool) -> dict[str, Any]:
    """An .npz with x_train, y_train and optionally x_test, y_test; or x and y; without any y unless `labelled`."""
    try:
        with np.load(path, allow_pickle=False) as arrays:
            have = {name: arrays[name] for name in arrays.files}
    except (OSError, ValueError, EOFError, KeyError) as error:
        raise Fault(f"{path} cannot be read as .npz: {error}") from None
    except Exception as error:  # zipfile raises its own kinds for damaged archives
        raise Fault(f"{path} is a damaged .npz: {error}") from None
    suffixes = [s for s in ("_train", "_test", "") if "x" + s in have]
    if not suffixes:
        needed = "x_train and y_train are" if labelled else "x_train is"
        raise Fault(f"{path} has the arrays {', '.join(have) or 'none'}; {needed} needed")
    images = np.concatenate([have["x" + s] for s in suffixes])
    if not labelled:
        have |= {"y" + s: np.zeros(len(have["x" + s]), np.int64) for s in suffixes}
    missing = [s for s in suffixes if len(have.get("y" + s, [])) != len(have["x" + s])]
    if missing:
        raise Fault(f"{path}: y{missing[0]} does not have a label for every row of x{missing[0]}")
    labels = np.concatenate([have["y" + s] for s in suffixes]).reshape(-1)
    is_test = np.concatenate([np.full(len(have["x" + s]), s == "_test") for s in suffixes])
    if images.dtype != np.uint8:
        if not np.isfinite(images).all():
            raise Fault(f"{path} holds pictures with NaN or infinite pixels")
        images = (images * (255 if images.max() <= 1 else 1)).clip(0, 255).round().astype(np.uint8)
    return number_classes(path.stem, images, labels, is_test)


def number_classes(name: str, images: np.ndarray, labels: np.ndarray, is_test: np.ndarray) -> dict[str, Any]:
    """Give the channels an axis of their own and number the labels that occur."""
    if images.ndim not in (3, 4) or not len(images):
        raise Fault(
            f"{name} holds pictures of shape {images.shape}; (n, height, width) or (n, height, width, channels)"
        )
    images = images[..., None] if images.ndim == 3 else images
    classes, numbers = np.unique(labels, return_inverse=True)
    return found(name, images, numbers, [str(c) for c in classes], is_test)
