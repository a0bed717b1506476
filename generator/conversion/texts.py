"""Texts of any layout as a project reads them: a table of texts with their classes, or one text in UTF-8."""

import contextlib
import csv
import io
import itertools
import os
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from .. import text
from ..errors import Problem
from ..inspection.columns.meaning import is_missing
from ..inspection.columns.profiles import spelled
from ..inspection.columns.relation import is_packed
from ..inspection.findings import Findings
from ..inspection.pictures.labels import LABEL_NAMES, SPLIT_NAMES
from ..inspection.pictures.listing import SPLITS, parts
from ..inspection.tables import opening
from ..inspection.target import one_of
from ..inspection.texts import files
from ..inspection.texts.look import LEAST_CHARACTERS, UNREADABLE, listed
from ..templating import rendered
from . import COPIED, LOCATION, Plain, convert_first, located, safe_name, tables

ENDINGS = (".csv", ".tsv", ".parquet")  # by which a project knows how a table is read in one call
FIRST_ROWS = 20_000  # of a large table, from which its columns are told apart
MEMORY = 64 * 2**20  # bytes of a source; a larger one is prepared on disk, so that training needs no more memory


def plain(findings: Findings, task: str, answers: Any) -> Plain:
    """The data as a project of the task gets them; a `Problem` for a large source that has to be converted first."""
    path = Path(os.path.abspath(findings.path))
    return of_one_text(path, findings, answers) if task == "text-generation" else of_classes(path, findings, answers)


def convert(findings: Findings, dest: Path) -> list[str]:
    """Write one text, or a table of texts with their classes, to `dest`; returns what to say about it."""
    path = Path(findings.path)
    with dest.open("w", encoding="utf-8", errors="replace", newline="") as out:
        if findings.suggestion and findings.suggestion.task == "text-classification":
            csv.writer(out, lineterminator="\n").writerows(rows_of(path, findings))
            return [f"{findings.rows:,} texts with a class each", *findings.notes]
        length = sum(map(out.write, blocks_of(path, findings)))
    return [f"one text of {length:,} characters", *findings.notes]


# Texts with a class each


def of_classes(path: Path, findings: Findings, answers: Any) -> Plain:
    """A copy of a small source, as it is if pandas reads it in one call, else converted; or where a large one lies."""
    is_small = answers.copy is not False and findings.bytes <= COPIED
    if findings.format == "texts" and path.is_dir() and not is_small:
        said = schema(path.name, {"text": "text", "target": "label"}, {}, files=True)
        return Plain(LOCATION, located(path), said, large=True)
    with closing(rows_of(path, findings)) as source:
        names = next(source)
        rows = list(source if is_small else itertools.islice(source, FIRST_ROWS))
    columns, read = chosen(names, rows, findings, answers), how_to_read(path, findings)
    of_target = [row[names.index(columns["target"])] for row in rows]
    other = spelled(of_target) if is_small else {}  # labels that differ in case or spaces are one
    labels = {other.get(label, label) for label in of_target}
    given = {row[names.index(columns["split"])] for row in rows} if "split" in columns else set()
    write = {c.name: tables.stand_in(c) for c in findings.columns if "personal" in c.detail and not c.use}
    if is_small and (read is None or write or other or not given <= set(SPLITS.values())):
        name, read = f"{safe_name(path.name.split('.')[0])}.csv", {}
        write[columns["target"]] = lambda cell: other.get(cell, cell)
        if given:
            write[columns["split"]] = lambda cell: SPLITS[cell.lower()]
        out, cells = io.StringIO(newline=""), (zip(names, row, strict=True) for row in rows)
        plain = [[tidy(write.get(column, str)(cell)) for column, cell in row] for row in cells]
        csv.writer(out, lineterminator="\n").writerows([names, *plain])
        content = out.getvalue().encode("utf-8", "replace")
    elif is_small:
        name, content = safe_name(path.name), path.read_bytes()
    if is_small and len(content) <= COPIED:
        said = schema(name, columns, read, labels, files=findings.format == "texts")
        return Plain(f"data/{name}", {f"data/{name}": content}, said)
    if read is None or (not is_small and path.suffix.lower() not in ENDINGS):
        raise convert_first(path, f"is {findings.format} that no project reads in place", "plain.csv")
    return Plain(LOCATION, located(path), schema(path.name, columns, read, labels), findings.bytes > MEMORY)


def rows_of(path: Path, findings: Findings) -> Iterator[list[str]]:
    """The rows of a table, or of texts in folders by class; before them the names of their columns."""
    if findings.format == "texts":
        yield from rows_of_folders(path)
        return
    with opening.opened(path, findings.format) as table:
        one_of.again(table, findings.dialect)
        yield list(table.names)
        yield from tables.cells_of(table)


def rows_of_folders(path: Path) -> Iterator[list[str]]:
    """A row for each text of folders by class: the text, its class, its split where folders say it, its file."""
    here = listed(path)
    here.keep(labelled=True)
    order = {"": 0, "train": 1, "valid": 2, "test": 3}
    several = len(set(here.splits)) > 1
    yield ["text", "label", *["split"] * several, "file"]
    found = zip(here.splits, here.labels, here.names, strict=True)
    for split, label, name in sorted(found, key=lambda entry: (order[entry[0]], entry[1])):
        with contextlib.suppress(*UNREADABLE):  # which inspection has named
            inside = "/".join(parts(name)[here.around :])
            yield [tidy(files.read(path, name)[0]).strip(), label, *[split] * several, inside]


def tidy(content: str) -> str:
    """A text with \\n at line ends, without a mark before it."""
    return content.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def chosen(names: list[str], rows: list[list[str]], findings: Findings, answers: Any) -> dict[str, str]:
    """The columns of texts and labels, of groups and of a given split where there are such."""
    if findings.format == "texts":
        return {"text": "text", "target": "label"} | ({"split": "split"} if "split" in names else {})
    cells = {name: [row[place] for row in rows] for place, name in enumerate(names)}
    role = {column.name: column.role for column in findings.columns if column.use}
    target = answers.target or next((c for label in LABEL_NAMES for c in names if c.lower() == label), "")
    group = "" if answers.group in (None, "none") and "none" not in names else answers.group
    others = [name for name in names if name not in (target, group)]
    length = {name: sum(map(len, cells[name])) for name in others}
    told = [name for name in others if role.get(name) == "text"]
    words = max(told or others, key=lambda name: length[name], default="")
    if not target:
        few = {name: len(set(cells[name])) for name in others if name != words}
        target = min((name for name, count in few.items() if count > 1), key=lambda name: few[name], default="")
    if not words or not target:
        raise Problem(f"{findings.path} has no two columns, one of texts and one of labels; name the labels: --target")
    columns = {"text": words, "target": target} | ({"group": group} if group else {})
    for name in others:
        values = {cell.lower() for cell in cells[name]}
        if name.lower() in SPLIT_NAMES and values <= SPLITS.keys() and {"train", "test"} <= {SPLITS[v] for v in values}:
            columns["split"] = name
    return columns


def how_to_read(path: Path, findings: Findings) -> dict[str, Any] | None:
    """The arguments with which pandas reads a table in one call, as far as they are not its own; None if it cannot."""
    if findings.format == "texts" or path.suffix.lower() not in ENDINGS:
        return None
    read = tables.arguments(findings, path)
    if read is not None and not findings.dialect.get("header", True):
        read |= {"names": [column.name for column in findings.columns]}
    return read


def schema(
    name: str, columns: dict[str, str], read: dict[str, Any], labels: Iterable[str] = (), files: bool = False
) -> bytes:
    """data/schema.toml: the columns, how pandas reads the table, and whether each text was a file."""
    different = sorted(label for label in set(labels) if label and label.lower() != "none")  # a fair name of a class
    facts = {"columns": columns, "read": read, "files": files, "missing": list(filter(is_missing, different))}
    return rendered(Path(__file__).with_name("texts.toml.j2"), facts | {"name": text.printable(name)})


# One text


def of_one_text(path: Path, findings: Findings, answers: Any) -> Plain:
    """A copy of a small text, as it is if it is plain UTF-8; or where a large one lies."""
    is_whole = path.is_file() and findings.format == "text"
    encoding = files.encoding_of(path) if is_whole else ""
    is_plain = encoding in ("utf-8", "utf-8-sig", "ascii") and not is_packed(path)
    about = f"# What hackgen found in {text.printable(path.name)}: one text, read from its beginning to its end.\n"
    if answers.copy is not False and findings.bytes <= COPIED:
        name = safe_name(path.name) if is_plain else f"{safe_name(path.name.split('.')[0])}.txt"
        content = path.read_bytes() if is_plain else beginning(blocks_of(path, findings)).encode("utf-8", "replace")
        if (count := len(content.decode("utf-8", "replace"))) < LEAST_CHARACTERS:
            raise Problem(f"{path} has {count:,} characters, too few to learn from; it takes {LEAST_CHARACTERS:,}")
        if len(content) <= COPIED:
            return Plain(f"data/{name}", {f"data/{name}": content}, about.encode())
    if not is_whole and not path.is_dir():
        raise convert_first(path, "is an archive that is not copied", "plain.txt")
    about += f"encoding = {text.toml(encoding)}\n" if is_whole and not is_plain else ""
    return Plain(LOCATION, located(path), about.encode(), not is_plain or findings.bytes > MEMORY)


def beginning(blocks: Iterator[str]) -> str:
    """What blocks hold together, up to more than is copied: a packed text may be a thousand times as long."""
    size, found = 0, []
    for block in blocks:
        found.append(block)
        size += len(block)
        if size > COPIED:
            break
    return "".join(found)


def blocks_of(path: Path, findings: Findings) -> Iterator[str]:
    """The characters of a text file, or of all text files of a folder or a .zip, each beginning in a new line."""
    if findings.format == "text":
        yield from files.lines_of(path, files.encoding_of(path))
        return
    for number, name in enumerate(listed(path).names):
        try:
            content = files.read(path, name)[0]
        except UNREADABLE as error:
            raise Problem(f"{path}/{name} is no text ({error}); take it away, then try again") from None
        yield "\n" * (number > 0) + tidy(content)
