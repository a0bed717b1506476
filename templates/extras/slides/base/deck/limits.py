"""Whether the deck keeps to its limits: slides, words on a slide, words of the speaker, and nothing left to write."""

from pathlib import Path
from typing import Any

from deck import files, notes
from deck import story as stories
from deck.assembly import Deck
from deck.layout import Text
from deck.notes import clock
from support.wording import words

MOST_WORDS = 40  # on a slide, its table aside: who reads does not listen
SLIDES_A_MINUTE = 8 / 3


def found(deck: Deck, folder: Path) -> dict[str, Any]:
    """The slides with their words and times, and `open`: what keeps the deck from being ready, a line each."""
    slides = [
        {"name": slide.name, "title": slide.title, "shown_words": shown(deck, index)}
        | {"begins": spoken.begins, "spoken_words": spoken.words}
        for index, (slide, spoken) in enumerate(zip(deck.slides, deck.spoken, strict=True))
    ]
    total, most = sum(spoken.words for spoken in deck.spoken), notes.allowed(deck.minutes, deck.demo_seconds)
    missing = [words("deck_open_write", line=line, what=key) for line, key in stories.unwritten(deck.raw)]
    missing += [
        words("deck_open_long", slide=slide["name"], words=slide["shown_words"], most=MOST_WORDS)
        for slide in slides
        if slide["shown_words"] > MOST_WORDS
    ]
    if total > most:
        longest = max(slides, key=lambda slide: slide["spoken_words"])["name"]
        missing.append(words("deck_open_notes", words=total, most=most, minutes=f"{deck.minutes:g}", slide=longest))
    if len(slides) > max(8, round(SLIDES_A_MINUTE * deck.minutes)):
        missing.append(words("deck_open_slides", slides=len(slides), minutes=f"{deck.minutes:g}"))
    if not files.current(deck, folder):
        missing.append(words("deck_open_files", folder=folder.name))
    return {
        "slides": slides,
        "spoken_words": total,
        "most_words": most,
        "minutes": deck.minutes,
        "demo_seconds": deck.demo_seconds,
        "folder": folder.name,
        "remarks": deck.remarks,
        "open": missing,
    }


def shown(deck: Deck, index: int) -> int:
    """The words on a slide, without its table, its number and the line on what was measured."""
    source = deck.slides[index].source
    texts = [element for element in deck.pages[index] if isinstance(element, Text) and element.role != "number"]
    return sum(notes.count(text) for element in texts for text in element.paragraphs if text != source)


def text(found: dict[str, Any]) -> str:
    """The same for people."""
    lines = [
        f"{clock(slide['begins']):>5}  {slide['name']:10}  {slide['spoken_words']:4}  {slide['title']}"
        for slide in found["slides"]
    ]
    facts = {name: f"{found[name]:g}" for name in ("spoken_words", "most_words", "minutes", "demo_seconds")}
    lines += ["", words("deck_summary", slides=len(found["slides"]), folder=found["folder"], **facts)]
    lines += found["remarks"]
    return "\n".join(lines + ([words("deck_open"), *(f"  {line}" for line in found["open"])] if found["open"] else []))
