"""Copies of pictures for a project's data/: upright, small, without metadata, under names that every system takes."""

import io
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from PIL import Image, ImageChops

from ...text import DEVICES
from . import files, labels, listing

QUALITY = 90  # of JPEG
EXACT = 64  # pixels a side, up to which PNG takes little and loses nothing
FEW_TIMES = 1.5  # as large as a JPEG a PNG may be, to be taken for its exactness
LONGEST = 80  # characters of a name


def copies(path: Path, size: int = 256, target: str = "") -> Iterator[tuple[int, str, bytes]]:
    """The pictures of a folder, archive or table: row, path in data/ ([split/][class/]name) and content of each.

    size    most pixels a side; larger ones are made smaller, with their proportions
    target  the column of labels, where a table has them

    Labels of a table become class folders. What cannot be read or is not of the data is left out.
    """
    here, _ = labels.listed(path, target)
    here.keep(any(label is not None for label in here.labels))
    folders: dict[tuple[str, str], str] = {}  # of a class's name, by the folder around it
    taken: set[str] = {listing.ALIKE}
    for row, (name, label, split) in enumerate(zip(here.names, here.labels, here.splits, strict=True)):
        try:
            ending, content = small(files.upright(listing.source(here.root, name), 2 * size), size, name)
        except files.Unreadable:
            continue
        folder = f"{split}/" if split else ""
        if label:
            if (folder, label) not in folders:
                folders[folder, label] = unique(folder, safe(label), "", taken)
            folder = f"{folders[folder, label]}/"
        stem = listing.parts(name)[-1].rpartition(".")[0]
        yield row, unique(folder, safe(stem), ending, taken), content


def small(picture: Any, size: int, name: str) -> tuple[str, bytes]:
    """Ending and bytes of a picture of at most `size` pixels a side: PNG where exactness costs little, else JPEG."""
    if max(picture.size) > size:
        factor = size / max(picture.size)
        fitting = [max(1, round(side * factor)) for side in picture.size]
        picture = picture.resize(fitting, Image.Resampling.LANCZOS, reducing_gap=3.0)
    if picture.mode == "RGB" and not ImageChops.difference(picture, picture.convert("L").convert("RGB")).getbbox():
        picture = picture.convert("L")  # grey in three channels
    bare = Image.new(picture.mode, picture.size)  # no EXIF, no profile, no text
    bare.paste(picture)
    if max(bare.size) > EXACT:
        jpeg = _packed(bare, "JPEG", quality=QUALITY)
        if name.lower().endswith((".jpg", ".jpeg", ".heic", ".heif")):
            return ".jpg", jpeg
        png = _packed(bare, "PNG", optimize=True)
        return (".png", png) if len(png) <= FEW_TIMES * len(jpeg) else (".jpg", jpeg)
    return ".png", _packed(bare, "PNG", optimize=True)


def _packed(picture: Any, kind: str, **how: Any) -> bytes:
    content = io.BytesIO()
    picture.save(content, kind, **how)
    return content.getvalue()


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
