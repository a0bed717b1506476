"""Which pictures or texts a folder or a zip archive holds, without opening any: names, classes and split folders."""

import csv
import io
import re
import unicodedata
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from ...text import DEVICES, of_file
from ..columns.formats import PICTURE_ENDINGS, below

SPLITS = {name: "train" for name in ("train", "training")}
SPLITS |= {name: "valid" for name in ("valid", "val", "validation", "dev")}
SPLITS |= {name: "test" for name in ("test", "testing")}
TABLES = {".csv", ".tsv"}
WANTED = {*PICTURE_ENDINGS, *TABLES}
ALIKE = "alike.csv"  # which pictures stay together, as conversion writes it: no labels
NOWHERE = {"", ".", ".."}
HEIC = (".heic", ".heif")  # read where pillow-heif is installed
FEW, LOOSE = 2, 0.02  # pictures beside a folder around the others, or share of these, that are no part of the data
LONGEST = 80  # characters of a name that every system takes
LARGEST_MEMBER = 1 << 29  # bytes that one file of an archive may unpack to


class Unreadable(ValueError):
    """A file that is no picture, or a damaged one; the text says why."""


@dataclass
class Listing:
    """Files found below a folder or in an archive, in the order of their names.

    names   paths inside `root`, as the folder or archive spells them
    sizes   bytes of each
    labels  class of each, or None
    splits  "train", "valid", "test"; "" where nothing says; None: not of the data
    tables  CSV files at the top, which may name the labels
    around  how many folders are around all of them
    notes   what was left out, in words
    others  columns of the table that may hold the labels as well, the likeliest first
    groups  what must stay in one split is equal in it, such as a patient; "" where nothing says
    group   the column of the table that says it
    """

    root: Path
    names: list[str] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    labels: list[str | None] = field(default_factory=list)
    splits: list[str | None] = field(default_factory=list)
    tables: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)
    group: str = ""
    around: int = 0

    def keep(self, labelled: bool) -> int:
        """Drop the files that are not of the data, and if `labelled` those without a label; returns how many."""
        inside = [split is not None for split in self.splits]
        wanted = [here and (label is not None or not labelled) for here, label in zip(inside, self.labels, strict=True)]
        for name in ("names", "sizes", "labels", "splits", "groups"):
            setattr(self, name, [value for value, keep in zip(getattr(self, name), wanted, strict=True) if keep])
        return sum(inside) - sum(wanted)


def find(path: Path, wanted: Callable[[str], bool] = lambda name: suffix(name) in WANTED) -> Listing:
    """List a folder or a .zip; raises `ValueError` with the line for people where it cannot be read."""
    listing = Listing(path)
    archive.cache_clear()  # it may be another one of that name
    try:
        found = sorted((in_archive if path.is_file() else below)(path, listing.notes, wanted))
    except OSError as error:
        raise ValueError(f"{path} cannot be read: {error.strerror}") from None
    for name, size in found:
        if name != ALIKE and suffix(name) in TABLES:
            listing.tables.append(name)
        elif name != ALIKE:
            listing.names.append(name)
            listing.sizes.append(size)
    text = read_bytes(path, ALIKE).decode("utf-8", "replace") if ALIKE in dict(found) else ""
    group_of = {row[0]: row[1] for row in csv.reader(io.StringIO(text)) if len(row) == 2}
    listing.groups = [group_of.get(name, "") for name in listing.names]
    arrange(listing)
    return listing


def suffix(name: str) -> str:
    """The ending of a file name with its dot, in small letters; plain string work, as there are many names."""
    return name[max(name.rfind("."), 0) :].lower()


def in_archive(path: Path, notes: list[str], wanted: Callable[[str], bool]) -> Iterator[tuple[str, int]]:
    """The same for the members of a .zip; nothing is ever unpacked to disk, so their paths can do no harm."""
    locked = 0
    for info in archive(str(path)).infolist():
        inside = parts(info.filename)
        if info.is_dir() or not inside or any(part.startswith((".", "__MACOSX")) for part in inside):
            continue
        if wanted(info.filename):
            locked += info.flag_bits & 1
            if not info.flag_bits & 1:
                yield info.filename, info.file_size
    if locked:
        notes.append(f"{locked} file(s) behind a password left out")


@lru_cache(maxsize=2)
def archive(path: str) -> zipfile.ZipFile:
    """An archive, opened once; raises `ValueError` where it is none."""
    try:
        return zipfile.ZipFile(path)
    except (OSError, zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise ValueError(f"{path} cannot be read as a zip archive: {error}") from None


def read_bytes(root: Path, name: str) -> bytes:
    """A file below a folder or in an archive; raises `OSError` or `Unreadable`."""
    if root.is_dir():
        return (root / name).read_bytes()
    if archive(str(root)).getinfo(name).file_size > LARGEST_MEMBER:
        raise Unreadable(f"it unpacks to more than {LARGEST_MEMBER >> 20} MB")
    try:
        return archive(str(root)).read(name)
    except Exception as error:  # zipfile and zlib raise errors of their own
        raise Unreadable(f"damaged in the archive: {error}") from None


def source(root: Path, name: str) -> io.BytesIO:
    """A picture's bytes, ready to be decoded; raises `Unreadable`."""
    if name.lower().endswith(HEIC) and not reads_heic():
        raise Unreadable("HEIC needs pillow-heif: pip install pillow-heif")
    try:
        return io.BytesIO(read_bytes(root, name))
    except OSError as error:
        raise Unreadable(error.strerror or str(error)) from None


@lru_cache
def reads_heic() -> bool:
    """Whether pillow-heif is installed; if so, Pillow opens HEIC from now on."""
    try:
        import pillow_heif
    except ImportError:
        return False
    pillow_heif.register_heif_opener()
    return True


def parts(name: str) -> list[str]:
    """A path's folders and file name, without what leads elsewhere: drives, `..`, a leading slash."""
    words = name.replace("\\", "/").split("/")
    return [word for word in words if word not in NOWHERE and word[1:] != ":"]


def split_of(folder: str) -> str:
    """The split that a folder's name says: `Training`, `seg_test`, `Train_Data`; "" where it says none."""
    return next((SPLITS[word] for word in re.split(r"[^a-z]+", folder.lower()) if word in SPLITS), "")


def arrange(listing: Listing) -> None:
    """Find classes and split folders in the names.

    Folders around everything, or around all but a few loose pictures, are looked through. Split folders count where one
    is for training and either others are there too, or class folders lie inside it: `train` beside `car` and `bus` is a
    class of vehicles. A folder of the same kind inside one, as in `seg_train/seg_train/`, is looked through too.
    """
    paths = [parts(name) for name in listing.names]
    depth, loose = 0, set()
    while paths:
        deep = [row for row, path in enumerate(paths) if len(path) > depth + 1 and row not in loose]
        tops = {paths[row][depth] for row in deep}
        around = len(tops) == 1 and not split_of(next(iter(tops)))
        out = {row for row in range(len(paths)) if row not in loose} - set(deep)
        shallow = sum(len(paths[row]) <= depth + 2 for row in deep)  # loose in the next one
        deeper = shallow < len(deep) and shallow <= max(FEW, LOOSE * len(deep))
        if not around or not deeper or len(out) > max(FEW, LOOSE * len(deep)):
            break
        loose |= out
        depth += 1
    listing.around = depth
    inside = [path for row, path in enumerate(paths) if row not in loose]
    tops = {path[depth] for path in inside if len(path) > depth + 1}
    splits = {top: split for top in tops if (split := split_of(top))}
    deeper = any(len(path) > depth + 2 for path in inside if splits.get(path[depth]) == "train")
    if "train" not in splits.values() or not (deeper or len(tops) == 1 or len(set(splits.values())) > 1):
        splits = {}
    for row, path in enumerate(paths):
        split = None if row in loose else splits.get(path[depth], None if splits else "")
        folders = path[depth + bool(split) : -1] if split is not None else []
        if split and len(folders) > 1 and split_of(folders[0]) == split:
            folders = folders[1:]
        listing.splits.append(split)
        listing.labels.append(of_file(folders[0]) if folders else None)
    if loose:
        listing.notes.append(f"{len(loose)} file(s) beside the folders left out")
    if outside := listing.splits.count(None) - len(loose):
        listing.notes.append(f"{outside} file(s) beside the split folders left out")


def safe(name: str) -> str:
    """A name that every file system takes, as near to the given one as that allows."""
    plain = unicodedata.normalize("NFC", name.encode("utf-8", "replace").decode())
    plain = re.sub(r'[<>:"/\\|?*\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\ufeff]', "_", plain)[:LONGEST]
    plain = plain.strip(" ").rstrip(".") or "_"
    return f"_{plain}" if plain.startswith(".") or DEVICES.match(plain) else plain


def unique(folder: str, stem: str, ending: str, taken: set[str]) -> str:
    """A path that differs from all taken ones in more than the case of letters."""
    path, number = f"{folder}{stem}{ending}", 1
    while path.casefold() in taken:
        number += 1
        path = f"{folder}{stem}_{number}{ending}"
    taken.add(path.casefold())
    return path
