"""A folder with a file for each series: what all of them are together, and which files depart from the others.

A long file of the usual columns says what columns are for; every other one is counted (counting.py) and held
against it. A project leaves out the files that it cannot use (series/folder.py).
"""

import statistics
from collections import Counter
from dataclasses import replace
from pathlib import Path

from ...text import leads_out
from ..columns.roles import columns_of
from ..findings import Column, Findings, Suspect
from ..tables import opening
from ..tables.look import inspect_table
from ..target.dates import time_of
from ..target.forecast import FEWEST, MOST_MISSING
from ..target.suggestion import suggestion
from . import counting
from .counting import Asked, File, Numbers

ENDINGS = (".csv", ".tsv", ".json", ".jsonl", ".parquet", ".xlsx", ".csv.gz")  # of files with a series each
SHOWN = 5  # files that are named
UNDATED = 0.1  # of the rows of a series, at most
TASK = "time-series-forecasting"


def inspect_series_folder(path: str, place: Path, target: str | None) -> Findings | None:
    """What a folder of series holds; None where its tables are not alike, or no series of one column each."""
    paths = tables_in(place)
    files = counting.headed(paths) if len(paths) > 1 else None
    alike, own = named_alike(files or [])
    if len(alike) < max(2, len(files or []) / 2):
        return None
    reference = sorted(alike, key=lambda file: file.path.stat().st_size)[len(alike) * 3 // 4]  # a usual one, and long
    if own and target in (own, *(file.own for file in files)):
        target = reference.own
    found = inspect_table(str(reference.path), reference.path, reference.kind, target)
    if not found.suggestion or found.suggestion.task != TASK or found.facts.get("series", {}).get("shape") != "one":
        return None
    if not found.suggestion.target:
        return None  # a column for each month
    with opening.opened(reference.path, reference.kind) as table:
        columns, _ = columns_of(table)
        _, extra, stamps_of = time_of(columns, table.cells)
        if own:
            call(found, columns, reference.own, own)
        time = [column for name in extra for column in columns if column.name == name]
        values = [c for c in columns if c.role == "number" and c.name not in extra]
        values += [c for c in columns if c.name == found.suggestion.target and c not in values]
        asked = Asked(reference, time, values, found.suggestion.target, stamps_of)
    wanted = {column.name for column in (*time, *values)}
    for file in files:
        if not file.why and wanted <= set(file.names):  # else its names say why not
            counting.count(file, asked, own)
    return together(found, path, place, files, asked, own)


def named_alike(files: list[File]) -> tuple[list[File], str]:
    """The files that have the usual columns, and what one is called here that each file calls differently, or ""."""
    counts = Counter(tuple(sorted(file.names)) for file in files if file.names)
    usual = list(max(counts, key=counts.get, default=()))
    alike, own = [file for file in files if sorted(file.names) == usual], ""
    if len(alike) < max(2, len(files) / 2) and (own := counting.own_column(files)):
        alike = [file for file in files if file.own]
        for file in alike:  # which then call that column the same
            file.names = [own if name == file.own else name for name in file.names]
    return alike, own


def call(found: Findings, columns: list[Column], name: str, as_here: str) -> None:
    """Speak of the column that each file calls differently by one name, and take it for what is forecast."""
    for column in (*found.columns, *columns):
        if column.name == name:
            column.name = as_here
    found.suspects = [replace(s, column=as_here) if s.column == name else s for s in found.suspects]
    if any(column.name == as_here and column.role == "number" for column in columns):
        found.suggestion.target = as_here


def together(found: Findings, path: str, place: Path, files: list[File], asked: Asked, own: str) -> Findings | None:
    """The findings about one file as those about all of them; None where few are like it."""
    for file in files:
        file.why = file.why or misfit(file, asked)
    fit = [file for file in files if not file.why]
    if len(fit) < max(2, len(files) / 2):
        return None
    facts, regular = found.facts["series"], "averaged_over" not in found.facts["series"]  # else gaps say nothing
    frequency = statistics.mode(file.facts["frequency"] for file in fit)
    departing = {file.path.name: why for file in files if (why := file.why or unusual(file, frequency, regular))}
    usual = [file for file in fit if file.facts["frequency"] == frequency or not regular]
    gaps = {file.path.name: file.facts["gaps"] for file in usual if regular and file.facts["gaps"]["missing"]}
    missing, steps = sum(gap["missing"] for gap in gaps.values()), [file.facts["steps"] for file in usual]
    names, lengths = [file.path.name.split(".")[0] for file in fit], [file.rows for file in fit]
    counted = {"count": len(fit), "names": names[:20], "shortest": min(lengths), "longest": max(lengths)}
    ends = {"first": min(fit, key=lambda file: file.times.min()), "last": max(fit, key=lambda file: file.times.max())}
    series = {name: value for name, value in facts.items() if name not in ("regular", "repeated_dates")}
    series |= {"shape": "files", "steps": int(statistics.median(steps)), "series": counted}
    series |= {end: file.facts[end] for end, file in ends.items()}
    if frequency != facts["frequency"]:
        series |= {"frequency": frequency, "season": {}}  # which is that of an unusual file
    series["gaps"] = {"missing": missing, "share": round(missing / sum(steps), 4)}
    found.path, found.bytes = path, sum(file.path.stat().st_size for file in files)
    found.rows = sum(lengths)
    for column in found.columns:
        if column.name in fit[0].numbers:
            of_all(column, [file.numbers[column.name] for file in fit], found.rows)
        elif column.role == "date" and len(asked.time) == 1:
            column.detail |= {end: series[end] for end in ends}
    found.facts.pop("sample", None)
    about = {"files": {"count": len(files), "read": len(fit), "departing": departing}}
    found.facts = about | found.facts | {"series": series}
    kinds = ("gaps", "several-series", "duplicates", "near-duplicates")
    found.suspects = [suspect for suspect in found.suspects if suspect.kind not in kinds]
    found.suspects += suspects(departing, gaps, series["gaps"]["share"], names)
    found.notes = [note for note in found.notes if "judged by" not in note]
    found.notes += notes(place, files, asked, own)
    why = f"a file for each of {len(fit)} series, with a row for each step of time ({series['frequency']})"
    found.suggestion = suggestion(TASK, asked.target, path, why, "", "", found.suggestion.time)
    shared = {name: value for name, value in found.dialect.items() if all(f.dialect.get(name) == value for f in fit)}
    found.dialect = shared | ({"own": own} if own else {})
    return found


def tables_in(folder: Path) -> list[Path]:
    """The tables that lie in a folder itself, in the order of their names."""
    files = [file for file in folder.iterdir() if file.name.lower().endswith(ENDINGS) and not file.name.startswith(".")]
    files = [file for file in files if not leads_out(file, folder)]
    return sorted(file for file in files if file.is_file())


def misfit(file: File, asked: Asked) -> str:
    """Why a file is no series like the others, "" where it is one."""
    wanted = [*(column.name for column in asked.time), asked.target]
    if file.kind != asked.reference.kind:
        return f"is {file.kind}, the others are {asked.reference.kind}"
    if lacking := [name for name in wanted if name not in file.names]:
        has = ", ".join(file.names[:5]) + (" …" if len(file.names) > 5 else "")
        return f'has no column "{lacking[0]}" (it has: {has})'
    if not file.rows:
        return "has no rows"
    if (undated := file.rows - len(file.times)) > UNDATED * file.rows:
        return f"has {undated:,} of {file.rows:,} rows without a date like those of the others"
    if file.odd:
        return f'has {file.odd:,} cell(s) in "{asked.target}" that are no number'
    if (known := file.numbers[asked.target].known) < 2 or not file.facts:
        return f'has {known} number(s) in "{asked.target}", too few'
    return ""


def unusual(file: File, frequency: str, regular: bool) -> str:
    """Why a project leaves out a file whose columns are like those of the others, "" where it does not."""
    own, gaps = file.facts["frequency"], file.facts["gaps"]
    if regular and own != frequency:
        return f"has steps of {own}, the others of {frequency}"
    if file.facts["steps"] < FEWEST:
        return f"has {file.facts['steps']} steps, too few to be forecast"
    if regular and gaps["share"] > MOST_MISSING:
        return f"lacks {gaps['share']:.0%} of its {file.facts['steps']:,} steps"
    return ""


def suspects(departing: dict[str, str], gaps: dict[str, dict], share: float, names: list[str]) -> list[Suspect]:
    """What to look at: files unlike the others, gaps, and that there are several series."""
    made = [Suspect("unlike", None, f"{name} {why}") for name, why in list(departing.items())[:SHOWN]]
    if len(departing) > SHOWN:
        made.append(Suspect("unlike", None, f"{len(departing) - SHOWN} more files"))
    if gaps:
        worst = sorted(gaps, key=lambda name: -gaps[name]["share"])[:SHOWN]
        told = ", ".join(f"{name} {gaps[name]['share']:.1%}" for name in worst)
        made.append(Suspect("gaps", None, f"{share:.1%} of the steps have no row, in {len(gaps)} file(s): {told}"))
    detail = f"{len(names)} series: {', '.join(names[:SHOWN])}" + " …" * (len(names) > SHOWN)
    made.append(Suspect("several-series", None, detail))
    return made


def notes(place: Path, files: list[File], asked: Asked, own: str) -> list[str]:
    """How the files were looked at, and what was not."""
    said = [f"columns are described as {asked.reference.path.name} has them, numbers and dates as all files"]
    if own:
        called = list(dict.fromkeys(file.own for file in files if file.own))
        shown = ", ".join(called[:SHOWN]) + (" …" if len(called) > SHOWN else "")
        said.append(f'each file has a name of its own for one column ({shown}), which is called "{own}" here')

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
