"""How much of a project is still what hackgen wrote: the share of unmodified scaffold lines, file by file."""

import difflib
from collections import Counter
from fnmatch import fnmatch
from pathlib import Path
from typing import NamedTuple

from .. import __version__
from ..archive import ARCHIVE, Tree, unpacked
from ..errors import Problem
from ..making import git
from ..making.answers import from_toml
from ..making.compose import written
from ..parts import read_toml

UNCOUNTED = ("data", "prepared", "presentation", "published", "runs")  # of data and results: nobody wrote their lines
LEAST_OVERLAP = 0.5  # of its lines, for a new file to be told as a renamed or copied one


class File(NamedTuple):
    """A text file of today: its lines that are not blank, and how many of them the scaffold brought."""

    path: str
    lines: int
    scaffold: int

    @property
    def share(self) -> float:
        return self.scaffold / self.lines if self.lines else 0.0


def provenance(project: Path) -> tuple[str, list[File], File]:
    """With what a project is compared, in words, its files, and all of them as one; only reads, from folder and git."""
    compared, scaffold = _scaffold(project)
    written = {path: content for path, raw in scaffold.items() if (content := lines_of(path, raw)) is not None}
    today = {path: content for path, raw in lying(project).items() if (content := lines_of(path, raw)) is not None}
    files = [File(path, len(lines), kept(path, lines, written)) for path, lines in sorted(today.items()) if lines]
    return compared, files, File("total", sum(file.lines for file in files), sum(file.scaffold for file in files))


def _scaffold(project: Path) -> tuple[str, Tree]:
    """What hackgen wrote last, as the project's archive has it; without one it is written again in memory."""
    if (project / ARCHIVE).is_file():
        return f"what hackgen wrote last, as {ARCHIVE} has it", unpacked((project / ARCHIVE).read_bytes())
    recorded = project / ".hackgen.toml"
    if (version := read_toml(recorded).get("version")) != __version__:
        raise Problem(
            f"{project} has no {ARCHIVE}, hackgen {version} wrote it and this is {__version__}: "
            "take the archive from git, or install that version"
        )
    return "what hackgen writes for .hackgen.toml", written(from_toml(recorded))


def lying(project: Path) -> Tree:
    """What lies in the project now, as far as git would track it, or without git: as .gitignore lets pass."""
    listed = git.read(project, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    if listed:  # an outer repository that ignores the project lists nothing
        paths = [name.decode(errors="surrogateescape") for name in listed.split(b"\0") if name]
    else:
        ignore = project / ".gitignore"
        names = [".git", *(ignore.read_text(encoding="utf-8").split() if ignore.is_file() else ())]
        inside = (path.relative_to(project) for path in project.rglob("*"))
        patterns = [name.rstrip("/") for name in names]
        paths = [p.as_posix() for p in inside if not any(fnmatch(part, name) for part in p.parts for name in patterns)]
    files = {path: project / path for path in dict.fromkeys(paths)}
    return {path: file.read_bytes() for path, file in files.items() if file.is_file() and not file.is_symlink()}


def lines_of(path: str, raw: bytes) -> list[str] | None:
    """The lines of a text that are not blank, however they end; None for what is not counted."""
    if path.split("/")[0] in UNCOUNTED or b"\0" in raw:
        return None
    try:
        return [line.rstrip() for line in raw.decode("utf-8-sig").splitlines() if line.strip()]
    except UnicodeDecodeError:
        return None


def kept(path: str, today: list[str], written: dict[str, list[str]]) -> int:
    """How many lines of a file stand in the scaffold too, in the same order; a renamed or copied file is found."""
    source = written.get(path)
    if source is None:
        counted = Counter(today)
        common = {name: sum((counted & Counter(of)).values()) for name, of in written.items()}
        nearest = max(common, key=common.__getitem__, default=None)
        if nearest is None or common[nearest] < LEAST_OVERLAP * len(today):
            return 0
        source = written[nearest]
    if source == today:
        return len(today)
    blocks = difflib.SequenceMatcher(None, source, today, autojunk=False).get_matching_blocks()
    return sum(block.size for block in blocks)
