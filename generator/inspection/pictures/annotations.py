"""Pictures that come with masks, boxes or captions: what they are, so that they are not taken for classes."""

import os
import re
from itertools import islice
from pathlib import Path

from ..columns.formats import below
from ..words.names import WORDS
from .listing import Listing, parts, suffix

TWO_SETS = re.compile(r"(train|test|val|valid)[-_ ]?([ab])", re.I)  # as CycleGAN has them
ENOUGH = 0.5  # of the pictures that have a partner
MOST = 200_000  # files gone through
LOOKED_INTO = 20  # files beside pictures
HEAD = 1 << 20  # bytes read of each
BOX = re.compile(rb"\s*\d+(\s+-?\d*\.?\d+(e-?\d+)?){4,}\s*")
COCO = (b'"annotations"', b'"images"', b'"categories"')
NOT_YET = "hackgen has no task for these yet; for their pictures alone, name a folder that holds nothing else"


def annotated(path: Path, listing: Listing) -> str:
    """What the pictures of a folder or archive are annotated with, in a line that says what to do; "" for nothing."""
    if kind := with_masks(listing) or (with_boxes(path, listing) if path.is_dir() else ""):
        return f"these are {kind}; {NOT_YET}"
    return ""


def with_masks(listing: Listing) -> str:
    """Pictures in one folder and their masks under the same names in another, or `a.png` beside `a_mask.png`."""
    stems: dict[str, set[str]] = {}
    inside = {re.sub("[-_ ]", "", folder.lower()) for name in listing.names for folder in parts(name)[:-1]}
    made = inside & WORDS.made_folders
    known = WORDS.mask_folders | (made if inside & WORDS.source_folders else set())
    for name in listing.names:
        *folders, file = parts(name)
        stem = os.path.splitext(file)[0].lower()
        kind = any(re.sub("[-_ ]", "", folder.lower()) in known for folder in folders)
        end = re.search(r"[-_. ](mask|masks|seg|segmentation|label|labels|gt)\d*$", stem)
        stems.setdefault("mask" if kind or end else "picture", set()).add(stem[: end.start()] if end else stem)
    masks, pictures = stems.get("mask", set()), stems.get("picture", set())
    if masks and pictures and len(masks & pictures) >= ENOUGH * len(masks):
        what = "pictures with one to be made of each" if made else "pictures with masks (segmentation)"
        return f"{what}, {len(masks & pictures):,} pairs"
    sides = [TWO_SETS.fullmatch(folders[-1]) for *folders, _ in map(parts, listing.names) if folders]
    if len(sides) == len(listing.names) and all(sides) and len({side[2].lower() for side in sides}) == 2:
        return "two sets of pictures, one to be turned into the other"
    return ""


def with_boxes(path: Path, listing: Listing) -> str:
    """Pictures with boxes around things: in text files of numbers, in one JSON file, or in an XML file each."""
    stems = {os.path.splitext(parts(name)[-1])[0] for name in listing.names}
    files = {".txt": [], ".json": [], ".xml": []}
    for name, _ in sorted(islice(below(path, [], lambda name: suffix(name) in files), MOST)):
        file = path / name
        if not file.is_symlink() and (suffix(name) == ".json" or file.stem in stems):
            files[suffix(name)].append(file)
    heads = {ending: [(file, head(file)) for file in some[:LOOKED_INTO]] for ending, some in files.items()}
    lines = [line for _, text in heads[".txt"] for line in text.splitlines() if line.strip()]
    if (found := heads[".txt"]) and lines and all(map(BOX.fullmatch, lines)):  # a class and four numbers or more
        return f"pictures with boxes (detection, YOLO: {found[0][0].relative_to(path)} …)"
    for file, text in heads[".json"]:
        if COCO[0] in text and any(key in text for key in COCO[1:]):
            return f"pictures with boxes, masks or captions (COCO: {file.relative_to(path)})"
    for file, text in heads[".xml"]:
        if b"<annotation" in text and b"<bndbox" in text:
            return f"pictures with boxes (detection, Pascal VOC: {file.relative_to(path)} …)"
    return ""


def head(file: Path) -> bytes:
    """The beginning and the end of a file."""
    try:
        with file.open("rb") as stream:
            begin = stream.read(HEAD)
            stream.seek(max(file.stat().st_size - HEAD, len(begin)))
            return begin + stream.read(HEAD)
    except OSError:
        return b""
