"""An event's plan: the gates of plan.toml and the criteria of rubric.toml, and where the clock stands against them."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from ..errors import Misuse, Problem
from ..making import git
from . import pages, runs
from .project import Project
from .results import number
from .runs import fits

Check = dict[str, str]
Wanted = dict[str, tuple[str, Any]]  # for each key what it must be, in words and as a kind

PLAN: Wanted = {
    "hours": ("a number of hours", lambda value: fits(value, float) and value > 0),
    "start": ('a local time such as "2026-11-22 18:00", or ""', str),
    "most_scaffold": ("a percentage from 0 to 100", lambda value: fits(value, float) and 0 <= value <= 100),
}
GATE: Wanted = {
    "id": ("a short name", str),
    "title": ("a text", str),
    "hours": ("hours after the start", lambda value: fits(value, float) and value >= 0),
    "agreed": ("true or false", bool),
    "people": ("a list of texts", [str]),
    "checks": ("a list of { kind, text } of a known kind, with a path for a file", [lambda value: _is_check(value)]),
}
RUBRIC: Wanted = {"name": ("a text", str), "confirmed": ("true or false", bool)}
CRITERION: Wanted = {
    "name": ("a text", lambda value: fits(value, str) and value.strip()),
    "weight": ("a number above 0", lambda value: fits(value, float) and value > 0),
    "asks": ("a text", str),
    "where": ("a text", str),
}


def read(project: Project) -> dict[str, Any]:
    """`hours`, `start` (a datetime or None), `most_scaffold` (per cent), `gates`; damage is a `Problem` with a line."""
    path = project.page("plan.toml", "kickoff")
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
    path = project.page("rubric.toml", "kickoff")
    table = pages.read_toml(path)
    _expect(path, table, RUBRIC)
    return table | {"criteria": _entries(path, table, "criteria", CRITERION, {"asks": "", "where": ""})}


def _entries(
    path: Path, table: dict[str, Any], name: str, wanted: Wanted, usual: dict[str, Any] | None = None
) -> list[dict[str, Any]]:
    entries = table.get(name)
    if not entries or not fits(entries, [dict]):
        raise Problem(f"{path.name} has no [[{name}]]; git checkout -- {path.name} brings them back")
    entries = [(usual or {}) | entry for entry in entries]
    for place, entry in enumerate(entries):
        _expect(path, entry, wanted, (name, place))
    return entries


def _expect(path: Path, table: dict[str, Any], wanted: Wanted, entry: tuple[str, int] = ("", 0)) -> None:
    for key, (what, kind) in wanted.items():
        if not fits(table.get(key), kind):
            raise _wrong(path, key, f"{key} must be {what}", entry)


def _wrong(path: Path, key: str, wrong: str, entry: tuple[str, int] = ("", 0)) -> Problem:
    """A `Problem` that names the line of a key: in the numbered entry, or at the head of the file."""
    return Problem(f"{path.name}, line {pages.line(path, key, *entry)}: {wrong}")


def _is_check(value: Any) -> bool:
    """A check of a known kind, with the path that it looks at where it looks at one."""
    known = fits(value, {"kind": str, "text": str}) and value["kind"] in KINDS
    return known and fits(value, {"path": str} if value["kind"] in PLACED else {})


def _written(project: Project, check: Check) -> bool:
    path = project.root / check["path"]
    return path.is_file() and project.say("cards.mark") not in path.read_text(encoding="utf-8", errors="replace")


def best_report(project: Project) -> dict[str, Any] | None:
    """The report of the best full run; of the published one where this copy has no runs of its own."""
    best = runs.best(project)
    if best is None and project.has_published:
        return runs.report(project, project.published)
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
    "best_published": lambda project, check: (  # the same weights
        project.has_published
        and runs.report(project, project.published)["checkpoint_sha256"]
        == (best_report(project) or {"checkpoint_sha256": None})["checkpoint_sha256"]
    ),
    "committed": lambda project, check: (
        bool(git.read(project.root, "ls-files", check["path"]))
        and git.read(project.root, *STATUS, check["path"]) == b""
    ),
    "clean": lambda project, check: git.read(project.root, *STATUS, ".") == b"",
    "pushed": lambda project, check: git.read(project.root, "rev-list", "@{upstream}..HEAD") == b"",
    "file": lambda project, check: (project.root / check["path"]).exists(),
}
PLACED = {"written", "committed", "file"}  # those that look at a path


# Where the clock stands, what is missing for the next gate, and which run is the best so far


def status(project: Project, now: str | None = None) -> dict[str, Any]:
    """All that there is to say, as plain JSON; `now` is a time to look from instead of the clock."""
    plan, criteria = read(project), rubric(project)
    for path in (*sorted(project.runs.glob("*/report.json")), project.published / "report.json"):
        if path.is_file():  # a damaged report is a `Problem`: its run would silently be no candidate for the best
            runs.report(project, path.parent)
    elapsed = hours_since(plan["start"], now)
    judged = [judge(project, gate, elapsed) for gate in plan["gates"]]
    return {
        "elapsed_hours": elapsed,
        "hours": plan["hours"],
        "start": plan["start"] and f"{plan['start']:%Y-%m-%d %H:%M}",
        "gates": judged,
        "best": best(project),
        "rubric": criteria,
        "next": next((gate["id"] for gate in judged if gate["state"] != "passed"), None),
    }


def hours_since(start: datetime | None, now: str | None) -> float | None:
    """The hours since the start; None where neither the plan nor --now says when that was."""
    if found := re.fullmatch(r"[Hh]\+(\d+)(?::([0-5]\d))?", now or ""):
        return int(found[1]) + int(found[2] or 0) / 60
    try:
        moment = datetime.strptime(now.replace("T", " "), "%Y-%m-%d %H:%M") if now else datetime.now()
    except ValueError:
        raise Misuse(f'--now takes a time such as "2026-11-22 18:00" or H+5:30, not {now!r}') from None
    return (moment - start).total_seconds() / 3600 if start else None


def judge(project: Project, gate: dict[str, Any], elapsed: float | None) -> dict[str, Any]:
    """A gate with what was found: `passed` when all checks hold and people agreed, `late`, or else `open`."""
    checks = [check | {"passed": KINDS[check["kind"]](project, check)} for check in gate["checks"]]
    done = gate["agreed"] and all(check["passed"] for check in checks)
    late = elapsed is not None and elapsed > gate["hours"]
    return gate | {"checks": checks, "state": "passed" if done else "late" if late else "open"}


def best(project: Project) -> dict[str, Any] | None:
    """The best full run by its score on valid, and its report where it is scored; else the published run."""
    run, report = runs.best(project), best_report(project)
    if run is None:
        named = {name: report[name] for name in ("metric", "valid_score")} if report else {}
        return report and {"run": "published", **named, "report": report}
    metric = run.terms[2] or project.metrics("NAME", "?")
    return {"run": run.name, "metric": metric, "valid_score": run.valid_score, "report": report}


def shown(project: Project, found: dict[str, Any]) -> str:
    """The status as people read it."""
    from rich.cells import cell_len, set_cell_size  # slow to import

    from ..templating import rendered

    criteria = found["rubric"]["criteria"]
    start = datetime.strptime(found["start"], "%Y-%m-%d %H:%M") if found["start"] else None
    wide, total = max(cell_len(gate["title"]) for gate in found["gates"]), sum(one["weight"] for one in criteria)
    told = {"span": span, "number": number, "padded": lambda title: set_cell_size(title, wide)}
    told |= {"moment": lambda hours: start + timedelta(hours=hours)}
    told |= {"say": lambda key, **facts: project.say(f"status.{key}", **facts)}
    told |= {"ahead": next((gate for gate in found["gates"] if gate["id"] == found["next"]), None)}
    told |= {"shares": [f"{one['name']} {100 * one['weight'] / total:.0f} %" for one in criteria]}
    return rendered(Path(__file__).with_name("shown") / "status.txt.j2", found | told).decode().rstrip("\n")


def span(hours: float) -> str:
    """Hours and minutes: 5:30."""
    minutes = round(hours * 60)
    return f"{minutes // 60}:{minutes % 60:02}"
