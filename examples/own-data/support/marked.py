"""Regions of a text between two marking lines: a script refreshes them, the rest of the file is the team's."""

from pathlib import Path

import runs
from cli import Fault


def replace(path: Path, start: str, end: str, section: str) -> None:
    """Put `section` between the two marks of a file, which is left alone where nothing changes."""
    before, old, after = parts(path, start, end)
    if old != section.strip():
        runs.write(path, f"{before}{start}\n\n{section.strip()}\n\n{end}{after}")


def section(path: Path, start: str, end: str) -> str:
    """What stands between the two marks now."""
    return parts(path, start, end)[1]


def parts(path: Path, start: str, end: str) -> tuple[str, str, str]:
    """What stands before, between and after the two marks; a file that has lost them is a `Fault`."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise Fault(f"{path.name} is missing; git checkout -- {path.name} brings it back") from None
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise Fault(f"{path.name}, line {line}: this is not UTF-8; save the file as UTF-8") from None
    before, begun, rest = text.partition(start)
    inside, ended, after = rest.partition(end)
    if not begun or not ended:
        raise Fault(f"{path.name} has lost its marks; put these two lines where the region belongs: {start} {end}")
    return before, inside.strip(), after
