"""What a folder, archive, list or array of pictures holds, judged by the very code that reads them in a project."""

import os
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from ...text import leads_out
from ..findings import Column, Findings, Suspect
from ..suspects.leaks import imbalance, rarest
from ..target.choice import MOST_CLOSE
from ..target.suggestion import suggestion
from . import files, labels, layouts, listing
from .annotations import annotated
from .labels import IN_NAMES
from .likeness import LARGEST, Opened, alike_ones, equal_ones, some_of

MOST_FILES, MOST_BYTES = 100_000, 2 << 30  # of pictures that are opened; of more, a sample
LEAST = 3  # pictures that make a class: one for train, valid and test each
NAMED = 20  # files that a list in the findings holds


def inspect_pictures(path: Path, target: str | None = None) -> Findings | None:
    """The findings about pictures; None for a table that names none."""
    if path.suffix.lower() == ".npz" or (path.is_dir() and any(path.glob("*-ubyte*"))):
        return _of_arrays(path)
    is_table = path.is_file() and path.suffix.lower() != ".zip"
    found = Findings(str(path), "picture-list" if is_table else "pictures")
    try:
        here, column = labels.listed(path, target or "")
    except ValueError as error:
        found.notes.append(str(error))
        return None if is_table else found
    if column:
        found.format = "picture-list"
    found.bytes = sum(here.sizes) if path.is_dir() or is_table else path.stat().st_size
    labelled = any(label is not None for label in here.labels)
    if (dropped := here.keep(labelled)) and not column:
        here.notes.append(f"{dropped} picture(s) have no label and are left out")
    found.rows = len(here.names)
    found.notes += here.notes
    if not here.names:
        found.notes.append("there are no pictures in it")
        return found
    if not column and (what := annotated(path, here)):
        found.facts["annotated"] = what
        found.notes.append(what)
        return found
    _classes(found, here.labels if labelled else [], column, path)
    if found.suggestion:
        found.suggestion.alternatives = here.others[:MOST_CLOSE]
        found.suggestion.group = here.group
    if any(here.splits):
        found.facts["splits"] = dict(Counter(split or "without" for split in here.splits))
    opened = _open(here)
    _files(found, here, opened)
    alike_ones(found, here, opened)
    unmatched = [note for note in here.notes if "name no picture" in note or "not named" in note]
    found.notes = [note for note in found.notes if note not in unmatched]
    found.suspects += [Suspect("unmatched", None, f"{note}; left out") for note in unmatched]
    return found


def _classes(found: Findings, labels: list[str | None], column: str, path: Path) -> None:
    """Classes with their counts, what speaks against a score, and the suggestion."""
    counts = Counter(label for label in labels if label is not None)
    ordered = dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
    found.facts["classes"] = ordered
    if labels:
        top = [[name, count] for name, count in list(ordered.items())[:10]]
        found.columns = [Column(column or "label", "category", 0.0, len(counts), {"top": top})]
    usable = [name for name, count in ordered.items() if count >= LEAST]
    if len(usable) < 2:
        why = "no labels" if len(counts) < 2 else "most classes have one or two pictures"
        found.suggestion = suggestion("image-generation", None, str(path), f"{found.rows:,} pictures, {why}")
        return
    found.facts["class_shares"] = {name: round(count / found.rows, 4) for name, count in ordered.items()}
    unequal = imbalance(ordered, "pictures", column or None)
    metric = "macro F1" if unequal else ""
    found.suspects += unequal + rarest(ordered, "pictures", column or None)
    where = "how names of files begin" if column == IN_NAMES else f"the table's column {column}"
    how = f"{len(counts)} classes: {where if column else 'a folder for each class'}"
    labels = found.rows / len(counts)
    found.suggestion = suggestion("image-classification", column or None, str(path), how, metric, labels=labels)


def _open(here: listing.Listing) -> list[Opened]:
    """Open all pictures, or where they are very many a sample spread over all of them."""
    count, size = len(here.names), sum(here.sizes)
    share = min(1.0, MOST_FILES / count, MOST_BYTES / max(size, 1))
    wanted = max(1, int(count * share))
    rows = [number * count // wanted for number in range(wanted)]

    def look(row: int) -> Opened:
        found = Opened(row)
        try:
            source = listing.source(here.root, here.names[row])
            found.width, found.height, found.mode = files.head(source)
            source.seek(0)
            own = max(found.width, found.height) <= LARGEST
            found.pixels = files.pixels(source, *((found.width, found.height) if own else (LARGEST, LARGEST)))
        except files.Unreadable as trouble:
            found.error = str(trouble)
        return found

    with ThreadPoolExecutor(min(os.cpu_count() or 1, 8)) as crew:
        return list(crew.map(look, rows))


def _files(found: Findings, here: listing.Listing, opened: list[Opened]) -> None:
    """Sizes, modes and what is corrupt."""
    if len(opened) < found.rows:
        found.facts["opened"] = len(opened)
        found.notes.append(f"sizes, modes, corrupt and equal pictures are those of a sample of {len(opened):,}")
    sizes = Counter(f"{picture.width}×{picture.height}" for picture in opened if picture.mode)
    found.facts["sizes"] = dict(sizes.most_common(NAMED))
    if len(sizes) > NAMED:
        found.notes.append(f"there are {len(sizes)} different sizes; the most frequent are shown")
    found.facts["modes"] = dict(Counter(picture.mode for picture in opened if picture.mode).most_common())
    if bad := [picture for picture in opened if picture.error]:
        names, why = [here.names[picture.row] for picture in bad], bad[0].error
        found.facts["corrupt"] = names[:NAMED]
        why = why if len(why) <= 60 else f"{why[:59]}…"
        first = f"{names[0]} ({why})" + (len(bad) > 1) * f" and {len(bad) - 1} more"
        found.suspects.append(Suspect("corrupt", None, f"{first}; not copied, left out when training"))


def _of_arrays(path: Path) -> Findings:
    """The findings about idx files or an .npz."""
    is_npz = path.suffix.lower() == ".npz"
    found, layout = Findings(str(path), "npz" if is_npz else "idx"), layouts.npz if is_npz else layouts.idx_folder
    inside = [path] if is_npz else [f for f in path.glob("*ubyte*") if f.is_file() and not leads_out(f, path)]
    found.bytes = sum(file.stat().st_size for file in inside)
    labelled = True
    try:
        try:
            sources, names, splits = layout(path, True)
        except ValueError as error:
            sources, names, splits = layout(path, False)
            labelled = False
            found.notes.append(f"no labels: {error}")
        images = layouts.whole(path, sources)
    except ValueError as error:
        found.notes[:] = [str(error)]
        return found
    found.rows = len(images)
    _, height, width, channels = images.shape
    mode = {1: "L", 3: "RGB", 4: "RGBA"}.get(channels, f"{channels} channels")
    found.facts |= {"sizes": {f"{width}×{height}": len(images)}, "modes": {mode: len(images)}}
    _classes(found, [str(name) for name in names] if labelled else [], "", path)
    if found.suggestion and labelled:
        found.suggestion.why = found.suggestion.why.replace("a folder for each class", "the labels beside the pictures")
    given = [split or "train" for split in splits.tolist()] if splits.any() else [""] * len(splits)
    if splits.any():
        found.facts["splits"] = dict(Counter(given))
    rows = some_of(found, len(images), images.shape[1:])
    shown = [f"number {row}" for row in rows]
    named = names[rows].tolist() if labelled else [None] * len(rows)
    some = images if len(rows) == len(images) else images[rows]
    equal_ones(found, some, rows, shown, [given[row] for row in rows], named)
    return found
