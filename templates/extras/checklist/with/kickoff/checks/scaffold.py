"""How much of a project is still what hackgen wrote: lines that stand in their file in the same order."""

import difflib
from collections import Counter

UNCOUNTED = ("data", "published", "runs")  # folders of data and results: nobody wrote their lines
LEAST_OVERLAP = 0.5  # of its lines, for a new file to be told as a renamed or copied one


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
