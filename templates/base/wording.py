"""What this project says to people: the texts of strings.toml, in the project's language, their blanks filled in."""

import sys
import unicodedata
from functools import cache
from pathlib import Path

from cli import Fault

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

STRINGS = Path(__file__).resolve().with_name("strings.toml")


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
    try:
        return tomllib.loads(STRINGS.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise Fault(f"{STRINGS.name} is missing; git checkout -- {STRINGS.name} brings it back") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Fault(f"{STRINGS.name} is damaged: {error}; mend that line, or git checkout -- {STRINGS.name}") from None
