"""What figures call axes and lines: in the project's language, in English where no font has its letters."""

from typing import Any

from reporting import fonts
from support.wording import words


def label(key: str, english: str, **facts: Any) -> str:
    """The text figure_<key> of strings.toml with its blanks filled, else `english`."""
    return fonts.shown(words(f"figure_{key}", **facts), english)
