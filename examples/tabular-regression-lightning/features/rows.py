"""Encoded rows of a table, and what is known about them: shared by tables that memory holds and larger ones."""

from typing import Any

import numpy as np

import features
from cli import Fault
from features.layout import Layout, note
from splits import take
from tables.schema import Schema


class Rows:
    """Encoded rows to be cut by an index, with the cells they were made from and the keys that no other split has."""

    def __init__(self, inputs: dict[str, np.ndarray], cells: Any, keys: np.ndarray) -> None:
        self.inputs, self.cells, self.keys = inputs, cells, keys

    def __len__(self) -> int:
        return len(self.cells)

    def __getitem__(self, index: Any) -> dict[str, np.ndarray]:
        """Rows `index`: numbers (batch, numbers) float32, categories (batch, categories) int64."""
        return take(self.inputs, index)


def say_left_out(count: int, rows: int, layout: Layout) -> None:
    """Say how many rows have no target; a `Fault` where none has one."""
    name = layout.target.name
    if count == rows:
        raise Fault(f'{layout.path}: column "{name}" is empty in all rows; name another with --target')
    if count:
        note(f'{count} of {rows} rows have no "{name}" and are left out')


def make_meta(
    layout: Layout, schema: Schema, fitted: list[dict[str, Any]], kept: list[str], target: dict
) -> dict[str, Any]:
    """What evaluating and predicting must know, as plain JSON."""
    if not any(feature["kind"] != "unused" for feature in fitted):
        raise Fault(f"{layout.path} has no column to learn from: each is empty, constant or different in every row")
    return {
        "target": {"name": layout.target.name, "index": layout.columns.index(layout.target.name)},
        "group": layout.group.name if layout.group else "",
        "time": layout.time.name if layout.time else "",
        "kept_together": kept,
        "dialect": schema.dialect,
        "features": fitted,
        **features.sizes(fitted),
        **target,
    }
