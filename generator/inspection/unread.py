"""What is not read, or not yet, in a line that says what to do; what several tables of a folder are together."""

import re
import zipfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from string import Template
from typing import Any

from ..parts import read_toml
from .columns.delimited import choose_delimiter, split_rows
from .columns.formats import unpacked
from .columns.meaning import number
from .words.names import WORDS, words_of

_TABLES = read_toml(Path(__file__).with_suffix(".toml"))
FEWEST_LINES, OF_LINES = 5, 0.9
LEAST = 0.5  # of the files


def told(text: str, **facts: object) -> str:
    """A text of a table with what others share, and with facts."""
    return Template(text).substitute(_TABLES["shared"] | facts)


def of_file(path: Path) -> str:
    """What a file is by its first bytes; "" where it is not known."""
    with path.open("rb") as file:
        first = file.read(64)
    known = _TABLES["first_bytes"].items()
    return next((told(line) for start, line in known if re.match(start.encode(), first, re.DOTALL)), "")


def of_json(path: Path) -> str:
    """What a JSON file is that annotates pictures, or is a notebook; "" for others."""
    from .pictures import annotations

    text = annotations.head(path)
    if all(key in text for key in annotations.COCO):
        return of_format("coco")
    return of_format("notebook") if b'"nbformat"' in text else ""


def of_format(name: str) -> str:
    """What a file of a known format is that is not read as it is."""
    return told(_TABLES["formats"].get(name, _TABLES["formats"]["binary"]))


def of_archive(path: Path) -> str:
    """What most files of a .zip are; "" where it is none, or not known."""
    if not zipfile.is_zipfile(path):
        return ""
    with zipfile.ZipFile(path) as archive:
        return of_folder([Path(entry.filename) for entry in archive.infolist() if not entry.is_dir()])


def of_text(path: Path) -> str:
    """What a text is by how it begins, or by its first lines; "" where it is not known."""
    with path.open("rb") as file:
        text = file.read(1 << 14).decode("utf-8-sig", "replace")
    for pattern, what in _TABLES["beginnings"].items():
        if re.match(pattern, text):
            return told(what)
    lines = text.splitlines()[:-1]
    lines = [line.strip() for line in lines if line.strip() and not line.startswith("-DOCSTART-")]
    for pattern, what in _TABLES["lines"].items():
        fitting = sum(bool(re.fullmatch(pattern, line)) for line in lines)
        if len(lines) >= FEWEST_LINES and fitting >= OF_LINES * len(lines):
            return told(what)
    return ""


def of_folder(files: list[Path]) -> str:
    """What most files of a folder are, and in which folders they lie; "" where it is not known."""
    endings = Counter(file.suffix.lower() for file in files)
    for what, (known, remedy) in _TABLES["endings"].items():
        count = sum(endings[ending] for ending in known.split())
        if count and count >= LEAST * len(files):
            folders = Counter(file.parent.name for file in files if file.suffix.lower() in known.split())
            several = f", in {len(folders)} folders ({', '.join(sorted(folders)[:4])} …)" if len(folders) > 1 else ""
            return f"it holds {count:,} {what}{several}: {told(remedy)}"
    return ""


DELIMITED = (".csv", ".tsv", ".txt", ".dat")
LABELS, TRAIN = {"labels", "label", "targets", "target", "y", "ytrain"}, {"train", "training", "ytrain"}
FEWEST = 3  # tables of a folder that may be a class


def recordings(files: list[Path]) -> str:
    """What tables in folders of classes are: recordings of one kind in each, with equal columns; "" for others."""
    folders: dict[Path, list[Path]] = {}
    for file in files:
        folders.setdefault(file.parent, []).append(file)
    several = [folder for folder, inside in folders.items() if len(inside) >= FEWEST]
    if len(several) < 2 or len(several) < len(folders):
        return ""
    firsts = [heads(inside[0]) for inside in folders.values() if inside[0].suffix.lower() in DELIMITED]
    headless = any(number(cell) is not None for first in firsts for cell in first)
    if len({len(first) if headless else tuple(first) for first in firsts}) != 1:
        return ""
    if any(set(words_of(name)) & WORDS.times for name in firsts[0]) and not headless:
        return told(_TABLES["folders"]["series"], files=f"{len(files):,}", folders=len(several), one=min(several))
    names = ", ".join(sorted(folder.name for folder in several)[:4])
    return told(_TABLES["folders"]["recordings"], files=f"{len(files):,}", folders=len(several), names=names)


def contest(files: Sequence[Any], training: Any) -> tuple[list[str], list[str]]:
    """What a contest asks for, and what its training table alone has: columns that nobody knows of new rows.

    Its sample of a submission names what is asked; without one, it is the only column that the table of tests lacks.
    """
    samples = [file for file in files if "submission" in file.name.lower() and file != training]
    others = [file for file in files if file not in (training, *samples)]
    if not samples and not any(file.name.lower().startswith("test") for file in others):
        return [], []
    known, told = heads(training), {name for file in others for name in heads(file)}
    alone = [name for name in known if name not in told]
    if not others or 2 * len(alone) > len(known):  # tables of something else
        return [], []
    if asked := [name for file in samples[:1] for name in heads(file) if name in alone]:
        return asked, alone
    return (alone if len(alone) == 1 and alone[0] and not set(words_of(alone[0])) & WORDS.ids else []), alone


def labels_apart(files: list[Path], training: Path) -> str:
    """What to do where the answers stand in a table of their own (train_values, train_labels; X_train, y_train)."""
    for file in files:
        said = set(words_of(file.stem))
        if file != training and said & LABELS and said & TRAIN and file.suffix.lower() in DELIMITED:
            common = set(heads(file)) & set(heads(training))
            together = "merge({})" if common else "concat([{}], axis=1)"
            both = ", ".join(f"pandas.read_csv({name!r})" for name in (training.name, file.name))
            made = f"pandas.{together.format(both)}.to_csv('train.csv', index=False)"
            return f"what to predict is in {file.name}, apart from {training.name}; make one table of both: {made}"
    return ""


def heads(file: Any) -> list[str]:
    """The names in the first line of a delimited text, packed or not."""
    with file.open("rb") as opened:
        text = unpacked(opened).read(2**16).decode("utf-8-sig", "replace")
    rows = split_rows(text.partition("\n")[0], choose_delimiter(text)[0], quoted=True, strict=False)[0]
    return rows[0] if rows else []
