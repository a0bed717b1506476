"""How much of a project is still what hackgen wrote: the commit it came with, and the lines that stand as they did."""

import difflib
from collections import Counter

UNCOUNTED = ("data", "published", "runs")  # folders of data and results: nobody wrote their lines
LEAST_OVERLAP = 0.5  # of its lines, for a new file to be told as a renamed or copied one
# Two questions to git, the second where the first has no answer: a project's folder may have been moved inside a larger
# repository, or have come into it by a merge.
_LABEL = "%(trailers:key=Hackgen-Version,valueonly,separator=%x20)"
_NAMES = "--name-only", f"--format=%x1e%H {_LABEL}", "--", ".hackgen.toml"
LOGS = [("log", "--follow", *_NAMES), ("log", "-m", "--first-parent", *_NAMES)]


def origin(log: str) -> tuple[str, str, bool] | None:
    """The commit that brought the project, its folder there, and whether the commit bears hackgen's label.

    It is the one with the label, else the oldest with .hackgen.toml. `log` is git's answer to one of LOGS.
    """
    found = []
    for entry in log.split("\x1e")[1:]:
        head, _, paths = entry.partition("\n")
        commit, _, label = head.partition(" ")
        found.append((commit, paths.strip().removesuffix(".hackgen.toml").rstrip("/"), bool(label.strip())))
    return next((entry for entry in found if entry[2]), found[-1] if found else None)


def lines(path: str, raw: bytes) -> list[str] | None:
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


def share(written: dict[str, list[str] | None], today: dict[str, list[str] | None]) -> float:
    """The scaffold's part of all lines of today, from 0 to 1."""
    source = {path: content for path, content in written.items() if content is not None}
    now = {path: content for path, content in today.items() if content}
    return sum(kept(path, of, source) for path, of in now.items()) / max(sum(map(len, now.values())), 1)
