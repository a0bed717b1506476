"""Pictures that come as arrays: MNIST-style idx files and .npz; what cannot be used is a `ValueError` with the line."""

import gzip
from pathlib import Path

import numpy as np


def read_idx_folder(path: Path, labelled: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """MNIST-style files: train-images-idx3-ubyte, train-labels-idx1-ubyte and the same of t10k, .gz or not.

    Returns pictures (n, height, width, channels), labels (n,) and which are of the test set, (n,).
    """
    kinds = ("images", "labels") if labelled else ("images",)
    parts = []
    for prefix in ("train", "t10k"):
        files = [next(iter(sorted(path.glob(f"{prefix}-{kind}*"))), None) for kind in kinds]
        if all(files):
            arrays = [read_idx(file) for file in files]
            if len(arrays[0]) != len(arrays[-1]):
                raise ValueError(
                    f"{files[0]} has {len(arrays[0])} pictures, but {files[-1].name} {len(arrays[-1])} labels"
                )
            parts.append((arrays[0], arrays[1] if labelled else np.zeros(len(arrays[0]), np.int64)))
        elif prefix == "train":
            names = " or ".join(f"train-{kind}-idx{3 if kind == 'images' else 1}-ubyte" for kind in kinds)
            raise ValueError(f"{path} lacks {names}")
    images, labels = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    return shaped(path, images), labels, np.arange(len(images)) >= len(parts[0][0])


def read_idx(file: Path) -> np.ndarray:
    """One idx file of bytes: two zeros, the type, the number of dimensions, their sizes, the data."""
    try:
        raw = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
        if raw[:3] != b"\0\0\x08":
            raise ValueError("it does not start like an idx file of bytes")
        shape = np.frombuffer(raw, ">i4", raw[3], 4)
        return np.frombuffer(raw, np.uint8, offset=4 + 4 * raw[3]).reshape(shape)
    except (OSError, EOFError, ValueError, IndexError) as error:
        raise ValueError(f"{file} cannot be read as an idx file: {error}") from None


def read_npz(path: Path, labelled: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """An .npz with x_train, y_train and optionally x_test, y_test; or x and y; without any y unless `labelled`.

    Returns pictures (n, height, width, channels), labels (n,) and which are of the test set, (n,).
    """
    try:
        with np.load(path, allow_pickle=False) as arrays:
            have = {name: arrays[name] for name in arrays.files}
    except (OSError, ValueError, EOFError, KeyError) as error:
        raise ValueError(f"{path} cannot be read as .npz: {error}") from None
    except Exception as error:  # zipfile raises its own kinds for damaged archives
        raise ValueError(f"{path} is a damaged .npz: {error}") from None
    suffixes = [s for s in ("_train", "_test", "") if "x" + s in have]
    if not suffixes:
        needed = "x_train and y_train are" if labelled else "x_train is"
        raise ValueError(f"{path} has the arrays {', '.join(have) or 'none'}; {needed} needed")
    images = np.concatenate([have["x" + s] for s in suffixes])
    if not labelled:
        have |= {"y" + s: np.zeros(len(have["x" + s]), np.int64) for s in suffixes}
    missing = [s for s in suffixes if len(have.get("y" + s, [])) != len(have["x" + s])]
    if missing:
        raise ValueError(f"{path}: y{missing[0]} does not have a label for every row of x{missing[0]}")
    labels = np.concatenate([have["y" + s] for s in suffixes]).reshape(-1)
    is_test = np.concatenate([np.full(len(have["x" + s]), s == "_test") for s in suffixes])
    if images.dtype != np.uint8:
        if not np.isfinite(images).all():
            raise ValueError(f"{path} holds pictures with NaN or infinite pixels")
        images = (images * (255 if images.max() <= 1 else 1)).clip(0, 255).round().astype(np.uint8)
    return shaped(path, images), labels, is_test


def shaped(path: Path, images: np.ndarray) -> np.ndarray:
    """Pictures with an axis of their own for the channels."""
    if images.ndim not in (3, 4) or not len(images):
        shape = "(n, height, width) or (n, height, width, channels)"
        raise ValueError(f"{path.name} holds pictures of shape {images.shape}; {shape}")
    return images[..., None] if images.ndim == 3 else images
