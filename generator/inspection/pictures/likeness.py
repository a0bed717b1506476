"""Pictures that are equal or look alike, and those that do so across splits, by the code that a project uses."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image

from ..findings import Findings, Suspect
from . import alike, files

MOST_PIXELS = 256 << 20  # bytes of pixels in which pictures that look alike are sought
STEP = 1024  # pictures looked at together
LARGEST = 64  # pixels a side at which pictures are compared, as a project does by default


@dataclass
class Opened:
    """What opening a picture told: its size and mode, or what is wrong with it."""

    row: int
    width: int = 0
    height: int = 0
    mode: str = ""
    pixels: Any = None  # of at most LARGEST a side
    error: str = ""


def alike_ones(found: Findings, listing: Any, opened: list[Opened]) -> None:
    """Pictures that are equal, that look alike, and those that do so across splits."""
    good = [picture for picture in opened if not picture.error]
    if len(good) < 2:
        return
    shapes = {picture.pixels.shape[:2] for picture in good}
    shape = shapes.pop() if len(shapes) == 1 else (LARGEST, LARGEST)
    channels = max(1 if picture.pixels.ndim == 2 else 3 for picture in good)
    most = MOST_PIXELS // (shape[0] * shape[1] * channels)
    if len(good) > most:
        good = [good[number * len(good) // most] for number in range(most)]
        found.notes.append(f"pictures that look alike are sought in a sample of {most:,}")
    images = np.zeros((len(good), *shape, channels), np.uint8)
    for place, picture in enumerate(good):
        pixels, picture.pixels = picture.pixels, None  # which makes room for the next
        if pixels.shape[:2] != shape:
            pixels = np.asarray(Image.fromarray(pixels).resize(shape[::-1], Image.Resampling.BILINEAR))
        images[place] = files.with_channels(pixels, channels)
    rows = [picture.row for picture in good]
    told = ([of[row] for row in rows] for of in (listing.names, listing.splits, listing.labels))
    equal_ones(found, images, rows, *told)


def equal_ones(
    found: Findings, images: np.ndarray, rows: list[int], names: list[str], splits: list[str], labels: list[Any]
) -> None:
    """Suspects about equal and alike pictures, (n, height, width, channels) bytes, of some rows of the data.

    `labels` are None without any.
    """
    facts = np.concatenate([alike.facts(images[start : start + STEP]) for start in range(0, len(images), STEP)])
    groups = alike.groups(images, facts)
    together: dict[int, list[int]] = {}
    for row, group in zip(rows, groups.tolist(), strict=True):
        together.setdefault(group, []).append(row)
    found.facts["alike"] = [some for some in together.values() if len(some) > 1]
    equal = len(facts) - len(np.unique(facts["key"]))
    similar = len(facts) - len(np.unique(groups)) - equal
    for kind, count, numbers, how in (
        ("duplicates", equal, facts["key"], "equal another one"),
        ("near-duplicates", similar, groups, "look like another one"),
    ):
        if count:
            found.facts[kind.replace("-", "_")] = count
            pair = _pair(numbers, facts["key"] if kind == "near-duplicates" else None)
            example = f", such as {names[pair[0]]} and {names[pair[1]]}" if pair else ""
            found.suspects.append(Suspect(kind, None, f"{count} picture(s) {how}{example}; they stay in one split"))
    of_key: dict[int, set[Any]] = {}
    for key, label in zip(facts["key"].tolist(), labels, strict=True):
        of_key.setdefault(key, set()).add(label)
    if torn := sum(len(named) > 1 for named in of_key.values()):
        found.suspects.append(Suspect("contradictions", None, f"{torn} picture(s) stand in several classes"))
    by_split: dict[str, set[int]] = {}
    for split, group in zip(splits, groups.tolist(), strict=True):
        by_split.setdefault(split, set()).add(group)
    for held_out, others in (("test", ("train", "valid")), ("valid", ("train",))):
        torn = by_split.get(held_out, set()) & set().union(*(by_split.get(other, set()) for other in others))
        if torn:
            found.facts[f"in_{held_out}_and_elsewhere"] = len(torn)
            detail = f"{len(torn)} picture(s) of {held_out} look like some of {' or '.join(others)}; those are left out"
            found.suspects.append(Suspect("leakage", None, detail))


def _pair(numbers: Any, differ: Any) -> tuple[int, int] | None:
    """Two rows of one number, with different values in `differ` where that is given."""
    first: dict[int, int] = {}
    for row, number in enumerate(numbers.tolist()):
        other = first.setdefault(number, row)
        if other != row and (differ is None or differ[other] != differ[row]):
            return other, row
    return None
