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
from splits import Data, Split
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
    whole = [table.rows[row] for row in known]
    target.settle()
    cells = layout.without_target(whole)
    parts, kept = divide(config, layout, target, codes, whole, cells)
    fitted = features.fit(layout.features, [cells[row] for row in parts[0]])
    meta = rows.make_meta(layout, schema, fitted, kept, target.fit(codes[parts[0]]))
    meta["data"] = {"name": table.name, "path": config.data, "sha256": table.sha256, "rows": len(cells)}
    target.say(codes[parts[0]])
    splits = (
        split(layout, meta, [cells[row] for row in part], target.final(codes[part]), known[part]) for part in parts
    )
    return Data(*splits, meta)


def divide(
    config: Config, layout: Layout, target: Any, codes: np.ndarray, whole: list[list[str]], cells: list[list[str]]
) -> tuple[list[np.ndarray], list[str]]:
    """Rows of train, valid and test, and what was kept together."""
    equal = layouts.fingerprints(layout.features, cells)
    groups = times = None
    if layout.group:
        groups = layouts.group_keys(layout.cells(whole, layout.group), range(len(whole)))
    if layout.time:
        stamps = layout.cells(whole, layout.time)
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
