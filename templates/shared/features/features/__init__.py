"""Rows of cells as a model takes them: what each column needs is measured on train and applied to every other row."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from features import kinds, roles
from tables.schema import Column

SKIPPED = ("identifier", "constant", "picture", "empty")  # roles that say nothing about other rows


def fit(columns: list[Column], rows: list[list[str]]) -> list[dict[str, Any]]:
    """What encode must know about each column as plain JSON, measured on rows of train alone."""
    by_column = zip(*rows, strict=True)
    return [fit_column(column, list(cells)) for column, cells in zip(columns, by_column, strict=True)]


def fit_column(column: Column, cells: list[str]) -> dict[str, Any]:
    """Name, rules and constants of one column; its kind is "unused" where there is nothing to learn from."""
    about = {"name": column.name} | ({"parse": column.parse} if column.parse else {})
    if column.use and column.role not in SKIPPED:
        role = column.role or roles.find(cells, column.parse)
        if feature := kinds.FIT[role](cells, column.parse):
            return about | feature
    return about | {"kind": "unused"}


def width(feature: dict[str, Any]) -> int:
    """How many numbers a column becomes; a category is none."""
    parts = {"number": 1, "date": len(feature.get("parts", ())), "list": len(feature.get("elements", ()))}
    parts["text"] = 1 + len(feature.get("words", ()))
    return parts.get(feature["kind"], 0) + bool(feature.get("indicator"))


def sizes(features: list[dict[str, Any]]) -> dict[str, Any]:
    """What a model must know: how many numbers, and how many values each category has."""
    categories = [1 + len(feature["values"]) for feature in features if feature["kind"] == "category"]
    return {"numbers": sum(map(width, features)), "categories": categories}


def encode(raw: list[list[str]], meta: dict[str, Any]) -> dict[str, np.ndarray]:
    """Rows of cells as the model takes them: the one preparation, for training and for new rows.

    Returns numbers (n, numbers) float32: mean 0 and deviation 1 over train; missing ones are train's median,
            and where train lacks some, a number that is 1 for missing and else 0 follows
            categories (n, categories) int64: 0 is a missing, rare or never seen value
    """
    return encode_columns(list(zip(*raw, strict=True)), len(raw), meta)


def encode_columns(columns: Sequence[Sequence[str]], rows: int, meta: dict[str, Any]) -> dict[str, np.ndarray]:
    """The same of columns of cells; there are none where there are no rows."""
    numbers = np.zeros((rows, meta["numbers"]), np.float32)
    categories = np.zeros((rows, len(meta["categories"])), np.int64)
    n = c = 0
    for feature, column in zip(meta["features"], columns, strict=False):
        kind, parse = feature["kind"], feature.get("parse", {})
        if kind == "unused":
            continue
        if kind == "category":
            categories[:, c] = kinds.encode_category(column, feature)
            c += 1
            continue
        found = (
            kinds.encode_number(column, feature, parse)
            if kind == "number"
            else getattr(kinds, f"encode_{kind}")(column, feature)
        )
        numbers[:, n : n + found.shape[1]] = found
        n += found.shape[1]
    return {"numbers": numbers, "categories": categories}
