"""Answers as TOML: what `.hackgen.toml` records, and what `--answers` reads."""

import re
from dataclasses import fields, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from .. import __version__
from ..errors import Misuse, Problem, nearest
from ..parts import read_toml
from ..text import of_file, one_line, toml
from .choice import Answers
from .own_data import LOCATION

_NAMES = [field.name for field in fields(Answers)]
_LISTS = ("models", "extras", "team")
_TYPES = {"copy": bool, "size": int, "hours": int}
_KINDS = {bool: "true or false", int: "a whole number", str: "text"}
MOST_PEOPLE = 6


def to_toml(answers: Answers) -> str:
    recorded = ((name, getattr(answers, name)) for name in _NAMES)
    lines = ["# Written by hackgen: `hackgen new DEST --answers .hackgen.toml` makes the same project again."]
    lines += ["# What it wrote lies in .hackgen.tar.bz2, by which `hackgen update` tells your changes: keep both."]
    lines += [f"version = {toml(__version__)}", "", "[answers]"]
    lines += [f"{name} = {toml(value)}" for name, value in recorded if value is not None]
    return "\n".join([*lines, ""])


def from_toml(path: Path) -> Answers:
    """The answers in a file, each of the right type; names of parts are judged later, with those from flags."""
    tables = read_toml(path)
    unknown = [key for key in tables if key not in {"version", "base", "exported", "template", "answers"}]
    if unknown:
        raise Misuse(f'{path} has an unknown entry "{unknown[0]}"; it takes version and a table [answers]')
    answers = tables.get("answers")
    if not isinstance(answers, dict):
        raise Misuse(f"{path} has no table [answers]")
    for name, value in answers.items():
        if name not in _NAMES:
            raise Misuse(f'{path} has an unknown answer "{name}"{nearest(name, _NAMES)}')
        if not _fits(name, value):
            kind = "a list of names" if name in _LISTS else _KINDS[_TYPES.get(name, str)]
            raise Misuse(f'{path}: answer "{name}" must be {kind}')
    given = {name: tuple(v) if name in _LISTS else v for name, v in answers.items()}
    return checked(Answers(**given | _located(given.get("data", ""), path.parent)))


def _located(data: str, folder: Path) -> dict[str, str]:
    """Where recorded data are: a path inside the project, or what its untracked file says."""
    if not data or Path(data).is_absolute():
        return {}
    inside = folder / data
    if data != LOCATION:
        return {"data": str(inside)}
    if not inside.is_file():
        raise Problem(f"{inside} is missing: the data lie elsewhere; write into it where, or name them with --data")
    return {"data": inside.read_text(encoding="utf-8", errors="surrogateescape").strip()}


def _fits(name: str, value: Any) -> bool:
    if name in _LISTS:
        return isinstance(value, list) and all(isinstance(item, str) for item in value)
    return type(value) is _TYPES.get(name, str)


def from_flags(flags: dict[str, Any]) -> dict[str, Any]:
    """The flags that a person gave, as answers."""
    found = {name: value for name, value in flags.items() if value not in (None, ())}
    return found | ({"team": people(found["team"])} if "team" in found else {})


def people(typed: str) -> tuple[str, ...]:
    """The names in a list with commas, of Chinese too."""
    return tuple(name for part in re.split("[,，、]", typed) if (name := part.strip()))


def checked(answers: Answers) -> Answers:
    """The same answers, trimmed, each proved to be one line of text."""
    given = {name: value for name in _NAMES if isinstance(value := getattr(answers, name), str)}
    trimmed = {name: v.strip() if name in {"title", "author", "event"} else v for name, v in given.items()}
    for name, value in trimmed.items():
        one_line(of_file(value) if name == "data" else value, f"the {name}")
    team = answers.team and tuple(one_line(name, "a name of the team").strip() for name in answers.team)
    if len(team or ()) > MOST_PEOPLE:
        raise Misuse(f"a team has at most {MOST_PEOPLE} names here; there are {len(team)}")
    if team and ("" in team or len(set(team)) < len(team)):
        raise Misuse("the team has an empty name or one twice; name each member once")
    start = _moment(trimmed["start"]) if "start" in trimmed else None
    return replace(answers, **trimmed | {"team": team, "start": start})


def _moment(typed: str) -> str:
    """A local time to the minute, as `2026-11-22 18:00`; empty where none is said."""
    if not typed.strip():
        return ""
    try:
        found = datetime.strptime(typed.strip().replace("T", " "), "%Y-%m-%d %H:%M")
        if not 2000 <= found.year < 2100:
            raise ValueError
    except ValueError:
        raise Misuse(f'the start must be a local time such as 2026-11-22 18:00, not "{typed}"') from None
    return found.strftime("%Y-%m-%d %H:%M")
