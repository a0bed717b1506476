"""Which arrays are pictures and which their labels, and of which split: in idx files by their names, so in an .npz."""

import contextlib
import gzip
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

from ...text import leads_out
from .files import RANGES
from .listing import SPLITS

CHANNELS = (1, 3, 4)
MOST_PACKED = 1100  # times as large as packed that bytes can be
MOST_LIKELY, ROOMY = 100, 256 << 20  # times as large as packed that pictures may be, and bytes from which on it counts
LARGEST = 8 << 30  # bytes of an array
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


def whole(path: Path, sources: list[Source]) -> np.ndarray:
    """All pictures in memory, (n, height, width, channels)."""
    found, start = np.empty(shape(path, sources), np.uint8), 0
    for block in pictures(path, sources):
        found[start : start + len(block)] = block
        start += len(block)
    return found


def pictures(path: Path, sources: list[Source]) -> Iterator[np.ndarray]:
    """Pictures of bytes, (rows, height, width, channels), some at a time."""
    black, white = limits(path, sources)
    for source in sources:
        for block in source.blocks():
            if block.dtype != np.uint8:
                block = ((block - black) * (255 / (white - black))).round().astype(np.uint8)
            block = block[..., None] if block.ndim == 3 else block
            yield np.moveaxis(block, 1, -1) if channels_first(block.shape[1:]) else block


def limits(path: Path, sources: list[Source]) -> tuple[float, float]:
    """The values of black and white where pixels are other numbers than bytes: 0 and the end of a range, as in files.

    Pixels that fit no range go from their least to their largest value.
    """
    least, most = 0.0, 0.0
    for source in sources:
        if source.dtype != np.uint8:
            for block in source.blocks():
                if block.dtype.kind not in "uifb":
                    raise ValueError(f"{path} holds pictures of {block.dtype}; save them as bytes from 0 to 255")
                if not np.isfinite(block).all():
                    raise ValueError(f"{path} holds pictures with NaN or infinite pixels")
                least, most = min(least, float(block.min(initial=0))), max(most, float(block.max(initial=0)))
    white = next((float(white) for white in (1, *RANGES) if most <= white), most)
    return (least, most) if least < 0 else (0.0, white)


def channels_first(one: tuple[int, ...]) -> bool:
    """Whether a picture of that shape is (channels, height, width), as PyTorch has it."""
    return len(one) == 3 and one[0] in CHANNELS and one[-1] not in CHANNELS


def shape(path: Path, sources: list[Source]) -> tuple[int, ...]:
    """(n, height, width, channels) of all sources together; raises `ValueError` for what is no pictures."""
    rows, others = sum(source.shape[0] for source in sources), {source.shape[1:] for source in sources}
    (one, *more) = others
    if len(one) not in (2, 3) or more or not rows:
        found = " and ".join(str((rows, *other)) for other in others)
        wanted = "pictures are (n, height, width) or (n, height, width, channels)"
        remedy = f"{wanted}, and a table is best saved as CSV or Parquet"
        raise ValueError(f"{path.name} holds arrays of shape {found}; {remedy}")
    return (rows, *one[1:], one[0]) if channels_first(one) else (rows, *one, 1)[:4]


def idx(file: Path) -> Source:
    """One idx file of bytes: two zeros, the type, the number of dimensions, their sizes, the data."""
    with reading(file) as content:
        head = content.read(4)
        if head[:3] != b"\0\0\x08" or len(head) < 4:
            raise ValueError(f"{file} cannot be read as an idx file: it does not start like one of bytes")
        sizes = np.frombuffer(content.read(4 * head[3]), ">i4")
    source = Source(file, "", tuple(sizes.tolist()), np.dtype(np.uint8), 4 + 4 * head[3])
    return kept_to(source, file.stat().st_size * (MOST_PACKED if file.suffix == ".gz" else 1))


def member(path: Path, name: str) -> Source:
    """One array of an .npz, by what stands before its numbers."""
    with reading(path, f"{name}.npy") as file:
        version = np.lib.format.read_magic(file)
        read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        try:
            shape, by_column, dtype = read(file)
        except Exception as error:  # NumPy's parser raises whatever it meets
            raise ValueError(f"{path}: the head of the array {name} cannot be read ({error})") from None
        if dtype.hasobject:
            raise ValueError(f"{path}: the array {name} holds objects; save it as plain numbers")
        source = Source(path, f"{name}.npy", shape, dtype, file.tell(), by_column)
    with zipfile.ZipFile(path) as archive:
        info = archive.getinfo(source.member)
    count = min(info.file_size, info.compress_size * MOST_PACKED)
    if info.file_size > max(ROOMY, info.compress_size * MOST_LIKELY):
        size = f"{info.file_size >> 20:,} MB, {info.file_size // max(info.compress_size, 1)} times its size"
        raise ValueError(f"{path} unpacks to {size}, as no pictures do; save it without what is empty")
    return kept_to(source, count)


def kept_to(source: Source, most: int) -> Source:
    """The source, if the file has the bytes that its header promises; so none is made room for that never comes."""
    count = int(np.prod(source.shape, dtype=object)) * source.dtype.itemsize
    if source.skip + count > most or min(source.shape, default=0) < 0:
        raise ValueError(f"{source.file} is cut off: {source.member or 'its head'} promises more than the file holds")
    if count > LARGEST:
        raise ValueError(f"{source.file} holds more than {LARGEST >> 30} GB in one array; save pictures as files")
    return source


PICTURES = ("x", "images", "image", "pictures", "pixels", "imgs", "img", "data", "arr_0")  # arr_0: np.savez(x, y)
LABELS = ("y", "labels", "label", "targets", "target", "classes", "class", "arr_1")
SPLIT_WORDS = SPLITS | {"t10k": "test"}  # as MNIST calls it
ORDER = ("", "train", "valid", "test")
Layout = tuple[list[Source], np.ndarray, np.ndarray]  # pictures; labels (n,); "", "valid" or "test", (n,)
_SPLIT = "|".join(sorted(SPLIT_WORDS, key=len, reverse=True))
_NAME = re.compile(rf"(?:({_SPLIT})[-_.]?)?({'|'.join((*PICTURES, *LABELS))})(?:[-_.]?({_SPLIT}))?")


def idx_folder(path: Path, labelled: bool) -> Layout:
    """Files like MNIST's: train-images-idx3-ubyte, train-labels-idx1-ubyte, the same of t10k or test, .gz or not."""
    found: dict[str, dict[str, Path]] = {}
    for file in sorted(file for file in path.glob("*ubyte*") if not leads_out(file, path)):
        words = re.split(r"[-_.]", file.name.lower())
        if kind := next((word for word in words if word in ("images", "labels")), ""):
            files = found.setdefault(next((SPLIT_WORDS[word] for word in words if word in SPLIT_WORDS), ""), {})
            if (other := files.setdefault(kind, file)).name.removesuffix(".gz") != file.name.removesuffix(".gz"):
                raise ValueError(f"{path} holds {other.name} and {file.name}; keep the files of one set in a folder")
    needed = ("images", "labels") if labelled else ("images",)
    whole = {split: files for split, files in found.items() if all(kind in files for kind in needed)}
    if not whole or set(whole) == {"test"}:
        names = " or ".join(f"train-{kind}-idx{3 if kind == 'images' else 1}-ubyte" for kind in needed)
        raise ValueError(f"{path} lacks {names}")
    pairs = {split: [idx(files[kind]) for kind in needed] for split, files in whole.items()}
    names = {split: [files[kind].name for kind in needed] for split, files in whole.items()}
    return together(path, pairs, names)


def npz(path: Path, labelled: bool) -> Layout:
    """An .npz with x and y, or x_train, y_train, x_test …; also images, data, labels, target and the like.

    Raises `ValueError` for one without pictures, or without labels where it should be `labelled`.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            names = [name.removesuffix(".npy") for name in archive.namelist()]
    except (OSError, zipfile.BadZipFile) as error:
        raise ValueError(f"{path} cannot be read as .npz: {error}") from None
    found = [(match, name) for name in names if (match := _NAME.fullmatch(name.lower()))]
    splits = list(dict.fromkeys(SPLIT_WORDS.get(match[1] or match[3], "") for match, _ in found))
    wanted = (PICTURES, LABELS) if labelled else (PICTURES,)
    chosen = {}
    for split in splits:
        own = [(match[2], name) for match, name in found if SPLIT_WORDS.get(match[1] or match[3], "") == split]
        chosen[split] = [next((n for word in words for kind, n in own if kind == word), "") for words in wanted]
    chosen = {split: pair for split, pair in chosen.items() if pair[0]}
    if not chosen or set(chosen) <= {"test", "valid"}:
        needed = "x_train and y_train (or x and y, images and labels …) are" if labelled else "x_train (or x) is"
        raise ValueError(f"{path} has the arrays {', '.join(names) or 'none'}; {needed} needed")
    for split, pair in chosen.items():
        if not all(pair):
            raise ValueError(f"{path} has {pair[0]}, but no labels for it; y{split and f'_{split}'} is needed")
    arrays = {split: [member(path, name) for name in pair] for split, pair in chosen.items()}
    sources, labels, given = together(path, arrays, chosen)
    if "splits" in names and member(path, "splits").shape == given.shape:  # as hackgen itself writes it
        given = np.concatenate(list(member(path, "splits").blocks()))
    return sources, labels, given


def together(path: Path, pairs: dict[str, list[Source]], names: dict[str, list[str]]) -> Layout:
    """The splits one after the other; raises `ValueError` where labels do not belong to the pictures."""
    pairs = {split: pairs[split] for split in ORDER if split in pairs}
    sources = [pair[0] for pair in pairs.values()]
    shape(path, sources)
    labels = []
    for split, (source, *of) in pairs.items():
        rows = source.shape[0]
        if of and of[0].shape[:1] != (rows,):
            (pictures_name, labels_name), count = names[split], (*of[0].shape, 0)[0]
            raise ValueError(f"{path}: {pictures_name} has {rows} pictures, but {labels_name} {count} labels")
        labels.append(plain(path, np.concatenate(list(of[0].blocks()))) if of else np.zeros(rows, np.int64))
    splits = ["" if split == "train" else split for split in pairs]
    return sources, np.concatenate(labels), np.repeat(np.array(splits, "<U5"), [len(part) for part in labels])


def plain(path: Path, labels: np.ndarray) -> np.ndarray:
    """A label for each row, (n,), also from (n, 1) and from a column for each class with a 1 in one of them."""
    if labels.ndim == 2 and labels.shape[1] > 1 and np.isin(labels, (0, 1)).all() and (labels.sum(1) == 1).all():
        return labels.argmax(1)
    if labels.size != len(labels):
        raise ValueError(f"{path} has labels of shape {labels.shape}; one for each picture is needed")
    labels = labels.reshape(-1)
    if labels.dtype.kind == "S":
        return np.char.decode(labels, "utf-8", "replace")
    whole = labels.dtype.kind == "f" and np.isfinite(labels).all() and (labels == labels.round()).all()
    return labels.astype(np.int64) if whole else labels
