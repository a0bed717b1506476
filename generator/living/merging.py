"""Three trees, base, theirs and ours, as {path: bytes}: what becomes of each path. Nothing is written here."""

import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ..archive import Tree
from ..making import git

LEAST_ALIKE = 0.5  # share of lines that a file under a new name has in common with the old one
LEAST_LINES = 4  # shorter texts resemble each other by chance


@dataclass(frozen=True)
class Outcome:
    """What becomes of one path.

    state    new, replaced, merged, removed, conflict or left alone
    content  what lies there afterwards, where that is to be written; None: what is there stays, or goes (removed)
    sides    what a conflict is between: base, ours, theirs, None where one has no such file
    aside    whether theirs goes beside the project, as the file holds no markers
    """

    path: str
    state: str
    content: bytes | None = None
    why: str = ""
    sides: tuple[bytes | None, bytes | None, bytes | None] = (None, None, None)
    aside: bool = False


def merge(base: Tree, theirs: Tree, ours: Tree, lying: Callable[[str], bytes | None]) -> list[Outcome]:
    """What becomes of every path that base or theirs has and that does not simply stay.

    base, theirs  what hackgen wrote then, and what it writes now
    ours          the files that git tracks, as they lie in the work tree
    lying         what is in the way of a path that ours lacks: its bytes (of a link or a folder: none), None if nothing
    """
    found = []
    renamed = renames(base, theirs, ours, lying)
    for path in sorted(base.keys() | theirs.keys()):
        place = renamed.get(path, path)
        outcome = _one(place, base.get(path), theirs.get(path), ours.get(place), lying)
        if outcome and place != path and outcome.state != "left alone":
            outcome = Outcome(**vars(outcome) | {"why": f"was {path}; {outcome.why}".rstrip("; ")})
        found += [outcome] if outcome else []
    return found


def _one(
    path: str, base: bytes | None, theirs: bytes | None, ours: bytes | None, lying: Callable[[str], bytes | None]
) -> Outcome | None:
    if ours is None:  # git does not track it: it is new, the team deleted it, or something untracked is in its place
        there = lying(path)
        if theirs is None or base == theirs == there:
            return None
        if there == theirs:
            return Outcome(path, "left alone", why="the very same lies there, and git does not track it; git add it")
        if there is None and base is None:
            return Outcome(path, "new", theirs)
        if base == theirs:
            return Outcome(path, "left alone", why="you deleted it" if there is None else "git does not track it")
        why, sides = "something lies there that git does not track; it stays", (None, None, theirs)
        if there is None:
            why, sides = "you deleted it, the templates changed it; it stays deleted", (base, None, theirs)
        return Outcome(path, "conflict", why=why, sides=sides, aside=True)
    base, theirs = followed(base, ours), followed(theirs, ours)
    sides = base, ours, theirs
    if ours == theirs:
        return None
    if base == theirs:
        return Outcome(path, "left alone", why="yours; the templates did not change it")
    if base is None:
        return Outcome(path, "conflict", why="the templates bring it too; yours stays", sides=sides, aside=True)
    if theirs is None:
        if ours == base:
            return Outcome(path, "removed")
        return Outcome(
            path, "conflict", why="the templates no longer have it, you changed it; yours stays", sides=sides
        )
    if ours == base:
        return Outcome(path, "replaced", theirs)
    if b"\0" in base + ours + theirs:
        return Outcome(path, "conflict", why="no text; yours stays", sides=sides, aside=True)
    content, clean = merged(base, ours, theirs)
    if clean:
        return Outcome(path, "merged", content)
    return Outcome(path, "conflict", content, "look for <<<<<<< in it", sides)


def followed(content: bytes | None, like: bytes) -> bytes | None:
    """The content with the line endings that `like` has, so that a file with others is not one whole conflict."""
    if content is None or b"\0" in content or b"\0" in like:
        return content
    plain = content.replace(b"\r\n", b"\n")
    return plain.replace(b"\n", b"\r\n") if 2 * like.count(b"\r\n") > like.count(b"\n") else plain


def renames(base: Tree, theirs: Tree, ours: Tree, lying: Callable[[str], bytes | None]) -> dict[str, str]:
    """Where the team moved files that the templates changed: only to paths that the scaffold did not bring itself."""
    gone = [
        path for path in base if path not in ours and base[path] != theirs.get(path) is not None and lying(path) is None
    ]
    added = {path: _lines(ours[path]) for path in ours.keys() - base.keys() - theirs.keys()} if gone else {}
    pairs = [(alike(_lines(base[path]), lines), path, other) for path in gone for other, lines in added.items()]
    found: dict[str, str] = {}
    for share, path, other in sorted(pairs, key=lambda pair: (-pair[0], pair[1:])):
        if share >= LEAST_ALIKE and path not in found and other not in found.values():
            found[path] = other
    return found


def _lines(content: bytes) -> Counter[bytes]:
    return Counter() if b"\0" in content else Counter(filter(None, map(bytes.strip, content.splitlines())))


def alike(one: Counter[bytes], other: Counter[bytes]) -> float:
    """The share of lines that two texts have in common, of the longer one's; 0 where there is too little to tell."""
    longest = max(one.total(), other.total())
    return (one & other).total() / longest if longest >= LEAST_LINES else 0.0


def merged(base: bytes, ours: bytes, theirs: bytes) -> tuple[bytes, bool]:
    """Both changes in one text, and whether they are free of conflicts, which are marked as git marks them."""
    with tempfile.TemporaryDirectory() as folder:
        names = "yours", "before", "hackgen"
        for name, content in zip(names, (ours, base, theirs), strict=True):
            (Path(folder) / name).write_bytes(content)
        labels = [word for name in names for word in ("-L", name)]
        how = {"ends": range(128), "need": "merging what both changed takes it"}  # it ends with the number of conflicts
        done = git.ask(Path(folder), "merge-file", "-p", "-q", *labels, *names, **how)
    return done.stdout, done.returncode == 0
