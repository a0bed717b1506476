"""Where the clock stands against the plan, what is missing for the next gate, and which run is the best so far."""

import re
from datetime import datetime, timedelta
from typing import Any

from ...errors import Misuse
from .. import evidence, runs
from ..project import Project
from ..results import number
from . import gates


def status(project: Project, now: str | None = None) -> dict[str, Any]:
    """All that there is to say, as plain JSON; `now` is a time to look from instead of the clock."""
    plan, rubric = gates.plan(project), gates.rubric(project)
    for path in (*sorted(project.runs.glob("*/report.json")), project.published / "report.json"):
        if path.is_file():  # a damaged report is a `Problem`: its run would silently be no candidate for the best
            evidence.report(project, path.parent)
    elapsed = hours_since(plan["start"], now)
    judged = [judge(project, gate, elapsed) for gate in plan["gates"]]
    return {
        "elapsed_hours": elapsed,
        "hours": plan["hours"],
        "start": plan["start"] and f"{plan['start']:%Y-%m-%d %H:%M}",
        "gates": judged,
        "best": best(project),
        "rubric": rubric,
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
    checks = [check | {"passed": gates.KINDS[check["kind"]](project, check)} for check in gate["checks"]]
    done = gate["agreed"] and all(check["passed"] for check in checks)
    late = elapsed is not None and elapsed > gate["hours"]
    return gate | {"checks": checks, "state": "passed" if done else "late" if late else "open"}


def best(project: Project) -> dict[str, Any] | None:
    """The best full run by its score on valid, and its report where it is scored; else the published run."""
    run, report = runs.best(project), gates.best_report(project)
    if run is None:
        named = {name: report[name] for name in ("metric", "valid_score")} if report else {}
        return report and {"run": "published", **named, "report": report}
    metric = run.terms[2] or project.constants("metrics.py").get("NAME", "?")
    return {"run": run.name, "metric": metric, "valid_score": run.valid_score, "report": report}


def text(project: Project, found: dict[str, Any]) -> str:
    """The status as people read it."""
    from rich.cells import cell_len, set_cell_size  # slow to import

    elapsed = found["elapsed_hours"]
    start = datetime.strptime(found["start"], "%Y-%m-%d %H:%M") if found["start"] else None
    lines = [clock(project, elapsed, found["hours"], start), ""]
    wide = max(cell_len(gate["title"]) for gate in found["gates"])
    for gate in found["gates"]:
        mark = {"passed": "x", "late": "!", "open": " "}[gate["state"]]
        when = f"{due(gate['hours'], start):>20}"
        lines.append(f"[{mark}] {when}  {set_cell_size(gate['title'], wide)}  {waiting(project, gate, elapsed)}")
    ahead = next((gate for gate in found["gates"] if gate["id"] == found["next"]), None)
    lines += ["", *(missing(project, ahead, start, elapsed) if ahead else [project.say("status.all")]), ""]
    return "\n".join([*lines, best_line(project, found["best"]), rubric_line(project, found["rubric"])])


def clock(project: Project, elapsed: float | None, hours: float, start: datetime | None) -> str:
    if elapsed is None:
        return project.say("status.unset")
    if elapsed < 0:
        return project.say("status.before", wait=span(-elapsed), moment=f"{start:%Y-%m-%d %H:%M}")
    if elapsed >= hours:
        return project.say("status.over", ago=span(elapsed - hours))
    line = project.say("status.now", clock=f"H+{span(elapsed)}", hours=span(hours), left=span(hours - elapsed))
    if start is None:
        return line
    moment, end = (f"{start + timedelta(hours=at):%Y-%m-%d %H:%M}" for at in (elapsed, hours))
    return f"{line}\n{project.say('status.local', moment=moment, end=end)}"


def due(hours: float, start: datetime | None) -> str:
    """When a gate is due, in the team's local time where the start is known."""
    return f"{start + timedelta(hours=hours):%m-%d %H:%M} H+{span(hours)}" if start else f"H+{span(hours)}"


def waiting(project: Project, gate: dict[str, Any], elapsed: float | None) -> str:
    if gate["state"] == "passed":
        return project.say("status.passed")
    if elapsed is None:
        return project.say("status.todo")
    return project.say(f"status.{gate['state']}", time=span(abs(gate["hours"] - elapsed)))


def missing(project: Project, gate: dict[str, Any], start: datetime | None, elapsed: float | None) -> list[str]:
    """What a gate still wants."""
    when = {"due": due(gate["hours"], start), "waiting": waiting(project, gate, elapsed)}
    lines = [project.say("status.next", title=gate["title"], **when)]
    lines += [f"  [{'x' if check['passed'] else ' '}] {check['text']}" for check in gate["checks"]]
    if not gate["agreed"]:
        lines += ["  " + project.say("status.agree", id=gate["id"]), *(f"  - {point}" for point in gate["people"])]
    return lines


def best_line(project: Project, found: dict[str, Any] | None) -> str:
    if found is None:
        return project.say("status.none")
    facts = {"name": found["run"], "metric": found["metric"], "valid": number(found["valid_score"])}
    line, report = project.say("status.best", **facts), found["report"]
    if report is None:
        return line + project.say("status.unscored", name=found["run"])
    scores = {"score": number(report["score"]), "baseline": number(report["baseline"]["score"])}
    return line + project.say("status.test", **scores)


def rubric_line(project: Project, rubric: dict[str, Any]) -> str:
    total = sum(criterion["weight"] for criterion in rubric["criteria"])
    shares = [f"{criterion['name']} {100 * criterion['weight'] / total:.0f} %" for criterion in rubric["criteria"]]
    line = project.say("status.rubric", name=rubric["name"], criteria=project.say("status.and").join(shares))
    return line if rubric["confirmed"] else line + project.say("status.unconfirmed")


def span(hours: float) -> str:
    """Hours and minutes: 5:30."""
    minutes = round(hours * 60)
    return f"{minutes // 60}:{minutes % 60:02}"
