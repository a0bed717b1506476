"""When the series of a folder's files are: their usual step, their ends, what they lack, and which depart in that."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field

from ..target import timestamps
from ..target.forecast import FEWEST, MOST_MISSING
from ..target.seasons import spoken
from .heads import File


@dataclass
class Steps:
    """What the steps of all files are: how many, from when to when, how many lack, and which files depart."""

    usual: int = 0  # from the first to the last of a file
    total: int = 0
    missing: int = 0
    frequency: str = ""
    first: str = ""
    last: str = ""
    departing: dict[str, str] = field(default_factory=dict)
    gaps: dict[str, float] = field(default_factory=dict)  # by file, the share of its steps without a row


def judged(files: Sequence[File], regular: bool) -> Steps:
    """Steps and gaps of files; `regular` False means that values are averaged, so that gaps say nothing."""
    import numpy as np

    steps = Steps()
    clocks = [file.clock for file in files if file.clock]
    if not clocks:
        return steps
    clock = timestamps.usual(clocks)
    lengths, steps.frequency = [], spoken(timestamps.describe(clock), clock)
    for file in files:
        own = file.clock
        if own and (own["unit"], own["every"]) != (clock["unit"], clock["every"]) and regular:
            length = spoken(timestamps.describe(own), own)
            steps.departing[file.path.name] = f"has steps of {length}, the others of {steps.frequency}"
            continue
        ends = np.array(file.span, "datetime64[s]" if clock["unit"] != "numbers" else float)
        length = int(timestamps.positions(ends, {**clock, "start": timestamps.plain(ends[0])})[1]) + 1
        lengths.append(length)
        if length < FEWEST:
            steps.departing[file.path.name] = f"has {length} steps, too few to be forecast"
        if not regular:
            continue
        missing = max(0, length - file.dated)
        steps.missing, steps.total = steps.missing + missing, steps.total + length
        if missing:
            steps.gaps[file.path.name] = missing / length
        if missing > MOST_MISSING * length:
            steps.departing[file.path.name] = f"lacks {missing / length:.0%} of its {length:,} steps"
    spans = [file.span for file in files if file.span]
    steps.usual = int(statistics.median(lengths)) if lengths else 0
    for name, at in (("first", min(s[0] for s in spans)), ("last", max(s[1] for s in spans))):
        start = timestamps.plain(np.array([at], float if clock["unit"] == "numbers" else "datetime64[s]")[0])
        setattr(steps, name, timestamps.show(np.zeros(1, int), {**clock, "start": start})[0])
    return steps
