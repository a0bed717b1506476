"""A project's place in git: what is tracked, and changes that are staged whole, or undone, whatever interrupts them.

The index is written first, in one step, then the files: so whatever moment a kill strikes, git knows all paths that
were touched, and one line of git brings back the state before. Nothing of the team's is in that: the tree was clean.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ..archive import Tree
from ..errors import Problem
from ..making import git
from ..making.write import hold
from ..text import quoted
from .merging import Outcome

ASIDE = ".hackgen-new"  # theirs, where a file could not hold both; git ignores it
UNWRITTEN = {"data", "published", "comparison", "presentation"}  # may be large, and is nobody's code
WORK = ".work"  # in ASIDE: what an update that runs needs
PLAIN = ("core.hooksPath=/dev/null", "core.fsmonitor=", "core.safecrlf=false", "core.quotePath=false")


@dataclass(frozen=True)
class Entry:
    """What git's index has of a path."""

    mode: str
    blob: str


class Repository:
    """The repository around a project's folder."""

    def __init__(self, project: Path) -> None:
        self.project = project
        words = "--show-prefix", "--absolute-git-dir", "--verify", "--quiet", "HEAD"
        told = self.ask("rev-parse", *words, ends=(0, 1)).decode(errors="surrogateescape").split("\n")
        self.prefix, self.git_folder, self.head = told[0], Path(told[1]), told[2]  # head is empty before a first commit

    def ask(self, *words: str, given: bytes = b"", within: Path | None = None, ends: tuple[int, ...] = (0,)) -> bytes:
        """What git answers in the project; `within` is a work tree of our own instead of the repository's."""
        own = {"GIT_DIR": str(self.git_folder), "GIT_WORK_TREE": str(within)} if within else {}
        how = {"given": given, "ends": ends, "settings": PLAIN, "need": "what it does not track cannot be brought back"}
        return git.ask(within or self.project, *words, **how, **own, GIT_LITERAL_PATHSPECS="1").stdout

    def entries(self) -> dict[str, Entry]:
        """All that is tracked in the project's folder, by its path there; submodules too."""
        found = {}
        for line in filter(None, self.ask("ls-files", "-s", "-z").split(b"\0")):
            what, _, path = line.partition(b"\t")
            mode, blob, _ = what.decode().split()
            found[path.decode(errors="surrogateescape")] = Entry(mode, blob)
        return found

    def dirty(self) -> list[str]:
        """The tracked files of the project that are not as they were committed."""
        words = "--porcelain", "-z", "--untracked-files=no", "--ignore-submodules=dirty", "--no-renames", "--", "."
        lines = self.ask("status", *words).decode(errors="surrogateescape").split("\0")
        return [line[3:].removeprefix(self.prefix) for line in lines if line]

    def overlooked(self) -> list[str]:
        """The files that lie there, and whose changes git is told not to look at: it would not bring them back."""
        lines = self.ask("ls-files", "-v", "-z").decode(errors="surrogateescape").split("\0")
        return [line[2:] for line in lines if line[:1] in [*"hsS"] and os.path.lexists(self.project / line[2:])]

    def undo(self, *more: str) -> str:
        """The line that brings back the state before an update; it also removes `more`, which git does not track."""
        where = "" if os.path.samefile(self.project, ".") else f" -C {quoted(os.path.relpath(self.project))}"
        keep = " --no-recurse-submodules" if any(e.mode == "160000" for e in self.entries().values()) else ""
        restore = f"git{where} restore --source=HEAD --staged --worktree{keep} ."
        return f"{restore} && git{where} clean -fdxq {' '.join((ASIDE, *more))}"


def tracked(project: Path, entries: dict[str, Entry], paths: Collection[str]) -> Tree:
    """The regular files that git tracks, as they lie in the work tree: those at `paths`, and what else people write."""
    plain = (path for path, entry in entries.items() if entry.mode.startswith("100"))
    files = {path: project / path for path in plain if path in paths or path.partition("/")[0] not in UNWRITTEN}
    return {path: file.read_bytes() for path, file in files.items() if file.is_file() and not file.is_symlink()}


def in_the_way(project: Path, path: str, entries: dict[str, Entry]) -> bytes | None:
    """The bytes of what lies at a path already, or above it; b"" for what is no plain file, None where nothing is."""
    for parent in list(Path(path).parents)[-2::-1]:
        above = project / parent
        if entries.get(parent.as_posix(), Entry("", "")).mode == "160000":
            return b""
        if os.path.lexists(above) and (above.is_symlink() or not above.is_dir()):
            return b""
    file = project / path
    if not os.path.lexists(file):
        return None
    return file.read_bytes() if file.is_file() and not file.is_symlink() else b""


def interrupted(project: Path) -> bool:
    return (project / ASIDE / WORK / "journal.json").is_file()


def recover(project: Path) -> list[str]:
    """Undo what an interrupted update left, and say so; a `Problem` where there are edits since, or files aside."""
    aside, work = project / ASIDE, project / ASIDE / WORK
    if not os.path.lexists(aside):
        return []
    said = []
    if work.is_dir():
        handle = _claimed(work)
        try:
            if interrupted(project):
                said = [_rolled_back(project, json.loads((work / "journal.json").read_text(encoding="utf-8")))]
        finally:
            os.close(handle)
        shutil.rmtree(aside if said else work)
    if aside.is_dir() and os.listdir(aside):
        raise Problem(f"{ASIDE}/ still holds files of an earlier update; take from it what you need, and delete it")
    with suppress(FileNotFoundError):
        aside.rmdir()
    return said


def _claimed(work: Path) -> int:
    """A lock that dies with the process, so that nobody takes a living update for an interrupted one."""
    handle = os.open(work / "lock", os.O_CREAT | os.O_RDWR, 0o644)
    try:
        hold(handle)
    except (BlockingIOError, PermissionError):
        os.close(handle)
        raise Problem("another hackgen is at work in this project; wait for it") from None
    except OSError:  # a file system without locks
        pass
    return handle


def _rolled_back(project: Path, journal: dict) -> str:
    repository = Repository(project)
    if repository.head != journal["head"]:  # somebody has committed since, so the state before is no longer wanted
        return "an update that was interrupted is forgotten, as there is a commit since"
    touched = journal["touched"]
    edited = [path for path, known in touched.items() if fingerprint(project / path) not in known]
    edited += [path for path in repository.dirty() if path not in touched]
    if edited:
        raise Problem(
            f"an update was interrupted, and {', '.join(sorted(edited)[:5])} changed since; copy that elsewhere, then: "
            f"{repository.undo()}"
        )
    _restore(repository, touched)
    return "an update that was interrupted is undone"


def _restore(repository: Repository, touched: dict[str, list[str | None]]) -> None:
    """Bring files and index back to the commit; `touched` has each path's fingerprints before and after."""
    before = [path for path, known in touched.items() if known[0] is not None]
    added = [path for path, known in touched.items() if known[0] is None]
    gone = "".join(f"0 {'0' * len(repository.head)}\t{repository.prefix}{path}\0" for path in added)
    repository.ask("update-index", "-z", "--index-info", given=gone.encode(errors="surrogateescape"))
    if before:
        repository.ask("restore", "--source=HEAD", "--staged", "--worktree", "--no-recurse-submodules", "--", *before)
    for path in added:
        _unlink(repository.project, path)


def _unlink(project: Path, path: str) -> None:
    """Remove a file, and the folders that it leaves empty."""
    (project / path).unlink(missing_ok=True)
    for parent in list(Path(path).parents)[:-1]:
        with suppress(OSError):
            (project / parent).rmdir()


def fingerprint(file: Path) -> str | None:
    """Of a file's bytes; None where there is none."""
    return hashlib.sha256(file.read_bytes()).hexdigest() if os.path.lexists(file) else None


def stage(repository: Repository, outcomes: Iterable[Outcome], entries: dict[str, Entry]) -> None:
    """Do what the outcomes say in index and work tree; on any failure all is as before."""
    project, aside = repository.project, repository.project / ASIDE
    work = aside / WORK
    work.mkdir(parents=True)
    handle = _claimed(work)
    written = {o.path: o.content for o in outcomes if o.content is not None}
    removed = [o.path for o in outcomes if o.state == "removed"]
    torn = [o for o in outcomes if o.state == "conflict" and o.sides[1] is not None]  # git can enter no others
    touched = {path: [fingerprint(project / path), hashlib.sha256(new).hexdigest()] for path, new in written.items()}
    touched |= {path: [fingerprint(project / path), None] for path in removed}
    touched |= {o.path: [known := fingerprint(project / o.path), known] for o in torn if o.path not in touched}
    try:
        _lay(work / "draft.json", json.dumps({"head": repository.head, "touched": touched}).encode())
        os.replace(work / "draft.json", work / "journal.json")  # before anything else lies there, until all is done
        tree = work / "tree"
        for path, content in written.items():
            _lay(tree / repository.prefix / path, content)
            if entries.get(path, Entry("", "")).mode == "100755":
                (tree / repository.prefix / path).chmod(0o755)
        for outcome in outcomes:
            if outcome.aside and outcome.sides[2] is not None:
                _lay(aside / outcome.path, outcome.sides[2])
        _index(repository, written, removed, torn, entries)
        for path in written:
            (project / path).parent.mkdir(parents=True, exist_ok=True)
            os.replace(tree / repository.prefix / path, project / path)
        for path in removed:
            _unlink(project, path)
        repository.ask("update-index", "-q", "--refresh", "--unmerged", ends=(0, 1))
        (work / "journal.json").unlink()
    except BaseException:
        if (work / "journal.json").exists():
            _restore(repository, touched)
            (work / "journal.json").unlink()
        os.close(handle)
        shutil.rmtree(aside)
        raise
    os.close(handle)
    shutil.rmtree(work)
    if not os.listdir(aside):
        aside.rmdir()


def _lay(file: Path, content: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)


def _index(
    repository: Repository, written: Tree, removed: list[str], torn: list[Outcome], entries: dict[str, Entry]
) -> None:
    """Enter all into git's index, through the repository's own filters; what is torn as git enters a conflict."""
    tree, sides = repository.project / ASIDE / WORK / "tree", repository.project / ASIDE / WORK / "sides"
    torn_paths = {outcome.path for outcome in torn}
    clean = [repository.prefix + path for path in written if path not in torn_paths]
    repository.ask("update-index", "-z", "--add", "--stdin", given=_listed(clean), within=tree)
    blobs = [(o, number) for o in torn for number in (1, 3) if o.sides[number - 1] is not None]
    names = []
    for outcome, number in blobs:
        names.append(f"{number}/{repository.prefix}{outcome.path}")
        _lay(sides / names[-1], outcome.sides[number - 1] or b"")
    hashed = []
    if names:
        given = "".join(f"{name}\n" for name in names).encode(errors="surrogateescape")
        hashed = repository.ask("hash-object", "-w", "--stdin-paths", given=given, within=sides).decode().split()
    lines = [f"0 {'0' * len(repository.head)}\t{repository.prefix}{path}" for path in [*removed, *torn_paths]]
    for (outcome, number), blob in zip(blobs, hashed, strict=True):
        lines.append(f"{entries[outcome.path].mode} {blob} {number}\t{repository.prefix}{outcome.path}")
    own = [(outcome.path, entries[outcome.path]) for outcome in torn]
    lines += [f"{entry.mode} {entry.blob} 2\t{repository.prefix}{path}" for path, entry in own]
    if lines:
        repository.ask("update-index", "-z", "--index-info", given=_listed(lines))


def _listed(lines: Iterable[str]) -> bytes:
    return "".join(f"{line}\0" for line in lines).encode(errors="surrogateescape")
