"""Pictures that come with masks, boxes or captions: what they are, so that they are not taken for classes."""

import os
import re
from itertools import islice
from pathlib import Path

from ..columns.formats import visible
from .listing import Listing, parts

MASKS = {"mask", "masks", "annotation", "annotations", "label", "labels", "seg", "segmentation", "segmentations", "gt"}
MASKS |= {"groundtruth", "ground_truth", "labelimages", "mask_images", "annots"}
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
    for name in listing.names:
        *folders, file = parts(name)
        stem = os.path.splitext(file)[0].lower()
        kind = next((folder.lower() for folder in reversed(folders) if folder.lower() in MASKS), "")
        end = re.search(r"[-_. ](mask|masks|seg|segmentation|label|labels|gt)\d*$", stem)
        stems.setdefault("mask" if kind or end else "picture", set()).add(stem[: end.start()] if end else stem)
    masks, pictures = stems.get("mask", set()), stems.get("picture", set())
    if masks and pictures and len(masks & pictures) >= ENOUGH * len(masks):
        return f"pictures with masks (segmentation), {len(masks & pictures):,} pairs"
    return ""


def with_boxes(path: Path, listing: Listing) -> str:
    """Pictures with boxes around things: in text files of numbers, in one JSON file, or in an XML file each."""
    stems = {os.path.splitext(parts(name)[-1])[0] for name in listing.names}
    files = {".txt": [], ".json": [], ".xml": []}
    for file in islice(visible(path, [], []), MOST):
        ending = file.suffix.lower()
        if ending in files and not file.is_symlink() and (ending == ".json" or file.stem in stems):
            files[ending].append(file)
    heads = {ending: [(file, head(file)) for file in some[:LOOKED_INTO]] for ending, some in files.items()}
    if (found := heads[".txt"]) and all(map(is_boxes, (text for _, text in found))) and any(text for _, text in found):
        return f"pictures with boxes (detection, YOLO: {found[0][0].relative_to(path)} …)"
    for file, text in heads[".json"]:
        if COCO[0] in text and any(key in text for key in COCO[1:]):
            return f"pictures with boxes, masks or captions (COCO: {file.relative_to(path)})"
    for file, text in heads[".xml"]:
        if b"<annotation" in text and b"<bndbox" in text:
            return f"pictures with boxes (detection, Pascal VOC: {file.relative_to(path)} …)"
    return ""


def is_boxes(text: bytes) -> bool:
    """Whether every line is a class number and four coordinates or more."""
    return all(BOX.fullmatch(line) for line in text.splitlines() if line.strip())


def head(file: Path) -> bytes:
    """The beginning and the end of a file."""
    try:
        with file.open("rb") as stream:
            begin = stream.read(HEAD)
            stream.seek(max(file.stat().st_size - HEAD, len(begin)))
            return begin + stream.read(HEAD)
    except OSError:
        return b""
