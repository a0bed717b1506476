"""Texts of any layout as a project reads them: a table of texts with their classes, or one text in UTF-8."""

import csv
import io
import os
import zlib
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from .. import text
from ..errors import Problem
from ..inspection.columns.meaning import is_missing
from ..inspection.findings import Findings
from ..inspection.tables import opening
from ..inspection.texts import files
from ..inspection.texts.folders import classes_of, entries_of, texts_of
from . import COPIED, LOCATION, Plain, safe_name

LABELS = ("label", "class", "target", "category", "sentiment", "spam", "y")  # names of the label's column, best first
SPLIT_NAMES = ("split", "set", "subset", "part")  # of a column that says what is train, valid and test
PARTS = {"train": "train", "training": "train", "valid": "valid", "validation": "valid", "val": "valid", "dev": "valid"}
PARTS |= {"test": "test", "testing": "test"}
MEMORY = 64 * 2**20  # bytes of a source; a larger one is prepared on disk, so that training needs no more memory
UNREADABLE = (OSError, EOFError, ValueError, zlib.error, BadZipFile, RuntimeError, NotImplementedError)
ELSEWHERE = "make a plain one with: hackgen convert {0} DEST, and name that with --data"


def plain(findings: Findings, task: str, answers: Any) -> Plain:
    """The data as a project of the task gets them; a `Problem` for a large source that has to be converted first."""
    path = Path(os.path.abspath(findings.path))
    return of_one_text(path, findings, answers) if task == "text-generation" else of_classes(path, findings, answers)


def convert(findings: Findings, dest: str) -> list[str]:
    """Write a table of texts (.csv) or one text (.txt) to `dest`; returns what to say about it."""
    path, place = Path(findings.path), Path(dest)
    if findings.suggestion and findings.suggestion.task == "text-generation":
        place = place if place.suffix else place.with_suffix(".txt")
        with place.open("x", encoding="utf-8", newline="\n") as out:
            count = sum(out.write(block) for block in blocks_of(path, findings))
        return [f"{place}: one text of {count:,} characters in UTF-8"]
    place = place if place.suffix else place.with_suffix(".csv")
    with closing(rows_of(path, findings)) as source, place.open("x", encoding="utf-8", newline="") as out:
        names = next(source)
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(names)
        count = 0
        for count, row in enumerate(source, 1):  # noqa: B007
            writer.writerow(row)
    return [f"{place}: {count:,} rows of {', '.join(names)}"]


# Texts with a class each


def of_classes(path: Path, findings: Findings, answers: Any) -> Plain:
    """A copy of a small source, as it is if pandas reads it in one call, else converted; or where a large one lies."""
    if answers.copy is not False and findings.bytes <= 2 * COPIED:
        with closing(rows_of(path, findings)) as source:
            names = next(source)
            rows = list(source)
        columns = chosen(names, rows, findings, answers)
        labels = (row[names.index(columns["target"])] for row in rows)
        name = safe_name(path.name)
        content, read = b"", how_to_read(findings)
        if read is not None and reads_alike(path, read, names, rows, columns):
            content = path.read_bytes()
        else:
            content, read, name = as_csv(names, rows, columns), {}, f"{safe_name(path.name.split('.')[0])}.csv"
        if len(content) <= COPIED:
            return Plain(f"data/{name}", {f"data/{name}": content}, schema(name, columns, read, labels))
    if findings.format == "texts" and path.is_dir():
        columns = {"text": "text", "target": "label"}
        return Plain(LOCATION, located(path), schema(path.name, columns, {}), large=True)
    if (read := how_to_read(findings)) is None:
        what = f"{path} is {findings.format} that is not copied and not plain to read"
        raise Problem(f"{what}; {ELSEWHERE.format(text.quoted(str(path)))}")
    with closing(rows_of(path, findings)) as source:
        names = next(source)
        rows = [row for row, _ in zip(source, range(20_000), strict=False)]
    columns = chosen(names, rows, findings, answers)
    labels = (row[names.index(columns["target"])] for row in rows)
    return Plain(LOCATION, located(path), schema(path.name, columns, read, labels), findings.bytes > MEMORY)


def located(path: Path) -> dict[str, bytes]:
    """The one file of a project that says where the data lie."""
    return {LOCATION: f"{path}\n".encode()}


def rows_of(path: Path, findings: Findings) -> Iterator[list[str]]:
    """The rows of a table, or of texts in folders by class; before them the names of their columns."""
    if findings.format == "texts":
        yield from rows_of_folders(path)
        return
    with opening.opened(path, findings.format) as table:
        yield list(table.names)
        if table.whole:
            yield from table.sample
            return
        cells = ", ".join(f"coalesce(c{place}, '')" for place in range(len(table.names)))
        table.connection.execute("SET preserve_insertion_order=true")
        answer = table.connection.execute(f"SELECT {cells} FROM {table.relation}")
        while some := answer.fetchmany(10_000):
            yield from (list(map(str, row)) for row in some)


def rows_of_folders(path: Path) -> Iterator[list[str]]:
    """A row for each text of folders by class: the text, its class, its split where folders say it, its file."""
    splits = classes_of(entries_of(path, []))
    several = len(splits) > 1
    yield ["text", "label", *["split"] * several, "file"]
    for split, classes in splits.items():
        for label, entries in sorted(classes.items()):
            for parts, file in entries:
                try:
                    content = files.read(file)[0]
                except UNREADABLE:
                    continue  # inspection has named it
                yield [tidy(content).strip(), label, *[split] * several, "/".join(parts)]


def tidy(content: str) -> str:
    """A text with \\n at line ends, without a mark before it."""
    return content.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def chosen(names: list[str], rows: list[list[str]], findings: Findings, answers: Any) -> dict[str, str]:
    """The columns of texts and labels, of groups and of a given split where there are such."""
    if findings.format == "texts":
        return {"text": "text", "target": "label"} | ({"split": "split"} if "split" in names else {})
    cells = {name: [row[place] for row in rows] for place, name in enumerate(names)}
    role = {column.name: column.role for column in findings.columns if column.use}
    target = answers.target or next((c for label in LABELS for c in names if c.lower() == label), "")
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
        if name.lower() in SPLIT_NAMES and values <= PARTS.keys() and {"train", "test"} <= {PARTS[v] for v in values}:
            columns["split"] = name
    return columns


def how_to_read(findings: Findings) -> dict[str, Any] | None:
    """The arguments with which pandas reads a file in one call, as far as they are not its own; None if it cannot."""
    told = dict(findings.dialect)
    if findings.format == "parquet":
        return {} if not told.keys() - {"flat"} else None
    if findings.format != "csv" or told.keys() & {"member", "units", "foot", "lenient"}:
        return None
    if len(told["delimiter"]) != 1 or Path(findings.path).suffix.lower() not in (".csv", ".tsv"):
        return None
    usual = "\t" if findings.path.lower().endswith(".tsv") else ","
    read: dict[str, Any] = {"sep": told["delimiter"]} if told["delimiter"] != usual else {}
    if told["encoding"] not in ("utf-8", "utf-8-sig", "ascii"):
        read["encoding"] = told["encoding"]
    if told.get("quote") != '"':
        read |= {"quotechar": told["quote"]} if told.get("quote") else {"quoting": csv.QUOTE_NONE}
    if told.get("skip"):
        read["skiprows"] = told["skip"]
    if not told["header"]:
        read["names"] = [column.name for column in findings.columns]
    return read


def reads_alike(
    path: Path, read: dict[str, Any], names: list[str], rows: list[list[str]], columns: dict[str, str]
) -> bool:
    """Whether reading a small file in the plain way finds the very cells that inspection found."""
    if path.suffix.lower() == ".parquet":
        return True
    quote = {"quoting": csv.QUOTE_NONE} if "quoting" in read else {"quotechar": read.get("quotechar", '"')}
    usual = "\t" if path.suffix.lower() == ".tsv" else ","
    lines = tidy(path.read_bytes().decode(read.get("encoding", "utf-8"), "replace"))
    lines = "\n".join(lines.split("\n")[read.get("skiprows", 0) :])
    try:
        found = [row for row in csv.reader(io.StringIO(lines), delimiter=read.get("sep", usual), **quote) if row]
    except csv.Error:
        return False
    split = columns.get("split", "")
    plain_split = not split or {row[names.index(split)] for row in rows} <= set(PARTS.values())
    stripped = [[cell.strip() for cell in row] for row in found]
    header = [] if "names" in read else [names]
    return plain_split and stripped == [*header, *([tidy(cell).strip() for cell in row] for row in rows)]


def as_csv(names: list[str], rows: list[list[str]], columns: dict[str, str]) -> bytes:
    """All cells as a plain CSV in UTF-8, with what a given split calls its parts put into plain words."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(names)
    place = names.index(columns["split"]) if "split" in columns else -1
    for row in rows:
        cells = list(row)
        if place >= 0:
            cells[place] = PARTS[cells[place].lower()]
        writer.writerow([tidy(cell) for cell in cells])
    return out.getvalue().encode("utf-8", "replace")


def schema(name: str, columns: dict[str, str], read: dict[str, Any], labels: Iterable[str] = ()) -> bytes:
    """data/schema.toml: the columns, and how pandas reads the table."""
    lines = [
        f"# What hackgen found in {text.printable(name)}. Edit it by hand: train.py follows it.",
        *(f"{what} = {text.toml(column)}" for what, column in columns.items()),
    ]
    different = sorted(label for label in set(labels) if label and label.lower() != "none")  # a fair name of a class
    if missing := list(filter(is_missing, different)):
        lines.append(f"missing = {text.toml(missing)}  # labels that mean: not known")
    if read:
        lines += ["", "[read]  # arguments of pandas.read_csv", *(f"{key} = {text.toml(v)}" for key, v in read.items())]
    return ("\n".join(lines) + "\n").encode()


# One text


def of_one_text(path: Path, findings: Findings, answers: Any) -> Plain:
    """A copy of a small text, as it is if it is plain UTF-8; or where a large one lies."""
    whole = path.is_file() and findings.format == "text" and not is_packed(path)
    encoding = files.encoding_of(path).removesuffix("-sig") if whole else ""
    is_plain = encoding in ("utf-8", "ascii")
    about = f"# What hackgen found in {text.printable(path.name)}: one text, read from its beginning to its end.\n"
    if answers.copy is not False and findings.bytes <= COPIED:
        name = safe_name(path.name) if is_plain else f"{safe_name(path.name.split('.')[0])}.txt"
        content = path.read_bytes() if is_plain else "".join(blocks_of(path, findings)).encode("utf-8", "replace")
        if len(content) <= COPIED:
            return Plain(f"data/{name}", {f"data/{name}": content}, about.encode())
    if not whole and not path.is_dir():
        what = f"{path} is packed and not copied"
        raise Problem(f"{what}; {ELSEWHERE.format(text.quoted(str(path)))}")
    about += f"encoding = {text.toml(encoding)}\n" if encoding and not is_plain else ""
    return Plain(LOCATION, located(path), about.encode(), not is_plain or findings.bytes > MEMORY)


def is_packed(path: Path) -> bool:
    """Whether gzip or zip has packed a file."""
    with path.open("rb") as file:
        return file.read(2) in (b"\x1f\x8b", b"PK")


def blocks_of(path: Path, findings: Findings) -> Iterator[str]:
    """The characters of a text file, or of all text files of a folder or a .zip, each beginning in a new line."""
    if findings.format == "text":
        yield from files.lines_of(
            path, files.encoding_of(path).replace("utf-8", "utf-8-sig").replace("-sig-sig", "-sig")
        )
        return
    for number, (parts, file) in enumerate(texts_of(entries_of(path, []))):
        try:
            content = files.read(file)[0]
        except UNREADABLE as error:
            raise Problem(f"{path}/{'/'.join(parts)} is no text ({error}); take it away, then try again") from None
        yield "\n" * (number > 0) + tidy(content)
