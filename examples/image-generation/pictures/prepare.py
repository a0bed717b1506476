"""Pictures from files, decoded once into a memory-mapped array under prepared/, which later starts only open.

What is there under the fingerprint of the file names, sizes and times is used; other files are prepared anew, and the
old ones' array goes. It takes its place whole: a kill leaves a .part, with which the next start goes on.
"""

import io
import json
import os
import shutil
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np

import cli
import runs
from support import crew
from support.crew import blank
from support.mapped import ROOT, wait_for

from . import alike, picture_file
from .decoding import COLOUR, GREY, HEAD
from .picture_list import Listing

VERSION = "1"  # of what is stored: another one prepares anew
LARGEST = 64  # pixels a side, unless --size says more: a baseline in minutes needs no more
BLOCK = 8 << 20  # bytes of pixels, and at most so many pictures, that a process works on at a time
BLOCK_PICTURES = 1024
WORTH_WORKERS = 2000  # pictures, or WORTH_BYTES of files, below which starting processes takes longer than the work
WORTH_BYTES = 20 << 20
KEPT = {"images.npy", "facts.npy", "groups.npy", "made.json"}


@dataclass
class Prepared:
    """Pictures of one size.

    images  (n, height, width, channels) bytes, memory-mapped; black where a picture is bad
    facts   (n,) alike.FACTS
    groups  (n,) equal for pictures that are alike
    bad     why a picture cannot be read, by its number
    sha256  of all pixels
    """

    images: np.ndarray
    facts: np.ndarray
    groups: np.ndarray
    bad: dict[int, str]
    sha256: str


def prepare(listing: Listing, size: int) -> Prepared:
    """Open the prepared pictures of a listing, or make them; `size` is their side, 0 = by the rule of `shape_of`."""
    heic = picture_file.reads_heic() if any(map(is_heic, listing.names)) else None
    root = str(listing.root.resolve())
    same_place = digest(f"{root}\0{size}")
    source = digest(f"{VERSION}\0{root}\0{size}\0{heic}\0{listing.fingerprint()}")
    name = "".join(c if c.isalnum() and c.isascii() else "-" for c in listing.root.resolve().stem)[:40]
    place = ROOT / f"{name}-{same_place}-{source}"
    if not (place / "made.json").is_file():
        ROOT.mkdir(exist_ok=True)
        lock = (ROOT / f"{name}-{same_place}.lock").open("a")
        try:
            wait_for(lock)
            if not (place / "made.json").is_file():
                make(place, listing, size)
            for old in ROOT.glob(f"{name}-{same_place}-*"):
                if old.name.removesuffix(".part") != place.name:
                    shutil.rmtree(old, ignore_errors=True)  # of files that have changed since
        finally:
            lock.close()
    made = runs.read_json(place / "made.json")
    try:
        images = np.asarray(np.load(place / "images.npy", mmap_mode="r"))
        facts, groups = np.load(place / "facts.npy"), np.load(place / "groups.npy")
    except (OSError, ValueError, EOFError) as error:
        raise cli.Fault(f"{place} is damaged ({error}); delete that folder, and it is made again") from None
    return Prepared(images, facts, groups, {int(k): why for k, why in made["bad"].items()}, made["sha256"])


def digest(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def is_heic(name: str) -> bool:
    return name.lower().endswith(tuple(picture_file.HEIC))


def make(place: Path, listing: Listing, size: int) -> None:
    """Prepare in a folder beside `place`, which takes that name once all is there."""
    part = place.with_name(f"{place.name}.part")
    part.mkdir(exist_ok=True)
    count = len(listing.names)
    job = {"root": str(listing.root.resolve()), "names": listing.names, "shape": None, "block": BLOCK_PICTURES}
    many = count >= WORTH_WORKERS or sum(stamp[0] for stamp in listing.stamps) >= WORTH_BYTES
    runs.write(part / "job.json", json.dumps(job))
    blank(part / "heads.npy", HEAD, count)
    crew.phase(part, "pictures.decoding", "scan", -(-count // BLOCK_PICTURES), "looking at pictures", many)
    height, width, channels = shape_of(np.load(part / "heads.npy"), size, str(listing.root))
    block = min(BLOCK_PICTURES, max(1, BLOCK // (height * width * channels)))
    job |= {"shape": [height, width, channels], "block": block}
    runs.write(part / "job.json", json.dumps(job))
    needed, free = count * height * width * channels, shutil.disk_usage(part).free
    if needed > free + disk_used(part / "images.npy"):
        raise cli.Fault(
            f"{ROOT} needs {needed / 1e9:.1f} GB for {count} pictures of {width}×{height} and has {free / 1e9:.1f} GB; "
            "make room there, or lower --size"
        )
    blank(part / "images.npy", np.uint8, count, height, width, channels)
    blank(part / "facts.npy", alike.FACTS, count)
    blank(part / "states.npy", np.uint8, count)
    crew.phase(part, "pictures.decoding", "read", -(-count // block), "preparing pictures, once", many)
    finish(part, channels)
    for left in part.iterdir():
        if left.name not in KEPT:
            left.unlink()
    os.replace(part, place)


def disk_used(path: Path) -> int:
    """Bytes on the disk that a file already takes."""
    facts = path.stat() if path.exists() else None
    return getattr(facts, "st_blocks", 0) * 512 if facts else 0


def shape_of(heads: np.ndarray, size: int, where: str) -> tuple[int, int, int]:
    """Height, width and channels of all pictures: their own if they are of one size up to LARGEST, else squares."""
    seen = heads[heads["width"] > 0]
    channels = 3 if seen["colour"].any() or not len(seen) else 1
    sizes = np.unique(np.stack([seen["height"], seen["width"]], axis=1), axis=0)
    if not size and len(sizes) == 1 and sizes.max() <= LARGEST:
        return int(sizes[0, 0]), int(sizes[0, 1]), channels
    return size or LARGEST, size or LARGEST, channels


def finish(part: Path, channels: int) -> None:
    """What needs all pictures: one channel if none has colour, the groups of alike ones, the fingerprint."""
    states = np.load(part / "states.npy")
    if channels == 3 and not (states == COLOUR).any() and (states == GREY).any():
        squeeze(part)
    images, facts = np.load(part / "images.npy", mmap_mode="r"), np.load(part / "facts.npy")
    runs.write(part / "groups.npy", packed(alike.groups(np.asarray(images), facts)))
    why = {}
    for file in sorted(part.glob("bad-*.json")):
        why |= runs.read_json(file)
    runs.write_json(part / "made.json", {"sha256": fingerprint(np.asarray(images)), "bad": why})


def packed(array: np.ndarray) -> bytes:
    """An array as the bytes of an .npy file."""
    content = io.BytesIO()
    np.save(content, array)
    return content.getvalue()


def squeeze(part: Path) -> None:
    """Keep one channel of pictures whose three are equal."""
    images = np.load(part / "images.npy", mmap_mode="r")
    blank(part / "grey.npy", np.uint8, *images.shape[:3], 1)
    grey, facts = np.load(part / "grey.npy", mmap_mode="r+"), np.load(part / "facts.npy", mmap_mode="r+")
    for start in range(0, len(images), BLOCK_PICTURES):
        block = np.ascontiguousarray(images[start : start + BLOCK_PICTURES, ..., :1])
        grey[start : start + BLOCK_PICTURES] = block
        facts[start : start + BLOCK_PICTURES] = alike.facts(block)
    for array in (grey, facts):
        array.flush()
    del images, grey, array
    os.replace(part / "grey.npy", part / "images.npy")


def fingerprint(images: np.ndarray) -> str:
    """sha256 of all pixels, read in blocks."""
    whole = sha256()
    step = max(1, BLOCK // max(1, int(np.prod(images.shape[1:]))))
    for start in range(0, len(images), step):
        whole.update(np.ascontiguousarray(images[start : start + step]))
    return whole.hexdigest()
