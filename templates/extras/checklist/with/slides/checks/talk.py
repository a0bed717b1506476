"""The deck: made from what is published, and within its limits."""

import json

from checks import evidence, git, running
from checks.item import AUTO, Found, Item
from checks.repository import listed

SECONDS = 40  # a deck takes two or three


def deck() -> Found:
    """slides.py finds nothing open: nothing to write, no slide too full, notes that fit, files and numbers of today."""
    evidence.sheet()
    found = json.loads(running.python("slides.py", "--check", "--json", seconds=SECONDS, codes=(0, 1)) or "null")
    if found is None:
        running.python("slides.py", "--check", seconds=SECONDS)  # says why
    return not found["open"], listed(found["open"])


def deck_committed() -> Found:
    names = [f"presentation/deck.{kind}" for kind in ("pptx", "html")]
    missing = [name for name in names if name not in git.tracked()] or git.unsaved("presentation")
    return not missing, listed(missing)


ITEMS = [
    Item("deck", "talk", AUTO, True, deck),
    Item("deck-committed", "talk", AUTO, False, deck_committed),
]
