"""Pictures of any layout as a project reads them: folders for the classes, or one .npz of arrays; and which look alike.

Files become upright copies in [train/ valid/ test/] class/, and `alike.csv` beside them names those that must stay in
one split; idx files and .npz of any layout become one .npz of images, labels, splits and groups.
"""

import csv
import io
import os
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageChops

from .. import text
from ..errors import Misuse, Problem
from ..inspection import Findings
from ..inspection.pictures import files, labels, layouts, listing
from ..templating import rendered
from . import COPIED, LOCATION, SIDE, Plain, convert_first, located, safe_name

ARRAYS = ("npz", "idx")  # formats that hold no files of pictures
LARGEST = 64  # pixels a side of files that become arrays
QUALITY = 90  # of JPEG
EXACT = 64  # pixels a side, up to which PNG takes little and loses nothing
FEW_TIMES = 1.5  # as large as a JPEG a PNG may be, to be taken for its exactness
PARTS = {"images.npy", "labels.npy", "splits.npy", "groups.npy"}  # of the .npz that a project reads


def plain(findings: Findings, task: str, answers: Any) -> Plain:
    """The pictures as a project gets them: copies where they are small, else the place where they lie."""
    path = Path(os.path.abspath(findings.path))
    name = safe_name(path.stem if path.is_file() else path.name)
    copied: dict[str, bytes] = {}
    if answers.copy is not False and findings.format in ARRAYS:
        knob = f"data/{name}.npz"
        copied = {knob: packed(findings)} if findings.rows else {}
    elif answers.copy is not False:
        knob = f"data/{name}"
        copied = {f"{knob}/{place}": content for place, content in small_copies(findings, answers).items()}
    if copied and sum(map(len, copied.values())) <= COPIED:
        alike = copied.get(f"{knob}/{listing.ALIKE}", b"")
        return Plain(knob, copied, schema(findings, answers, Path(knob).name, alike), findings.format not in ARRAYS)
    lying = as_it_lies(findings, path)
    if lying is None:
        why = f"is not laid out as a project reads it, and {'not copied' if answers.copy is False else 'large'}"
        raise convert_first(path, why, f"{name}-plain")
    place, here, places = lying
    beside = located(place)
    if alike := table(findings, here, places):
        beside[f"data/{listing.ALIKE}"] = alike
    return Plain(LOCATION, beside, schema(findings, answers, path.name, alike), findings.format not in ARRAYS)


def convert(findings: Findings, dest: Path) -> list[str]:
    """Write the pictures to `dest`, a folder or an .npz, as `plain` copies them, however many; what to say about it."""
    count = findings.rows
    if findings.format in ARRAYS or dest.suffix == ".npz":
        dest.write_bytes(packed(findings) if findings.format in ARRAYS else packed_files(findings))
    else:
        count = copied_to(dest, findings)
    lost = [suspect.detail for suspect in findings.suspects if suspect.kind in ("corrupt", "unmatched")]
    return [f"{count:,} pictures", *renamed(findings), *findings.notes, *lost]


def renamed(findings: Findings) -> list[str]:
    """Which classes have another name in the copy, as not every system takes a folder of theirs; arrays keep theirs."""
    classes = findings.facts.get("classes", {}) if findings.format not in ARRAYS else ()
    return [f'class "{name}" is "{listing.safe(name)}" there' for name in classes if listing.safe(name) != name]


def listed(path: Path, target: str = "", group: str = "") -> listing.Listing:
    """The pictures that are of the data, with what a table says of them in the columns `target` and `group`."""
    try:
        here, _ = labels.listed(path, target, group)
    except ValueError as error:
        raise Misuse(str(error)) from None
    here.keep(any(label is not None for label in here.labels))
    return here


def as_suggested(findings: Findings) -> listing.Listing:
    """The same with the column of labels that was asked for or is the likeliest."""
    return listed(Path(findings.path), (findings.suggestion and findings.suggestion.target) or "")


def copies(here: listing.Listing, size: int = SIDE) -> Iterator[tuple[int, str, bytes]]:
    """The pictures of a listing: row, path in data/ ([split/][class/]name) and content of each.

    size  most pixels a side; larger ones are made smaller, with their proportions

    Labels of a table become class folders. What cannot be read is left out.
    """
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
                folders[folder, label] = listing.unique(folder, listing.safe(label), "", taken)
            folder = f"{folders[folder, label]}/"
        stem = listing.parts(name)[-1].rpartition(".")[0]
        yield row, listing.unique(folder, listing.safe(stem), ending, taken), content


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


def schema(findings: Findings, answers: Any, name: str, alike: bytes) -> bytes:
    """data/schema.toml: what was found, for people and tools; the layout itself says how pictures are read."""
    facts = {"name": text.printable(name), "rows": findings.rows, "format": findings.format}
    facts |= {"arrays": findings.format in ARRAYS, "target": answers.target or "", "group": answers.group or ""}
    facts |= {"alike": alike.count(b"\n") or sum(map(len, findings.facts.get("alike", [])))}
    return rendered(Path(__file__).with_name("pictures.toml.j2"), facts)


def small_copies(findings: Findings, answers: Any) -> dict[str, bytes]:
    """The copies by their places, with the table of what looks alike; nothing where they are too large together."""
    found, places, total = {}, {}, 0
    here = listed(Path(findings.path), answers.target or "", answers.group or "none")
    for row, place, content in copies(here, answers.size or SIDE):
        found[place], places[row] = content, place
        total += len(content)
        if total > COPIED:
            return {}
    alike = table(findings, here, places)
    return found | ({listing.ALIKE: alike} if alike else {})


def copied_to(folder: Path, findings: Findings) -> int:
    """Write the copies below a folder, with the table of what looks alike; returns how many."""
    here, places = as_suggested(findings), {}
    for row, place, content in copies(here):
        places[row] = place
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        (folder / place).write_bytes(content)
    if not places:
        raise Problem(f"{findings.path} holds no picture that can be read")
    if alike := table(findings, here, places):
        (folder / listing.ALIKE).write_bytes(alike)
    return len(places)


def together(findings: Findings, here: listing.Listing) -> list[list[int]]:
    """The rows of pictures that must stay in one split, as they look alike or are of one group."""
    groups: dict[str, list[int]] = {}
    for row, group in enumerate(here.groups):
        if group:
            groups.setdefault(group, []).append(row)
    found: dict[int, list[int]] = {}
    for rows in (*findings.facts.get("alike", []), *groups.values()):
        joined = sorted(set(rows).union(*(found.get(row, ()) for row in rows)))
        found.update(dict.fromkeys(joined, joined))
    return [rows for first, rows in sorted(found.items()) if rows[0] == first and len(rows) > 1]


def table(findings: Findings, here: listing.Listing, places: dict[int, str]) -> bytes:
    """Pictures that stay in one split, a row for each: its place and the number of its group."""
    out = io.StringIO()
    for number, rows in enumerate(together(findings, here)):
        csv.writer(out, lineterminator="\n").writerows((places[row], number) for row in rows if row in places)
    return out.getvalue().encode("utf-8", "replace")


def packed(findings: Findings) -> bytes:
    """The pictures of arrays as the .npz that a project reads."""
    path, labelled = Path(findings.path), bool(findings.facts.get("classes"))
    layout = layouts.npz if findings.format == "npz" else layouts.idx_folder
    try:
        sources, found, splits = layout(path, labelled)
        images = layouts.whole(path, sources)
    except ValueError as error:
        raise Problem(str(error)) from None
    names = found.astype(str) if labelled else [""] * len(images)
    return archive(images, names, splits, findings.facts.get("alike", []), range(len(images)))


def packed_files(findings: Findings) -> bytes:
    """Files of pictures as the same .npz: in their own shape if all have one of at most LARGEST a side."""
    here = as_suggested(findings)
    found: dict[int, Image.Image] = {}
    for row, name in enumerate(here.names):
        try:
            picture = files.upright(listing.source(here.root, name), 2 * LARGEST)
        except files.Unreadable:
            continue
        large = max(picture.size) > LARGEST
        found[row] = picture.resize((LARGEST, LARGEST), reducing_gap=3.0) if large else picture
    if not found:
        raise Problem(f"{findings.path} holds no picture that can be read")
    sizes = {picture.size for picture in found.values()}
    size = sizes.pop() if len(sizes) == 1 else (LARGEST, LARGEST)
    mode = "L" if all(picture.mode == "L" for picture in found.values()) else "RGB"
    images = np.stack([np.asarray(picture.convert(mode).resize(size)) for picture in found.values()])
    images = images.reshape(len(images), size[1], size[0], -1)
    names, splits = ([some[row] or "" for row in found] for some in (here.labels, here.splits))
    return archive(images, names, splits, together(findings, here), list(found))


def archive(images: np.ndarray, names: Any, splits: Any, bound: list[list[int]], rows: Sequence[int]) -> bytes:
    """The .npz that a project reads; `rows` are those of the findings, of which `bound` ones stay in one split."""
    place = {row: number for number, row in enumerate(rows)}
    groups = np.arange(len(images), dtype=np.uint64)
    for alike in bound:
        known = [place[row] for row in alike if row in place]
        groups[known] = min(known, default=0)
    out = io.BytesIO()
    np.savez_compressed(out, images=images, labels=np.array(names), splits=np.array(splits), groups=groups)
    return out.getvalue()


def as_it_lies(findings: Findings, path: Path) -> tuple[Path, listing.Listing, dict[int, str]] | None:
    """Where a project can read the pictures without a copy, with their places below that; None where it cannot."""
    if findings.format == "npz":
        with zipfile.ZipFile(path) as archive:
            return (path, listing.Listing(path), {}) if set(archive.namelist()) >= PARTS else None
    if findings.format != "pictures" or not path.is_dir():
        return None
    here = listed(path)
    folders = [listing.parts(name)[:-1] for name in here.names]
    first, last = min(folders), max(folders)
    around = first[: next((k for k, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), len(first))]
    found = as_a_project([folder[len(around) :] for folder in folders])
    wanted = list(zip(here.labels, [split or "train" for split in here.splits], strict=True))
    if any(label is not None for label in here.labels) and found != wanted:
        return None
    places = {row: "/".join(listing.parts(name)[len(around) :]) for row, name in enumerate(here.names)}
    return path.joinpath(*around), here, places


def as_a_project(folders: Iterable[list[str]]) -> list[tuple[str | None, str]]:
    """Class and split of pictures in these folders, as templates/…/prepare.py understands them."""
    folders = list(folders)
    depth = int({folder[0].lower() for folder in folders if folder} <= listing.SPLITS.keys() - {"dev"})
    classes = [text.of_file(folder[depth]) if len(folder) > depth else None for folder in folders]
    splits = [listing.SPLITS[folder[0].lower()] if depth and folder else "train" for folder in folders]
    return list(zip(classes, splits, strict=True))
