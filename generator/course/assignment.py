"""A master: `assignment.toml` and the markers in the code, read and joined; each fault is named with file and line."""

import fnmatch
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..errors import Problem, nearest
from ..parts import TEMPLATES, read_toml
from . import markers

CARD, BANK = "assignment.toml", "assignment"  # the file, and the folder of checks and probes
HANDOUT = "ASSIGNMENT.md"
COURSE = TEMPLATES / "course"
UNREAD = {".git", ".venv", "venv", "runs", "__pycache__", "node_modules", BANK}
KINDS = {int: "a whole number", str: "text", list: "a list", dict: "a table"}
HEAD = {"name": str, "title": str, "task": str, "framework": str, "backend": str, "model": str, "level": str}
HEAD |= {"deadline": str, "ai_use": str, "submit": list, "include": list, "part": list}
PART = {"id": str, "goal": str, "test": list, "mutant": list, "alternative": list, "drawn": dict}
TEST = {"name": str, "run": str, "points": int, "visibility": str, "timeout": int}
EDIT = {"find": str, "replace": str, "why": str}  # of a part's code: a mutant, or another right solution
PART_BEGINS = r"\[\[part\]\]"
LONGEST = 300  # seconds a test may take: Gradescope gives ten minutes for all


@dataclass(frozen=True)
class Test:
    """One check of a part: `run` names its function, `model.py:same_answers` in assignment/checks/."""

    name: str
    run: str
    points: int
    visibility: str = "hidden"
    timeout: int = 20


@dataclass(frozen=True)
class Part:
    """One graded piece: where it stands, what it is worth, and how that is found out."""

    id: str
    file: str
    function: str
    points: int
    hint: str
    goal: str
    tests: tuple[Test, ...]
    mutants: tuple[dict[str, str], ...] = ()
    alternatives: tuple[dict[str, str], ...] = ()
    drawn: dict[str, Any] = field(default_factory=dict)

    def shown(self, secret: bool = False) -> list[Test]:
        """The tests that students see; with `secret` all."""
        return [test for test in self.tests if secret or test.visibility == "public"]

    @property
    def public(self) -> int:
        """The points that students see for themselves."""
        return sum(test.points for test in self.shown())


@dataclass(frozen=True)
class Assignment:
    """All that a master says about itself."""

    folder: Path
    name: str
    title: str
    parts: tuple[Part, ...]
    include: tuple[str, ...]  # what students get: paths or patterns
    submit: tuple[str, ...]  # what they hand in: the parts' files and what else is named
    task: str = ""
    framework: str = ""
    backend: str = ""
    model: str = ""
    level: str = ""
    deadline: str = ""
    ai_use: str = ""

    @property
    def total(self) -> int:
        return sum(part.points for part in self.parts)

    @property
    def public(self) -> int:
        return sum(part.public for part in self.parts)

    def files(self) -> list[str]:
        """The paths that students get, in order."""
        return [path for path in listed(self.folder) if included(path, self.include)]


def read(folder: Path) -> Assignment:
    """The assignment in a folder; a `Problem` with file and line for the first thing that is not right."""
    card = folder / CARD
    if not card.is_file():
        raise Problem(f"{folder} has no {CARD}; hackgen assignment new or hackgen assignment mark makes one")
    tables, text = read_toml(card), card.read_text(encoding="utf-8")
    _known(tables, HEAD, CARD)
    if not tables.get("name") or not re.fullmatch(r"[\w-]{1,60}", tables["name"], re.ASCII):
        raise Problem(f'{CARD}:{line_of(text, "name")}: name = "…" must be letters, digits, - and _, at most 60')
    include = tuple(tables.get("include", []))
    if not include:
        raise Problem(f"{CARD}: include = […] is missing, the files that students get")
    marked = {}
    for part in code_parts(folder):
        if part.id in marked:
            raise Problem(f"{part.place}: part {part.id} is also in {marked[part.id].path}; rename one")
        if twin := [one for one in marked.values() if (one.path, one.function) == (part.path, part.function)]:
            raise Problem(f"{part.place}: {part.function} has part {twin[0].id} too, and is graded as one; join them")
        marked[part.id] = part
    parts, seen = [], set()
    for number, entry in enumerate(tables.get("part", [])):
        place = f"{CARD}:{line_of(text, PART_BEGINS, number)}"
        _known(entry, PART, place)
        if (id := entry.get("id")) is None or id in seen:
            raise Problem(f"{place}: a part needs an id = that no other has")
        seen.add(id)
        if id not in marked:
            raise Problem(
                f"{place}: no code is marked as part {id}{nearest(id, sorted(marked))}; mark it, or take it out"
            )
        parts.append(_joined(folder, place, entry, marked[id], include))
    if left := [part for part in marked.values() if part.id not in seen]:
        raise Problem(f"{left[0].place}: part {left[0].id} has no [[part]] in {CARD}; write one, with tests")
    if not parts:
        raise Problem(f"{CARD}: there is no [[part]]; hackgen assignment mark makes one")
    more = tables.get("submit", [])
    submit = tuple(dict.fromkeys([*(part.file for part in parts), *more]))
    words = {name: tables.get(name, "") for name, kind in HEAD.items() if kind is str}
    words["title"] = words["title"] or words["name"]
    return Assignment(folder=folder, parts=tuple(parts), include=include, submit=submit, **words)


def code_parts(folder: Path) -> Iterator[markers.Marked]:
    """Every part that is marked in the Python files of a folder."""
    for path in listed(folder):
        if path.endswith(".py"):
            yield from markers.parse(text_of(folder, path), path)


def listed(folder: Path) -> list[str]:
    """The files of a master that students might get: none that is hidden but GitHub's, none of Python's or ours."""
    found = []
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if (name not in UNREAD and name[0] != ".") or name == ".github")
        inside = Path(parent).relative_to(folder)
        found += [(inside / name).as_posix() for name in names if not name.endswith((".pyc", ".pyo", "~"))]
    return sorted(found)


def included(path: str, patterns: tuple[str, ...]) -> bool:
    """Whether a path is one of those allowed, and nothing that never leaves the master."""
    return path not in (CARD, ".hackgen.toml") and any(fnmatch.fnmatchcase(path, pattern) for pattern in patterns)


def text_of(folder: Path, path: str) -> str:
    """A file's text with its own line ends."""
    try:
        return (folder / path).read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise Problem(f"{path}: it is no UTF-8 text (byte {error.start}); save it as such") from None


def line_of(text: str, pattern: str, number: int = 0) -> int:
    """The line where an entry of a TOML file begins; 1 where it cannot be told."""
    lines = [n for n, line in enumerate(text.splitlines(), 1) if re.match(rf"\s*{pattern}", line)]
    return lines[number] if number < len(lines) else 1


def shipped(name: str) -> bytes:
    """A file that is handed on as it is."""
    return (COURSE / "shipped" / name).read_bytes()


def _joined(folder: Path, place: str, entry: dict, marked: markers.Marked, include: tuple[str, ...]) -> Part:
    """An entry of the card and the code that it speaks of."""
    id, tests = entry["id"], []
    if not included(marked.path, include):
        raise Problem(f"{place}: part {id} is in {marked.path}, which students do not get; add it to include")
    for test in entry.get("test", []):
        _known(test, TEST, place)
        if missing := [name for name in ("name", "run", "points") if name not in test]:
            raise Problem(f'{place}: a test of part {id} has no "{missing[0]}"')
        if test.get("visibility", "hidden") not in ("hidden", "public"):
            raise Problem(f'{place}: visibility of test "{test["name"]}" must be public or hidden')
        if not 0 < test.get("timeout", 20) <= LONGEST or test["points"] < 1:
            raise Problem(f'{place}: test "{test["name"]}" needs points from 1 on and a timeout of 1 to {LONGEST} s')
        if test["name"] in [other.name for other in tests]:
            raise Problem(f'{place}: part {id} has two tests called "{test["name"]}"; rename one')
        _has_function(folder, f'{place}: test "{test["name"]}"', test["run"])
        tests.append(Test(**test))
    if not tests:
        raise Problem(f"{place}: part {id} has no test; write a [[part.test]] with name, run and points")
    if (worth := sum(test.points for test in tests)) != marked.points:
        raise Problem(f"{place}: the tests of part {id} give {worth} points, but {marked.place} says {marked.points}")
    for kind in ("mutant", "alternative"):
        for edit in entry.get(kind, []):
            _known(edit, EDIT, place)
            if not edit.get("why") or marked.body.count(edit.get("find", "\0")) != 1:
                raise Problem(f"{place}: each {kind} of part {id} needs a why, and a find that stands in its code once")
    about = marked.path, marked.function, marked.points, marked.hint, entry.get("goal", ""), tuple(tests)
    return Part(id, *about, *(tuple(entry.get(kind, [])) for kind in ("mutant", "alternative")), entry.get("drawn", {}))


def _has_function(folder: Path, what: str, run: str) -> None:
    """Refuse a test whose function is not there."""
    file, _, name = run.partition(":")
    path = f"{BANK}/checks/{file}"
    if not (folder / path).is_file():
        raise Problem(f'{what} runs "{run}", but there is no {path}')
    tree = markers.tree_of(text_of(folder, path), path)
    known = [one for one, _ in markers.functions(tree)]
    if name not in known:
        raise Problem(f'{what} runs "{run}", but {path} has no function "{name}"{nearest(name, known)}')


def _known(table: Any, entries: dict[str, type], place: str) -> None:
    """Refuse an entry that means nothing, or is of the wrong kind."""
    if not isinstance(table, dict):
        raise Problem(f"{place}: this must be a table")
    for name, value in table.items():
        if name not in entries:
            raise Problem(f'{place}: unknown entry "{name}"{nearest(name, list(entries))}')
        if type(value) is not entries[name]:
            raise Problem(f"{place}: {name} must be {KINDS[entries[name]]}")
        if name in ("include", "submit") and not all(isinstance(path, str) for path in value):
            raise Problem(f"{place}: {name} must be a list of paths")
