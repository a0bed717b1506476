"""Everything about the deck before a file is made of it: story, numbers, slides, places, words."""

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import runs
from cli import Fault
from deck import layout, notes, numbers, outline
from deck import story as stories
from deck.layout import Element
from deck.notes import Spoken
from deck.outline import Slide
from reporting import comparison
from support.wording import STRINGS, words

COMPARED = runs.ROOT / "comparison" / "comparison.json"


@dataclass
class Deck:
    """The slides, what is said on each, and what is drawn on each.

    fingerprint  of all that the deck is made from; remarks  what the team should know of the numbers
    """

    story: dict[str, Any]
    raw: dict[str, Any]
    sheet: dict[str, Any]
    slides: list[Slide]
    spoken: list[Spoken]
    pages: list[list[Element]]
    minutes: float
    fingerprint: str
    remarks: list[str] = field(default_factory=list)

    @property
    def demo_seconds(self) -> float:
        return self.story["demo"]["seconds"] if "demo" in self.story else 0.0


def assemble(minutes: float) -> Deck:
    """The deck of deck.toml and the published run; a `Fault` where numbers are missing, stale or typed by hand."""
    raw = stories.read()
    sheet = numbers.published()
    numbers.refuse_other_scores(raw, sheet)
    known = numbers.facts(sheet, raw)
    story = numbers.filled(raw, known)
    seconds = story["demo"]["seconds"] if "demo" in story else 0
    if seconds >= 60 * minutes:
        raise stories.fault("demo", "seconds", f"a demo of {seconds:g} s leaves nothing of {minutes:g} minutes")
    table, remarks = compared(sheet)
    slides = outline.slides(story, known, sheet, table)
    spoken = notes.speak(slides, minutes, seconds)
    pages = [layout.place(slide, number) for number, slide in enumerate(slides, 1)]
    mark = fingerprint(pages, spoken, story)
    return Deck(story, raw, sheet, slides, spoken, pages, minutes, mark, remarks)


def compared(sheet: dict[str, Any]) -> tuple[dict[str, Any] | None, list[str]]:
    """The comparison that the published run belongs to, and a remark where it is not the best or there is none."""
    try:
        table = comparison.compare(like=sheet)
        if len(table["entries"]) < 2 and COMPARED.is_file():  # a clone without the runs
            kept = comparison.kept(COMPARED)
            if sheet["checkpoint_sha256"] in {entry["checkpoint_sha256"] for entry in kept["entries"]}:
                table = kept
    except Fault as fault:
        return None, [words("deck_no_comparison", why=str(fault))]
    best = table["entries"][0]
    remarks = (
        [] if best["checkpoint_sha256"] == sheet["checkpoint_sha256"] else [words("deck_not_best", run=best["run"])]
    )
    return table, remarks + [words("compare_waiting", run=name) for name in table["waiting"]]


def fingerprint(pages: list[list[Element]], spoken: list[Spoken], story: dict[str, Any]) -> str:
    """What changes when the deck would."""
    digest = hashlib.sha256(json.dumps([repr(pages), repr(spoken), story], sort_keys=True).encode())
    for path in (*sorted(path for path in Path(__file__).parent.iterdir() if path.is_file()), STRINGS):
        digest.update(path.read_bytes())
    for name in stories.SECTIONS:
        if path := stories.picture(story, name):
            digest.update(path.read_bytes())
    return digest.hexdigest()
