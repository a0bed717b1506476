"""Pictures from where teams keep them, as one array: folders, zip archives, tables that name files, idx files, .npz."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import runs
from cli import Fault
from support import mapped

from . import alike, array_layouts, picture_arrays, picture_file, picture_labels, picture_list, prepare
from .picture_arrays import Source
from .picture_list import Listing

WHAT = "a folder or .zip of pictures, a .csv that names them, idx files or an .npz"
REOPENED = 64  # files that are opened anew to see that pixels and labels are theirs
WORTH_KEEPING = 5000  # pictures of an array, above which finding alike ones takes longer than looking it up


@dataclass
class Pictures:
    """Pictures of one size, in memory or mapped into it.

    images   (n, height, width, channels) bytes
    rows     the readable ones
    labels   (n,) class numbers
    classes  their names
    splits   (n,) "", "train", "valid" or "test", as the data themselves say
    facts    (n,) alike.FACTS
    groups   (n,) equal for pictures that are the same or look alike
    sha256   of all pixels
    listing  the files they are from, by row; None of arrays
    """

    name: str
    images: np.ndarray
    rows: np.ndarray
    labels: np.ndarray
    classes: list[str]
    splits: np.ndarray
    facts: np.ndarray
    groups: np.ndarray
    sha256: str
    listing: Listing | None = None


def read(path: Path, size: int, skip_bad: bool, labelled: bool = True, target: str = "") -> Pictures:
    """Read what `path` names; raises `Fault` naming what cannot be used.

    Unless `labelled`, labels are neither needed nor read; `target` is their column, where a table has them.
    """
    if not path.exists():
        raise Fault(f"{path} does not exist; name {WHAT} with --data")
    kind = path.suffix.lower()
    is_table = path.is_file() and kind in picture_list.TABLES
    if path.is_file() and kind not in {".zip", ".npz"} | picture_list.TABLES:
        raise Fault(f"{path} holds no pictures; name {WHAT} with --data")
    arrays = None
    try:
        if path.is_file() and kind == ".npz":
            arrays = array_layouts.npz(path, labelled)
        elif path.is_dir() and any(path.glob("*-ubyte*")):
            arrays = array_layouts.idx_folder(path, labelled)
        else:
            listing = picture_labels.around(path, target)[0] if is_table else picture_list.find(path)
            if labelled and not is_table and len(set(listing.labels) - {None}) < 2:
                picture_labels.join(listing, picture_labels.tables_of(listing), target)
    except ValueError as error:
        raise Fault(str(error)) from None
    if arrays:
        return from_sources(path, *arrays)
    if not listing.names:
        raise Fault(f"{path} holds no pictures ({', '.join(sorted(picture_file.ENDINGS))}); name {WHAT} with --data")
    return from_files(path, listing, size, skip_bad, labelled)


def from_files(path: Path, listing: Listing, size: int, skip_bad: bool, labelled: bool) -> Pictures:
    """Prepare the pictures of a listing (once) and say what is left out."""
    labelled = labelled and any(label is not None for label in listing.labels)
    if unlabelled := listing.keep(labelled):
        listing.notes.append(f"{unlabelled} picture(s) have no label and are left out")
    for note in listing.notes:
        print(note, file=sys.stderr)
    made = prepare.prepare(listing, size)
    bad = sorted(made.bad)
    if bad:
        first = f"first {listing.root / listing.names[bad[0]]} ({made.bad[bad[0]]})"
        if not skip_bad:
            raise Fault(f"{len(bad)} of {len(listing.names)} pictures cannot be read, {first}; mend or --skip-bad")
        print(f"{len(bad)} picture(s) cannot be read and are left out, {first}")
    rows = np.setdiff1d(np.arange(len(listing.names)), bad)
    if not len(rows):
        raise Fault(f"no picture in {path} can be read")
    names = [label if labelled else "" for label in listing.labels]
    classes = sorted({names[row] for row in rows})
    number = {name: i for i, name in enumerate(classes)}
    labels = np.array([number.get(name, -1) for name in names], np.int64)
    splits = np.array(listing.splits, "<U5")
    where = path.resolve()
    name = where.name if where.is_dir() else where.stem
    return Pictures(name, made.images, rows, labels, classes, splits, made.facts, made.groups, made.sha256, listing)


def unlike_files(given: Pictures, rows: np.ndarray) -> int:
    """How many of some rows have other pixels, or another class, than their file; a few are opened to see."""
    if given.listing is None:
        return 0
    strays = 0
    for row in rows[:: 1 + len(rows) // REOPENED]:
        name, label = given.listing.names[row], given.listing.labels[row]
        alike = np.array_equal(opened(given.listing.root, name, given.images.shape[1:]), given.images[row])
        strays += not alike or given.classes[given.labels[row]] != label
    return strays


def from_sources(path: Path, sources: list[Source], labels: np.ndarray, splits: np.ndarray) -> Pictures:
    """Pictures that are arrays already: large ones are copied once, as plain bytes that can be mapped."""
    name = path.resolve().stem if path.is_file() else path.resolve().name
    try:
        if picture_arrays.size(sources) <= mapped.LARGE:
            return from_arrays(name, picture_arrays.whole(path, sources), labels, splits)
        files = sorted({source.file for source in sources})
        folder, facts = mapped.prepare("pictures", files, {}, lambda part: copy(path, sources, part))
    except ValueError as error:
        raise Fault(str(error)) from None
    images = np.load(folder / "images.npy", mmap_mode="r")
    known = np.load(folder / "facts.npy"), np.load(folder / "groups.npy"), facts["sha256"]
    return with_classes(name, np.asarray(images), labels, splits, *known)


def copy(path: Path, sources: list[Source], part: Path) -> dict[str, str]:
    """Write all pictures into one array, and what is known of them; returns their fingerprint."""
    shape = picture_arrays.shape(path, sources)
    images = np.lib.format.open_memmap(part / "images.npy", "w+", np.uint8, shape)
    facts, start = [], 0
    for block in picture_arrays.pictures(path, sources):
        images[start : start + len(block)] = block
        facts.append(alike.facts(block))
        start += len(block)
    images.flush()
    facts = np.concatenate(facts)
    np.save(part / "facts.npy", facts)
    np.save(part / "groups.npy", alike.groups(np.asarray(images), facts))
    return {"sha256": prepare.fingerprint(np.asarray(images))}


def from_arrays(name: str, images: np.ndarray, labels: np.ndarray, splits: np.ndarray | None = None) -> Pictures:
    """Pictures that are in memory, (n, height, width, channels), with a label and perhaps a split each."""
    step = prepare.BLOCK_PICTURES
    facts = np.concatenate([alike.facts(images[start : start + step]) for start in range(0, len(images), step)])
    sha256 = prepare.fingerprint(images)
    return with_classes(name, images, labels, splits, facts, kept_groups(images, facts, sha256), sha256)


def with_classes(
    name: str,
    images: np.ndarray,
    labels: np.ndarray,
    splits: np.ndarray | None,
    facts: np.ndarray,
    groups: np.ndarray,
    sha256: str,
) -> Pictures:
    """Pictures of which all is known, with their classes in order."""
    classes, numbers = np.unique(labels, return_inverse=True)
    splits = np.full(len(images), "", "<U5") if splits is None else splits
    rows, names = np.arange(len(images)), [str(c) for c in classes]
    return Pictures(name, images, rows, numbers.reshape(-1), names, splits, facts, groups, sha256)


def kept_groups(images: np.ndarray, facts: np.ndarray, sha256: str) -> np.ndarray:
    """The groups of alike pictures; of many they are kept in prepared/, by the fingerprint of the pixels."""
    if len(images) < WORTH_KEEPING:
        return alike.groups(images, facts)
    place = prepare.ROOT / f"groups-{prepare.VERSION}-{sha256[:16]}.npy"
    try:
        groups = np.load(place)
        if len(groups) == len(images):
            return groups
    except (OSError, ValueError, EOFError):
        pass  # not kept yet, or damaged
    groups = alike.groups(images, facts)
    runs.write(place, prepare.packed(groups))
    return groups


def open_like(file: Path, shape: list[int]) -> np.ndarray:
    """A new picture in the size and channels of the training pictures, (height, width, channels) bytes."""
    try:
        return opened(file.parent, file.name, shape)
    except picture_file.Unreadable as error:
        raise Fault(f"{file} cannot be read as a picture: {error}") from None


def opened(root: Path, name: str, shape: Sequence[int]) -> np.ndarray:
    """A file below a folder or in an archive in that size and channels; raises `Unreadable`."""
    height, width, channels = shape
    return picture_file.with_channels(picture_file.pixels(picture_list.source(root, name), width, height), channels)
