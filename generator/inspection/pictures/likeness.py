"""Pictures that are equal or look alike, so that they can stay in one split, and those that do so across splits.

A difference hash (Krawetz 2013) says of a 9×8 thumbnail where it gets brighter from left to right: 64 bits that hardly
change when a picture is saved again, resized or made a little brighter. On small pictures equal hashes mean little, as
half of all handwritten ones share theirs, so the hash only proposes pairs. A pair counts where, in the prepared
pixels, the two are as bright and correlate at ENOUGH: a picture saved again as JPEG of quality 75 lies above 0.994, the
most similar two of 1,797 digits of 8×8 pixels at 0.9942, of 20,000 MNIST digits at 0.9874. What has no detail,
a plain sheet, is alike only to its exact copy.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import numpy as np
from PIL import Image

from ..findings import Findings, Suspect
from . import files

SMALL = 32  # pixels a side; below, every difference counts for more
ENOUGH, ENOUGH_IF_SMALL = 0.99, 0.995  # correlation of the pixels
MOST_BITS = 10  # in which the hashes of a pair may differ
BRIGHTNESS = 24.0  # levels of 255 by which the means of a pair may differ
CONTRAST = 1.3  # times by which their deviations may differ
LEAST_DETAIL = 3.0  # levels of deviation, below which a picture is a plain sheet
STEP = 2.0  # levels that count as brighter, so that noise in a plain part changes no bit
NEIGHBOURS = 8  # pictures next in the order of the hashes that each is compared with
CHUNK = 32 << 20  # bytes of pictures compared at a time; only memory depends on it
MOST_PIXELS = 256 << 20  # bytes of pixels in which pictures that look alike are sought
LARGEST = 64  # pixels a side at which pictures are compared, as a project does by default


def grouped(images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Two numbers for each picture, (n,) each: equal for pictures that are the same, and that look alike as well.

    Only pairs that stand near each other in one of four orders of the hashes are looked at, so the time grows with
    the number of pictures, not with its square.

    images  (n, height, width, channels) bytes
    """
    flat, pixels = images.reshape(len(images), -1), int(np.prod(images.shape[1:]))
    keys = [int.from_bytes(blake2b(row, digest_size=8).digest(), "little") for row in np.ascontiguousarray(flat)]
    _, first, equal = np.unique(keys, return_index=True, return_inverse=True)
    step = max(1, CHUNK // (4 * pixels))
    measured = [_measured(images[first[start : start + step]]) for start in range(0, len(first), step)]
    look, mean, spread = map(np.concatenate, zip(*measured, strict=True))  # of one of each set of equal pictures
    detailed, group = spread > LEAST_DETAIL, np.arange(len(first))
    for turn in range(0, 64, 16):
        turned = (look << np.uint64(turn)) | (look >> np.uint64((64 - turn) % 64))
        order = np.lexsort((mean, turned))
        for distance in range(1, min(NEIGHBOURS + 1, len(order))):
            one, other = order[:-distance], order[distance:]
            near = np.bitwise_count(look[one] ^ look[other]) <= MOST_BITS
            near &= (np.abs(mean[one] - mean[other]) <= BRIGHTNESS) & detailed[one] & detailed[other]
            near &= np.maximum(spread[one], spread[other]) <= CONTRAST * np.minimum(spread[one], spread[other])
            near &= group[one] != group[other]
            one, other = one[near], other[near]
            same = _correlate(images, first[one], first[other])
            group = _union(group, one[same], other[same])
    return equal, group[equal]


def _measured(images: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The difference hash of each picture, 64 bits, and the mean and deviation of its pixels, (n,) each."""
    grey = images.mean(3, dtype=np.float32)  # (n, height, width)
    small = _averages(grey.shape[1], 8) @ grey @ _averages(grey.shape[2], 9).T  # (n, 8, 9), thumbnails
    bits = np.diff(small, axis=2) > STEP  # (n, 8, 8)
    look = np.packbits(bits.reshape(len(bits), 64), axis=1).view(">u8").reshape(-1).astype(np.uint64)
    mean = images.mean((1, 2, 3))
    squares = np.einsum("nhwc,nhwc->n", images, images, dtype=np.int64, casting="unsafe")
    return look, mean, np.sqrt((squares / np.prod(images.shape[1:]) - mean**2).clip(0))


def _averages(size: int, parts: int) -> np.ndarray:
    """The matrix that averages `size` pixels into `parts` of equal length, (parts, size)."""
    edges = np.linspace(0, size, parts + 1)
    pixel = np.arange(size)
    shares = np.minimum(edges[1:, None], pixel + 1) - np.maximum(edges[:-1, None], pixel)
    return (shares.clip(0) * (parts / size)).astype(np.float32)


def _correlate(images: np.ndarray, one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Which pairs of rows show the same: their pixels, each channel about its mean, correlate."""
    enough = ENOUGH_IF_SMALL if min(images.shape[1:3]) < SMALL else ENOUGH
    step = max(1, CHUNK // (8 * int(np.prod(images.shape[1:]))))
    same = [np.zeros(0, bool)]
    for start in range(0, len(one), step):
        pair = (images[rows[start : start + step]].astype(np.float32) for rows in (one, other))
        a, b = (pixels - pixels.mean((1, 2), keepdims=True) for pixels in pair)
        product, *squares = (np.einsum("nhwc,nhwc->n", x, y) for x, y in ((a, b), (a, a), (b, b)))
        same.append(product > enough * np.sqrt(squares[0] * squares[1]))
    return np.concatenate(same)


def _union(group: np.ndarray, one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Join the groups of the pairs; a group is named by its lowest member."""
    while (group[one] != group[other]).any():
        lowest = np.minimum(group[one], group[other])
        for ends in (group[one], group[other]):
            np.minimum.at(group, ends, lowest)
        group = group[group]
    return group


# What is said of them


@dataclass
class Opened:
    """What opening a picture told: its size and mode, or what is wrong with it."""

    row: int
    width: int = 0
    height: int = 0
    mode: str = ""
    pixels: Any = None  # of at most LARGEST a side
    error: str = ""


def some_of(found: Findings, count: int, shape: tuple[int, ...]) -> list[int]:
    """The rows among which pictures that look alike are sought: all, or where memory would not hold them a sample."""
    most = max(2, MOST_PIXELS // int(np.prod(shape)))
    if count <= most:
        return list(range(count))
    found.notes.append(f"pictures that look alike are sought in a sample of {most:,}")
    return [number * count // most for number in range(most)]


def alike_ones(found: Findings, listing: Any, opened: list[Opened]) -> None:
    """Pictures that are equal, that look alike, and those that do so across splits."""
    good = [picture for picture in opened if not picture.error]
    if len(good) < 2:
        return
    shapes = {picture.pixels.shape[:2] for picture in good}
    shape = shapes.pop() if len(shapes) == 1 else (LARGEST, LARGEST)
    shape += (max(1 if picture.pixels.ndim == 2 else 3 for picture in good),)
    good = [good[number] for number in some_of(found, len(good), shape)]
    images = np.zeros((len(good), *shape), np.uint8)
    for place, picture in enumerate(good):
        pixels, picture.pixels = picture.pixels, None  # which makes room for the next
        if pixels.shape[:2] != shape[:2]:
            pixels = np.asarray(Image.fromarray(pixels).resize(shape[1::-1], Image.Resampling.BILINEAR))
        images[place] = files.with_channels(pixels, shape[2])
    rows = [picture.row for picture in good]
    known = ([of[row] for row in rows] for of in (listing.names, listing.splits, listing.labels))
    equal_ones(found, images, rows, *known)


def equal_ones(
    found: Findings, images: np.ndarray, rows: list[int], names: Sequence[str], splits: Sequence[str], labels: Any
) -> None:
    """Suspects about equal and alike pictures, (n, height, width, channels) bytes, of some rows of the data.

    `labels` are None without any.
    """
    equal, groups = grouped(images)
    together, by_split, labels_of = ({} for _ in range(3))  # rows by group; groups by split; labels by picture
    for row, group, split, same, label in zip(rows, groups.tolist(), splits, equal.tolist(), labels, strict=True):
        together.setdefault(group, []).append(row)
        by_split.setdefault(split, set()).add(group)
        labels_of.setdefault(same, set()).add(label)
    found.facts["alike"] = [some for some in together.values() if len(some) > 1]
    similar = len(labels_of) - len(together)
    for kind, count, numbers, differ, how in (
        ("duplicates", len(rows) - len(labels_of), equal, np.arange(len(rows)), "equal another one"),
        ("near-duplicates", similar, groups, equal, "look like another one"),
    ):
        if count:
            found.facts[kind.replace("-", "_")] = count
            _, index, inverse = np.unique(numbers, return_index=True, return_inverse=True)
            first = index[inverse]
            later = np.flatnonzero(differ != differ[first])[:1]
            example = "".join(f", such as {names[first[n]]} and {names[n]}" for n in later)
            found.suspects.append(Suspect(kind, None, f"{count} picture(s) {how}{example}; they stay in one split"))
    if torn := sum(len(named) > 1 for named in labels_of.values()):
        found.suspects.append(Suspect("contradictions", None, f"{torn} picture(s) stand in several classes"))
    for held_out, others in (("test", ("train", "valid")), ("valid", ("train",))):
        torn = by_split.get(held_out, set()) & set().union(*(by_split.get(other, set()) for other in others))
        if torn:
            found.facts[f"in_{held_out}_and_elsewhere"] = len(torn)
            detail = f"{len(torn)} picture(s) of {held_out} look like some of {' or '.join(others)}; those are left out"
            found.suspects.append(Suspect("leakage", None, detail))
