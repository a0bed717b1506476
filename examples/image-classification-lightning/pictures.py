"""Pictures from where they lie to one array: a folder of them, decoded once into prepared/, or an .npz of hackgen's.

Other layouts become one of these two by `hackgen convert SOURCE DEST`.
"""

import csv
import hashlib
import os
import shutil
import sys
import time
import warnings
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import common
from common import Problem
from config import Config

import numpy as np
from PIL import Image, ImageCms, ImageOps
from tqdm import tqdm

ENDINGS = {".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".heic", ".heif"}
SPLITS = {"train": 0, "training": 0, "valid": 1, "val": 1, "validation": 1, "test": 2, "testing": 2}
LARGEST = 64  # pixels a side unless --size says more: a baseline in minutes needs no more
BLOCK = 1024  # pictures decoded at a time; only memory depends on it
HOUR = 3600  # seconds, after which what a killed preparation left is swept away
warnings.filterwarnings("ignore", module="PIL")  # odd metadata are no reason to talk


class Found(NamedTuple):
    """Pictures before they are divided."""

    images: np.ndarray  # (rows, height, width, channels) bytes, in memory or mapped into it
    keys: np.ndarray  # (rows,) equal for pictures that must not stand in two splits
    labels: np.ndarray  # (rows,) class names, "" where there are none
    given: np.ndarray  # (rows,) the split that the data themselves say: 0, 1, 2, or -1 where they say none
    names: Sequence[str] = ()  # (rows,) paths of the files, where it was a folder


def read(path: Path, size: int, labelled: bool) -> Found:
    """The pictures of a folder, or of hackgen's .npz: images, labels, splits and groups of pictures that look alike."""
    if path.is_dir():
        return folder(path, size, labelled)
    try:
        with np.load(path) as arrays:
            images, labels, splits, groups = (arrays[name] for name in ("images", "labels", "splits", "groups"))
    except (OSError, ValueError, KeyError, EOFError, NotImplementedError):
        raise Problem(f"{path} is no .npz that hackgen wrote; make one with: hackgen convert {path} DEST") from None
    return Found(images, groups, labels, np.array([SPLITS.get(name, -1) for name in splits.tolist()]))


def folder(path: Path, size: int, labelled: bool) -> Found:
    """All pictures below a folder, optionally in train/, valid/ and test/; if labelled, in a folder for each class."""
    names = names_below(path)
    parts = [name.split("/") for name in names]
    tops = {part[0] for part in parts if len(part) > 1}
    splits = {top: SPLITS[top.lower()] for top in tops if top.lower() in SPLITS}
    if 0 not in splits.values() or (len(set(splits.values())) < 2 and len(tops) > 1):
        splits = {}  # `train` beside `car` and `bus` is a class of vehicles
    depth = 1 if splits else 0
    least = depth + 1 + labelled  # folders and the file name
    rows = [row for row, part in enumerate(parts) if len(part) >= least and (part[0] in splits or not splits)]
    if not rows:
        raise Problem(f"{path} holds no folders of pictures; make them with: hackgen convert {path} DEST")
    if len(rows) < len(names):
        print(f"note: {len(names) - len(rows)} pictures lie in none of the folders and are left out", file=sys.stderr)
    images, keys, good = prepared(path, [names[row] for row in rows], size)
    rows = [rows[number] for number in good]
    names = [names[row] for row in rows]
    join_alike(path, names, keys)
    labels = [parts[row][depth] if labelled else "" for row in rows]
    labels = np.array([os.fsencode(label).decode("utf-8", "replace") for label in labels])  # names may be of other days
    return Found(images, keys, labels, np.array([splits.get(parts[row][0], -1) for row in rows]), names)


def names_below(path: Path) -> list[str]:
    """The picture files below a folder by their paths inside it, in order; hidden ones are left out."""
    names = []
    for parent, folders, files in os.walk(path):
        folders[:] = [name for name in folders if not name.startswith((".", "__MACOSX"))]
        inside = "" if Path(parent) == path else f"{Path(parent).relative_to(path).as_posix()}/"
        names += [inside + name for name in files if os.path.splitext(name)[1].lower() in ENDINGS and name[0] != "."]
    return sorted(names)


def join_alike(path: Path, names: list[str], keys: np.ndarray) -> None:
    """Give one key to pictures that look alike: hackgen found them, and wrote alike.csv into the folder or data/."""
    table = path / "alike.csv" if (path / "alike.csv").is_file() else common.ROOT / "data" / "alike.csv"
    lines = table.read_text(encoding="utf-8").splitlines() if table.is_file() else []
    row_of, key_of = {name: row for row, name in enumerate(names)}, {}
    for name, group in csv.reader(lines):
        if name in row_of:
            keys[row_of[name]] = key_of.setdefault(group, keys[row_of[name]])


def prepared(path: Path, names: list[str], size: int) -> tuple[np.ndarray, np.ndarray, list[int]]:
    """Pictures of one shape, mapped into memory, their keys, and which of the files they are; made where they lack."""
    states = [os.stat(f"{path}/{name}") for name in names]
    stamp = "\n".join(f"{name} {state.st_size} {state.st_mtime_ns}" for name, state in zip(names, states, strict=True))
    source, stamp = (hashlib.sha256(os.fsencode(text)).hexdigest()[:12] for text in (f"{path.resolve()} {size}", stamp))
    place = common.ROOT / "prepared" / f"{source}-{stamp}"
    if not place.is_dir():
        draft = place.with_name(f"{place.name}.{os.getpid()}.tmp")
        draft.mkdir(parents=True)
        decode_all([path / name for name in names], size, draft)
        for old in place.parent.glob(f"{source}-*"):  # of files that have changed since, or what a kill left
            if old.suffix != ".tmp" or time.time() - old.stat().st_mtime > HOUR:
                shutil.rmtree(old, ignore_errors=True)
        try:
            draft.rename(place)
        except OSError:  # another training was faster
            shutil.rmtree(draft, ignore_errors=True)
    with np.load(place / "facts.npz") as arrays:
        shape, keys, good, bad = (arrays[name] for name in ("shape", "keys", "good", "bad"))
    if len(bad):
        print(f"note: {len(bad)} of {len(names)} pictures cannot be read and are left out: {bad[0]}", file=sys.stderr)
    images = np.memmap(place / "images.bin", np.uint8, "r", shape=(len(keys), *shape))
    return np.asarray(images), keys, good.tolist()


def decode_all(files: list[Path], size: int, place: Path) -> None:
    """Write images.bin and facts.npz: all pictures in one shape, their own if all have the same of at most LARGEST."""
    keys, good, bad = [], [], []
    with ThreadPoolExecutor() as pool, (place / "images.bin").open("wb") as images:
        heads = list(filter(None, pool.map(head_of, files)))
        sides = {head[:2] for head in heads}
        if size or len(sides) != 1 or max(max(side) for side in sides) > LARGEST:
            sides = {(size or LARGEST, size or LARGEST)}
        shape = (*sides.pop(), max((channels for _, _, channels in heads), default=3))
        for start in tqdm(range(0, len(files), BLOCK), "preparing pictures, once", delay=2, leave=False, disable=None):
            block = pool.map(lambda file: decoded(file, shape), files[start : start + BLOCK])
            for number, picture in enumerate(block, start):
                if isinstance(picture, str):
                    bad.append(picture)
                    continue
                images.write(picture.tobytes())
                keys.append(key_of(picture))
                good.append(number)
    if not good:
        raise Problem(f"none of {len(files)} pictures can be read: {bad[0]}")
    np.savez(place / "facts.npz", shape=shape, keys=np.array(keys, np.uint64), good=good, bad=bad)


def key_of(image: np.ndarray) -> int:
    """A fingerprint of a picture's pixels."""
    return int.from_bytes(hashlib.blake2b(image.tobytes(), digest_size=8).digest(), "little")


def head_of(file: Path) -> tuple[int, int, int] | None:
    """Height, width and channels of a picture without decoding it; None where it cannot be opened."""
    try:
        with Image.open(file) as picture:
            channels = 1 if picture.mode.split(";")[0] in ("1", "L", "LA", "I", "F") else 3
            return picture.height, picture.width, channels
    except Exception:  # decoders raise errors of every kind on damaged files
        return None


def decoded(file: Path, shape: tuple[int, int, int]) -> np.ndarray | str:
    """A picture as bytes of a shape: upright, what is transparent on white; or why it cannot be read."""
    height, width, channels = shape
    try:
        if file.suffix.lower() in (".heic", ".heif"):
            import pillow_heif  # only who has such files needs it

            pillow_heif.register_heif_opener()
        with Image.open(file) as opened:
            opened.draft(None, (2 * max(width, height),) * 2)  # a large JPEG is decoded smaller, which is faster
            picture = ImageOps.exif_transpose(opened)
        picture = in_bytes(picture).convert("RGB" if channels == 3 else "L")
        if picture.size != (width, height):
            picture = picture.resize((width, height), Image.Resampling.BILINEAR, reducing_gap=3.0)
        return np.asarray(picture).reshape(shape)
    except ModuleNotFoundError:
        return f"{file} (HEIC needs pillow-heif: pip install pillow-heif)"
    except Exception as error:  # decoders raise errors of every kind on damaged files
        return f"{file} ({error or type(error).__name__})"


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


def divided(found: Found, config: Config) -> np.ndarray:
    """0, 1, 2 or -1 (left out) for each row: the splits that came with the data, and drawn what they lack."""
    keys, part = found.keys, np.maximum(found.given, 0)
    for held_out, name in ((2, "test"), (1, "valid")):
        torn = (part >= 0) & (part < held_out) & np.isin(keys, keys[part == held_out])
        if torn.any():
            print(f"note: {torn.sum()} pictures look like some of {name} and are left out elsewhere", file=sys.stderr)
            part[torn] = -1
    there = [number for number in (1, 2) if (part == number).any()]
    if len(there) < 2:
        rest = np.flatnonzero(part == 0)
        drawn = common.divide(keys[rest], found.labels[rest], config, 0.0 if 2 in there else None)
        part[rest] = np.where(np.isin(drawn, there), 0, drawn)
    return part
