"""Where the clock stands against the plan, and what is missing for the next gate: `python status.py`."""

import json
import re
from datetime import datetime, timedelta
from typing import Any

import cli
from reporting.report import number
from scoring import ranking
from support import gates
from support.wording import width, words


def main() -> None:
    parser = cli.Parser(__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON for machines")
    parser.add_argument("--now", metavar="TIME", help="as if it were 2026-11-22 18:00, or H+5:30 after the start")
    args = cli.parse_plain(parser)
    plan, rubric = gates.plan(), gates.rubric()
    gates.refuse_damaged_reports()
    elapsed = hours_since(plan["start"], args.now)
    found = {
        "elapsed_hours": elapsed,
        "hours": plan["hours"],
        "start": plan["start"] and f"{plan['start']:%Y-%m-%d %H:%M}",
        "gates": [judged(gate, elapsed) for gate in plan["gates"]],
        "best": best(),
        "rubric": rubric,
    }
    found["next"] = next((gate["id"] for gate in found["gates"] if gate["state"] != "passed"), None)
    print(json.dumps(found, indent=1, ensure_ascii=False) if args.json else text(found, plan["start"]))


def hours_since(start: datetime | None, now: str | None) -> float | None:
    """The hours since the start; None where neither the plan nor --now says when that was."""
    if found := re.fullmatch(r"[Hh]\+(\d+)(?::([0-5]\d))?", now or ""):
        return int(found[1]) + int(found[2] or 0) / 60
    try:
        moment = datetime.strptime(now.replace("T", " "), "%Y-%m-%d %H:%M") if now else datetime.now()
    except ValueError:
        raise cli.Misuse(f'--now takes a time such as "2026-11-22 18:00" or H+5:30, not {now!r}') from None
    return (moment - start).total_seconds() / 3600 if start else None


def judged(gate: dict[str, Any], elapsed: float | None) -> dict[str, Any]:
    """A gate with what was found: `passed` when all checks hold and people agreed, `late`, or else `open`."""
    checks = [check | {"passed": gates.passed(check)} for check in gate["checks"]]
    done = gate["agreed"] and all(check["passed"] for check in checks)
    late = elapsed is not None and elapsed > gate["hours"]
    return gate | {"checks": checks, "state": "passed" if done else "late" if late else "open"}


def best() -> dict[str, Any] | None:
    """The best full run by its score on valid, and its report where it is scored; else the published run."""
    run = ranking.best()
    if run is None:
        report = gates.best_report()
        return report and {"run": "published", "metric": report["metric"], "valid_score": report["valid_score"]} | {
            "report": report
        }
    facts = next(facts for path, facts in ranking.full_runs() if path == run)
    report = gates.best_report()
    return {"run": run.name, "metric": facts["metric"], "valid_score": facts["valid_score"], "report": report}


def text(found: dict[str, Any], start: datetime | None) -> str:
    """The status as people read it."""
    elapsed = found["elapsed_hours"]
    lines = [clock(elapsed, found["hours"], start), ""]
    wide = max(width(gate["title"]) for gate in found["gates"])
    for gate in found["gates"]:
        mark = {"passed": "x", "late": "!", "open": " "}[gate["state"]]
        title = gate["title"] + " " * (wide - width(gate["title"]))
        lines.append(f"[{mark}] {due(gate['hours'], start):>20}  {title}  {waiting(gate, elapsed)}")
    ahead = next((gate for gate in found["gates"] if gate["id"] == found["next"]), None)
    lines += ["", *(missing(ahead, start, elapsed) if ahead else [words("status_all")]), ""]
    return "\n".join([*lines, best_line(found["best"]), rubric_line(found["rubric"])])


def clock(elapsed: float | None, hours: float, start: datetime | None) -> str:
    if elapsed is None:
        return words("status_unset")
    if elapsed < 0:
        return words("status_before", wait=span(-elapsed), moment=f"{start:%Y-%m-%d %H:%M}")
    if elapsed >= hours:
        return words("status_over", ago=span(elapsed - hours))
    line = words("status_now", clock=f"H+{span(elapsed)}", hours=span(hours), left=span(hours - elapsed))
    if start is None:
        return line
    moment, end = (f"{start + timedelta(hours=at):%Y-%m-%d %H:%M}" for at in (elapsed, hours))
    return f"{line}\n{words('status_local', moment=moment, end=end)}"


def due(hours: float, start: datetime | None) -> str:
    """When a gate is due, in the team's local time where the start is known."""
    return f"{start + timedelta(hours=hours):%m-%d %H:%M} H+{span(hours)}" if start else f"H+{span(hours)}"


def waiting(gate: dict[str, Any], elapsed: float | None) -> str:
    if gate["state"] == "passed":
        return words("status_passed")
    if elapsed is None:
        return words("status_todo")
    return words(f"status_{gate['state']}", time=span(abs(gate["hours"] - elapsed)))


def missing(gate: dict[str, Any], start: datetime | None, elapsed: float | None) -> list[str]:
    """What a gate still wants."""
    when = {"due": due(gate["hours"], start), "waiting": waiting(gate, elapsed)}
    lines = [words("status_next", title=gate["title"], **when)]
    lines += [f"  [{'x' if check['passed'] else ' '}] {check['text']}" for check in gate["checks"]]
    if not gate["agreed"]:
        lines += ["  " + words("status_agree", id=gate["id"]), *(f"  - {point}" for point in gate["people"])]
    return lines


def best_line(found: dict[str, Any] | None) -> str:
    if found is None:
        return words("status_none")
    line = words("status_best", name=found["run"], metric=found["metric"], valid=number(found["valid_score"]))
    report = found["report"]
    if report is None:
        return line + words("status_unscored", name=found["run"])
    return line + words("status_test", score=number(report["score"]), baseline=number(report["baseline"]["score"]))


def rubric_line(rubric: dict[str, Any]) -> str:
    total = sum(criterion["weight"] for criterion in rubric["criteria"])
    shares = words("status_and").join(f"{c['name']} {100 * c['weight'] / total:.0f} %" for c in rubric["criteria"])
    line = words("status_rubric", name=rubric["name"], criteria=shares)
    return line if rubric["confirmed"] else line + words("status_unconfirmed")


def span(hours: float) -> str:
    """Hours and minutes: 5:30."""
    minutes = round(hours * 60)
    return f"{minutes // 60}:{minutes % 60:02}"


if __name__ == "__main__":
    cli.run(main)
