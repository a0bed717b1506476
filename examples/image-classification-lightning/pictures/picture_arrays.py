"""Pictures that come as arrays: MNIST-style idx files and .npz; what cannot be used is a `ValueError` with the line."""

import contextlib
import gzip
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

BLOCK = 16 << 20  # bytes read at once; memory depends on it where pictures are not read as a whole


@dataclass
class Source:
    """An array in a file, packed or not, whose rows are read from first to last."""

    file: Path
    member: str  # of an .npz; "" = an idx file
    shape: tuple[int, ...]
    dtype: np.dtype
    skip: int  # bytes before the first row
    by_column: bool = False  # Fortran's order, in which no row stands by itself: read as a whole

    def blocks(self) -> Iterator[np.ndarray]:
        """Some rows at a time; raises `ValueError` where the file ends too early."""
        row = int(np.prod(self.shape[1:])) * self.dtype.itemsize
        step = self.shape[0] if self.by_column else max(1, BLOCK // max(row, 1))
        with reading(self.file, self.member) as file:
            file.read(self.skip)
            for start in range(0, self.shape[0], max(step, 1)):
                rows = min(step, self.shape[0] - start)
                raw = file.read(rows * row)
                if len(raw) < rows * row:
                    raise ValueError(f"{self.file} is cut off")
                order = "F" if self.by_column else "C"
                yield np.frombuffer(raw, self.dtype).reshape((rows, *self.shape[1:]), order=order)


@contextlib.contextmanager
def reading(path: Path, member: str = "") -> Iterator[BinaryIO]:
    """A file's bytes, unpacked; whatever is wrong with it is a `ValueError` that names it."""
    try:
        if member:
            with zipfile.ZipFile(path) as archive, archive.open(member) as file:
                yield file
        else:
            with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
                yield file
    except (OSError, EOFError, zlib.error, zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise ValueError(f"{path} cannot be read: {error}") from None


def read_idx_folder(path: Path, labelled: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """All of what `idx_folder` finds, in memory."""
    return whole(path, *idx_folder(path, labelled))


def read_npz(path: Path, labelled: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """All of what `npz` finds, in memory."""
    return whole(path, *npz(path, labelled))


def whole(
    path: Path, sources: list[Source], labels: np.ndarray, is_test: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Pictures (n, height, width, channels), labels (n,) and which are of the test set, (n,)."""
    return np.concatenate(list(pictures(path, sources))), labels, is_test


def size(sources: list[Source]) -> int:
    """Bytes of all their pictures."""
    return sum(int(np.prod(source.shape)) for source in sources)


def pictures(path: Path, sources: list[Source]) -> Iterator[np.ndarray]:
    """Pictures of bytes with an axis of their own for the channels, some at a time."""
    most = 0.0  # of other numbers than bytes: up to 1 they are shares of white
    for source in sources:
        if source.dtype != np.uint8:
            for block in source.blocks():
                if not np.isfinite(block).all():
                    raise ValueError(f"{path} holds pictures with NaN or infinite pixels")
                most = max(most, float(block.max(initial=0)))
    for source in sources:
        for block in source.blocks():
            if block.dtype != np.uint8:
                block = (block * (255 if most <= 1 else 1)).clip(0, 255).round().astype(np.uint8)
            yield block[..., None] if block.ndim == 3 else block


def shape(path: Path, sources: list[Source]) -> tuple[int, ...]:
    """(n, height, width, channels) of all sources together; raises `ValueError` for what is no pictures."""
    rows, others = sum(source.shape[0] for source in sources), {source.shape[1:] for source in sources}
    (one, *more) = others
    if len(one) not in (2, 3) or more or not rows:
        found = " and ".join(str((rows, *other)) for other in others)
        raise ValueError(
            f"{path.name} holds pictures of shape {found}; it needs (n, height, width) or (n, height, width, channels)"
        )
    return (rows, *one, 1)[:4]


def idx_folder(path: Path, labelled: bool) -> tuple[list[Source], np.ndarray, np.ndarray]:
    """MNIST-style files: train-images-idx3-ubyte, train-labels-idx1-ubyte and the same of t10k, .gz or not.

    Returns the pictures, labels (n,) and which are of the test set, (n,).
    """
    kinds = ("images", "labels") if labelled else ("images",)
    sources, labels = [], []
    for prefix in ("train", "t10k"):
        files = [next(iter(sorted(path.glob(f"{prefix}-{kind}*"))), None) for kind in kinds]
        if all(files):
            found = [idx(file) for file in files]
            count = found[0].shape[0]
            if count != found[-1].shape[0]:
                raise ValueError(f"{files[0]} has {count} pictures, but {files[-1].name} {found[-1].shape[0]} labels")
            sources.append(found[0])
            labels.append(np.concatenate(list(found[1].blocks())) if labelled else np.zeros(count, np.int64))
        elif prefix == "train":
            names = " or ".join(f"train-{kind}-idx{3 if kind == 'images' else 1}-ubyte" for kind in kinds)
            raise ValueError(f"{path} lacks {names}")
    shape(path, sources)
    joined = np.concatenate(labels)
    return sources, joined, np.arange(len(joined)) >= len(labels[0])


def idx(file: Path) -> Source:
    """One idx file of bytes: two zeros, the type, the number of dimensions, their sizes, the data."""
    with reading(file) as content:
        head = content.read(4)
        if head[:3] != b"\0\0\x08" or len(head) < 4:
            raise ValueError(f"{file} cannot be read as an idx file: it does not start like one of bytes")
        sizes = np.frombuffer(content.read(4 * head[3]), ">i4")
    return Source(file, "", tuple(sizes.tolist()), np.dtype(np.uint8), 4 + 4 * head[3])


def npz(path: Path, labelled: bool) -> tuple[list[Source], np.ndarray, np.ndarray]:
    """An .npz with x_train, y_train and optionally x_test, y_test; or x and y; without any y unless `labelled`.

    Returns the pictures, labels (n,) and which are of the test set, (n,).
    """
    try:
        with zipfile.ZipFile(path) as archive:
            names = [name.removesuffix(".npy") for name in archive.namelist()]
    except (OSError, zipfile.BadZipFile) as error:
        raise ValueError(f"{path} cannot be read as .npz: {error}") from None
    suffixes = [s for s in ("_train", "_test", "") if "x" + s in names]
    if not suffixes:
        needed = "x_train and y_train are" if labelled else "x_train is"
        raise ValueError(f"{path} has the arrays {', '.join(names) or 'none'}; {needed} needed")
    sources = [member(path, "x" + s) for s in suffixes]
    shape(path, sources)
    labels = []
    for s, source in zip(suffixes, sources, strict=True):
        of = member(path, "y" + s) if labelled and "y" + s in names else None
        if labelled and (not of or of.shape[:1] != source.shape[:1]):
            raise ValueError(f"{path}: y{s} does not have a label for every row of x{s}")
        labels.append(np.concatenate(list(of.blocks())).reshape(-1) if of else np.zeros(source.shape[0], np.int64))
    is_test = np.concatenate([np.full(len(part), s == "_test") for s, part in zip(suffixes, labels, strict=True)])
    return sources, np.concatenate(labels), is_test


def member(path: Path, name: str) -> Source:
    """One array of an .npz, by what stands before its numbers."""
    with reading(path, f"{name}.npy") as file:
        version = np.lib.format.read_magic(file)
        read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        shape, by_column, dtype = read(file)
        if dtype.hasobject:
            raise ValueError(f"{path}: the array {name} holds objects; save it as plain numbers")
        return Source(path, f"{name}.npy", shape, dtype, file.tell(), by_column)
