"""Pictures in folders, decoded once into arrays on disk and then mapped into memory: `python prepare.py` does it now.

In a folder for each class, optionally below train/, valid/ and test/. Training does the same where arrays lack.
"""

import contextlib
import csv
import hashlib
import os
import shutil
import time
from pathlib import Path

import common
from common import ROOT, Problem, note
from data import Found
from pictures import fill, names_below

import numpy as np
from PIL import Image
from tqdm.contrib.concurrent import thread_map

SPLITS = {"train": 0, "training": 0, "valid": 1, "val": 1, "validation": 1, "test": 2, "testing": 2}
LARGEST = 64  # pixels a side unless --size says more: a baseline in minutes needs no more
HOUR = 3600  # seconds, after which what a killed preparation left is swept away


def read(path: Path, size: int, labelled: bool) -> Found:
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

    def short(text: str) -> str:
        return hashlib.sha256(os.fsencode(text)).hexdigest()[:12]

    source = short(f"{path.resolve()} {size}")
    place = ROOT / "prepared" / f"{source}-{short(stamp)}"
    if not place.is_dir():
        draft = place.with_name(f"{place.name}.{os.getpid()}.tmp")
        draft.mkdir(parents=True)
        files = [path / name for name in names]
        shape = len(files), *shape_of(files, size)
        images = np.lib.format.open_memmap(draft / "images.npy", "w+", np.uint8, shape)
        np.save(draft / "keys.npy", fill(images, files))
        del images  # Windows moves nothing that is open
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
            grey = picture.mode.partition(";")[0] in ("1", "L", "LA", "I", "F")
            return picture.height, picture.width, 1 if grey else 3

    heads = [found for found in thread_map(head, files, disable=True) if found] or [(0, 0, 3)]
    sides = {found[:2] for found in heads}
    if size or len(sides) > 1 or max(max(sides)) > LARGEST:
        sides = {(size or LARGEST, size or LARGEST)}
    return *sides.pop(), max(channels for *_, channels in heads)


def main() -> None:
    config = common.configured({})
    found = read(common.located(config.data), config.size, labelled=False)
    print(f"{len(found.images)} pictures of {found.images.shape[1:]} are ready")


if __name__ == "__main__":
    common.run(main)
