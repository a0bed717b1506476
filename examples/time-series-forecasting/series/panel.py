"""Several series in one source on one clock: long (date, name, value), wide (date, values …), across or a file each."""

from pathlib import Path
from typing import Any

import numpy as np

import series
from cli import Fault
from config import Config
from series import across, folder, layouts, streamed
from series.joint import Panel, alone, by_name, together
from series.opened import read_table, read_times
from tables import reader, schema


def read(path: str, config: Config | None, layout: dict[str, Any] | None = None, like: dict | None = None) -> Panel:
    """All series of a file ("-" = standard input) or of a folder with a file each.

    config  says which columns hold what, where there is no layout of earlier
    layout  the layout of a panel read before
    like    the clock that steps should follow
    """
    rules = schema.load() if config is None or config.data else schema.Schema()
    if paths := folder.files_of(path):
        return folder.read(path, paths, config, rules, layout, like)
    if path != "-" and reader.is_large(Path(path)) and (found := streamed.read(path, config, rules, layout, like)):
        return found
    table = read_table(path, config.time if config else "", rules, layout)
    if layout is None:
        layout = across.layout(table, config, rules) or layouts.find(table, config, rules)
    if layout["shape"] == "across":
        return together(table.path, across.parts(table, layout, rules), layout, like)
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
    elif layout["shape"] == "files":  # one of them alone
        parts = {folder.name_of(Path(table.path)): (times[named], column[named]) for column in values.values()}
    else:
        (column,) = values.values()
        keys = [" / ".join(cells) for cells in zip(*(table.column(name) for name in layout["group"]), strict=True)]
        parts = by_name(*np.unique(np.array(keys)[named], return_inverse=True), times[named], column[named])
    return together(table.path, parts, layout, like)
