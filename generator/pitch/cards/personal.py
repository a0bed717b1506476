"""What looks like personal data in a project's own files: addresses, numbers, and columns named after people."""

import re
from pathlib import Path

from ...errors import Problem
from ...inspection.words import people
from .. import pages
from ..project import Project

KINDS = {"e-mail": people.MAIL, "telephone": people.PHONE}
COLUMN = re.compile(
    r"(?:^|[\W_])(?:first|last|full|sur|nick|user)?_?names?$|e-?mail|phone|mobile|address|street|birth|passport|\bssn\b|iban",
    re.IGNORECASE,
)
MOST_BYTES = 5_000_000  # of a file that are read: a sample


def suspects(project: Project) -> list[str]:
    """Places in data/ that look personal: `file: kind (how often)`, and columns of data/schema.toml that are used."""
    found = []
    for path in sorted((project.root / "data").rglob("*")):
        text = sample(path)
        for kind, known in KINDS.items():
            if count := len(people.IN_TEXT[known].findall(text)):
                found.append(f"{project.relative(path)}: {kind} ({count})")
    return found + [f"data/schema.toml: {name}" for name in columns(project)]


def sample(path: Path) -> str:
    """The beginning of a text; nothing of what is no text."""
    if not path.is_file() or path.name in ("schema.toml", "location.txt"):
        return ""
    with path.open("rb") as file:
        raw = file.read(MOST_BYTES)
    return "" if b"\0" in raw[:8000] else raw.decode("utf-8", "replace")


def columns(project: Project) -> list[str]:
    """Columns that are used and named like something personal."""
    schema = project.root / "data" / "schema.toml"
    try:
        columns = pages.read_toml(schema).get("columns", {}) if schema.is_file() else {}
    except Problem:
        return []  # training says what is wrong with it
    roles = {name: about.get("role") for name, about in columns.items() if isinstance(about, dict)}
    return [name for name, role in roles.items() if role != "skip" and COLUMN.search(name)]
