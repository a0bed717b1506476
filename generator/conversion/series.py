"""Series of any layout that inspection understands, as one plain table: when a row is, which series, what was measured.

A CSV that pandas reads in one call, by what data/schema.toml then says, stays as it is. Of all else a new CSV is made:
a column of dates (ISO), columns that name the series, columns of values.
"""

import csv
import datetime
import io
import itertools
import operator
import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from .. import text
from ..errors import Problem
from ..inspection.columns.dates import EPOCHS, ISO, OF_WEEKS, PERIODS, SERIAL, WEEK, fits, one
from ..inspection.columns.delimited import unique
from ..inspection.columns.formats import format_of
from ..inspection.columns.meaning import as_numbers, is_missing, to_number
from ..inspection.columns.relation import Table
from ..inspection.columns.roles import columns_of
from ..inspection.findings import Column, Findings
from ..inspection.series.look import tables_in
from ..inspection.tables.opening import nearest_column, opened
from ..inspection.target import seasons
from ..inspection.target.dates import MONTHS, is_date, moment, time_of
from ..inspection.target.forecast import MOST_MISSING, looks_like_series
from ..inspection.target.seasons import MOST_ASKED, MOST_ROWS
from ..inspection.words.marks import replaced
from ..templating import rendered
from . import COPIED, LOCATION, Plain, convert_first, located, safe_name, tables

LARGE = 64 * 2**20  # bytes that a project does not read into memory at once

TRAIN = 0.6  # of the steps a project trains on
LONGEST_SEASON = 1024  # steps; what a model sees at once holds a season
UNREAD = {*PERIODS, *EPOCHS, SERIAL}  # forms of dates that pandas does not read
YEARS = re.compile(r"(1[7-9]|20|21)\d\d")
HEAD = 2**16  # bytes in which a header is looked for
Rows = list[list[str]]


@dataclass
class Layout:
    """Which columns of a table say when its rows are, which series they belong to, and what was measured."""

    shape: str  # one long wide across months files
    dates: list[str]  # whose cells together are a date; none where rows are steps
    names: list[str]
    values: list[str]
    stamps_of: Any = None  # makes datetimes or numbers of the cells of `dates`


@dataclass
class Made:
    """A plain table, and how it is read."""

    name: str  # of its file
    content: bytes | None  # None: the file as it is
    columns: dict[str, dict[str, Any]]  # what data/schema.toml says of each
    read: dict[str, Any] = field(default_factory=lambda: {"sep": ",", "encoding": "utf-8"})
    step: str | float = 1
    season: int = 1
    average: bool = False
    large: bool = False  # read by prepare.py

    def schema(self) -> bytes:
        """data/schema.toml."""
        return rendered(Path(__file__).with_name("series.toml.j2"), vars(self) | {"name": text.printable(self.name)})


def plain(findings: Findings, task: str, answers: Any) -> Plain:
    """The data as a project for forecasts gets them."""
    path = Path(os.path.abspath(findings.path))
    if path.is_dir() and (answers.copy is False or findings.bytes > COPIED):
        made = in_place(findings, path, answers.target)
        return Plain(LOCATION, located(path), made.schema(), made.large)
    made = converted(findings, answers.target, answers.group, answers.time)
    content = path.read_bytes() if made.content is None and path.stat().st_size <= COPIED else made.content
    if answers.copy is not False and content is not None and len(content) <= COPIED:
        return Plain(f"data/{made.name}", {f"data/{made.name}": content}, made.schema())
    if made.content is not None:
        raise convert_first(findings.path, "is read in place only as a plain table", made.name)
    made.large = path.stat().st_size > LARGE
    return Plain(LOCATION, located(path), made.schema(), made.large)


def convert(findings: Findings, dest: Path) -> list[str]:
    """Write the data as a plain table to `dest`; what to say about it."""
    made = converted(findings, None, None, None)
    content = Path(findings.path).read_bytes() if made.content is None else made.content
    dest.write_bytes(content)
    what = "the table as it is" if made.content is None else f"a table of {len(content.splitlines()) - 1:,} rows"
    roles = (f"{name} ({about['role']})" for name, about in made.columns.items() if about["role"] != "skip")
    return [f"{what} with {', '.join(roles)}"]


def converted(findings: Findings, target: str | None, group: str | None, time: str | None) -> Made:
    """The plain table; `target`, `group` and `time` name columns, "" or None those that are found."""
    path = Path(findings.path)
    if "files" in findings.facts:
        return of_folder(findings, path, target)
    with opened(path, findings.format) as table:
        columns, _ = columns_of(table)
        layout = laid_out(path, columns, table.cells, target, group, time)
        most = table.rows if path.stat().st_size <= LARGE else MOST_ROWS
        used = [*layout.dates, *layout.names, *layout.values]
        rows = table.cells(used, most)
        personal = {column.name for column in findings.columns if "personal" in column.detail} - {*used}
        made = (not personal and as_it_is(path, table, columns, layout, rows)) or rewritten(path, columns, layout, rows)
    return made


def laid_out(
    path: Path, columns: list[Column], fetch: Any, target: str | None, group: str | None, time: str | None
) -> Layout:
    """The layout of a table: as it looks, unless a person named columns."""
    names = [column.name for column in columns]
    found = looks_like_series(columns, fetch) or {"shape": "one", "values": [], "keys": []}
    if found["shape"] == "across" and (target or "date") not in names:
        dates, times = seasons.in_names(names, 1)
        return Layout("across", [], found["keys"], dates, lambda _: times)
    if "year" in found and (target or "value") not in names:
        return Layout("months", [found["year"]], [], [name for name in names if name != found["year"]])
    chosen = [] if group == "none" and group not in names else named(path, names, group) or found["keys"]
    dates, stamps_of = when(path, columns, fetch, time)
    numbers = [c.name for c in columns if c.role == "number" and c.use and c.name not in (*dates, *chosen)]
    values = numbers if target == "all" and target not in names else named(path, names, target)
    values = values or [name for name in found["values"] if name not in chosen] or numbers[-1:]
    if not values:
        raise Problem(f"{path} has no column of numbers to forecast (it has: {', '.join(names[:20])})")
    return Layout(found["shape"], dates, chosen, values, stamps_of)


def named(path: Path, names: list[str], wanted: str | None) -> list[str]:
    """Columns as a person names them: one, or several with commas."""
    if not wanted:
        return []
    return [wanted] if wanted in names else [nearest_column(path, names, name.strip()) for name in wanted.split(",")]


def when(path: Path, columns: list[Column], fetch: Any, time: str | None) -> tuple[list[str], Any]:
    """The columns that say when a row is, and what makes time stamps of their cells; none where rows are steps."""
    asked = named(path, [c.name for c in columns], time) if time != "none" else []
    if time == "none":
        return [], None
    first = [c for c in columns if c.name in asked and is_date(c)]
    others = [c for c in columns if not (first and is_date(c))]
    _, dates, stamps_of = time_of([*first, *others], fetch)
    if asked and not set(asked) & set(dates):
        return asked, lambda rows: [to_number(row[0], {}) for row in rows]
    return dates, stamps_of


# A table that stays as it is


def as_it_is(path: Path, table: Table, columns: list[Column], layout: Layout, rows: Rows) -> Made | None:
    """How pandas reads a CSV in one call; None where it would read anything else than inspection did."""
    dialect = table.dialect
    odd = {"foot", "units", "member", "own", "lenient"} & dialect.keys() or table.ragged
    if table.format != "csv" or layout.shape in ("across", "months") or odd or not dialect["header"]:
        return None
    read = {"sep": dialect["delimiter"], "encoding": dialect["encoding"]}
    read |= {"quoting": csv.QUOTE_NONE} if not dialect["quote"] else {}
    read |= {"skiprows": dialect["skip"]} if dialect["skip"] else {}
    if len(read["sep"]) != 1 or header_of(path, read) != table.names:
        return None
    by_name = {column.name: column for column in columns}
    form = date_form([by_name[name] for name in layout.dates], layout, rows)
    about: dict[str, dict[str, Any]] = {}
    for place, name in enumerate(layout.dates):
        about[name] = {"role": "date"} | ({"format": form} if not place else {}) | missing_in(by_name[name])
    for name in layout.names:
        about[name] = {"role": "series"} | missing_in(by_name[name])
    for place, name in enumerate(layout.values, len(layout.dates) + len(layout.names)):
        decimal = decimal_of({row[place] for row in rows}, by_name[name])
        about[name] = {"role": "value", "decimal": decimal} | missing_in(by_name[name])
    for name in (*layout.dates, *layout.values):
        if replace := patterns(by_name[name]):
            about[name]["replace"] = replace
    if (layout.dates and not form) or any(one.get("decimal") == "" for one in about.values()):
        return None
    for column in columns:
        if column.name not in about:
            about[column.name] = {"role": "skip"} | ({"format": of_pandas(column)} if is_date(column) else {})
            if column.role == "number" and not column.parse.keys() - {"decimal", "thousands", "missing"}:
                about[column.name] |= {"decimal": column.parse.get("decimal", ".")} | missing_in(column)
    return clocked(Made(safe_name(path.name), None, about, read), layout, rows)


def patterns(column: Column) -> dict[str, str]:
    """What a project replaces in cells of a column before pandas reads them."""
    return tables.patterns(column) | {re.escape(mark): "" for mark in column.parse.get("strip", ())}


def header_of(path: Path, read: dict[str, Any]) -> list[str]:
    """The names in a file's header, without spaces around."""
    with path.open("rb") as file:
        begin = file.read(HEAD).decode(read["encoding"], "ignore").removeprefix("\ufeff")
    lines = itertools.islice(io.StringIO(begin, newline=""), read.get("skiprows", 0), None)
    quoting = read.get("quoting", csv.QUOTE_MINIMAL)
    return [cell.strip() for cell in next(csv.reader(lines, delimiter=read["sep"], quoting=quoting), [])]


def missing_in(column: Column) -> dict[str, Any]:
    """What data/schema.toml says of cells that mean "not known"."""
    words = [str(word) for word in column.parse.get("missing", ())]
    return {"missing": words} if words else {}


def of_pandas(column: Column) -> str:
    """The form of a column of dates as pandas knows it, "" where it does not."""
    form = column.parse.get("format") or column.detail.get("format") or ISO
    return "" if form in UNREAD or column.parse.get("formats") else "ISO8601" if form == ISO else form


def date_form(dates: list[Column], layout: Layout, rows: Rows) -> str:
    """How the cells of a row's date, joined by spaces, are written; "" where pandas reads them in no way."""
    cells = {tuple(row[: len(dates)]) for row in rows}
    known = [parts for parts in cells if not any(map(is_missing, parts))]
    if not dates or not known:
        return ""
    if len(dates) == 1 and not is_date(dates[0]):
        return "%Y" if all(YEARS.fullmatch(cell) for (cell,) in known) else "number"
    if is_date(dates[0]):
        form = of_pandas(dates[0])
        if len(dates) == 1 and (periods := dates[0].parse.get("format")) in PERIODS:
            return OF_WEEKS if periods == WEEK else "ISO8601"
        if len(dates) > 1 and form:
            form = "%Y-%m-%d" if form == "ISO8601" else form
            form += " %H" + ":%M" * (":" in known[0][1]) + ":%S" * (known[0][1].count(":") == 2)
    else:
        words = any(parts[1].strip().lower()[:3] in MONTHS for parts in known)
        form = " ".join(["%Y", "%b" if words else "%m", "%d", "%H"][: len(dates)])
    if form == "ISO8601":
        return "" if any(" - " in cell for (cell,) in known) else form
    stamps = layout.stamps_of([list(parts) for parts in known])
    joined = (" ".join(cell.strip() for cell in parts) for parts in known)
    read = (one(cell, form) if " - " not in cell and fits(cell, form) else None for cell in joined)
    return form if all(map(operator.eq, read, stamps)) else ""


def decimal_of(cells: set[str], column: Column) -> str:
    """The decimal mark by which a project reads all cells as inspection does, "" where there is none."""
    replace = patterns(column)
    numbers = {replaced(cell, replace).strip(): to_number(cell, column.parse) for cell in cells}
    known = {text: value for text, value in numbers.items() if value is not None}
    for decimal, thousands in ((".", ","), (",", ".")):
        d, t = re.escape(decimal), re.escape(thousands)
        form = re.compile(rf"[+-]?(\d+|\d{{1,3}}({t}\d{{3}})+)?({d}\d*)?([eE][+-]?\d+)?")
        if not all(form.fullmatch(text) and any(map(str.isdigit, text)) for text in known):
            continue
        if all(float(text.replace(thousands, "").replace(decimal, ".")) == value for text, value in known.items()):
            return decimal
    return ""


# A table that is written anew


def rewritten(path: Path, columns: list[Column], layout: Layout, rows: Rows) -> Made:
    """The same rows with ISO dates and plain numbers."""
    by_name = {column.name: column for column in columns}
    parse = [by_name[name].parse for name in layout.values]
    width = len(layout.dates), len(layout.names)
    if layout.shape in ("months", "across"):
        lines, stamps, dates = [], [], [time.item() for time in layout.stamps_of(None)] if layout.stamps_of else []
        for row in rows:
            times = dates or [moment(row[0], month) for month in layout.values]
            for time, cell, how in zip(times, row[sum(width) :], parse, strict=True):
                stamps.append(time)
                lines.append([shown(time), *row[width[0] : sum(width)], plainly(cell, how)])
        return written(path, [["date"], layout.names, ["value"]], stamps, lines)
    stamps = layout.stamps_of([row[: width[0]] for row in rows]) if layout.dates else []
    lines = []
    for number, row in enumerate(rows):
        values = (plainly(cell, how) for cell, how in zip(row[sum(width) :], parse, strict=True))
        date = [shown(stamps[number])] if layout.dates else []
        lines.append([*date, *row[width[0] : sum(width)], *values])
    taken = {*layout.names, *layout.values}
    date = layout.dates if len(layout.dates) == 1 else [unique("date", taken)] if layout.dates else []
    return written(path, [date, layout.names, layout.values], stamps, lines)


def of_folder(findings: Findings, place: Path, target: str | None) -> Made:
    """All files of a folder that hold a series each, below each other, with the file's name as the series'."""
    value = target or findings.suggestion.target
    of_value = next((column for column in findings.columns if column.name == value), None)
    lines, stamps = [], []
    for file in tables_in(place):
        if file.name in findings.facts["files"]["departing"]:
            continue
        with opened(file, format_of(file)[0]) as table:
            columns, _ = columns_of(table)
            _, dates, stamps_of = time_of(columns, table.cells)
            mine = next((c for c in columns if c.name == value), None)
            mine = mine or next(c for c in reversed(columns) if c.role == "number" and c.name not in dates)
            rows = table.cells([*dates, mine.name], table.rows)
        parse = mine.parse if mine.role == "number" or not of_value else of_value.parse
        found = stamps_of([row[:-1] for row in rows])
        stamps += found
        name = file.name.split(".")[0]
        lines += [[shown(s), name, plainly(row[-1], parse)] for s, row in zip(found, rows, strict=True)]
    names = [unique("series", {value})]
    return written(place, [[unique("date", {value})], names, [value]], stamps, lines)


def in_place(findings: Findings, place: Path, target: str | None) -> Made:
    """How a project reads the files of a folder where they lie: like the first; a file's name is that of its series."""
    departing = findings.facts["files"]["departing"]
    first = next((file for file in tables_in(place) if file.name not in departing), place)
    own = findings.dialect.get("own", "")
    made = None
    if first.suffix == ".csv":
        with opened(first, "csv") as table:
            columns, _ = columns_of(table)
            value = target if target in table.names else ""
            layout = laid_out(first, columns, table.cells, value, "none", None)
            rows = table.cells([*layout.dates, *layout.values], MOST_ROWS)
            made = as_it_is(first, table, columns, layout, rows)
    if made is None or len(layout.values) != 1:
        raise convert_first(findings.path, "is read in place only as plain CSV", f"{safe_name(place.name)}.csv")
    if own and own not in made.columns:
        made.columns[own] = made.columns.pop(layout.values[0])
    made.columns[unique("series", {*made.columns})] = {"role": "series"}
    made.large = True
    return made


def shown(stamp: Any) -> str:
    """A time stamp as a plain table has it: ISO, a bare number, or nothing."""
    if isinstance(stamp, datetime.datetime):
        return str(stamp).removesuffix(" 00:00:00")
    return "" if stamp is None else f"{stamp:.15g}"


def plainly(cell: str, parse: dict[str, Any]) -> str:
    """A cell as a plain number; nothing where it is missing, and as it is where it is no number."""
    if is_missing(cell, parse):
        return ""
    value = to_number(cell, parse)
    return cell if value is None else f"{value:.15g}"


def written(path: Path, columns: list[list[str]], stamps: list[Any], lines: Rows) -> Made:
    """A CSV of dates, names and values."""
    dates, names, values = columns
    packed = io.StringIO()
    csv.writer(packed, lineterminator="\n").writerows([[*dates, *names, *values], *lines])
    dated = any(isinstance(stamp, datetime.datetime) for stamp in stamps)
    about = {name: {"role": "date", "format": "ISO8601" if dated else "number"} for name in dates}
    about |= {name: {"role": "series"} for name in names}
    about |= {name: {"role": "value", "decimal": "."} for name in values}
    stem = path.name if path.is_dir() else path.name.removesuffix(".gz").rpartition(".")[0] or path.name
    layout = Layout("", dates, names, values, lambda _: stamps)
    return clocked(Made(f"{safe_name(stem)}.csv", packed.getvalue().encode(), about), layout, lines)


# The clock


def clocked(made: Made, layout: Layout, rows: Rows) -> Made:
    """With the step that most series have, and the season; irregular ones are averaged over what suits most of them."""
    width = len(layout.dates), len(layout.dates) + len(layout.names)
    stamps = layout.stamps_of([row[: width[0]] for row in rows]) if layout.dates else range(len(rows))
    by_name: dict[tuple[str, ...], list[tuple[Any, list[str]]]] = {}
    for stamp, row in zip(stamps, rows, strict=True):
        if stamp is not None:
            by_name.setdefault(tuple(row[width[0] : width[1]]), []).append((stamp, row[width[1] :]))
    if not by_name:
        remedy = "write them as 2024-01-31, or --time none if rows are steps"
        raise Problem(f'"{layout.dates[0]}" holds no date that can be read; {remedy}')
    asked = list(by_name.values())[:: 1 + len(by_name) // MOST_ASKED]
    if layout.dates:
        told = [np.unique(times_of(some)) for some in asked]
        clock = seasons.usual([clock_of(some) for some in told if len(some) > 2] or list(map(clock_of, told)))
        made.average = "floor" in clock
        made.step = seasons.frequency(clock)
        if made.columns[layout.dates[0]]["format"] == "%Y" and clock["unit"] == "numbers":
            made.step = f"{clock['every']:.0f}YS".removeprefix("1")
    else:
        clock = {"unit": "numbers", "every": 1.0}
    found = []
    for some, place in itertools.islice(itertools.product(asked, range(len(layout.values))), MOST_ASKED):
        comma = made.columns[layout.values[place]].get("decimal") == ","
        parse = {"decimal": ",", "thousands": "."} if comma else {}
        values = as_numbers([cells[place] for _, cells in some], parse)
        history = seasons.filled(*seasons.stepped(times_of(some), values, clock))
        older = history[: round(TRAIN * len(history))]  # on which a project trains
        found.append(seasons.find(older, seasons.days_of(clock), LONGEST_SEASON))
    made.season = seasons.voted(found)["steps"]
    return made


def times_of(rows: list[tuple[Any, list[str]]]) -> np.ndarray:
    """The time stamps of one series, (rows,), as dates or numbers."""
    dated = isinstance(rows[0][0], datetime.datetime)
    return np.array([stamp for stamp, _ in rows], "datetime64[s]" if dated else float)


def clock_of(distinct: np.ndarray) -> dict[str, Any]:
    """The clock of one series, by its different time stamps."""
    if len(distinct) < 2:
        raise Problem("a series has a single date; name others with --time, or --time none if rows are steps")
    clock = seasons.clock_of(distinct)
    place = seasons.positions(distinct, clock)
    lacking = 1 - len(np.unique(place)) / (int(place[-1]) + 1)
    floor = seasons.resampling(distinct, 1 - MOST_MISSING)
    return {**clock, **seasons.floored_clock(floor)} if floor and lacking > MOST_MISSING else clock
