"""The items of the checklist, and the page that shows them: PRESENTATION.md, written once and then ticked in place.

A new item is a row of items.toml, its texts in words/<language>/checklist.toml, and where code decides a function of
its name in texts, repository or tried. Of 25 there is none to spare: what is true together with another one belongs
into that one.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...parts import read_toml
from ..project import words
from ..results import cell

PAGE, REGION = "PRESENTATION.md", "checklist"
CODE, PEOPLE = "auto", "human"  # who decides; semi: code looks and a person decides
SECTIONS = ("data", "model", "pages", "repository", "demo", "talk")
LINE = re.compile(r"^(?P<box>\s*[-*] \[)(?P<tick>[ xX])(?P<text>\] .*<!-- ?(?P<id>[a-z0-9-]+) ?-->).*$", re.MULTILINE)


@dataclass(frozen=True)
class Item:
    """One line of the list, and the command that shows it; see items.toml."""

    id: str
    section: str
    command: str
    must: bool = True
    by: str = CODE
    extra: str = ""
    slow: bool = False


ITEMS = [Item(id, **about) for id, about in read_toml(Path(__file__).with_suffix(".toml")).items()]


def asked(extras: Iterable[str]) -> list[Item]:
    """The items that a project with these extras is asked."""
    return [item for item in ITEMS if not item.extra or item.extra in extras]


def page(extras: Iterable[str], lang: str) -> str:
    """The list as it is when a project is made: a box for each item, under the heading of its section."""
    say, items = words("checklist", lang), asked(extras)
    parts = []
    for section in SECTIONS:
        if lines := [line(item, lang) for item in items if item.section == section]:
            parts.append(f"## {say[f'section_{section}']}\n\n" + "\n".join(lines))
    return "\n\n".join(parts)


def line(item: Item, lang: str) -> str:
    """An item as a line of Markdown, its box open."""
    say = words("checklist", lang)
    must, yours = f"**{say['must']}** " if item.must else "", f" *({say['yours']})*" if item.by != CODE else ""
    return f"- [ ] {must}{say[f'item_{item.id}']}{yours}: `{item.command}` <!--{item.id}-->"


def ticks(region: str) -> set[str]:
    """The ids of the boxes that are ticked; those that code ticks are ticked anew each time."""
    return {found["id"] for found in LINE.finditer(region) if found["tick"] != " "}


def ticked(region: str, found: list[dict[str, Any]], lang: str) -> str:
    """The list with what was found: each box, and the words behind its line. All other words are the team's and stay.

    Where items are missing, as on the page of an older version, the list is written anew, the team's own lines below.
    """
    states = {entry["id"]: entry for entry in found}
    known = {match["id"] for match in LINE.finditer(region)}
    if states.keys() - known:
        own = [row for row in region.splitlines() if row.strip() and not LINE.match(row) and not row.startswith("## ")]
        fresh = page({item.extra for item in ITEMS if item.id in states}, lang)
        region = "\n".join([fresh, *(["", *own] if known else [])])

    def mark(row: re.Match[str]) -> str:
        entry = states.get(row["id"])
        if entry is None:
            return row[0]
        said = cell(entry["found"]) if entry["state"] != "done" else ""
        return row["box"] + ("x" if entry["state"] == "done" else " ") + row["text"] + (f" {said}" if said else "")

    return LINE.sub(mark, region)
