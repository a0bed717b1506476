"""Looking at data: `inspect(path)` says what a file or folder holds and what could be learned from it.

What reads data (DuckDB, Pillow, openpyxl) is imported only when a file of the kind is looked at.
"""

import errno
import itertools
import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from ..errors import Misuse, Problem
from ..text import quoted
from . import unread
from .columns import formats
from .findings import Column, Findings, Suggestion, Suspect, state_of

NESTED = "save what is inside as a list of plain records"
MOST_FILES = 200_000  # of a folder that are looked at
TABLES = ("csv", "parquet", "json", "jsonl", "excel", "arff", "sqlite")  # formats of tables
__all__ = ["Column", "Findings", "Suggestion", "Suspect", "inspect"]


def inspect(path: str, target: str | None = None) -> Findings:
    """What is in a file or folder (or in a data set of the hub, `hf:org/name`).

    target  the column to predict; an unknown one is a `Misuse` that names the nearest
    Raises `Problem` for what does not exist or cannot be read; whatever else is odd becomes a note.
    """
    place = Path(path)
    seen = state_of(place)
    try:
        found = _inspect(path, place, target)
        found.seen = str(place), seen
        return found
    except OSError as error:
        full = error.errno == errno.ENOSPC
        remedy = f"make room in {tempfile.gettempdir()}" if full else "see who may read it, or copy it"
        raise Problem(f"{path} cannot be read ({error.strerror or error}); {remedy}") from None
    except MemoryError:
        remedy = "make it smaller, or save it as CSV or Parquet"
        raise Problem(f"{path} takes more memory than there is; {remedy}") from None
    except RecursionError:
        raise Problem(f"{path} is nested too deeply to be read; {NESTED}") from None


def _inspect(path: str, place: Path, target: str | None) -> Findings:
    if not path or not place.exists():
        from .pictures import hub

        if name := hub.name_of(path):
            found = inspect(str(hub.fetch(name, hub.kept(name))), target)
            found.facts["hub"] = name
            return found
        raise Problem(f"{path or 'the empty path'} does not exist; check the path (it starts from {Path.cwd()})")
    if not place.is_dir() and not place.is_file():
        raise Problem(f"{path} is a pipe or a device; save what it gives into a file, and name that")
    found = _folder(path, place, target) if place.is_dir() else _file(path, place, target)
    if not found.path.startswith(str(place)) or not place.is_dir():
        found.path = path  # but one table of a folder keeps its own
    if target is not None and not found.columns and found.suggestion:
        raise Misuse(f'{path} has no columns, so --target "{target}" means nothing; leave it out')
    return found


def _file(path: str, place: Path, target: str | None) -> Findings:
    kind, member = formats.format_of(place)
    if kind in ("pictures", "npz"):
        return _of_pictures(place, target)
    if kind == "json" and (what := unread.of_json(place)):
        return unknown(path, place, what)
    if kind in ("csv", "text") and not member and (what := unread.of_text(place)):
        return unknown(path, place, what)
    if kind in ("text", "texts") or (kind == "csv" and place.suffix.lower() == ".txt"):
        from .texts.files import encoding_of, head_of, is_chat
        from .texts.look import inspect_texts

        if kind != "csv" or is_chat(head_of(place, encoding_of(place))):  # which may have a comma in each line
            return inspect_texts(place)
    if kind in TABLES:
        if kind in ("excel", "parquet", "sqlite") and (member or place.suffix.lower() == ".gz"):
            return unknown(path, place, f"it holds {kind.capitalize()}, which is not read inside an archive; unpack it")
        from .tables.look import inspect_table

        tables = formats.tables_inside(place) if member else {}
        if member in tables and len(tables) > 1:
            files = list(tables.values())
            return _among(files, tables[member], "archive", target, partial(inspect_table, path, place, kind))
        return inspect_table(path, place, kind, target)
    what = kind == "binary" and (unread.of_file(place) or unread.of_archive(place))
    return unknown(path, place, what or unread.of_format(kind))


def _of_pictures(place: Path, target: str | None) -> Findings:
    from .pictures.look import inspect_pictures

    return inspect_pictures(place, target)


def unknown(path: str, place: Path, note: str) -> Findings:
    """The findings about what holds no data that can be read, with what to do instead."""
    return Findings(path, "unknown", place.stat().st_size, notes=[note])


def _folder(path: str, place: Path, target: str | None) -> Findings:
    """What most of a folder's files are: pictures, texts or tables."""
    endings: dict[str, list[Path]] = {"picture": [], "table": [], "text": []}
    others: list[Path] = []
    notes: list[str] = []
    seen = sorted(itertools.islice(formats.below(place, notes, lambda name: True), MOST_FILES))
    for file in (place / name for name, _ in seen):
        ending = file.suffix.lower()
        if ending in formats.PICTURE_ENDINGS:
            endings["picture"].append(file)
        elif file.stem.lower() in ("readme", "license", "licence", "notice", "citation"):
            continue  # about the data, not data
        elif ending in (".txt", ".md", ".text"):
            endings["text"].append(file)
        elif ending in (*formats.TABLE_ENDINGS, ".xlsx", ".gz", ".npz") or file.name.endswith("-ubyte"):
            endings["table"].append(file)
        else:
            others.append(file)
    pictures, tables, texts = endings.values()
    what = unread.of_folder(others) if len(others) > len(pictures) + len(tables) + len(texts) else ""
    bare = sum(not file.suffix.strip(".0123456789") for file in others) > 0.5 * len(seen)  # as mails and news are kept
    arrays = tables and all("ubyte" in file.name or file.suffix == ".npz" for file in tables)
    if what and not pictures:
        found = Findings(path, "unknown", notes=[what])
    elif pictures and len(pictures) >= len(tables):
        found = _of_pictures(place, target)
    elif (texts and len(texts) >= len(tables)) or (bare and not tables):
        from .texts.look import inspect_texts

        found = inspect_texts(place)
    elif tables:
        found = _of_pictures(place, target) if arrays else _tables(path, place, tables, target)
    else:
        found = Findings(path, "unknown", notes=[f"the folder holds no table, text or picture ({len(seen)} files)"])
    if found.format in ("pictures", "texts") and found.suggestion and tables:
        found.notes.append(f"{len(tables)} table(s) beside them are not read, such as {tables[0].name}")
    found.notes += [note for note in notes if note not in found.notes]
    return found


def _tables(path: str, place: Path, files: list[Path], target: str | None) -> Findings:
    """A file for each series, or else one table among several.

    That is train.csv if there is one, else the largest; a contest's sample tells what is asked.
    """
    named = [file for file in files if formats.is_training(file.name)]
    if not named:
        from .series.look import inspect_series_folder

        if what := unread.recordings(files):
            return Findings(path, "unknown", notes=[what])
        if found := inspect_series_folder(path, place, target):
            return found
    chosen = named[0] if named else max(files, key=lambda file: file.stat().st_size)
    if what := unread.labels_apart(files, chosen):
        return Findings(path, "unknown", notes=[what])
    found = _among(files, chosen, "folder", target, partial(_file, str(chosen), chosen))
    if found.suggestion and any("alone" in column.detail for column in found.columns):  # the table does not show it
        found.suggestion.command = found.suggestion.command.replace(quoted(str(chosen)), quoted(path), 1)
    return found


def _among(
    files: Sequence[Any], chosen: Any, what: str, target: str | None, look: Callable[[str | None], Findings]
) -> Findings:
    """The findings about one table of a folder or archive, with what the others of a contest tell of it.

    files  as paths of pathlib or zipfile
    """
    asked, alone = unread.contest(files, chosen)
    found = look(target or (asked or [None])[0])
    if asked and target is None:
        if found.suggestion:
            found.suggestion.why = found.suggestion.why.replace("named with --target", "what the contest asks for")
        found.notes.append(f'"{asked[0]}" is what new rows lack, as the other tables of the contest show')
    if len(asked) > 1:
        found.notes.append(f"the contest asks for {', '.join(asked)[:100]}: a project for each of them, with --target")
    for column in found.columns:
        if asked and column.name in alone and column.use and column.name != (target or asked[0]):
            column.use, column.why = False, "no other table has it, so new rows lack it"
            column.detail["alone"] = True
            found.suspects.append(Suspect("leakage", column.name, column.why))
    if len(files) > 1:
        others = ", ".join(file.name for file in files if file != chosen)
        found.notes.append(f"{chosen.name} is read; the {what} also holds {others[:100]}")
    return found
