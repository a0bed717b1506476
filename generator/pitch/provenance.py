"""How much of a project is still what hackgen wrote: the share of unmodified scaffold lines, file by file."""

import difflib
from collections import Counter
from fnmatch import fnmatch
from pathlib import Path
from typing import NamedTuple

from .. import __version__
from ..archive import ARCHIVE, unpacked
from ..errors import Problem
from ..making import git
from ..making.answers import from_toml
from ..making.compose import written
from ..parts import read_toml

Tree = dict[str, bytes]
UNCOUNTED = ("data", "published", "runs")  # folders of data and results: nobody wrote their lines
LEAST_OVERLAP = 0.5  # of its lines, for a new file to be told as a renamed or copied one
# Two questions to git, the second where the first has no answer: a project's folder may have been moved inside a larger
# repository, or have come into it by a merge.
_LABEL = "%(trailers:key=Hackgen-Version,valueonly,separator=%x20)"
_NAMES = "--name-only", f"--format=%x1e%H {_LABEL}", "--", ".hackgen.toml"
LOGS = [("log", "--follow", *_NAMES), ("log", "-m", "--first-parent", *_NAMES)]


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
    today = {path: content for path, raw in _today(project).items() if (content := lines_of(path, raw)) is not None}
    files = [File(path, len(lines), kept(path, lines, written)) for path, lines in sorted(today.items()) if lines]
    return compared, files, File("total", sum(file.lines for file in files), sum(file.scaffold for file in files))


def _scaffold(project: Path) -> tuple[str, Tree]:
    """What hackgen wrote: its labelled commit, else the one that adds .hackgen.toml, else written again in memory."""
    if git.inside_work_tree(project.resolve()):
        commit, folder, labelled = origin(project) or ("", "", False)
        if labelled:
            scaffold = _tree(project, f"{commit}:{folder}")
            if ARCHIVE in scaffold and (project / ARCHIVE).is_file():
                last = (project / ARCHIVE).read_bytes()
                if last != scaffold[ARCHIVE]:
                    return f"what the last update wrote, as {ARCHIVE} has it", unpacked(last)
            return f"the scaffold's commit {commit[:10]}", scaffold
        if commit and (git.read(project, "rev-parse", "--is-shallow-repository") or b"").strip() == b"true":
            raise Problem(
                f"the history of {project} is cut short, and the scaffold's commit is not in it: git fetch --unshallow"
            )
        if commit:
            told = f"commit {commit[:10]}, which adds .hackgen.toml and has no label of hackgen's"
            return told, _tree(project, f"{commit}:{folder}")
    recorded = project / ".hackgen.toml"
    if (version := read_toml(recorded).get("version")) != __version__:
        raise Problem(
            f"no commit of {project} adds .hackgen.toml, hackgen {version} wrote it and this is {__version__}: "
            "commit the project, or install that version"
        )
    return "what hackgen writes for .hackgen.toml", written(from_toml(recorded))


def _tree(project: Path, tree: str) -> Tree:
    """The files of a tree, which is named as git does: `commit:folder`."""
    listed = (git.read(project, "ls-tree", "-r", "-z", "--full-tree", tree) or b"").split(b"\0")
    entries = [entry.split(b"\t", 1) for entry in listed if entry]
    blobs = {name.decode(errors="replace"): what.split()[2] for what, name in entries if what.startswith(b"100")}
    packed = git.read(project, "cat-file", "--batch", given=b"".join(blob + b"\n" for blob in blobs.values())) or b""
    tree = {}
    for path in blobs:
        head, _, packed = packed.partition(b"\n")
        size = int(head.split()[2])
        tree[path], packed = packed[:size], packed[size + 1 :]
    return tree


def _today(project: Path) -> Tree:
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


def origin(project: Path) -> tuple[str, str, bool] | None:
    """The commit that brought the project, its folder there, and whether the commit bears hackgen's label.

    It is the one with the label, else the oldest with .hackgen.toml; None where there is none.
    """
    for log in LOGS:
        found = []
        for entry in (git.read(project, *log) or b"").decode(errors="replace").split("\x1e")[1:]:
            head, _, paths = entry.partition("\n")
            commit, _, label = head.partition(" ")
            found.append((commit, paths.strip().removesuffix(".hackgen.toml").rstrip("/"), bool(label.strip())))
        if found:
            return next((entry for entry in found if entry[2]), found[-1])
    return None


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
