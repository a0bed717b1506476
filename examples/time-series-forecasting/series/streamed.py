"""Series in a table or a folder too large for memory: read piece by piece, once, and kept in prepared/ as numbers.

Rows lie in files while they are sorted into series, and so do the series: memory holds one of them, while it is made
regular.
"""

import json
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

import runs
import series
import tables
from cli import Fault
from config import Config
from series import counted, plans
from series.counted import Numbered
from series.joint import Panel, alone, known, say_left_out, together
from support import mapped
from tables import schema

BLOCK = 1_000_000  # rows that are sorted at a time
VERSION = 3  # raise it when what lies in prepared/ changes its meaning


def read(
    path: str, config: Config | None, rules: schema.Schema, layout: dict[str, Any] | None, like: dict | None
) -> Panel | None:
    """All series of a large file, as panel.read has it; None where a row holds the months of a year."""
    plan = partial(plans.planned, path=path, config=config, rules=rules, layout=layout)
    return prepared(path, [Path(path)], config, rules, layout, like, plan)


def prepared(
    path: str,
    files: list[Path],
    config: Config | None,
    rules: schema.Schema,
    layout: dict[str, Any] | None,
    like: dict | None,
    plan: Callable[[Path], dict[str, Any]],
) -> Panel | None:
    """The series of files as `plan` says that they are read; None where it says that they cannot be."""
    settings = {"schema": rules.sha256, "layout": layout, "like": like, "version": VERSION}
    settings |= {name: getattr(config, name) for name in ("target", "time", "group") if config}
    folder, facts = mapped.prepare("series", files, settings, partial(prepare, path=path, plan=plan, like=like))
    return panel(folder, facts) if facts["layout"] else None


def panel(folder: Path, facts: dict[str, Any]) -> Panel:
    """What was prepared, mapped."""
    values = np.split(mapped.read(folder / "values", float), np.cumsum(facts["lengths"])[:-1])
    return Panel(facts["names"], values, np.array(facts["starts"]), facts["clock"], facts["layout"])


def prepare(folder: Path, path: str, plan: Callable[[Path], dict[str, Any]], like: dict | None) -> dict[str, Any]:
    """Find where dates, values and names are, and make series of all pieces; `layout` {} says that it cannot be."""
    if not (folder / "plan.json").is_file():
        runs.write(folder / "plan.json", json.dumps(plan(folder)))
    job = runs.read_json(folder / "plan.json")
    facts: dict[str, Any] = {"layout": {}}
    if job["layout"]:
        counted.prepare(folder, job)
        made = join(folder, path, job, like)
        facts = {"layout": made.layout, "names": made.names, "clock": made.clock, "starts": made.starts.tolist()}
        facts["lengths"] = list(map(len, made.values))
        del made  # it holds files open
    for left in folder.iterdir():
        if left.name != "values":
            shutil.rmtree(left) if left.is_dir() else left.unlink()
    return facts


def join(folder: Path, path: str, job: dict[str, Any], like: dict | None) -> Panel:
    """The series of all pieces; rows lie in files until they are told apart, and memory holds one series at a time."""
    layout, names, undated, rows = job["layout"], Numbered(), 0, 0
    say_left_out(path, len(job.get("files", ())), counted.faults(folder, job))
    values = [mapped.Growing(float, folder / f"column-{i}") for i in range(len(layout["targets"]))]
    times, which, counts = None, mapped.Growing(np.int32, folder / "which"), Counter()
    for found in counted.pieces(folder, job):
        codes = np.zeros(len(found["rows"]), np.int32)
        if "names" in found:
            codes = names.add(json.loads(found["names_cells"].tobytes()), found["names"])
        stamps = found["times"] if "times" in found else steps(codes, counts)
        times = times or mapped.Growing(stamps.dtype, folder / "times")
        if stamps.dtype != times.dtype:
            (name,) = json.loads(found["names_cells"].tobytes())
            raise Fault(f'{path}: the dates of series "{name}" are not written like those of the first one')
        dated = ~(np.isnan(stamps) if stamps.dtype.kind == "f" else np.isnat(stamps))
        undated, rows = undated + int((~dated).sum()), rows + len(dated)
        times.append(stamps[dated])
        which.append(codes[dated])
        for column, numbers in zip(values, found["values"], strict=True):
            column.append(numbers[dated])
    if undated == rows:
        raise Fault(f'{path} has no date in column "{layout["time"]}"; name another with --time')
    if undated:
        series.note(f'{path} has {undated} row(s) without a date in "{layout["time"]}"; they are left out')
    stamps, columns = times.array(), dict(zip(layout["targets"], (column.array() for column in values), strict=True))
    room = mapped.Growing(float, folder / "values")
    if layout["shape"] == "wide":
        return together(path, {name: (stamps, column) for name, column in columns.items()}, layout, like, room)
    ((target, column),) = columns.items()
    if layout["shape"] == "one":
        stamps, column = known((stamps, column))
        if len(column) < 2:
            raise Fault(f'{path} has {len(column)} number(s) in column "{target}"; a series needs more')
        table = tables.Table(path, "", "", job["columns"], [], [])
        numbers, clock = series.regular(stamps, column, table, layout["time"], like)
        room.append(numbers)
        return alone(series.Series(room.array(), clock, target, layout["time"]), layout)
    called = list(names.numbers) or [Path(path).name.split(".")[0]]  # a single file of what were files
    return together(path, apart(folder, called, which.array(), stamps, column), layout, like, room)


def steps(which: np.ndarray, counts: Counter) -> np.ndarray:
    """The step of each row within its series, where there are no dates; `counts` go on from piece to piece."""
    order, found = np.argsort(which, kind="stable"), np.empty(len(which))
    numbers, first, many = np.unique(which[order], return_index=True, return_counts=True)
    found[order] = np.arange(len(which)) - np.repeat(first, many) + np.repeat([counts[n] for n in numbers], many)
    counts.update(dict(zip(numbers.tolist(), many.tolist(), strict=True)))
    return found


def apart(
    folder: Path, names: list[str], which: np.ndarray, times: np.ndarray, values: np.ndarray
) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Times and values of each series, in the order of their names, mapped; `which` (rows,) counts in `names`."""
    counts = sum(np.bincount(which[some], minlength=len(names)) for some in blocks_of(len(which)))
    ends = np.cumsum(counts)
    free = ends - counts
    sorted_times, sorted_values = (
        np.memmap(folder / f"sorted-{what}", array.dtype, "w+", shape=array.shape)
        for what, array in (("times", times), ("values", values))
    )
    for some in blocks_of(len(which)):
        codes = which[some]
        order = np.argsort(codes, kind="stable")
        many = np.bincount(codes, minlength=len(names))
        place = np.arange(len(codes)) - np.repeat(np.cumsum(many) - many, many) + np.repeat(free, many)
        sorted_times[place], sorted_values[place] = times[some][order], values[some][order]
        free += many
    ranges = {name: slice(end - count, end) for name, end, count in zip(names, ends, counts, strict=True)}
    return {name: (sorted_times[ranges[name]], sorted_values[ranges[name]]) for name in sorted(names)}


def blocks_of(rows: int) -> Iterator[slice]:
    """Slices that cover all rows, BLOCK at a time."""
    return (slice(start, start + BLOCK) for start in range(0, rows, BLOCK))
