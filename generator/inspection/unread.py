"""What is not read, or not yet: a line that says what it is and what can be done with it."""

import re
import zipfile
from collections import Counter
from pathlib import Path
from string import Template

from ..parts import read_toml

_TABLES = read_toml(Path(__file__).with_suffix(".toml"))
FEWEST_LINES, OF_LINES = 5, 0.9
LEAST = 0.5  # of the files


def told(text: str) -> str:
    """A text of a table with what others share."""
    return Template(text).substitute(_TABLES["shared"])


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
