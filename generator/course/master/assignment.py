"""A master: `assignment.toml` and the markers in the code, read and joined; each fault is named with file and line."""

import fnmatch
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...errors import Problem, nearest
from ...parts import TEMPLATES, read_toml
from ..grader.overlay import walk
from . import markers

CARD, BANK = "assignment.toml", "assignment"  # the file, and the folder of checks and probes
HANDOUT = "ASSIGNMENT.md"
COURSE = TEMPLATES / "course"
UNREAD = {".git", ".venv", "venv", "runs", "__pycache__", "node_modules", BANK}
HIDDEN = re.compile(r"(.*/)?\.(?!github/)[^/]*/.*|.*(\.py[co]|~)")  # in a folder such as .cache, or left by a program
KINDS = {int: "a whole number", str: "text", list: "a list", dict: "a table"}
WORDS = ("name", "title", "task", "framework", "backend", "model", "level", "deadline", "ai_use")
HEAD = dict.fromkeys(WORDS, str) | dict.fromkeys(("include", "submit", "part"), list)
PART = {"id": str, "goal": str, "test": list, "mutant": list, "alternative": list, "drawn": dict}
TEST = {"name": str, "run": str, "points": int, "visibility": str, "timeout": int}
EDIT = dict.fromkeys(("find", "replace", "why"), str)  # of a part's code: a mutant, or another right solution
LONGEST = 300  # seconds a test may take: Gradescope gives ten minutes for all


@dataclass(frozen=True)
class Test:
    """One check of a part: `run` names its function, `model.py:same_answers` in assignment/checks/."""

    name: str
    run: str
    points: int
    visibility: str = "hidden"
    timeout: int = 20

    @property
    def file(self) -> str:
        return self.run.partition(":")[0]


@dataclass(frozen=True)
class Part(markers.Marked):
    """One graded piece: where it stands, what it is worth, and how that is found out."""

    entry: str  # where the card speaks of it
    goal: str
    drawn: dict[str, Any]
    tests: tuple[Test, ...]
    mutants: list[dict[str, str]]
    alternatives: list[dict[str, str]]

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
    parts: tuple[Part, ...]
    include: list[str]  # what students get: paths or patterns
    submit: list[str]  # what they hand in: the parts' files and what else is named
    name: str
    title: str
    task: str
    framework: str
    backend: str
    model: str
    level: str
    deadline: str
    ai_use: str

    @property
    def ids(self) -> list[str]:
        return [part.id for part in self.parts]

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
    if not (folder / CARD).is_file():
        raise Problem(f"{folder} has no {CARD}; hackgen assignment new or hackgen assignment mark makes one")
    card, text = read_toml(folder / CARD), text_of(folder, CARD)
    _refuse_unknown(card, HEAD, CARD)
    words = {name: card.get(name, "") for name in WORDS}
    if not re.fullmatch(r"[\w-]{1,60}", words["name"], re.ASCII):
        raise Problem(f'{CARD}:{line_of(text, "name")}: name = "…" must be letters, digits, - and _, at most 60')
    if not (include := card.get("include")):
        raise Problem(f"{CARD}: include = […] is missing, the files that students get")
    marked = {}
    for part in code_parts(folder):
        if part.id in marked:
            raise Problem(f"{part.place}: part {part.id} is also in {marked[part.id].file}; rename one")
        if twin := [one for one in marked.values() if (one.file, one.function) == (part.file, part.function)]:
            raise Problem(f"{part.place}: {part.function} has part {twin[0].id} too, and is graded as one; join them")
        marked[part.id] = part
    parts: list[Part] = []
    for number, entry in enumerate(card.get("part", [])):
        place = f"{CARD}:{line_of(text, re.escape('[[part]]'), number)}"
        _refuse_unknown(entry, PART, place)
        if (id := entry.get("id")) is None or id in [part.id for part in parts]:
            raise Problem(f"{place}: a part needs an id = that no other has")
        if id not in marked:
            told = nearest(id, sorted(marked))
            raise Problem(f"{place}: no code is marked as part {id}{told}; mark it, or take it out")
        parts.append(_joined(folder, place, entry, marked[id], include))
    if left := marked.keys() - {part.id for part in parts}:
        part = marked[min(left)]
        raise Problem(f"{part.place}: part {part.id} has no [[part]] in {CARD}; write one, with tests")
    if not parts:
        raise Problem(f"{CARD}: there is no [[part]]; hackgen assignment mark makes one")
    submit = list(dict.fromkeys([*(part.file for part in parts), *card.get("submit", [])]))
    words["title"] = words["title"] or words["name"]
    return Assignment(folder, tuple(parts), include, submit, **words)


def _joined(folder: Path, place: str, entry: dict, marked: markers.Marked, include: list[str]) -> Part:
    """An entry of the card and the code that it speaks of."""
    id, tests = marked.id, []
    if not included(marked.file, include):
        raise Problem(f"{place}: part {id} is in {marked.file}, which students do not get; add it to include")
    for table in entry.get("test", []):
        _refuse_unknown(table, TEST, place)
        if missing := [name for name in ("name", "run", "points") if name not in table]:
            raise Problem(f'{place}: a test of part {id} has no "{missing[0]}"')
        test = Test(**table)
        if test.visibility not in ("hidden", "public"):
            raise Problem(f'{place}: visibility of test "{test.name}" must be public or hidden')
        if not 0 < test.timeout <= LONGEST or test.points < 1:
            raise Problem(f'{place}: test "{test.name}" needs points from 1 on and a timeout of 1 to {LONGEST} s')
        if test.name in [other.name for other in tests]:
            raise Problem(f'{place}: part {id} has two tests called "{test.name}"; rename one')
        what, path = f'{place}: test "{test.name}" runs "{test.run}", but', f"{BANK}/checks/{test.file}"
        if not (folder / path).is_file():
            raise Problem(f"{what} there is no {path}")
        known = [one for one, _ in markers.functions(markers.tree_of(text_of(folder, path), path))]
        if (function := test.run.partition(":")[2]) not in known:
            raise Problem(f'{what} {path} has no function "{function}"{nearest(function, known)}')
        tests.append(test)
    if not tests:
        raise Problem(f"{place}: part {id} has no test; write a [[part.test]] with name, run and points")
    if (worth := sum(test.points for test in tests)) != marked.points:
        raise Problem(f"{place}: the tests of part {id} give {worth} points, but {marked.place} says {marked.points}")
    for kind, edit in [(name, edit) for name in ("mutant", "alternative") for edit in entry.get(name, [])]:
        _refuse_unknown(edit, EDIT, place)
        if edit.keys() < EDIT.keys() or marked.body.count(edit["find"]) != 1:
            raise Problem(f"{place}: each {kind} of part {id} needs a why, and a find that stands in its code once")
    said = {"entry": place, "goal": entry.get("goal", ""), "drawn": entry.get("drawn", {})}
    edits = {"mutants": entry.get("mutant", []), "alternatives": entry.get("alternative", [])}
    return Part(**vars(marked), **said, **edits, tests=tuple(tests))


def _refuse_unknown(table: Any, entries: dict[str, type], place: str) -> None:
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


def code_parts(folder: Path) -> Iterator[markers.Marked]:
    """Every part that is marked in the Python files of a folder."""
    for path in listed(folder):
        if path.endswith(".py"):
            yield from markers.parse(text_of(folder, path), path)


def listed(folder: Path) -> list[str]:
    """The files of a master that students might get: none that is hidden but GitHub's, none of Python's or ours."""
    return sorted(path for path, _ in walk(folder, UNREAD) if not HIDDEN.fullmatch(path))


def included(path: str, patterns: list[str]) -> bool:
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
