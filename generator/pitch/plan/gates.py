"""The gates of plan.toml and the criteria of rubric.toml: read, and compared with what is there."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from ...errors import Problem
from ...making import git
from .. import evidence, pages, runs
from ..evidence import flag, many, number, text
from ..project import Project

Check = dict[str, str]
Wanted = dict[str, tuple[str, Callable[[Any], Any]]]  # for each key what it must be, in words and as a test

PLAN: Wanted = {
    "hours": ("a number of hours", lambda value: number(value) and value > 0),
    "start": ('a local time such as "2026-11-22 18:00", or ""', text),
    "most_scaffold": ("a percentage from 0 to 100", lambda value: number(value) and 0 <= value <= 100),
}
GATE: Wanted = {
    "id": ("a short name", text),
    "title": ("a text", text),
    "hours": ("hours after the start", lambda value: number(value) and value >= 0),
    "agreed": ("true or false", flag),
    "people": ("a list of texts", many(text)),
    "checks": ("a list of { kind, text } of a known kind", many(lambda value: _is_check(value))),
}
RUBRIC: Wanted = {"name": ("a text", text), "confirmed": ("true or false", flag)}
CRITERION: Wanted = {
    "name": ("a text", lambda value: text(value) and value.strip()),
    "weight": ("a number above 0", lambda value: number(value) and value > 0),
    "asks": ("a text", text),
    "where": ("a text", text),
}


def plan(project: Project) -> dict[str, Any]:
    """`hours`, `start` (a datetime or None), `most_scaffold` (per cent), `gates`; damage is a `Problem` with a line."""
    path = _page(project, "plan.toml")
    table = {"most_scaffold": 100} | pages.read_toml(path)
    _expect(path, table, PLAN)
    try:
        start = datetime.strptime(table["start"], "%Y-%m-%d %H:%M") if table["start"] else None
    except ValueError:
        raise _wrong(path, "start", f'"{table["start"]}" is no local time such as "2026-11-22 18:00"') from None
    gates = _entries(path, table, "gates", GATE)
    return table | {"start": start, "gates": sorted(gates, key=lambda gate: gate["hours"])}


def rubric(project: Project) -> dict[str, Any]:
    """`name`, `confirmed` and `criteria`; what a hand has damaged is a `Problem` with its line."""
    path = _page(project, "rubric.toml")
    table = pages.read_toml(path)
    _expect(path, table, RUBRIC)
    for criterion in table["criteria"] if isinstance(table.get("criteria"), list) else ():
        if isinstance(criterion, dict):
            criterion |= {"asks": "", "where": ""} | criterion
    return table | {"criteria": _entries(path, table, "criteria", CRITERION)}


def _page(project: Project, name: str) -> Path:
    if not project.has("kickoff") and not (project.root / name).is_file():
        raise Problem(f"this project has no {name}: it was made without a plan (hackgen new --event NAME makes one)")
    return project.root / name


def _entries(path: Path, table: dict[str, Any], name: str, wanted: Wanted) -> list[dict[str, Any]]:
    entries = table.get(name)
    if not isinstance(entries, list) or not entries or not all(isinstance(entry, dict) for entry in entries):
        raise Problem(f"{path.name} has no [[{name}]]; git checkout -- {path.name} brings them back")
    for place, entry in enumerate(entries):
        _expect(path, entry, wanted, (name, place))
    return entries


def _expect(path: Path, table: dict[str, Any], wanted: Wanted, entry: tuple[str, int] = ("", 0)) -> None:
    for key, (what, fits) in wanted.items():
        if not fits(table.get(key)):
            raise _wrong(path, key, f"{key} must be {what}", entry)


def _wrong(path: Path, key: str, wrong: str, entry: tuple[str, int] = ("", 0)) -> Problem:
    """A `Problem` that names the line of a key: in the numbered entry, or at the head of the file."""
    return Problem(f"{path.name}, line {pages.line(path, key, *entry)}: {wrong}")


def _is_check(value: Any) -> bool:
    return isinstance(value, dict) and value.get("kind") in KINDS and text(value.get("text"))


def _written(project: Project, check: Check) -> bool:
    path = project.root / check["path"]
    return path.is_file() and project.say("cards.mark") not in path.read_text(encoding="utf-8", errors="replace")


def _best_published(project: Project, check: Check) -> bool:
    """Published is what the best run is: the same weights."""
    report = best_report(project)
    if not report or not project.has_published:
        return False
    return evidence.report(project, project.published)["checkpoint_sha256"] == report["checkpoint_sha256"]


def best_report(project: Project) -> dict[str, Any] | None:
    """The report of the best full run; of the published one where this copy has no runs of its own."""
    best = runs.best(project)
    if best is None and project.has_published:
        return evidence.report(project, project.published)
    return best.report if best else None


STATUS = ("status", "--porcelain", "--")

KINDS: dict[str, Callable[[Project, Check], bool]] = {
    "written": _written,
    "confirmed": lambda project, check: rubric(project)["confirmed"],
    "mapped": lambda project, check: all(criterion["where"].strip() for criterion in rubric(project)["criteria"]),
    "trained": lambda project, check: bool(runs.survey(project)[0]) or project.has_published,
    "scored": lambda project, check: any(run.report for run in runs.survey(project)[0]) or project.has_published,
    "beaten": lambda project, check: (best_report(project) or {"baseline": {}})["baseline"].get("beaten") is True,
    "published": lambda project, check: project.has_published,
    "best_published": _best_published,
    "committed": lambda project, check: (
        bool(git.read(project.root, "ls-files", check["path"]))
        and git.read(project.root, *STATUS, check["path"]) == b""
    ),
    "clean": lambda project, check: git.read(project.root, *STATUS, ".") == b"",
    "pushed": lambda project, check: git.read(project.root, "rev-list", "@{upstream}..HEAD") == b"",
    "file": lambda project, check: (project.root / check["path"]).exists(),
}
