"""Pictures from where they lie to one array and three splits: folders of them, or an .npz that hackgen wrote.

A folder is decoded once, into prepared/. Other layouts become one of the two by `hackgen convert SOURCE DEST`.
"""

import contextlib
import csv
import functools
import hashlib
import os
import shutil
import sys
import time
import warnings
from pathlib import Path
from typing import Any, NamedTuple

import common
from common import ROOT, Problem
from config import Config

import numpy as np
from PIL import Image, ImageCms, ImageOps
from tqdm.contrib.concurrent import thread_map

ENDINGS = (".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".heic", ".heif")
SPLITS = {"train": 0, "training": 0, "valid": 1, "val": 1, "validation": 1, "test": 2, "testing": 2}
LARGEST = 64  # pixels a side unless --size says more: a baseline in minutes needs no more
HOUR = 3600  # seconds, after which what a killed preparation left is swept away
warnings.filterwarnings("ignore", module="PIL")  # odd metadata are no reason to talk
with contextlib.suppress(ImportError):  # only who has HEIC files needs it
    import pillow_heif

    pillow_heif.register_heif_opener()


class Pictures:
    """Pictures kept as bytes that become floats when a batch is cut: the one normalisation."""

    def __init__(self, images: np.ndarray, rows: np.ndarray, mean: float = 127.5, deviation: float = 127.5) -> None:
        self.images = images  # (all, height, width, channels) bytes, in memory or mapped into it
        self.rows = rows  # (rows,) which of them
        self.mean, self.deviation = mean, deviation

    def __len__(self) -> int:
        return len(self.rows)

    def raw(self, rows: Any) -> np.ndarray:
        """Bytes, (rows, height, width, channels)."""
        return self.images[self.rows[rows]]

    def __getitem__(self, rows: Any) -> np.ndarray:
        """Floats, (rows, height, width, channels)."""
        images = self.raw(rows).astype(np.float32)
        images -= self.mean
        images /= self.deviation
        return images


class Found(NamedTuple):
    """Pictures as they lie there."""

    images: np.ndarray  # (rows, height, width, channels) bytes, in memory or mapped into it
    labels: np.ndarray  # (rows,) class names
    keys: np.ndarray  # (rows,) equal for pictures that must not stand in two splits
    part: np.ndarray  # (rows,) 0, 1, 2 for train, valid and test, -1 for what is left out
    names: list[str]  # (rows,) paths inside a folder
    sha256: str


def load(config: Config, labelled: bool) -> Found:
    """The pictures that config.data names, with the splits that came with them, and drawn what these lack."""
    path = common.located(config.data)
    found = folder(path, config.size, labelled) if path.is_dir() else arrays(path)
    keys, part = found.keys, found.part
    group = np.unique(keys, return_inverse=True)[1]
    last = np.zeros(len(part), int)  # of all splits that pictures which look alike are in
    np.maximum.at(last, group, part)
    torn = (part >= 0) & (part < last[group])
    part[torn] = -1
    if torn.any():
        note(f"{torn.sum()} pictures look like some of test or valid and are left out elsewhere")
    there = np.intersect1d(part, [1, 2])
    if len(there) < 2:
        rest = np.flatnonzero(part == 0)
        labels = found.labels[rest] if labelled else None
        drawn = common.divide(keys[rest], labels, config, 0.0 if 2 in there else None)
        part[rest] = np.where(np.isin(drawn, there), 0, drawn)
    return found


def arrays(path: Path) -> Found:
    """What hackgen wrote into an .npz: images, labels, splits, and groups of pictures that look alike."""
    try:
        with np.load(path) as file:
            images, labels, splits, groups = (file[name] for name in ("images", "labels", "splits", "groups"))
    except (OSError, ValueError, KeyError, EOFError, NotImplementedError):
        raise Problem(f"{path} is no .npz that hackgen wrote; make one with: hackgen convert {path} DEST") from None
    part = np.array([SPLITS.get(name, 0) for name in splits.tolist()])
    return Found(images, labels, groups, part, [], common.sha256(path))


def folder(path: Path, size: int, labelled: bool) -> Found:
    """All pictures below a folder, optionally in train/, valid/ and test/; if labelled, in a folder for each class."""
    places = [name.split("/") for name in names_below(path)]
    depth = int({place[0].lower() for place in places if len(place) > 1} <= SPLITS.keys())  # else these are classes
    inside = [place for place in places if len(place) > depth + labelled]
    if not inside:
        raise Problem(f"{path} holds no folders of pictures; make them with: hackgen convert {path} DEST")
    if len(inside) < len(places):
        note(f"{len(places) - len(inside)} pictures lie in none of the folders and are left out")
    names = ["/".join(place) for place in inside]
    images, keys = prepared(path, names, size)
    part = np.array([SPLITS[place[0].lower()] if depth else 0 for place in inside])
    part[keys == 0] = -1
    labels = [os.fsencode(place[depth]).decode("utf-8", "replace") for place in inside]  # names may be of other days
    keys = joined(path, names, keys)
    digest = hashlib.sha256(keys.tobytes() + "\n".join(labels).encode()).hexdigest()
    return Found(images, np.array(labels), keys, part, names, digest)


def names_below(path: Path) -> list[str]:
    """The picture files below a folder by their paths inside it, in order; hidden ones are left out."""
    start = len(os.path.join(path, ""))
    files = (os.path.join(parent, name)[start:] for parent, _, names in os.walk(path) for name in names)
    names = sorted(file.replace(os.sep, "/") for file in files if file.lower().endswith(ENDINGS))
    return [name for name in names if "/." not in f"/{name}"]


def joined(path: Path, names: list[str], keys: np.ndarray) -> np.ndarray:
    """Keys that are equal for pictures that look alike: hackgen wrote alike.csv into the folder or into data/."""
    tables = [table for table in (path / "alike.csv", ROOT / "data" / "alike.csv") if table.is_file()]
    lines = tables[0].read_text(encoding="utf-8").splitlines() if tables else []
    group_of, key_of = dict(csv.reader(lines)), {}
    groups = (group_of.get(name, name) for name in names)
    return np.array([key_of.setdefault(group, key) for group, key in zip(groups, keys, strict=True)])


def prepared(path: Path, names: list[str], size: int) -> tuple[np.ndarray, np.ndarray]:
    """Pictures of one shape, mapped into memory, and their keys as of `fill`; made where they lack."""
    states = [os.stat(f"{path}/{name}") for name in names]
    stamp = "\n".join(f"{name} {state.st_size} {state.st_mtime_ns}" for name, state in zip(names, states, strict=True))
    source, stamp = (hashlib.sha256(os.fsencode(text)).hexdigest()[:12] for text in (f"{path.resolve()} {size}", stamp))
    place = ROOT / "prepared" / f"{source}-{stamp}"
    if not place.is_dir():
        draft = place.with_name(f"{place.name}.{os.getpid()}.tmp")
        draft.mkdir(parents=True)
        files = [path / name for name in names]
        images = np.lib.format.open_memmap(draft / "images.npy", "w+", np.uint8, (len(files), *shape_of(files, size)))
        np.save(draft / "keys.npy", fill(images, files))
        for old in place.parent.glob(f"{source}-*"):  # of files that have changed since, or what a kill left
            if old.suffix != ".tmp" or time.time() - old.stat().st_mtime > HOUR:
                shutil.rmtree(old, ignore_errors=True)
        with contextlib.suppress(OSError):  # another training was faster
            draft.rename(place)
    return np.load(place / "images.npy", "r"), np.load(place / "keys.npy")


def shape_of(files: list[Path], size: int) -> tuple[int, int, int]:
    """Height, width and channels for all pictures: their own where all have the same of at most LARGEST a side."""

    def head(file: Path) -> tuple[int, int, int] | None:
        with contextlib.suppress(Exception), Image.open(file) as picture:  # damaged files raise errors of every kind
            return picture.height, picture.width, 1 if picture.mode.split(";")[0] in ("1", "L", "LA", "I", "F") else 3

    heads = [found for found in thread_map(head, files, disable=True) if found] or [(0, 0, 3)]
    sides = {found[:2] for found in heads}
    if size or len(sides) > 1 or max(max(sides)) > LARGEST:
        sides = {(size or LARGEST, size or LARGEST)}
    return *sides.pop(), max(channels for *_, channels in heads)


def fill(images: np.ndarray, files: list[Path]) -> np.ndarray:
    """Decode files into (files, height, width, channels) bytes; returns their keys, 0 where one cannot be read."""
    keys, bad = np.zeros(len(files), np.uint64), []

    def keep(row: int) -> None:
        try:
            images[row] = decoded(files[row], images.shape[1:])
            keys[row] = int(hashlib.blake2b(images[row].tobytes(), digest_size=8).hexdigest(), 16)
        except Exception as error:  # decoders raise errors of every kind on damaged files
            remedy = "; install pillow-heif" * (files[row].suffix.lower() in (".heic", ".heif"))
            bad.append(f"{files[row]} ({error or type(error).__name__}{remedy})")

    thread_map(keep, range(len(files)), desc="preparing pictures, once", delay=2, leave=False, disable=None)
    told = f"{len(bad)} of {len(files)} pictures cannot be read and are left out: {min(bad, default='')}"
    if len(bad) == len(files):
        raise Problem(told)
    if bad:
        note(told)
    return keys


def decoded(file: Path, shape: tuple[int, int, int]) -> np.ndarray:
    """A picture as bytes of a shape: upright, what is transparent on white."""
    height, width, channels = shape
    with Image.open(file) as opened:
        opened.draft(None, (2 * max(width, height),) * 2)  # a large JPEG is decoded smaller, which is faster
        picture = in_bytes(ImageOps.exif_transpose(opened)).convert("RGB" if channels == 3 else "L")
    picture = picture.resize((width, height), Image.Resampling.BILINEAR, reducing_gap=3.0)
    return np.asarray(picture).reshape(shape)


def in_bytes(picture: Image.Image) -> Image.Image:
    """A picture of any mode with eight bits a channel, and what is transparent laid on white."""
    if picture.mode[0] in "IF":  # 16 bits and more, scaled by the range that holds the largest value
        values = np.nan_to_num(np.asarray(picture, np.float64))
        top = next((top for top in (1, 255, 4095, 65535) if values.max() <= top), values.max())
        low = min(values.min(), 0)
        return Image.fromarray(((values - low) * (255 / (top - low))).round().astype(np.uint8))
    if picture.mode == "LAB":
        profiles = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
        return ImageCms.applyTransform(picture, ImageCms.buildTransform(*profiles, "LAB", "RGB"))
    if picture.has_transparency_data:
        return Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture.convert("RGBA"))
    return picture


@functools.cache  # what is read twice is said once
def note(text: str) -> None:
    print(f"note: {text}", file=sys.stderr)
