"""Regions of a text between two marking lines: a script refreshes them, the rest of the file is the team's."""

from pathlib import Path

import runs
from cli import Fault
from support import tomlfile


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
    before, begun, rest = tomlfile.content_of(path).partition(start)
    inside, ended, after = rest.partition(end)
    if not begun or not ended:
        raise Fault(f"{path.name} has lost its marks; put these two lines where the region belongs: {start} {end}")
    return before, inside.strip(), after
