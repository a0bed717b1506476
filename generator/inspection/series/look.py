"""A folder with a file for each series: what all of them are together, and which files depart from the others.

A long file of the usual columns says what columns are for; every other one is counted (counting.py) and held
against it. A project leaves out the files that it cannot use (series/folder.py).
"""

from collections import Counter
from dataclasses import replace
from pathlib import Path

from ...text import leads_out
from ..columns.roles import columns_of
from ..findings import Column, Findings, Suspect
from ..tables import opening
from ..tables.look import inspect_table
from ..target.dates import time_of
from ..target.suggestion import cells_of, suggestion
from . import counting
from .counting import Asked, File, Numbers, Own, Steps, judged

ENDINGS = (".csv", ".tsv", ".json", ".jsonl", ".parquet", ".xlsx", ".csv.gz")  # of files with a series each
SHOWN = 5  # files that are named
TASK = "time-series-forecasting"


def inspect_series_folder(path: str, place: Path, target: str | None) -> Findings | None:
    """What a folder of series holds; None where its tables are not alike, or no series of one column each."""
    paths = tables_in(place)
    files = counting.headed(paths) if len(paths) > 1 else None
    alike, own = named_alike(files or [])
    if len(alike) < max(2, len(files or []) / 2):
        return None
    reference = sorted(alike, key=lambda file: file.path.stat().st_size)[len(alike) * 3 // 4]  # a usual one, and long
    if own and target in (own.name, *(file.own for file in files)):
        target = reference.own
    found = inspect_table(str(reference.path), reference.path, reference.kind, target)
    if not found.suggestion or found.suggestion.task != TASK or found.facts.get("series", {}).get("shape") != "one":
        return None
    if not found.suggestion.target:
        return None  # a column for each month
    with opening.opened(reference.path, reference.kind) as table:
        columns, _ = columns_of(table)
        _, extra, stamps_of = time_of(columns, lambda names, most: cells_of(table, columns, names, most))
        if own:
            call(found, columns, reference.own, own.name)
        time = [column for name in extra for column in columns if column.name == name]
        values = [c for c in columns if c.role == "number" and c.name not in extra]
        values += [c for c in columns if c.name == found.suggestion.target and c not in values]
        asked = Asked(reference, time, values, stamps_of)
        counting.count(files, asked, own)
    return together(found, path, place, files, asked, own)


def named_alike(files: list[File]) -> tuple[list[File], Own | None]:
    """The files that have the usual columns, and the one of them that each file calls differently, if there is one."""
    counts = Counter(tuple(sorted(file.names)) for file in files if file.names)
    usual = list(max(counts, key=counts.get, default=()))
    alike, own = [file for file in files if sorted(file.names) == usual], None
    if len(alike) < max(2, len(files) / 2) and (own := counting.own_column(files)):
        for file in files:  # which then call that column the same
            file.own, file.names = own.of(file.names), own.named(file.names)
        alike = [file for file in files if file.own]
    return alike, own


def call(found: Findings, columns: list[Column], name: str, as_here: str) -> None:
    """Speak of the column that each file calls differently by one name, and take it for what is forecast."""
    for column in (*found.columns, *columns):
        if column.name == name:
            column.name = as_here
    found.suspects = [replace(s, column=as_here) if s.column == name else s for s in found.suspects]
    if any(column.name == as_here and column.role == "number" for column in columns):
        found.suggestion.target = as_here


def together(
    found: Findings, path: str, place: Path, files: list[File], asked: Asked, own: Own | None
) -> Findings | None:
    """The findings about one file as those about all of them; None where few are like it."""
    target, facts = found.suggestion.target, found.facts["series"]
    for file in files:
        file.why = file.why or misfit(file, asked, target)
    fit = [file for file in files if not file.why]
    if len(fit) < max(2, len(files) / 2):
        return None
    steps = judged(fit, regular="averaged_over" not in facts)
    found.path, found.bytes = path, sum(file.path.stat().st_size for file in files)
    found.rows = sum(file.rows for file in fit)
    for column in found.columns:
        if column.name in {of_numbers.name for of_numbers in asked.values}:
            of_all(column, [file.numbers[column.name] for file in fit if column.name in file.numbers], found.rows)
        elif column.role == "date" and len(asked.time) == 1 and steps.first:
            column.detail |= {"first": steps.first, "last": steps.last}
    departing = {file.path.name: file.why for file in files if file.why} | steps.departing
    found.facts.pop("sample", None)
    found.facts = {"files": {"count": len(files), "read": len(fit), "departing": departing}} | found.facts
    series = {name: value for name, value in facts.items() if name not in ("regular", "repeated_dates")}
    series |= {"shape": "files", "steps": steps.usual}
    series |= {"first": steps.first, "last": steps.last} if steps.first else {}
    if steps.frequency not in ("", facts["frequency"]):
        series |= {"frequency": steps.frequency, "season": {}}  # which is that of an unusual file
    series["gaps"] = {"missing": steps.missing, "share": round(steps.missing / max(steps.total, 1), 4)}
    names, lengths = (
        [file.path.name.split(".")[0] for file in fit],
        [file.rows for file in fit],
    )  # as a project has them
    counted = {"count": len(fit), "names": names[:20], "shortest": min(lengths), "longest": max(lengths)}
    found.facts["series"] = series | {"series": counted}
    kinds = ("gaps", "several-series", "duplicates", "near-duplicates")
    found.suspects = [suspect for suspect in found.suspects if suspect.kind not in kinds]
    found.suspects += suspects(found, departing, steps, names)
    found.notes = [note for note in found.notes if "judged by" not in note]
    found.notes += notes(place, files, asked, own)
    why = f"a file for each of {len(fit)} series, with a row for each step of time ({series['frequency']})"
    known = found.suggestion
    found.suggestion = suggestion(TASK, known.target, path, why, "", "", known.time)
    shared = {name: value for name, value in found.dialect.items() if all(f.dialect.get(name) == value for f in fit)}
    found.dialect = shared | ({"own": own.name} if own else {})
    return found


def tables_in(folder: Path) -> list[Path]:
    """The tables that lie in a folder itself, in the order of their names."""
    files = [file for file in folder.iterdir() if file.name.lower().endswith(ENDINGS) and not file.name.startswith(".")]
    files = [file for file in files if not leads_out(file, folder)]
    return sorted(file for file in files if file.is_file())


def misfit(file: File, asked: Asked, target: str) -> str:
    """Why a file is no series like the others, "" where it is one."""
    wanted = [*(column.name for column in asked.time), target]
    if file.kind != asked.reference.kind:
        return f"is {file.kind}, the others are {asked.reference.kind}"
    if lacking := [name for name in wanted if name not in file.names]:
        has = ", ".join(file.names[:5]) + (" …" if len(file.names) > 5 else "")
        return f'has no column "{lacking[0]}" (it has: {has})'
    if not file.rows:
        return "has no rows"
    if file.dated < counting.DATED * file.rows:
        return f"has {file.rows - file.dated:,} of {file.rows:,} rows without a date like those of the others"
    numbers = file.numbers[target]
    if numbers.odd:
        return f'has {numbers.odd:,} cell(s) in "{target}" that are no number'
    if numbers.known < 2:
        return f'has {numbers.known} number(s) in "{target}"'
    return ""


def suspects(found: Findings, departing: dict[str, str], steps: Steps, names: list[str]) -> list[Suspect]:
    """What to look at: files unlike the others, gaps, and that there are several series."""
    made = [Suspect("unlike", None, f"{name} {why}") for name, why in list(departing.items())[:SHOWN]]
    if len(departing) > SHOWN:
        made.append(Suspect("unlike", None, f"{len(departing) - SHOWN} more files"))
    if steps.gaps:
        worst = sorted(steps.gaps, key=lambda name: -steps.gaps[name])[:SHOWN]
        told = ", ".join(f"{name} {steps.gaps[name]:.1%}" for name in worst)
        share = found.facts["series"]["gaps"]["share"]
        detail = f"{share:.1%} of the steps have no row, in {len(steps.gaps)} file(s): {told}"
        made.append(Suspect("gaps", None, detail))
    detail = f"{len(names)} series: {', '.join(names[:SHOWN])}" + " …" * (len(names) > SHOWN)
    made.append(Suspect("several-series", None, detail))
    return made


def notes(place: Path, files: list[File], asked: Asked, own: Own | None) -> list[str]:
    """How the files were looked at, and what was not."""
    said = [f"columns are described as {asked.reference.path.name} has them, numbers and dates as all files"]
    if own:
        called = list(dict.fromkeys(file.own for file in files if file.own))
        shown = ", ".join(called[:SHOWN]) + (" …" if len(called) > SHOWN else "")
        said.append(f'each file has a name of its own for one column ({shown}), which is called "{own.name}" here')
    if any(file.looked_at < file.rows for file in files):
        most = f"{counting.FIRST:,} rows"
        said.append(f"the length of steps is judged by a file's first {most}; rows, spans and gaps by all of it")
    inside = [folder.name for folder in place.iterdir() if folder.is_dir() and not folder.name.startswith(".")]
    if inside:
        said.append(f"sub-folders are not read: {', '.join(sorted(inside)[:SHOWN])}")
    return said


def of_all(column: Column, numbers: list[Numbers], rows: int) -> None:
    """Range, mean and missing share of a column of numbers over all files."""
    known = [of_one for of_one in numbers if of_one.known]
    count = sum(of_one.known for of_one in known)
    column.missing = round(1 - count / max(rows, 1), 6)
    if count and column.role == "number":
        column.detail["min"], column.detail["max"] = min(n.low for n in known), max(n.high for n in known)
        column.detail["mean"] = sum(of_one.total for of_one in known) / count
