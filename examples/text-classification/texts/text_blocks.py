"""Blocks of labelled texts: read, split into words and counted, in this process or, of a large source, by several.

job.json says what those processes (crew.py) must know; what they make of a block lies in block-<number>.npz, so that a
killed preparation goes on with the blocks that it has.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import compress
from pathlib import Path
from typing import Any

import numpy as np

import cli
import runs
import tables
from splits import keys
from support import crew
from tables import reader
from texts import plaintext, words
from texts.archived import Member

COLUMNS = ("text", "target", "group")  # that are named
FILES = 1000  # of a folder, read together
Found = Mapping[str, np.ndarray]
Part = tuple[str, bool, list[Path | Member]]  # a class, whether its texts are of the test set, some of their files


def block(texts: list[str], labels: list[str], groups: list[str], is_test: bool, odd: dict[str, list]) -> Found:
    """What is kept of some texts: `words.counted`, and labels by their place among the block's own.

    odd  what a person should hear of: [how often, the first such thing] by kind
    """
    place: dict[str, int] = {}
    found = words.counted(texts)
    found["labels"] = np.array([place.setdefault(label, len(place)) for label in labels], np.int32)
    found["groups"] = keys(groups)
    found["is_test"] = np.full(len(texts), is_test)
    found["about"] = np.frombuffer(json.dumps({"labels": list(place), "odd": odd}).encode(), np.uint8)
    return found


def about(found: Found) -> dict[str, Any]:
    """The labels of a block and what is odd in it."""
    return json.loads(found["about"].tobytes())


def of_columns(
    names: Sequence[str] | None,
    columns: Sequence[Sequence[str]],
    lines: Sequence[int],
    which: dict[str, str],
    parse: dict[str, Any],
) -> Found:
    """A block of a table without the rows that have no label ("none" is a fair name for a class).

    which  the names of text, target and group ("" = none)
    parse  says what a missing label is
    """
    names = names or [f"column_{i}" for i in range(1, len(columns) + 1)]
    texts, labels, groups = (list(columns[names.index(n)]) if n else [] for n in (which[k] for k in COLUMNS))
    known = [label.lower() == "none" or not tables.is_missing(label, parse) for label in labels]
    bad = [place for place, is_known in enumerate(known) if not is_known]
    texts, labels, groups = (list(compress(cells, known)) for cells in (texts, labels, groups))
    return block(texts, labels, groups, False, {"unlabelled": [len(bad), lines[bad[0]]]} if bad else {})


def of_table(path: Path, which: dict[str, str], rules: Any) -> Iterator[Found]:
    """The blocks of a table that memory holds."""
    for names, rows, lines in tables.blocks(path, rules.dialect):
        if rows:
            yield of_columns(names, list(zip(*rows, strict=True)), lines, which, rules.column(which["target"]).parse)


def of_files(part: Part) -> Found:
    """A block of files that hold a text each; what is no text is left out."""
    label, is_test, files = part
    texts, old, bad = [], [], []
    for file in files:
        try:
            if not plaintext.encoding(file, False).startswith("utf"):
                old.append(str(file))
            texts.append(plaintext.read(file, False).strip())
        except cli.Fault as fault:
            bad.append(str(fault))
    odd = {kind: [len(some), some[0]] for kind, some in (("old", old), ("bad", bad)) if some}
    return block(texts, [label] * len(texts), [], is_test, odd)


def some_at_a_time(parts: Iterable[Part]) -> list[Part]:
    """The same files, at most `FILES` together."""
    cut = ((of, range(0, len(of[2]), FILES)) for of in parts)
    return [(label, is_test, files[i : i + FILES]) for (label, is_test, files), starts in cut for i in starts]


# Large sources


def prepared(folder: Path, job: dict[str, Any], count: int) -> Iterator[Found]:
    """The blocks of a large source in their order, made by several processes where they are not there yet."""
    runs.write(folder / "job.json", json.dumps(job))
    crew.phase(folder, "texts.text_blocks", "texts", count, "preparing texts, once")
    yield from crew.kept(folder, "block", count)


def table_job(folder: Path, path: Path, which: dict[str, str], rules: Any) -> tuple[dict[str, Any], int]:
    """What processes must know of a table, and how many blocks it has; it is cut into pieces once."""
    plan = folder / "table.json"
    if not plan.is_file():
        runs.write(plan, json.dumps(reader.cut(path, rules.dialect, folder)))
    table = runs.read_json(plan)
    return {"table": table, "which": which, "parse": rules.column(which["target"]).parse}, len(table["pieces"])


def files_job(path: Path, parts: list[Part]) -> tuple[dict[str, Any], int]:
    """The same of a folder, or of a .zip."""
    in_zip = not path.is_dir()
    places = [[label, is_test, [f.inside if in_zip else str(f) for f in files]] for label, is_test, files in parts]
    return {"archive": str(path) if in_zip else "", "parts": places}, len(parts)


def task(folder: Path, phase: str) -> Callable[[int], None]:
    """What to call with a block's number."""
    return partial(keep, folder, runs.read_json(folder / "job.json"))


def keep(folder: Path, job: dict[str, Any], number: int) -> None:
    """Make a block and write it."""
    if "table" in job:
        found = of_columns(job["table"]["names"], *reader.piece(job["table"], number), job["which"], job["parse"])
    else:
        label, is_test, names = job["parts"][number]
        archive = job["archive"]
        files = [Member(Path(archive), name, 0, 0) if archive else Path(name) for name in names]
        found = of_files((label, is_test, files))
    crew.keep(folder, "block", number, found)


def tidy(folder: Path, lasting: set[str]) -> None:
    """Delete what was needed to prepare only."""
    for left in folder.iterdir():
        if left.name not in lasting:
            left.unlink()
