"""Classic mistakes as small edits of generated projects, for `check.py` to find: what test_bugs.py plants.

A bug stands for one that people make. In the tables beside this file it is, in one line, its kind, the project (task
and model), the file, and a pattern of what the advice, or what was found, has to say for the cause to be named. Below,
as in a diff, is what stands there once and what is put in its place; ends of lines count, but for the last one's.

    bugs.txt            our own
    more_bugs.txt       written when the checks of those had long been made, as others would plant them
    strange_bugs.txt    by people who had read the projects, but neither the checks nor the other tables

Files that all frameworks share are the same bytes in each, so their bugs are planted once, in PyTorch's projects.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

GAN, SERIES = ("image-generation", "gan"), ("time-series-forecasting", "cnn")


class Bug(NamedTuple):
    kind: str
    project: tuple[str, str]  # task and model
    edits: tuple[tuple[str, str, str], ...]  # file, what stands there once, what is put in its place
    named: str  # a pattern


def read(table: Path) -> Iterator[tuple[str, Bug]]:
    """The bugs of a table, each with its framework."""
    framework, lines = "", [line for line in table.read_text(encoding="utf-8").splitlines() if line[:1] != "#"]
    while lines:
        if lines[0].startswith("["):
            framework = lines.pop(0).strip("[]")
        kind, project, file, named = lines.pop(0).split("; ", 3)
        edits = [(file, taken(lines, "-"), taken(lines, "+"))]
        while lines and lines[0].startswith("also "):
            edits.append((lines.pop(0).removeprefix("also "), taken(lines, "-"), taken(lines, "+")))
        yield framework, Bug(kind, tuple(project.split()), tuple(edits), named)


def taken(lines: list[str], sign: str) -> str:
    """The text of the next lines that begin with the sign, which are taken away."""
    found = []
    while lines and lines[0].startswith(sign):
        found.append(lines.pop(0)[1:])
    return "\n".join(found)


BUGS: dict[str, list[Bug]] = {name: [] for name in ("pytorch", "lightning", "keras", "jax")}
for table in ("bugs", "more_bugs", "strange_bugs"):
    for framework, bug in read(Path(__file__).with_name(f"{table}.txt")):
        BUGS[framework].append(bug)
