"""The two files of the deck on disk: written together, and never over what somebody changed by hand."""

from pathlib import Path
from typing import Any

import runs
from cli import Fault
from deck import page
from deck.assembly import Deck

NAMES = ("deck.pptx", "deck.html")
RECORD = "deck.json"  # what was written: so that a file that was edited since is known


def write(deck: Deck, folder: Path) -> None:
    """Write deck.pptx and deck.html, unless they are up to date; a `Fault` where one of them was edited by hand."""
    if current(deck, folder):
        return
    record = recorded(folder)
    for name in NAMES:
        if (folder / name).is_file() and runs.sha256(folder / name) not in record.get("files", []):
            raise Fault(
                f"{folder / name} was changed since slides.py wrote it, or is somebody else's; move it away, "
                "or write elsewhere with --out FOLDER"
            )
    made = {"deck.html": page.build(deck.pages, said(deck), deck.story["title"], deck.story["accent"]).encode()}
    try:
        from deck import powerpoint
    except ModuleNotFoundError as missing:
        place(folder, record, made, "")
        raise Fault(
            f'{folder / "deck.html"} is written; for deck.pptx {missing.name} is missing: pip install -e ".[slides]"'
        ) from None
    made["deck.pptx"] = powerpoint.build(
        deck.pages, said(deck), deck.story["title"], author(deck), deck.story["accent"]
    )
    place(folder, record, made, deck.fingerprint)


def place(folder: Path, record: dict[str, Any], made: dict[str, bytes], fingerprint: str) -> None:
    """Write the files; the record first names the new ones too, so that a kill in between leaves nothing unknown."""
    import hashlib

    new = [hashlib.sha256(content).hexdigest() for content in made.values()]
    runs.write_json(folder / RECORD, {"fingerprint": "", "files": [*record.get("files", []), *new]})
    for name, content in made.items():
        runs.write(folder / name, content)
    runs.write_json(folder / RECORD, {"fingerprint": fingerprint, "files": new})


def current(deck: Deck, folder: Path) -> bool:
    """Whether both files are what would be written now."""
    record = recorded(folder)
    there = [runs.sha256(folder / name) for name in NAMES if (folder / name).is_file()]
    return record.get("fingerprint") == deck.fingerprint and sorted(there) == sorted(record.get("files", []))


def recorded(folder: Path) -> dict[str, Any]:
    """What slides.py noted when it last wrote here; nothing where the note is missing or damaged."""
    try:
        record = runs.read_json(folder / RECORD)
        return record if isinstance(record.get("files"), list) else {}
    except Fault:
        return {}


def said(deck: Deck) -> list[str]:
    return [spoken.text for spoken in deck.spoken]


def author(deck: Deck) -> str:
    return ", ".join(deck.story.get("team", {}).get("names", []))
