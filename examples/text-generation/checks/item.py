"""What an item of the checklist is: its texts are in strings.toml, `check_<id>` and `check_<id>_advice`."""

from collections.abc import Callable
from dataclasses import dataclass

SECTIONS = ["repository", "evidence", "demo", "talk", "judges", "ethics"]
AUTO, SEMI, HUMAN = "auto", "semi", "human"  # code decides; code looks and a person decides; a person decides
Found = tuple[bool | None, str]  # None: it does not apply, and the text says why


@dataclass(frozen=True)
class Item:
    """One line of the list. A slow check is run on demand, and its result kept until the project changes."""

    id: str
    section: str
    kind: str
    must: bool
    check: Callable[[], Found] | None = None
    slow: bool = False
