"""What is done to each block of pictures, by several processes (crew.py): looking at them, then decoding them."""

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np

import runs

from . import alike, picture_file, picture_list

HEAD = np.dtype([("width", "<u4"), ("height", "<u4"), ("colour", "?")])
UNREAD, GREY, COLOUR, BAD = range(4)  # states of a picture


def task(part: Path, phase: str) -> Callable[[int], None]:
    """What to call with a block's number in a phase, "scan" or "read"."""
    job = runs.read_json(part / "job.json")
    root, names, block = Path(job["root"]), job["names"], job["block"]
    do = scan if phase == "scan" else read

    def one(number: int) -> None:
        start = number * block
        do(part, root, names[start : start + block], start, job["shape"])

    return one


def scan(part: Path, root: Path, names: list[str], start: int, shape: None) -> None:
    """Note size and colour of some pictures; what cannot be opened stays 0 wide."""
    heads = np.load(part / "heads.npy", mmap_mode="r+")
    for number, name in enumerate(names, start):
        try:
            picture_file.check_heic(name)
            source = root / name if root.is_dir() else picture_list.source(root, name)
            heads[number] = picture_file.head(source)
        except picture_file.Unreadable:
            continue
    heads.flush()


def read(part: Path, root: Path, names: list[str], start: int, shape: list[int]) -> None:
    """Decode some pictures into their places in images.npy, and note what pictures/alike.py wants to know of them."""
    height, width, channels = shape
    images = np.zeros((len(names), height, width, channels), np.uint8)
    states = np.full(len(names), GREY, np.uint8)
    bad = {}
    for number, name in enumerate(names):
        try:
            picture = picture_file.pixels(picture_list.source(root, name), width, height)
            images[number] = picture_file.with_channels(picture, channels)
        except picture_file.Unreadable as error:
            bad[start + number] = str(error)
            states[number] = BAD
    if channels == 3:
        differs = (images[..., :2] != images[..., 1:]).any((1, 2, 3))
        states[differs] = COLOUR
    with (part / "images.npy").open("r+b") as file:  # written, not mapped: a full disk is then an error, not a crash
        file.seek(np.load(part / "images.npy", mmap_mode="r").offset + images[0].nbytes * start)
        file.write(images.tobytes())
        file.flush()
        os.fsync(file.fileno())
    for name, values in (("facts.npy", alike.facts(images)), ("states.npy", states)):
        kept = np.load(part / name, mmap_mode="r+")
        kept[start : start + len(names)] = values
        kept.flush()
    if bad:
        runs.write_json(part / f"bad-{start}.json", bad)
