"""Several series in one source, long (date, name, value), wide (date, values …) or a file each, on one clock."""

import itertools
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import series
import tables
from cli import Fault
from config import Config
from series import calendars, timestamps
from tables import schema

ENDINGS = (".csv", ".tsv", ".json", ".jsonl", ".parquet", ".xlsx", ".csv.gz")  # of the files in a folder
ALONE = 0.7  # with more different dates than this share of the rows, a table is one series
RESOLVED = 0.95  # with its names, a date stands (nearly) once
ALIKE = 5.0  # columns whose usual sizes differ by less may be the same thing measured at several places
MOST_KEYS = 3  # columns that name a series together, such as shop and article


@dataclass
class Panel:
    """Series at regular steps of one clock; series i begins at step `starts[i]`."""

    names: list[str]
    values: list[np.ndarray]  # each (steps,) floats without NaN
    starts: np.ndarray  # (series,)
    clock: dict[str, Any]
    layout: dict[str, Any]  # how the source is read: shape one, long, wide or files; target, time, group

    def several(self) -> bool:
        """Whether it is more than one series, told by how the source is laid out and not by what was kept of it."""
        return self.layout["shape"] != "one"


def read(path: str, config: Config | None, layout: dict[str, Any] | None = None, like: dict | None = None) -> Panel:
    """All series of a file ("-" = standard input) or of a folder with a file each.

    config  says which columns hold what, where there is no layout of earlier
    layout  the layout of a panel read before
    like    the clock that steps should follow
    """
    rules = schema.load() if config is None or config.data else schema.Schema()
    files = folder_files(path)
    if files:
        return read_files(path, files, rules, config, layout, like)
    table = read_table(path, config, rules, layout)
    if layout is None:
        layout = find_layout(table, config, rules)
    for column in (layout["time"], *layout["group"], *layout["targets"]):
        if column and column not in table.columns:
            has = ", ".join(table.columns[:20])
            raise Fault(f'{table.path} has no column "{column}" (it has: {has}); it needs the columns of training')
    if layout["shape"] == "one":
        target = layout["targets"][0] if layout["targets"] else ""
        found = series.read(table, target, layout["time"] or "none", like, rules)
        return alone(found, layout)
    times = read_times(table, layout, rules)
    named = series.dated(times, table, layout["time"])
    values = {name: series.numbers(table, name, rules.column(name).parse) for name in layout["targets"]}
    parts = {}
    if layout["shape"] == "wide":
        parts = {name: (times[named], column[named]) for name, column in values.items()}
    else:
        (column,) = values.values()
        keys = [" / ".join(cells) for cells in zip(*(table.column(name) for name in layout["group"]), strict=True)]
        different, which = np.unique(np.array(keys)[named], return_inverse=True)
        order = np.argsort(which, kind="stable")
        cuts = np.cumsum(np.bincount(which))[:-1]
        rows = np.split(np.flatnonzero(named)[order], cuts)
        parts = {str(name): (times[index], column[index]) for name, index in zip(different, rows, strict=True)}
    return together(table.path, parts, layout, like)


def read_table(path: str | Path, config: Config | None, rules: schema.Schema, layout: dict | None) -> tables.Table:
    """A table with its dates in one column."""
    table = tables.read(path, dialect=rules.dialect)
    if layout is None:
        rules.check(table.path, table.columns)
    joined = calendars.joined(table)
    if joined is table:
        return table
    asked = layout["time"] if layout else config.time or rules.time or series.time_column(table, "", rules)
    of_file = asked == "none" or (asked in table.columns and asked in joined.columns)  # else a part of the date
    return table if of_file else joined


def folder_files(path: str) -> list[Path]:
    """The tables of a folder, or nothing where it is none."""
    folder = Path(path)
    if path == "-" or not folder.is_dir():
        return []
    files = [file for file in folder.iterdir() if file.name.lower().endswith(ENDINGS) and not file.name.startswith(".")]
    if not files:
        raise Fault(f"{path} is a folder without tables; name a CSV, or a folder with one for each series")
    return sorted(files)


def read_files(
    path: str, files: list[Path], rules: schema.Schema, config: Config | None, layout: dict | None, like: dict | None
) -> Panel:
    """A series a file, named after it; all files have the columns of the first."""
    if layout is None:
        first = read_table(files[0], config, rules, None)
        made = calendars.JOINED if calendars.JOINED in first.columns else ""
        time = made or series.time_column(first, config.time, rules)
        target = series.target_column(first, config.target or rules.target, time)
        layout = {"shape": "files", "targets": [target], "time": time, "group": []}
    parts = {}
    for file in files:
        table = read_table(file, config, rules, layout)
        table.index(layout["targets"][0])
        times = read_times(table, layout, rules)
        named = series.dated(times, table, layout["time"])
        values = series.numbers(table, layout["targets"][0], rules.column(layout["targets"][0]).parse)
        parts[file.name.split(".")[0]] = times[named], values[named]
    return together(path, parts, layout, like)


def read_times(table: tables.Table, layout: dict[str, Any], rules: schema.Schema) -> np.ndarray:
    """The time stamps of all rows; without a column of them, rows are steps (of each series)."""
    if layout["time"]:
        table.index(layout["time"], "--time")
        return series.read_times(table, layout["time"], rules.column(layout["time"]).parse)
    if not layout["group"]:
        return np.arange(len(table.rows), dtype=float)
    count: Counter = Counter()
    times = []
    for key in zip(*(table.column(name) for name in layout["group"]), strict=True):
        times.append(float(count[key]))
        count[key] += 1
    return np.array(times)


def alone(found: series.Series, layout: dict[str, Any]) -> Panel:
    """One series as a panel."""
    layout = {**layout, "targets": [found.target], "time": found.time}
    return Panel([found.target], [found.values], np.zeros(1, int), found.clock, layout)


# What a table holds


def find_layout(table: tables.Table, config: Config, rules: schema.Schema) -> dict[str, Any]:
    """Where dates, values and names of a table are, and whether it is one series, long or wide."""
    made = calendars.JOINED if calendars.JOINED in table.columns else ""
    time = made or series.time_column(table, config.time, rules)
    wanted = config.target or rules.target
    if table.columns == [calendars.JOINED, calendars.UNROLLED] and wanted != calendars.UNROLLED:
        wanted = ""  # a month's column: all months are one series
    group = given_columns(table, config.group or rules.group, "--group")
    if not group and config.group != "none":
        group = find_group(table, time, wanted)
    if group:
        if not wanted:
            shown = [name for name in table.columns if name not in group]
            rows = [[row[table.index(name)] for name in shown] for row in table.rows]
            part = tables.Table(table.path, table.name, "", shown, rows, table.lines)
            wanted = series.target_column(part, "", time)
        table.index(wanted)
        found = {"shape": "long", "targets": [wanted], "time": time, "group": group}
        series.note(f'{table.path} holds a series for each "{" / ".join(group)}"; --group none says that it is one')
        return found
    targets = wide_columns(table, wanted, time, rules)
    if len(targets) > 1:
        named = ", ".join(targets[:5]) + (" …" if len(targets) > 5 else "")
        series.note(f"{table.path} holds {len(targets)} series ({named}); --target names one of them, or several")
        return {"shape": "wide", "targets": targets, "time": time, "group": []}
    return {"shape": "one", "targets": [wanted] if wanted else [], "time": time, "group": []}


def given_columns(table: tables.Table, names: str, flag: str) -> list[str]:
    """Columns named on the command line: one, or several with commas between them."""
    if not names or (names == "none" and names not in table.columns):
        return []
    if names in table.columns:
        return [names]
    return [table.columns[table.index(name.strip(), flag)] for name in names.split(",")]


def find_group(table: tables.Table, time: str, target: str) -> list[str]:
    """The columns that name the series where dates repeat: the fewest that tell rows of one date apart."""
    if not time:
        return []
    dates = table.column(time)
    if len(set(dates)) > ALONE * len(dates):
        return []
    names = {}
    for name in table.columns:
        cells = table.column(name)
        count = len(set(cells))
        plain = not tables.are_numbers(cells, 0.9) or all(re.fullmatch(r"\d*", cell) for cell in cells[:1000])
        if name not in (time, target) and 1 < count <= len(cells) / 4 and plain:
            names[name] = cells
    likely = sorted(names, key=lambda name: (tables.are_numbers(names[name]), len(set(names[name]))))[:8]
    for size in range(1, MOST_KEYS + 1):
        for some in itertools.combinations(likely, size):
            pairs = set(zip(dates, *(names[name] for name in some), strict=True))
            if len(pairs) >= RESOLVED * len(dates):
                return [name for name in table.columns if name in some]
    return []


def wide_columns(table: tables.Table, target: str, time: str, rules: schema.Schema) -> list[str]:
    """The columns of values: those named, all of them, or those that look like the same thing at several places."""
    if target and target != "all":
        return given_columns(table, target, "--target")
    numeric = [
        name
        for name in table.columns
        if name != time and rules.column(name).use and series.mostly_numbers(table.column(name)[:1000])
    ]
    if target == "all":
        return numeric
    if len(numeric) < 3 or not time:
        return []
    stems = {re.sub(r"[\W_]*\d+$", "", name) for name in numeric}
    if len(stems) == 1:
        return numeric
    values = np.array([[abs(series.number(cell) or 0.0) for cell in table.column(name)[:1000]] for name in numeric])
    usual = np.median(values, 1)
    return numeric if usual.min() > 0 and usual.max() < ALIKE * usual.min() else []


# One clock for all


def together(
    path: str, parts: dict[str, tuple[np.ndarray, np.ndarray]], layout: dict[str, Any], like: dict | None
) -> Panel:
    """Series with time stamps and values each as a panel; those that cannot be made regular are left out."""
    known = {}
    for name, (times, values) in parts.items():
        there = ~np.isnan(values)
        if len(np.unique(times[there])) > 1:
            known[name] = times[there], values[there]
    if not known:
        raise Fault(f"{path} holds no series of two numbers or more; name its columns with --time, --group, --target")
    clock = like or usual_clock([times for times, _ in known.values()])
    names, values, starts, why = [], [], [], ""
    said: Counter = Counter()
    for name, (times, numbers) in known.items():
        table = tables.Table(f'{path}, series "{name}"', "", "", [], [], [])
        try:
            regular, own, remarks = quietly(times, numbers, table, layout["time"], clock)
        except Fault as fault:
            why = why or str(fault)
            continue
        said.update(remarks)
        names.append(name)
        values.append(regular)
        starts.append(own["start"])
    if len(names) < max(1, len(parts) / 2):
        raise Fault(why or f"{path}: fewer than half of its {len(parts)} series hold two numbers or more")
    if len(names) < len(parts):
        series.note(
            f"{len(parts) - len(names)} of {len(parts)} series are left out" + (f", the first: {why}" if why else "")
        )
    for remark, count in said.items():
        series.note(f"{path}: {count:,} {remark}")
    kind = float if clock["unit"] == "numbers" else "datetime64[s]"
    begin = np.array(starts, kind)
    clock = {**clock, "start": timestamps.plain(begin.min())}
    return Panel(names, values, timestamps.positions(begin, clock), clock, layout)


def quietly(
    times: np.ndarray, values: np.ndarray, table: tables.Table, name: str, clock: dict[str, Any]
) -> tuple[np.ndarray, dict[str, Any], dict[str, int]]:
    """`series.regular`, with what it would say about one series as counts to be added up."""
    floored = timestamps.floor(times, clock.get("floor", ""))
    place = timestamps.positions(floored, {**clock, "start": timestamps.plain(floored.min())})
    count = np.bincount(place)
    remarks = {
        "step(s) have several values, whose mean is taken": 0 if "floor" in clock else int((count > 1).sum()),
        "step(s) are missing; the value before is repeated there": int((count == 0).sum()),
    }
    regular, own = series.regular(times, values, table, name, clock, told=False)
    return regular, own, {text: number for text, number in remarks.items() if number}


def usual_clock(times: list[np.ndarray]) -> dict[str, Any]:
    """The clock that most series follow; irregular ones are averaged over the time that suits most of them."""
    clocks = []
    for stamps in times:
        distinct = np.unique(stamps)
        clock = timestamps.clock(distinct)
        floor = timestamps.resampling(distinct, 1 - series.MOST_MISSING)
        if floor and series.gaps(distinct, clock) > series.MOST_MISSING:
            clock = {**timestamps.floored_clock(floor), "start": clock["start"]}
        clocks.append(clock)
    votes = Counter((clock["unit"], clock["every"], clock.get("floor", "")) for clock in clocks)
    best = votes.most_common(1)[0][0]
    return next(clock for clock in clocks if (clock["unit"], clock["every"], clock.get("floor", "")) == best)
