"""The column to predict, as classes."""

from collections.abc import Sequence
from typing import Any

import numpy as np

import splits
import tables
from cli import Fault
from config import Config
from features.layout import note
from scoring import balance
from tables import cells as meaning
from tables.schema import Column, Schema

MOST_RARE = 0.2  # of the rows may be of classes with one or two; beyond it the values are no classes


class Target:
    """Classes, numbered as they come while the table is read, and in their order once all are known."""

    KNOBS = ("class_weights", "metric")

    def __init__(self, config: Config, schema: Schema, column: Column, path: str) -> None:
        self.column, self.path, self.config = column, path, config
        self.numbers: dict[str, int] = {}
        self.counts = np.zeros(0, np.int64)  # rows by number
        self.classes: list[str] = []
        self.place = np.zeros(0, np.int64)  # of each number in the classes' order

    def read(self, cells: Sequence[str], lines: Sequence[int], often: np.ndarray | None = None) -> np.ndarray:
        """A number for each cell, (rows,) float64, NaN where it is missing; `often`: how many rows have that cell."""
        numbers, parse = self.numbers, self.column.parse
        codes = [np.nan if meaning.is_missing(c, parse) else numbers.setdefault(c, len(numbers)) for c in cells]
        codes = np.array(codes, np.float64)
        known = ~np.isnan(codes)
        weights = None if often is None else often[known]
        more = np.bincount(codes[known].astype(np.int64), weights, len(numbers)).astype(np.int64)
        more[: len(self.counts)] += self.counts
        self.counts = more
        return codes

    def settle(self) -> None:
        """Put the classes in order, now that all are known; raises a `Fault` if the values cannot be classes."""
        self.classes = sorted(self.numbers, key=lambda name: (tables.number(name) or 0.0, name))
        self.complain(self.counts)
        self.place = np.empty(len(self.classes), np.int64)
        self.place[[self.numbers[name] for name in self.classes]] = np.arange(len(self.classes))

    def complain(self, counts: np.ndarray) -> None:
        """Raise a `Fault` if the target's values cannot be classes."""
        where, classes, rows = f'{self.path}: column "{self.column.name}"', self.classes, counts.sum()
        if len(classes) < 2:
            raise Fault(f'{where} has the one value "{classes[0]}" only; name another column with --target')
        rare = counts[counts < 3].sum()
        if (len(classes) > rows / 2 and len(classes) > 5) or (len(classes) > 20 and rare > MOST_RARE * rows):
            what = "a number to predict, not a class" if tables.are_numbers(classes) else "free text, not a class"
            raise Fault(
                f"{where} has {len(classes)} different values in {rows} rows, so it looks like {what}; "
                "name another with --target, or put its values into a few groups"
            )

    def leave_out_rare(self, codes: np.ndarray, units: np.ndarray) -> np.ndarray:
        """Which rows to keep: those of classes that each split can hold; the others are said and forgotten.

        units  (rows,) rows of one key stay in one split
        """
        kept, labels, self.classes = splits.leave_out_rare(self.path, units, self.final(codes), self.classes)
        place = {name: number for number, name in enumerate(self.classes)}
        self.place = np.array([place.get(name, -1) for name in self.numbers])  # -1: no row has it any more
        self.counts = np.bincount(labels[kept], minlength=len(self.classes))
        return kept

    def strata(self, codes: np.ndarray) -> tuple[np.ndarray, list[str]]:
        """Class numbers, which are divided in the same shares, and their names."""
        return self.final(codes), self.classes

    def fit(self, codes: np.ndarray) -> dict[str, Any]:
        """What is known of the classes, measured on train."""
        counts = np.bincount(self.final(codes), minlength=len(self.classes))
        found = balance.facts(self.config, self.counts, counts)
        return {"classes": self.classes, "outputs": len(self.classes), **found}

    def final(self, codes: np.ndarray) -> np.ndarray:
        """Class numbers, (rows,) int64."""
        return self.place[np.nan_to_num(codes).astype(np.int64)]

    def say(self, codes: np.ndarray) -> None:
        """Say which classes train, whose codes these are, does not hold: groups or times may divide rows so."""
        there = np.bincount(self.final(codes), minlength=len(self.classes))
        if lacking := [name for name, count in zip(self.classes, there, strict=True) if not count]:
            names = ", ".join(map(repr, lacking[:5]))
            note(f"train holds no row of class {names}, so it cannot be learnt; the score counts these rows as wrong")
