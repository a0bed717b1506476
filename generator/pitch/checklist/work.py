"""What the command does: judges each item, keeps what slow ones found until the project changes, and ticks the page."""

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

from ...errors import Misuse, Problem
from .. import pages, runs
from ..project import Project
from . import repository, texts, tried
from .items import CODE, ITEMS, PAGE, PEOPLE, REGION, SECTIONS, Item, asked, ticked, ticks
from .repository import Found

KEPT = ".checklist.json"  # untracked: the results of slow checks, and the state of the project they are of
CHECKS: dict[str, Callable[[Project], Found]] = {  # an item's check is called as the item is
    item.id: getattr(room, name)
    for item in ITEMS
    for room in (texts, repository, tried)
    if item.by != PEOPLE and hasattr(room, name := item.id.replace("-", "_"))
}
Entry = dict[str, Any]  # id section title command kind must state found advice checked: plain JSON


def look(project: Project, slow: bool = False, only: str | None = None) -> Iterator[Entry]:
    """Judge the items one after the other; where all are, tick the page after the last."""
    items = asked(project.answers.get("extras", []))
    if not items or not (project.has("checklist") or (project.root / PAGE).is_file()):
        raise Problem("this project has no checklist; hackgen add checklist lays it in")
    chosen = [item for item in items if item.id == (only or item.id)]
    if not chosen:
        raise Misuse(f'no item "{only}"; there is: {", ".join(item.id for item in items)}')
    boxes, state = ticks(pages.section(project.root / PAGE, REGION)), repository.state(project)
    kept, found = known(project, state), []
    for item in sorted(chosen, key=lambda item: SECTIONS.index(item.section)):
        entry = judged(project, item, item.id in boxes, kept, slow or bool(only))
        found.append(entry)
        if item.slow and state:  # at once: others may take minutes
            pages.write(project.root / KEPT, json.dumps({"state": state, "results": kept}, ensure_ascii=False) + "\n")
        yield entry
    if not only:
        page = project.root / PAGE
        pages.refresh(page, REGION, ticked(pages.section(page, REGION), found, project.lang))


def judged(project: Project, item: Item, boxed: bool, kept: dict[str, Any], slow: bool) -> Entry:
    """An item with its state: done, open, unverified (slow, and not run on this state) or does not apply.

    Runs the check, unless it is slow and not wanted; the result of a slow one is noted in `kept`.
    """
    passed, found, checked = None, "", None
    if item.by != PEOPLE and (slow or not item.slow):
        passed, found = result(project, item)
        checked = time.strftime("%Y-%m-%d %H:%M")
        if item.slow:
            kept[item.id] = {"passed": passed, "found": found, "checked": checked}
    elif item.id in kept:
        passed, found, checked = (kept[item.id][name] for name in ("passed", "found", "checked"))
    if item.slow and not checked:
        state, found = "unverified", project.say("checklist.slow")
    elif checked and passed is None:
        state, found = "does not apply", project.say("checklist.na", found=found)
    else:
        state = "done" if (item.by == CODE or boxed) and (passed or not checked) else "open"
    first = [project.say(f"checklist.{name}") for name in ("waits", "train_first", "publish_first")]
    has_none = state != "open" or item.id not in CHECKS or found in first  # what to do first comes first
    advice = "" if has_none else project.say(f"checklist.do_{item.id}")
    about = {"id": item.id, "section": item.section, "title": project.say(f"checklist.item_{item.id}")}
    about |= {"command": item.command, "kind": item.by, "must": item.must}
    return about | {"state": state, "found": found, "advice": advice, "checked": checked}


def result(project: Project, item: Item) -> Found:
    """What a check finds; a fault on the way, of the team's code too, is an open item and no end of the list."""
    try:
        passed, found = CHECKS[item.id](project)
    except Problem as problem:
        passed, found = False, str(problem)
    except Exception as error:
        passed, found = False, f"{type(error).__name__}: {error}"
    return passed, " ".join(found.split())


def known(project: Project, state: str | None) -> dict[str, Any]:
    """The results of slow checks on this very state of the project."""
    try:
        content = runs.read_json(project.root / KEPT)
    except Problem:
        return {}
    results = content.get("results") if state and content.get("state") == state else None
    entries = results.items() if isinstance(results, dict) else ()
    fields = {"passed", "found", "checked"}
    return {name: entry for name, entry in entries if isinstance(entry, dict) and fields <= entry.keys()}


def is_open_must(entry: Entry) -> bool:
    return entry["must"] and entry["state"] in ("open", "unverified")


def row(project: Project, entry: Entry) -> str:
    """An item for the terminal, with what to do below it while it is open."""
    mark = {"done": "[x]", "open": "[ ]", "unverified": "[?]", "does not apply": " - "}[entry["state"]]
    must = "!" if is_open_must(entry) else " "
    yours = f" ({project.say('checklist.yours')})" if entry["kind"] != CODE else ""
    found = f": {entry['found']}" if entry["found"] else ""
    told = f"{mark}{must} {entry['title'].replace('`', '')}{yours}{found}"
    shown = "" if entry["state"] in ("done", "does not apply") else f"\n      {entry['advice'] or entry['command']}"
    return told + shown


def summary(project: Project, found: list[Entry]) -> str:
    """How much is done, and what comes first."""
    done = sum(entry["state"] == "done" for entry in found)
    count = sum(entry["state"] != "does not apply" for entry in found)
    lines = ["", project.say("checklist.summary", done=done, all=count, must=sum(map(is_open_must, found)))]
    if slow := [entry["id"] for entry in found if entry["state"] == "unverified"]:
        lines.append(project.say("checklist.unverified", items=", ".join(slow)))
    if not project.has_published:
        lines.append(texts.first_command(project))
    return "\n".join(lines)
