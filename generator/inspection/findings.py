"""What an inspection found: plain data for the report, for JSON and for `hackgen new --data`."""

import contextlib
import itertools
import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

MOST_FILES = 10_000  # of a folder, whose times are looked at


@dataclass
class Column:
    """One column of a table."""

    name: str
    role: str  # number category text date identifier constant list (of numbers) picture (a file name) empty
    missing: float = 0.0  # share of the rows
    distinct: int = 0  # different values that are not missing
    detail: dict[str, Any] = field(default_factory=dict)  # the role's own: min max mean, top [[value, count] …] …
    use: bool = True  # False: the model should not see it
    why: str = ""  # it should not
    parse: dict[str, Any] = field(default_factory=dict)  # how cells become values, only what differs from the plain


@dataclass
class Suspect:
    """Something in the data that a person should look at before believing a score."""

    kind: str  # identifier leakage constant sentinel mixed-dates duplicates imbalance …
    column: str | None
    detail: str


@dataclass
class Suggestion:
    """What could be learned from the data, and the line that makes the project."""

    task: str
    target: str | None
    metric: str
    models: list[str]
    command: str
    why: str
    group: str = ""  # a column whose equal values stay in one split
    time: str = ""  # a column by which rows are ordered
    alternatives: list[str] = field(default_factory=list)  # columns that could be meant as well, the likeliest first
    start: list[str] = field(default_factory=list)  # models of a project for which none is named; none = the task's own


@dataclass
class Findings:
    """All that is known about a file or folder."""

    path: str
    format: str  # csv parquet json jsonl excel | pictures picture-list npz idx | text texts | hub | unknown
    bytes: int = 0
    rows: int = 0
    columns: list[Column] = field(default_factory=list)
    suspects: list[Suspect] = field(default_factory=list)
    suggestion: Suggestion | None = None
    dialect: dict[str, Any] = field(default_factory=dict)  # delimiter quote encoding header skip | sheet | member
    facts: dict[str, Any] = field(default_factory=dict)  # what tables do not have: classes, sizes, modes, lengths …
    notes: list[str] = field(default_factory=list)  # what could not be made out
    seen: tuple[Any, ...] = ()  # a path, and how its files stood before they were read; no part of what is told

    def to_json(self) -> dict[str, Any]:
        """The same as what JSON can hold: keys are text, and NaN and infinity are None."""
        told = {name: value for name, value in asdict(self).items() if name != "seen"}
        return json.loads(json.dumps(told, default=_plain), parse_constant=lambda name: None)


def state_of(path: Path) -> tuple[Any, ...]:
    """What changes where a file changes, or one of those in a folder: sizes and times, of a first many."""
    walked = (Path(folder, name) for folder, _, names in os.walk(path) for name in sorted(names))
    states = []
    for file in [path] if path.is_file() else itertools.islice(walked, MOST_FILES):
        with contextlib.suppress(OSError):
            known = file.stat()
            states.append((known.st_size, known.st_mtime_ns))
    return len(states), hash(tuple(states))


def _plain(value: Any) -> Any:
    """A set as a list, a NumPy scalar as a number, all else that JSON has no form for as text."""
    return list(value) if isinstance(value, set) else value.item() if hasattr(value, "item") else str(value)
