"""The column to predict, as numbers."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from cli import Fault
from config import Config
from features import kinds
from tables import cells as meaning
from tables.schema import Column, Schema

LARGEST = 1e30  # single precision squares no more
INFINITE = {"inf", "+inf", "-inf", "infinity", "+infinity", "-infinity"}
NUMERIC = 0.5  # with fewer numbers in its cells, a column is none of numbers


class Target:
    """Numbers, in deviations from their mean once train is known."""

    KNOBS = ()

    def __init__(self, config: Config, schema: Schema, column: Column, path: str) -> None:
        self.column, self.path = column, path
        self.moments: dict[str, float] = {}
        self.low, self.high = np.inf, -np.inf

    def read(self, cells: Sequence[str], lines: Sequence[int], often: np.ndarray | None = None) -> np.ndarray:
        """The number of each cell, (rows,) float64, NaN where it is missing; anything else is a `Fault`."""
        parse = self.column.parse
        values = meaning.numbers(cells, parse)
        for row in np.flatnonzero(np.isnan(values) | (np.abs(values) > LARGEST)):
            cell = cells[row]
            if np.isfinite(values[row]) or cell.lower() in INFINITE:
                self.refuse(cells, lines, row, "is too large a number to learn")
            if not meaning.is_missing(cell, parse) and not self.is_sentinel(cell):
                self.refuse(cells, lines, row, "is no number")
        self.low, self.high = np.fmin.reduce(values, initial=self.low), np.fmax.reduce(values, initial=self.high)
        return values

    def is_sentinel(self, cell: str) -> bool:
        """Whether a cell is a number that the schema counts as missing, however it is written."""
        return meaning.number(cell, {k: v for k, v in self.column.parse.items() if k != "missing"}) is not None

    def refuse(self, cells: Sequence[str], lines: Sequence[int], row: int, what: str) -> None:
        """Raise a `Fault` that names a cell, or the whole column where most of it is no number."""
        name, known = self.column.name, [c for c in cells if not meaning.is_missing(c, self.column.parse)]
        if not meaning.are_numbers(known, NUMERIC, self.column.parse):
            raise Fault(
                f'{self.path}: column "{name}" holds no numbers ({cells[row][:40]!r} in line {lines[row]}); '
                "name another with --target, or make a project for classes"
            )
        raise Fault(
            f'{self.path} line {lines[row]}: {cells[row][:40]!r} in column "{name}" {what}; mend or empty that cell'
        )

    def settle(self) -> None:
        """Raise a `Fault` where all rows, now that they are read, have one number."""
        if self.low == self.high:
            name = self.column.name
            raise Fault(f'{self.path}: column "{name}" is {self.low:g} in all rows; name another with --target')

    def leave_out_rare(self, codes: np.ndarray, units: np.ndarray) -> np.ndarray:
        """Which rows to keep: all, as no number is too rare."""
        return np.arange(len(codes))

    def strata(self, codes: np.ndarray) -> tuple[None, None]:
        """Numbers have no classes to be kept in proportion."""
        return None, None

    def fit(self, codes: np.ndarray) -> dict[str, Any]:
        """Mean and deviation, measured on train."""
        if codes.min() == codes.max():
            raise Fault(f'{self.path}: column "{self.column.name}" is {codes[0]:g} all through train; add other rows')
        self.moments = kinds.moments(codes)
        return {"outputs": 1, **self.moments}

    def final(self, codes: np.ndarray) -> np.ndarray:
        """Numbers in deviations from the mean of train, (rows,) float32."""
        return ((codes - self.moments["mean"]) / self.moments["deviation"]).astype(np.float32)

    def say(self, codes: np.ndarray) -> None:
        """There is nothing to say about numbers."""
