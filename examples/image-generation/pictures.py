"""Pictures as arrays and three splits, read from an .npz that hackgen wrote; and new ones from their files."""

import functools
import hashlib
import importlib
import os
import sys
import warnings
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import common
from common import ROOT, Problem
from config import Config

import numpy as np
from PIL import Image, ImageCms, ImageOps
from tqdm.contrib.concurrent import thread_map

ENDINGS = (".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".heic", ".heif")
warnings.filterwarnings("ignore", module="PIL")  # odd metadata are no reason to talk
try:
    import pillow_heif  # only who has HEIC files needs it
except ModuleNotFoundError:
    pass
else:
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
    if not path.is_dir():
        found = arrays(path)
    elif (ROOT / "prepare.py").is_file():  # laid in for pictures that lie in folders
        found = importlib.import_module("prepare").read(path, config.size, labelled)
    else:
        raise Problem(f"{path} is a folder, and this project reads an .npz: hackgen convert {path} {path.name}.npz")
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
        raise Problem(f"{path} is no .npz that hackgen wrote; make one with: hackgen convert {path} DEST.npz") from None
    part = np.where(splits == "test", 2, np.where(splits == "valid", 1, 0))
    return Found(images, labels, groups, part, [], common.sha256(path))


def names_below(path: Path) -> list[str]:
    """The picture files below a folder by their paths in it, in order; no hidden ones, no links that lead out."""
    start = len(os.path.join(path, ""))
    files = (os.path.join(parent, name)[start:] for parent, _, names in os.walk(path) for name in names)
    names = sorted(file.replace(os.sep, "/") for file in files if file.lower().endswith(ENDINGS))
    home, seen = os.path.join(os.path.realpath(path), ""), [name for name in names if "/." not in f"/{name}"]
    outside = {name for name in seen if os.path.islink(f"{path}/{name}")}
    outside = {name for name in outside if not os.path.realpath(f"{path}/{name}").startswith(home)}
    return [name for name in seen if name not in outside]


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
        raise Problem(f"{told}; name a picture file or a folder of others")
    if bad:
        note(told)
    return keys


def decoded(file: Path | BinaryIO, shape: tuple[int, int, int]) -> np.ndarray:
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
