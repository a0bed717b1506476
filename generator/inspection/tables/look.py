"""A table from file to findings: open it, measure its columns, suspect, suggest."""

import contextlib
import itertools
import os
from collections import Counter
from pathlib import Path

from ..columns.formats import PICTURE_ENDINGS
from ..columns.meaning import is_missing, to_number
from ..columns.relation import Table
from ..columns.roles import columns_of
from ..findings import Column, Findings, Suggestion, Suspect
from ..suspects.columns import of_columns, of_people, of_rows
from ..suspects.leaks import of_target, shares
from ..target import kinds, one_of
from ..target.suggestion import suggest
from ..words.names import by_name
from . import opening

MOST_ABOUT = 6  # columns of a table of labels; one of more says enough by itself
NAMED = 5.0  # points of a name from which on it says that a column is what is asked for …
MOST_LAST = 12  # … else so many columns that are one, at the end, are it
MOST_ODD = 10  # different cells of a target that are no numbers
MOST_BESIDE, MOST_FOLDERS = 2000, 20  # entries of a folder, and folders, in which pictures of a table are looked for


def inspect_table(path: str, place: Path, format: str, target: str | None = None) -> Findings:
    """What a table holds; raises `Problem` for what cannot be read and `Misuse` for an unknown target."""
    with opening.opened(place, format) as table:
        together = one_of.groups_of(table.names, table.columns)
        for group in together:
            if target == group.name:
                one_of.merge(table, group)
        if target is not None:
            target = opening.nearest_column(place, table.names, target)
        columns, profiles = columns_of(table)
        found = Findings(path, table.format, place.stat().st_size, table.rows, columns, dialect=table.dialect)
        found.notes = table.notes
        if not table.whole:
            found.facts["sample"] = len(table.sample)
            found.notes.append(f"roles, leaks and near duplicates are judged by a sample of {len(table.sample):,} rows")
        if not table.rows:
            found.notes.append("the table has no rows")
            return found
        personal = of_people(table, columns, target)
        found.suspects = personal + of_columns(table, columns, profiles) + of_rows(table, columns)
        only_texts = len(columns) == 1 and columns[0].role == "text"
        if only_texts and target is None and format == "csv":
            from ..texts.look import inspect_texts

            return inspect_texts(place)
        named = any(column.role == "picture" for column in columns) or names_pictures(place, table)
        if named and not kinds.boxes(columns):
            from ..pictures.look import inspect_pictures

            if other := inspect_pictures(place, target):
                return other
        what = kinds.told(table, columns)
        found.suggestion, as_series = suggest(table, columns, profiles, target, path)
        for group in together if found.suggestion and not as_series else ():
            asked = found.suggestion.target
            if target is None and (asked in group.columns or (by_name(asked) < NAMED and is_last(group, columns))):
                return as_one(path, place, format, group, found.suggestion)
            if asked in group.columns:
                found.suspects += beside(columns, target, group)
        if as_series:
            found.facts["series"] = {"shape": as_series["shape"]} | as_series["facts"]
            of_first_rows(found, as_series["looked_at"])
            found.suspects += as_series["suspects"]
            for suspect in found.suspects:
                if suspect.kind == "personal" and suspect.column in as_series["keys"]:
                    kind = suspect.detail.partition(":")[0]
                    suspect.detail = f"{kind}: they name the series, in figures and answers too"
        if not found.suggestion:
            found.notes.append(what or nothing_to_predict(found))
            return found
        found.notes[:0] = [what] * bool(what)
        about_target(found, table, columns, profiles)
    return found


def as_one(path: str, place: Path, format: str, group: one_of.OneOf, guessed: Suggestion) -> Findings:
    """The findings where columns that are one target are one column."""
    found = inspect_table(path, place, format, group.name)
    shown = ", ".join(group.columns[:4]) + (" …" if len(group.columns) > 4 else "")
    told = f"in each row one of {shown} is 1, so they are one target with {len(group.columns)} classes"
    if found.suggestion:
        found.suggestion.why = told
        found.suggestion.alternatives = [name for name in guessed.alternatives if name not in group.columns]
    found.suspects.insert(0, Suspect("one-hot", group.name, f"{told}; made when the data are brought in"))
    return found


def is_last(group: one_of.OneOf, columns: list[Column]) -> bool:
    """Whether such columns are the last ones, few enough to be classes, and what they have in common may be asked."""
    crosses = all(column.role == "constant" for column in columns if column.name in group.columns)  # and nothing else
    at_end = group.columns[-1] == columns[-1].name and len(group.columns) <= MOST_LAST
    return at_end and (by_name(group.name) >= NAMED or crosses)


def beside(columns: list[Column], target: str, group: one_of.OneOf) -> list[Suspect]:
    """The other columns of a set in which each row has one 1 give away the one that was named."""
    for column in columns:
        if column.name in group.columns and column.name != target:
            column.use, column.why = False, f"gives {target} away: each row has a 1 in one of them"
    told = f"each row has a 1 in one of {len(group.columns)} columns, so the others are not used; all of them are"
    return [Suspect("one-hot", target, f'{told} --target "{group.name}"')]


def of_first_rows(found: Findings, looked_at: int) -> None:
    """Say that steps and gaps are those of a long table's first rows; its span is known from all of them."""
    if looked_at >= found.rows:
        return
    found.notes.append(f"steps, gaps and season of series are judged by the first {looked_at:,} rows")
    time = next((column for column in found.columns if column.name == found.suggestion.time), None)
    if time and time.role == "date":
        found.facts["series"] |= {name: time.detail[name] for name in ("first", "last") if name in time.detail}


def nothing_to_predict(found: Findings) -> str:
    """Why no column of a table is suggested, and what to do about it."""
    if found.rows == 1:
        return "the table has a single row, and learning takes dozens; add rows, or name other data"
    varied = [column.name for column in found.columns if column.role not in ("constant", "empty")]
    if not varied:
        return "no column has two different values, so there is nothing to predict; name other data"
    if len(varied) == 1:
        return f'only "{varied[0]}" has different values; add columns that may tell about it, or dates to forecast it'
    if all(column.role == "identifier" for column in found.columns if column.name in varied):
        return "the columns only tell rows apart (identifiers); add what is known of rows, or name one with --target"
    return "no column can be predicted from others; name one with --target"


def about_target(found: Findings, table: Table, columns: list, profiles: list) -> None:
    """Classes, leaks and imbalance, once the target is known; group and time have consequences too."""
    suggestion = found.suggestion
    if suggestion.target is None:
        return
    place = next(i for i, column in enumerate(columns) if column.name == suggestion.target)
    target = columns[place]
    if suggestion.task != "time-series-forecasting":
        found.suspects += of_target(table, columns, profiles, target, suggestion.task)
    target.use, target.why = True, ""
    if suggestion.task == "tabular-regression":
        found.suspects = [s for s in found.suspects if (s.kind, s.column) != ("lost", target.name)]
        found.suspects += no_numbers(table, target, place)
    lacking = found.rows - profiles[place].known
    if lacking and suggestion.task.startswith("tabular"):
        detail = f"{lacking:,} of {found.rows:,} rows have no {target.name}, so they are left out"
        found.suspects.append(Suspect("unlabelled", target.name, detail))
    used = {column.name for column in columns if column.use}
    suggestion.alternatives = [name for name in suggestion.alternatives if name in used]
    found.suspects = [s for s in found.suspects if s.column not in used or s.kind not in ("identifier", "constant")]
    if suggestion.task.endswith("classification"):
        counts = profiles[place].counts
        found.facts["classes"] = dict(sorted(counts.items(), key=lambda item: -item[1])[:50])
        found.facts["class_shares"] = {name: round(share, 4) for name, share in list(shares(counts).items())[:50]}
    if suggestion.group and suggestion.task != "time-series-forecasting":
        detail = "its values repeat: rows of one value stay in one split, and it is not used"
        found.suspects.append(Suspect("grouped", suggestion.group, detail))


def no_numbers(table: Table, target: Column, place: int) -> list[Suspect]:
    """Cells of a number to predict that are none, if few: they count as missing, so that their rows are left out."""
    known = (cell for cell in table.columns[place] if not is_missing(cell, target.parse))
    cells = Counter(cell for cell in known if to_number(cell, target.parse) is None)
    if not 0 < len(cells) <= MOST_ODD:
        return []
    target.parse["missing"] = [*target.parse.get("missing", ()), *cells]
    shown = ", ".join(f'"{cell[:20]}" {count}×' for cell, count in cells.most_common(4))
    return [Suspect("sentinel", target.name, f"{shown} (no number, so the row is left out)")]


def names_pictures(place: Path, table: Table) -> bool:
    """Whether most cells of a column are names of pictures beside the table or in a folder there, without ending."""
    if place.suffix.lower() not in (".csv", ".tsv") or len(table.names) > MOST_ABOUT:
        return False
    here = list(itertools.islice(os.scandir(place.resolve().parent), MOST_BESIDE))
    names = [entry.name for entry in here]
    folders = [entry for entry in here if not entry.name.startswith(".") and os.path.isdir(entry.path)]
    for folder in folders[:MOST_FOLDERS]:
        with contextlib.suppress(OSError):  # one that cannot be read
            names += (entry.name for entry in itertools.islice(os.scandir(folder), MOST_BESIDE))
    stems = {stem for stem, ending in map(os.path.splitext, names) if ending.lower() in PICTURE_ENDINGS}
    some = (set(cells[:MOST_BESIDE]) - {""} for cells in table.columns) if stems else ()
    return any(len(cells & stems) >= max(2, len(cells) / 2) for cells in some)
