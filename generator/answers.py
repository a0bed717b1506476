"""Answers as TOML: what `.hackgen.toml` records, and what `--answers` reads."""

from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from . import __version__
from .errors import Misuse, Problem, nearest
from .own_data import LOCATION
from .parts import read_toml
from .project import Answers
from .text import one_line, toml

_NAMES = [field.name for field in fields(Answers)]
_KINDS = {"models": "a list of names", "copy": "true or false", "size": "a whole number"}


def to_toml(answers: Answers) -> str:
    recorded = ((name, getattr(answers, name)) for name in _NAMES)
    lines = [f"{name} = {toml(value)}\n" for name, value in recorded if value is not None]
    return "".join(
        [
            "# Written by hackgen: `hackgen new DEST --answers .hackgen.toml` makes the same project again.\n",
            f"version = {toml(__version__)}\n\n[answers]\n",
            *lines,
        ]
    )


def from_toml(path: Path) -> Answers:
    """The answers in a file, each of the right type; names of parts are judged later, with those from flags."""
    tables = read_toml(path)
    unknown = [key for key in tables if key not in {"version", "answers"}]
    if unknown:
        raise Misuse(f'{path} has an unknown entry "{unknown[0]}"; it takes version and a table [answers]')
    answers = tables.get("answers")
    if not isinstance(answers, dict):
        raise Misuse(f"{path} has no table [answers]")
    for name, value in answers.items():
        if name not in _NAMES:
            raise Misuse(f'{path} has an unknown answer "{name}"{nearest(name, _NAMES)}')
        if not _fits(name, value):
            raise Misuse(f'{path}: answer "{name}" must be {_KINDS.get(name, "text")}')
    given = {name: tuple(v) if name == "models" else v for name, v in answers.items()}
    return checked(Answers(**given | _located(given.get("data", ""), path.parent)))


def _located(data: str, folder: Path) -> dict[str, str]:
    """Where recorded data are: a path inside the project, or what its untracked file says."""
    if not data or Path(data).is_absolute():
        return {}
    inside = folder / data
    if data != LOCATION:
        return {"data": str(inside)}
    if not inside.is_file():
        raise Problem(f"{inside} is missing: the data lie outside the project; name them with --data")
    return {"data": inside.read_text(encoding="utf-8").strip()}


def _fits(name: str, value: Any) -> bool:
    if name == "models":
        return isinstance(value, list) and all(isinstance(item, str) for item in value)
    return type(value) is {"copy": bool, "size": int}.get(name, str)


def checked(answers: Answers) -> Answers:
    """The same answers, trimmed, each proved to be one line of text."""
    given = {name: value for name in _NAMES if isinstance(value := getattr(answers, name), str)}
    trimmed = {name: v.strip() if name in {"title", "author", "event"} else v for name, v in given.items()}
    return replace(answers, **{name: one_line(value, f"the {name}") for name, value in trimmed.items()})
