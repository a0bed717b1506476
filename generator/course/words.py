"""What a build says to people: the handout with its blanks filled in, the report, and the instructor's notes."""

from typing import Any

from ..templating import rendered
from .assignment import COURSE, Assignment, Part


def handout(assignment: Assignment, text: str, spec: dict[str, Any]) -> str:
    """ASSIGNMENT.md for students: `spec` holds what was drawn for them, by part."""
    blanks = {
        "title": assignment.title,
        "deadline": assignment.deadline,
        "ai_use": assignment.ai_use,
        "total": str(assignment.total),
        "public": str(assignment.public),
        "submit": ", ".join(f"`{path}`" for path in assignment.submit),
        "timeout": str(max(test.timeout for part in assignment.parts for test in part.tests)),
        "parts": "\n\n".join(_goal(part, spec.get(part.id, {})) for part in assignment.parts),
    }
    for name, value in blanks.items():
        text = text.replace(f"{{{name}}}", value)
    return text


def _goal(part: Part, drawn: dict[str, Any]) -> str:
    """A part's section in the handout."""
    where = f"`{part.function}` in `{part.file}`"
    lines = [f"### `{part.id}`: {where}, {part.points} points ({part.public} public)", "", part.goal]
    form = part.drawn.get("forms", {}).get(drawn.get("form"), {})
    if form.get("goal"):
        lines += ["", f'Yours: {filled(form["goal"], drawn)} (`spec.json` holds this as `SPEC["{part.id}"]`.)']
    return "\n".join(lines)


def filled(goal: str, drawn: dict[str, Any]) -> str:
    for name, value in drawn.items():
        goal = goal.replace(f"{{{name}}}", f"{value:g}" if isinstance(value, float) else str(value))
    return goal


PROOF = "## What was proved\n"


def report(assignment: Assignment, commit: str, changed: bool, said: list[str]) -> str:
    """report.md without its proof: what was built, and what each channel can grade."""
    facts = {"assignment": assignment, "commit": commit, "changed": changed, "said": said}
    return rendered(COURSE / "report.md.j2", facts).decode()


def with_proof(report: str, rows: list[str]) -> str:
    """The report with what was proved last."""
    said = rows or ["Nothing yet; `hackgen assignment verify` does it."]
    return "\n".join([f"{report.partition(PROOF)[0].rstrip()}\n", PROOF, *said, ""])


def notes(assignment: Assignment, rows: list[str]) -> str:
    """NOTES.md: what the instructor does with all this, and what to beware of, by the rows of the proof."""
    stock = "".join(f"{row.split(' | ')[1]} points" for row in rows if row.startswith("| stock code |"))
    facts = {"assignment": assignment, "drawn": [part.id for part in assignment.parts if part.drawn], "stock": stock}
    return rendered(COURSE / "NOTES.md.j2", facts).decode()
