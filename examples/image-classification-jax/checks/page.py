"""The list as people read it: a line for the terminal, and PRESENTATION.md, whose boxes a team can tick."""

import re
from typing import Any

import runs
from checks.item import AUTO, SECTIONS
from reporting.report import cell
from support import marked
from support.wording import words

PAGE = runs.ROOT / "PRESENTATION.md"
START, END = "<!-- checklist: refreshed by checklist.py -->", "<!-- end of the checklist -->"
BOX = re.compile(r"^\s*[-*] \[[xX]\] .*<!-- ([a-z0-9-]+) -->\s*$", re.MULTILINE)


def ticks() -> set[str]:
    """The ids of the boxes that are ticked on the page; those that code ticks are ticked anew each time."""
    return set(BOX.findall(marked.section(PAGE, START, END)))


def refresh(found: list[dict[str, Any]]) -> None:
    """Put the list between the two marks of the page."""
    parts = []
    for section in SECTIONS:
        if lines := [box(entry) for entry in found if entry["section"] == section]:
            parts.append(f"## {words(f'checklist_{section}')}\n\n" + "\n".join(lines))
    marked.replace(PAGE, START, END, "\n\n".join(parts))


def box(entry: dict[str, Any]) -> str:
    """An item as a line of Markdown; only one that is done has a tick, and one that does not apply has no box."""
    title, found = entry["title"], cell(entry["found"])
    if entry["state"] == "does not apply":
        return f"- {words('checklist_na')} {title}: {found}"
    tick = "x" if entry["state"] == "done" else " "
    must = f"**{words('checklist_must')}** " if entry["must"] and entry["state"] != "done" else ""
    yours = f" *({words('checklist_yours')})*" if entry["kind"] != AUTO else ""
    why = f": {found}" if found and entry["state"] != "done" else ""
    advice = f" → {entry['advice']}" if entry["advice"] else ""
    return f"- [{tick}] {must}{title}{yours}{why}{advice} <!-- {entry['id']} -->"


def line(entry: dict[str, Any]) -> str:
    """An item for the terminal, with what to do below it while it is open."""
    mark = {"done": "[x]", "open": "[ ]", "unverified": "[?]", "does not apply": " - "}[entry["state"]]
    must = "!" if entry["must"] and entry["state"] in ("open", "unverified") else " "
    yours = f" ({words('checklist_yours')})" if entry["kind"] != AUTO else ""
    found = f": {entry['found']}" if entry["found"] else ""
    lines = [f"{mark}{must} {entry['title']}{yours}{found}"]
    return "\n".join(lines + ([f"      {entry['advice']}"] if entry["advice"] else []))
