"""From a table to train, valid and test: reading, dividing, and measuring on train; shared by all tasks on tables."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import features
import tables
from config import Config
from features import division, large, rows
from features import layout as layouts
from features.layout import Layout
from splits import Data, Split, take
from tables import cells as meaning
from tables import reader
from tables.schema import Schema
from tables.schema import load as load_schema


def load(config: Config, sample: Callable[[], tables.Table], make_target: Callable[..., Any]) -> Data:
    """Read the table, divide its rows, and measure medians, scales and categories on train.

    sample       the table where the config names none
    make_target  called with config, schema, column and path; its result knows what the target's cells mean (target.py)
    """
    schema = load_schema() if config.data else Schema()
    if config.data and reader.is_large(Path(config.data)):
        return large.load(config, schema, make_target)
    table = tables.read(config.data, dialect=schema.dialect) if config.data else sample()
    layout = layouts.of(table.path, table.columns, config, schema)
    target = make_target(config, schema, layout.target, table.path)
    codes = target.read(layout.cells(table.rows, layout.target), table.lines)
    known = np.flatnonzero(~np.isnan(codes))
    rows.say_left_out(len(codes) - len(known), len(codes), layout)
    codes = codes[known]
    target.settle()
    cells = layout.without_target([table.rows[row] for row in known])
    equal = layouts.fingerprints(layout.features, cells)
    if not (layout.group or layout.time):  # whose splits hold the classes that they happen to
        frequent = target.leave_out_rare(codes, equal)
        known, codes, equal, cells = known[frequent], codes[frequent], equal[frequent], [cells[n] for n in frequent]
    parts, kept = divide(config, layout, target, codes, cells, equal, known)
    fitted = features.fit(layout.features, [cells[row] for row in parts[0]])
    meta = rows.make_meta(layout, schema, fitted, kept, target.fit(codes[parts[0]]))
    meta["data"] = {"name": table.name, "path": config.data, "sha256": table.sha256, "rows": len(cells)}
    target.say(codes[parts[0]])
    splits = (
        split(layout, meta, [cells[row] for row in part], target.final(codes[part]), known[part]) for part in parts
    )
    return Data(*splits, meta)


def misplaced(config: Config, sample: Callable[[], tables.Table], split: Split, meta: dict[str, Any]) -> int:
    """How many rows of a split hold other inputs or another target than their row of the table, read anew.

    Rows of a table too large for memory are not looked at.
    """
    if config.data and reader.is_large(Path(config.data)):
        return 0
    schema = load_schema() if config.data else Schema()
    table = tables.read(config.data, dialect=schema.dialect) if config.data else sample()
    place, name = meta["target"]["index"], meta["target"]["name"]
    whole = [table.rows[row] for row in split.ids]
    found = features.encode([row[:place] + row[place + 1 :] for row in whole], meta)
    inputs = take(split.inputs, np.arange(len(split)))
    same = np.all([np.all(found[what] == inputs[what], axis=1) for what in found], axis=0)
    cells, targets = [row[place] for row in whole], np.asarray(split.targets)
    if "classes" in meta:
        same &= np.array(meta["classes"])[targets] == np.array(cells)
    else:
        numbers = meaning.numbers(cells, schema.column(name).parse)
        same &= np.abs((numbers - meta["mean"]) / meta["deviation"] - targets) < 1e-4 * np.maximum(np.abs(targets), 1)
    return int((~same).sum())


def divide(
    config: Config,
    layout: Layout,
    target: Any,
    codes: np.ndarray,
    cells: list[list[str]],
    equal: np.ndarray,
    ids: np.ndarray,
) -> tuple[list[np.ndarray], list[str]]:
    """Rows of train, valid and test, and what was kept together."""
    names = [feature.name for feature in layout.features]
    groups = times = None
    if layout.group:
        place = names.index(layout.group.name)
        groups = layouts.group_keys([row[place] for row in cells], ids)
    if layout.time:
        place = names.index(layout.time.name)
        stamps = [row[place] for row in cells]
        times = layouts.times(layout.time, stamps, layouts.time_form(layout.time, stamps, layout.path))
    return division.divide_rows(config, layout.path, equal, groups, times, *target.strata(codes))


def split(layout: Layout, meta: dict[str, Any], cells: list[list[str]], targets: np.ndarray, ids: np.ndarray) -> Split:
    """Rows of cells and their targets as a split; `ids` are the numbers of the rows in the table, from 0."""
    keys = [layouts.fingerprints(layout.features, cells)] if "rows" in meta["kept_together"] else []
    names = [feature.name for feature in layout.features]
    for what in ("group", "time"):
        if what in meta["kept_together"]:
            keys.append(layouts.group_keys([row[names.index(meta[what])] for row in cells], ids))
    return Split(rows.Rows(features.encode(cells, meta), cells, np.concatenate(keys)), targets, ids)
