"""What looks like personal data in the project's own files: addresses, numbers, and columns named after people."""

import re
from pathlib import Path
from typing import Any

import runs
from cli import Fault
from support import tomlfile

MAIL = re.compile(r"[\w.+-]+@[\w-]+\.[a-zA-Z]{2,}")
PHONE = re.compile(r"(?<![\w.])\+\d{1,3}[ /-]?\(?\d{2,4}\)?(?:[ /-]?\d{2,4}){2,4}(?![\w.])")
COLUMN = re.compile(
    r"(?:^|[\W_])(?:first|last|full|sur|nick|user)?_?names?$|e-?mail|phone|mobile|address|street|birth|passport|\bssn\b|iban",
    re.IGNORECASE,
)
MOST_BYTES = 5_000_000  # of a file that are read: a sample


def suspects() -> list[str]:
    """Places in data/ that look personal: `file: kind (how often)`, and columns of data/schema.toml that are used."""
    found = []
    for path in sorted((runs.ROOT / "data").rglob("*")):
        text = sample(path)
        for kind, pattern in (("e-mail", MAIL), ("telephone", PHONE)):
            if count := len(pattern.findall(text)):
                found.append(f"{path.relative_to(runs.ROOT).as_posix()}: {kind} ({count})")
    return found + [f"data/schema.toml: {name}" for name in columns()]


def sample(path: Path) -> str:
    """The beginning of a text; nothing of what is no text."""
    if not path.is_file() or path.name in ("schema.toml", "location.txt"):
        return ""
    with path.open("rb") as file:
        raw = file.read(MOST_BYTES)
    return "" if b"\0" in raw[:8000] else raw.decode("utf-8", "replace")


def columns() -> list[str]:
    """Columns that are used and named like something personal."""
    schema = runs.ROOT / "data" / "schema.toml"
    try:
        table: dict[str, Any] = tomlfile.read(schema) if schema.is_file() else {}
    except Fault:
        return []  # training says what is wrong with it
    entries = [column for column in table.get("columns", []) if isinstance(column, dict)]
    names = [str(column.get("name", "")) for column in entries if column.get("use", True)]
    return [name for name in names if COLUMN.search(name)]
