"""Several series in one source, long (date, name, value), wide (date, values …) or a file each, on one clock."""

from pathlib import Path
from typing import Any

import numpy as np

import series
from cli import Fault
from config import Config
from series import layouts, streamed
from series.joint import Panel, alone, by_name, together
from series.opened import read_file, read_table, read_times
from support import mapped
from tables import reader, schema

ENDINGS = (".csv", ".tsv", ".json", ".jsonl", ".parquet", ".xlsx", ".csv.gz")  # of the files in a folder


def read(path: str, config: Config | None, layout: dict[str, Any] | None = None, like: dict | None = None) -> Panel:
    """All series of a file ("-" = standard input) or of a folder with a file each.

    config  says which columns hold what, where there is no layout of earlier
    layout  the layout of a panel read before
    like    the clock that steps should follow
    """
    rules = schema.load() if config is None or config.data else schema.Schema()
    files = folder_files(path)
    if files and mapped.size(files) > mapped.LARGE:
        return streamed.read_files(path, files, config, rules, layout, like)
    if files:
        return read_files(path, files, rules, config, layout, like)
    if path != "-" and reader.is_large(Path(path)) and (found := streamed.read(path, config, rules, layout, like)):
        return found
    table = read_table(path, config.time if config else "", rules, layout)
    if layout is None:
        layout = layouts.find(table, config, rules)
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
        parts = by_name(*np.unique(np.array(keys)[named], return_inverse=True), times[named], column[named])
    return together(table.path, parts, layout, like)


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
        layout = layouts.of_files(files[0], config, rules)
    parts = {}
    for file in files:
        table, times, values = read_file(file, rules, layout)
        named = series.dated(times, table, layout["time"])
        parts[file.name.split(".")[0]] = times[named], values[named]
    return together(path, parts, layout, like)
