"""What was found for each item, and the results of slow checks, which are kept until the project changes."""

import time
from typing import Any

import runs
from checks.item import AUTO, Item
from cli import Fault
from support.wording import words

KEPT = runs.ROOT / ".checklist.json"  # untracked
FIRST = ("checklist_train_first", "checklist_publish_first")
Kept = dict[str, dict[str, Any]]


def judged(item: Item, ticked: bool, kept: Kept, run_slow: bool) -> dict[str, Any]:
    """An item with its state: done, open, unverified (slow, and not run on this state) or does not apply.

    Runs the check, unless it is slow and not wanted; the result of a slow one is noted in `kept`.
    """
    passed, found, checked = None, "", None
    if item.check and (run_slow or not item.slow):
        passed, found = result(item)
        checked = time.strftime("%Y-%m-%d %H:%M")
        if item.slow:
            kept[item.id] = {"passed": passed, "found": found, "checked": checked}
    elif item.slow and item.id in kept:
        passed, found, checked = (kept[item.id][name] for name in ("passed", "found", "checked"))
    if item.slow and not checked:
        state, found = "unverified", words("checklist_slow")
    elif item.check and passed is None:
        state = "does not apply"
    else:
        agreed = item.kind == AUTO or ticked
        state = "done" if agreed and (passed or not item.check) else "open"
    waits = found in map(words, FIRST)  # which says what to do: the item's own advice is for later
    advice = words(f"check_{item.id}_advice") if state == "open" and item.check and not waits else ""
    about = {"id": item.id, "section": item.section, "title": words(f"check_{item.id}"), "kind": item.kind}
    return about | {"must": item.must, "state": state, "found": found, "advice": advice, "checked": checked}


def result(item: Item) -> tuple[bool | None, str]:
    """What a check finds; a fault on the way, of the team's code too, is an open item and no end of the list."""
    try:
        passed, found = item.check()
    except Fault as fault:
        passed, found = False, str(fault)
    except Exception as error:
        passed, found = False, f"{type(error).__name__}: {error}"
    return passed, " ".join(found.split())


def kept(state: str | None) -> Kept:
    """The results of slow checks on this very state of the project."""
    try:
        content = runs.read_json(KEPT)
    except Fault:
        return {}
    right = state and content.get("state") == state
    results = content.get("results") if right else None
    fields = {"passed", "found", "checked"}
    entries = results.items() if isinstance(results, dict) else ()
    return {name: entry for name, entry in entries if isinstance(entry, dict) and fields <= entry.keys()}


def keep(state: str | None, found: Kept) -> None:
    """Note the results of slow checks, as soon as there are some; without a repository nothing can be kept."""
    if state and found:
        runs.write_json(KEPT, {"state": state, "results": found})
