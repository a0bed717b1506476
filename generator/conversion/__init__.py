"""Data of any layout that inspection understands, put into the plain one that a project reads."""

import importlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import Problem
from ..text import DEVICES, quoted

COPIED = 20 * 2**20  # bytes; what is larger stays where it is
ROOMS = {"image": "pictures", "noise": "pictures", "tokens": "texts", "series": "series"}  # all else are tables
LOCATION = "data/location.txt"
SIDE = 256  # most pixels of a copied picture, unless --size says more


@dataclass(frozen=True)
class Plain:
    """Data as a project gets them.

    knob    what config.py says under `data`: a path inside the project
    files   the copies by their paths; or the one file that says where the data lie, data/location.txt
    schema  data/schema.toml: how the plain data are read and what each column is
    large   whether training needs them prepared first: the layers `large/` are laid in
    found   what the inspection finds in converted data, which so make the same project again; None: as before
    """

    knob: str
    files: dict[str, bytes]
    schema: bytes
    large: bool = False
    found: Any = None


def room(source: str) -> Any:
    """The module for the data that a task of the kind `<source>-to-…` learns from. They import much, so late.

    Each offers `plain(findings, task, answers) -> Plain` for a project that is made, and
    `convert(findings, dest) -> list[str]`: the same as a plain file or folder at `dest`, and what to say about it.
    """
    return importlib.import_module(f".{ROOMS.get(source, 'tables')}", __name__)


def located(path: Path) -> dict[str, bytes]:
    """The one file of a project that says where the data lie."""
    return {LOCATION: f"{path}\n".encode("utf-8", "surrogateescape")}


def convert_first(path: Path | str, why: str, name: str) -> Problem:
    """The one line for data that become no part of a project as they are."""
    return Problem(f"{path} {why}; first: hackgen convert {quoted(str(path))} {name}, then make a project of that")


def safe_name(name: str) -> str:
    """A file name that every system takes, and that is none of the project's own in data/."""
    plain = re.sub(r"[^\w.\-]+", "_", name, flags=re.ASCII).strip("._") or "data"
    plain = f"data_{plain}" if DEVICES.match(plain) or plain in {"schema.toml", "location.txt"} else plain
    stem, dot, ending = plain.rpartition(".")
    return f"{stem[:80]}{dot}{ending[-20:]}" if dot else plain[:80]
