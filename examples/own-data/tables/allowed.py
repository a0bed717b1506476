"""What data/schema.toml may say, so that a slip of the hand is one line and never passed over."""

import difflib
from pathlib import Path
from typing import Any

from cli import Fault

TEXT, YES, COUNT, WORDS = "a text", "true or false", "a whole number from 0 on", "a list"
WHOLE = {"format": TEXT, "target": TEXT, "group": TEXT, "time": TEXT, "missing": WORDS, "dialect": "a table",
         "columns": "[[columns]] tables"}  # fmt: skip
DIALECT = {"delimiter": "one character", "quote": "one character", "encoding": TEXT, "header": YES, "skip": COUNT,
           "lenient": YES, "member": TEXT, "sheet": TEXT, "flat": YES, "units": TEXT, "foot": TEXT,
           "own": TEXT}  # fmt: skip
COLUMN = {"name": TEXT, "role": TEXT, "use": YES, "why": TEXT, "parse": "a table"}
PARSE = {"decimal": TEXT, "thousands": TEXT, "strip": "a text or a list", "zeros": "a table", "clock": YES,
         "missing": WORDS, "unknown": WORDS, "format": TEXT, "formats": WORDS}  # fmt: skip
SUITS = {
    TEXT: lambda value: isinstance(value, str),
    YES: lambda value: isinstance(value, bool),
    COUNT: lambda value: type(value) is int and value >= 0,
    WORDS: lambda value: isinstance(value, list),
    "one character": lambda value: isinstance(value, str) and len(value) <= 1,  # none: no delimiter is known, no quotes
    "a text or a list": lambda value: isinstance(value, (str, list)),
    "a table": lambda value: isinstance(value, dict),
    "[[columns]] tables": lambda value: isinstance(value, list),
}


def check(path: Path, where: str, content: dict[str, Any], allowed: dict[str, str]) -> None:
    """Raise a `Fault` for a key that has no meaning there, and for a value of another kind than it should be."""
    for key, value in content.items():
        if key not in allowed:
            close = difflib.get_close_matches(key, allowed, n=1)
            meant = f'did you mean "{close[0]}"?' if close else f"it may hold {', '.join(allowed)}"
            raise Fault(f'{path}: {where} holds "{key}", which means nothing; {meant}')
        if not SUITS[allowed[key]](value):
            raise Fault(f"{path}: {where} has {key} = {value!r}; write {allowed[key]}")
