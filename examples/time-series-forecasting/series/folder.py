"""A folder with a file for each series, with the columns of the first one; files that do not fit are left out.

A large folder is prepared on disk: files of more than WHOLE bytes are read in pieces, as one long table is.
"""

from functools import partial
from pathlib import Path
from typing import Any

import series
import tables
from cli import Fault
from config import Config
from series import files, layouts, opened, plans, streamed
from series.joint import Panel, say_left_out, together
from support import mapped
from tables import reader, schema

WHOLE = 4 * 2**20  # bytes of a file up to which a process reads it at once


def files_of(path: str) -> list[Path]:
    """The tables of a folder, or nothing where it is none."""
    if path == "-" or not Path(path).is_dir():
        return []
    found = files.tables_in(Path(path))
    if not found:
        raise Fault(f"{path} is a folder without tables; name a CSV, or a folder with one for each series")
    return found


def read(
    path: str,
    paths: list[Path],
    config: Config | None,
    rules: schema.Schema,
    layout: dict[str, Any] | None,
    like: dict[str, Any] | None,
) -> Panel:
    """All series of a folder, as panel.read has them."""
    if mapped.size(paths) > mapped.LARGE:
        plan = partial(planned, paths=paths, config=config, rules=rules, layout=layout)
        return streamed.prepared(path, paths, config, rules, layout, like, plan)
    parts, faults = {}, {}
    for file in paths:
        try:
            if layout is None:
                layout = layouts.of_files(opened.read_table(file, config.time, rules, None), config, rules)
            table, times, values = opened.read_file(file, rules, layout)
        except Fault as fault:
            faults[file.name] = str(fault)
            continue
        named = series.dated(times, table, layout["time"])
        parts[name_of(file)] = times[named], values[named]
    say_left_out(path, len(paths), faults)
    return together(path, parts, layout, like)


def planned(
    folder: Path, paths: list[Path], config: Config | None, rules: schema.Schema, layout: dict[str, Any] | None
) -> dict[str, Any]:
    """What the processes must know (counted.py): the layout, each file's name, and how it is read if in pieces."""
    made: list[dict[str, Any]] = []
    for number, file in enumerate(paths):
        about: dict[str, Any] = {"path": str(file.resolve()), "file": file.name, "name": name_of(file)}
        made.append(about)
        inside = folder / f"file-{number}"
        try:
            if in_pieces(file):
                inside.mkdir(exist_ok=True)
                cut, sample = plans.sampled(inside, str(file), rules)
                layout = layout or layouts.of_files(opened.joined(sample, config.time, rules, None), config, rules)
                about["job"] = plans.of_table(cut, sample, rules, layout)
            elif layout is None:
                layout = layouts.of_files(opened.read_table(file, config.time, rules, None), config, rules)
        except Fault as fault:
            about["fault"] = str(fault)
    if layout is None:
        raise Fault(made[0]["fault"])
    return {"files": made, "layout": layout, "columns": []}


def in_pieces(file: Path) -> bool:
    """Whether a file is too large to be read at once, and can be cut by this project's reader."""
    own = reader.FORMAT.startswith("delimited") or file.suffix.lower() not in tables.TEXT_ENDINGS
    return own and file.stat().st_size > WHOLE and hasattr(reader, "cut")


def name_of(file: Path) -> str:
    """What the series of a file is called."""
    return file.name.split(".")[0]
