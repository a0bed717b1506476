"""What this project says to people: the texts of strings.toml, in the project's language, their blanks filled in."""

import unicodedata
from functools import cache
from pathlib import Path

from cli import Fault
from support import tomlfile

STRINGS = Path(__file__).resolve().parents[1] / "strings.toml"


def words(key: str, **facts: object) -> str:
    """The text of a key, its {blanks} filled with facts; a missing text or blank is a `Fault` that names it."""
    if key not in texts():
        raise Fault(f'{STRINGS.name} has no text "{key}"; git checkout -- {STRINGS.name} brings it back')
    try:
        return texts()[key].format(**facts)
    except (KeyError, IndexError, ValueError) as error:
        raise Fault(f'{STRINGS.name}: the text "{key}" has a blank that nothing fills ({error})') from None


def width(text: str) -> int:
    """How many columns of a terminal a text takes: characters of East Asia take two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


@cache
def texts() -> dict[str, str]:
    """All texts by key, read once."""
    return tomlfile.read(STRINGS)
