"""The gates of plan.toml and the criteria of rubric.toml: read, and compared with what is there."""

import os
import subprocess
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import runs
from cli import Fault
from scoring import evidence, ranking
from support import tomlfile
from support.wording import words

PLAN, RUBRIC = runs.ROOT / "plan.toml", runs.ROOT / "rubric.toml"
Check = dict[str, str]


def plan() -> dict[str, Any]:
    """`hours`, `start` (a datetime or None), `most_scaffold` (per cent), `gates`; damage is a `Fault` with its line."""
    table = tomlfile.read(PLAN)
    _expect(PLAN, table, "hours", (int, float), "a number of hours", lambda value: value > 0)
    _expect(PLAN, table, "start", str, 'a local time such as "2026-11-22 18:00", or ""')
    try:
        start = datetime.strptime(table["start"], "%Y-%m-%d %H:%M") if table["start"] else None
    except ValueError:
        raise _fault(PLAN, "start", f'"{table["start"]}" is no local time such as "2026-11-22 18:00"') from None
    table.setdefault("most_scaffold", 100)
    _expect(PLAN, table, "most_scaffold", (int, float), "a percentage from 0 to 100", lambda value: 0 <= value <= 100)
    gates = _entries(PLAN, table, "gates")
    for number, gate in enumerate(gates):
        place = ("gates", number)
        _expect(PLAN, gate, "id", str, "a short name", entry=place)
        _expect(PLAN, gate, "title", str, "a text", entry=place)
        _expect(PLAN, gate, "hours", (int, float), "hours after the start", lambda value: value >= 0, place)
        _expect(PLAN, gate, "agreed", bool, "true or false", entry=place)
        _expect(PLAN, gate, "people", list, "a list of texts", lambda v: all(isinstance(i, str) for i in v), place)
        _expect(PLAN, gate, "checks", list, "a list of { kind, text } of a known kind", _known_checks, place)
    ordered = sorted(gates, key=lambda gate: gate["hours"])
    return {name: table[name] for name in ("hours", "most_scaffold")} | {"start": start, "gates": ordered}


def rubric() -> dict[str, Any]:
    """`name`, `confirmed` and `criteria`; what a hand has damaged is a `Fault` with its line."""
    table = tomlfile.read(RUBRIC)
    _expect(RUBRIC, table, "name", str, "a text")
    _expect(RUBRIC, table, "confirmed", bool, "true or false")
    for number, criterion in enumerate(_entries(RUBRIC, table, "criteria")):
        place = ("criteria", number)
        _expect(RUBRIC, criterion, "name", str, "a text", str.strip, place)
        _expect(RUBRIC, criterion, "weight", (int, float), "a number above 0", lambda value: value > 0, place)
        criterion.setdefault("asks", "")
        criterion.setdefault("where", "")
        _expect(RUBRIC, criterion, "asks", str, "a text", entry=place)
        _expect(RUBRIC, criterion, "where", str, "a text", entry=place)
    return table


def _entries(path: Path, table: dict[str, Any], name: str) -> list[dict[str, Any]]:
    entries = table.get(name)
    if not isinstance(entries, list) or not entries or not all(isinstance(entry, dict) for entry in entries):
        raise Fault(f"{path.name} has no [[{name}]]; git checkout -- {path.name} brings them back")
    return entries


def _expect(
    path: Path,
    table: dict[str, Any],
    key: str,
    kind: type | tuple[type, ...],
    what: str,
    fits: Callable[[Any], Any] = lambda value: True,
    entry: tuple[str, int] = ("", 0),
) -> None:
    value = table.get(key)
    right = isinstance(value, kind) and not (isinstance(value, bool) and kind is not bool)
    if not right or not fits(value):
        raise _fault(path, key, f"{key} must be {what}", entry)


def _fault(path: Path, key: str, wrong: str, entry: tuple[str, int] = ("", 0)) -> Fault:
    """A `Fault` that names the line of a key: in the numbered entry, or at the head of the file."""
    return Fault(f"{path.name}, line {tomlfile.line(path, key, *entry)}: {wrong}")


def _known_checks(checks: list[Any]) -> bool:
    return all(isinstance(c, dict) and c.get("kind") in KINDS and isinstance(c.get("text"), str) for c in checks)


def passed(check: Check) -> bool:
    """Whether what a check asks for is there."""
    return KINDS[check["kind"]](check)


def _written(check: Check) -> bool:
    path = runs.ROOT / check["path"]
    return path.is_file() and words("status_blank") not in path.read_text(encoding="utf-8", errors="replace")


def _scored(check: Check) -> bool:
    return any((run / "report.json").is_file() for run, _ in ranking.full_runs()) or _published(check)


def _published(check: Check) -> bool:
    return (runs.PUBLISHED / "report.json").is_file()


def _beaten(check: Check) -> bool:
    report = best_report()
    return bool(report and report["baseline"]["beaten"])


def _best_published(check: Check) -> bool:
    """Published is what the best run is: the same weights."""
    report = best_report()
    if not report or not _published(check):
        return False
    return evidence.read(runs.PUBLISHED)["checkpoint_sha256"] == report["checkpoint_sha256"]


def best_report() -> dict[str, Any] | None:
    """The report of the best full run; of the published one where this copy has no runs of its own."""
    best = ranking.best() or (runs.PUBLISHED if _published({}) else None)
    return evidence.read(best) if best and (best / "report.json").is_file() else None


def refuse_damaged_reports() -> None:
    """A report that a hand has damaged is a `Fault`: its run would silently be no candidate for the best."""
    for path in (*sorted(runs.RUNS.glob("*/report.json")), runs.PUBLISHED / "report.json"):
        if path.is_file():
            evidence.read(path.parent)


def _committed(check: Check) -> bool:
    return bool(_git("ls-files", check["path"])) and _git("status", "--porcelain", "--", check["path"]) == ""


def _git(*words: str) -> str | None:
    """What git says, without asking or changing anything; None where it says no."""
    quiet = os.environ | {"GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}
    try:
        done = subprocess.run(
            ["git", *words], cwd=runs.ROOT, env=quiet, stdin=subprocess.DEVNULL, capture_output=True, timeout=300
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.decode(errors="replace") if done.returncode == 0 else None


KINDS: dict[str, Callable[[Check], bool]] = {
    "written": _written,
    "confirmed": lambda check: rubric()["confirmed"],
    "mapped": lambda check: all(criterion["where"].strip() for criterion in rubric()["criteria"]),
    "trained": lambda check: bool(ranking.full_runs()) or _published(check),
    "scored": _scored,
    "beaten": _beaten,
    "published": _published,
    "best_published": _best_published,
    "committed": _committed,
    "clean": lambda check: _git("status", "--porcelain", "--", ".") == "",
    "pushed": lambda check: _git("rev-list", "@{upstream}..HEAD") == "",
    "file": lambda check: (runs.ROOT / check["path"]).exists(),
}
