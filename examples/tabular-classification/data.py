"""Rows of a table with a class each, from your file to train, valid and test.

Understood by --data: delimited text (CSV, TSV …) with a row per line; --target names the column to predict.
"""

import hashlib
import os
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

import cli
import tables
from config import MODELS, Config
from splits import Data, Split, divide, keys, take

INPUT = "a CSV file with the columns of the training data, or one row such as 5.1,3.5,1.4,0.2"
MOSTLY = 0.9  # a column of so many numbers is one of numbers; a word in it, such as a slip, counts as missing
FEWEST = 2  # a category that stands in one training row only can teach nothing about other rows


class Rows:
    """Encoded rows to be cut by an index, with the cells they were made from."""

    def __init__(self, cells: list[list[str]], meta: dict[str, Any]) -> None:
        self.cells, self.inputs = cells, encode(cells, meta)

    def __len__(self) -> int:
        return len(self.cells)

    def __getitem__(self, index: Any) -> dict[str, np.ndarray]:
        """Rows `index`: numbers (batch, numbers) float32, categories (batch, categories) int64."""
        return take(self.inputs, index)


def load(config: Config) -> Data:
    """Read the table, divide its rows, and fit medians, scales and categories on train."""
    table = tables.read(config.data) if config.data else sample()
    target = table.index(config.target or table.columns[-1])
    cells, answers = features_and_target(table, target)
    classes = sorted(set(answers), key=lambda name: (tables.number(name) or 0.0, name))
    complain(table, table.columns[target], answers, classes)
    number = {name: i for i, name in enumerate(classes)}
    labels = np.array([number[answer] for answer in answers], np.int64)
    parts = divide_rows(config, table, cells, labels, classes)
    names = [name for i, name in enumerate(table.columns) if i != target]
    features = fit(names, [cells[row] for row in parts[0]])
    if not any(feature["kind"] != "unused" for feature in features):
        raise cli.Fault(f"{table.path} has no column to learn from: each is empty, constant or different in every row")
    meta = {
        "target": {"name": table.columns[target], "index": target},
        "classes": classes,
        "features": features,
        "numbers": sum(1 + f["indicator"] for f in features if f["kind"] == "number"),
        "categories": [1 + len(f["values"]) for f in features if f["kind"] == "category"],
        "data": {"name": table.name, "path": config.data, "sha256": table.sha256, "rows": len(cells)},
    }
    splits = (Split(Rows([cells[row] for row in rows], meta), labels[rows], rows) for rows in parts)
    return Data(*splits, meta)


def sample() -> tables.Table:
    """150 irises of three species with four lengths in centimetres, which come with scikit-learn."""
    from sklearn.datasets import load_iris

    iris = load_iris()
    rows = [
        [*(f"{value:g}" for value in row), str(iris.target_names[k])]
        for row, k in zip(iris.data, iris.target, strict=True)
    ]
    sha256 = hashlib.sha256("\n".join(",".join(row) for row in rows).encode("utf-8")).hexdigest()
    columns = [*iris.feature_names, "species"]
    return tables.Table("Iris", "Iris (scikit-learn)", sha256, columns, rows, list(range(2, len(rows) + 2)))


def features_and_target(table: tables.Table, target: int) -> tuple[list[list[str]], list[str]]:
    """The cells without the target's column, and that column; rows that lack their target are left out."""
    rows = [row for row in table.rows if not tables.is_missing(row[target])]
    name = table.columns[target]
    if not rows:
        raise cli.Fault(f'{table.path}: column "{name}" is empty in all rows; name another with --target')
    if left_out := len(table.rows) - len(rows):
        print(f'{left_out} of {len(table.rows)} rows have no "{name}" and are left out', file=sys.stderr)
    return [row[:target] + row[target + 1 :] for row in rows], [row[target] for row in rows]


def complain(table: tables.Table, name: str, answers: list[str], classes: list[str]) -> None:
    """Raise a `Fault` if the target's values cannot be classes."""
    where = f'{table.path}: column "{name}"'
    if len(table.columns) < 2:
        raise cli.Fault(
            f"{table.path} has one column only; it needs a column to predict and columns to predict it from"
        )
    if len(classes) < 2:
        raise cli.Fault(f'{where} has the one value "{classes[0]}" only; name another column with --target')
    rarest = min(np.unique(answers, return_counts=True)[1])
    if (len(classes) > len(answers) / 2 and len(classes) > 5) or (len(classes) > 20 and rarest < 3):
        what = "a number to predict, not a class" if tables.are_numbers(classes) else "free text, not a class"
        raise cli.Fault(
            f"{where} has {len(classes)} different values in {len(answers)} rows, so it looks like {what}; "
            "name another with --target, or put its values into a few groups"
        )


def divide_rows(
    config: Config, table: tables.Table, cells: list[list[str]], labels: np.ndarray, classes: list[str]
) -> list[np.ndarray]:
    """Rows of train, valid and test; rows of equal features meet in one split, whatever their class."""
    groups = fingerprints(cells)
    for label, name in enumerate(classes):
        if (different := len(np.unique(groups[labels == label]))) < 3:
            raise cli.Fault(
                f'{table.path}: class "{name}" has {different} different row(s), too few for train, valid and test; '
                "add some, or leave that class out"
            )
    firsts = labels[np.unique(groups, return_index=True)[1]]  # the classes by which divide sorts the groups
    if np.bincount(firsts, minlength=len(classes)).min() < 3:
        return divide(config, groups)  # so few different rows that the classes cannot be kept in proportion
    return divide(config, groups, labels, classes)


def fingerprints(cells: list[list[str]]) -> np.ndarray:
    """A key for each row, the same for rows that differ only in how they are written: 5.10 and 5.1, NA and nothing."""
    return keys(["\x1f".join(plain(cell) for cell in row) for row in cells])


def plain(cell: str) -> str:
    """One spelling for all that means the same."""
    value = tables.number(cell)
    return str(value) if value is not None else "" if tables.is_missing(cell) else cell


def fit(names: list[str], cells: list[list[str]]) -> list[dict[str, Any]]:
    """What encode must know about each column, measured on train alone."""
    columns = zip(*cells, strict=True)
    return [{"name": name, **fit_column(list(column))} for name, column in zip(names, columns, strict=True)]


def fit_column(column: list[str]) -> dict[str, Any]:
    """Numbers get a median, a mean and a deviation (and an indicator where some are missing), other values a number."""
    if tables.are_numbers(column, MOSTLY):
        values = tables.numbers(column)
        missing = np.isnan(values)
        median = float(np.median(values[~missing]))
        values[missing] = median
        varies = bool(values.min() < values.max())
        deviation = float(values.std()) if varies else 1.0
        if varies or missing.any():
            scale = {"median": median, "mean": float(values.mean()), "deviation": deviation}
            return {"kind": "number", **scale, "indicator": bool(missing.any())}
        return {"kind": "unused"}
    counts = Counter(cell for cell in column if not tables.is_missing(cell))
    values = sorted(value for value, count in counts.items() if count >= FEWEST)
    if len(values) > 1 or (values and counts[values[0]] < len(column)):
        return {"kind": "category", "values": values}
    return {"kind": "unused"}


def encode(raw: list[list[str]], meta: dict[str, Any]) -> dict[str, np.ndarray]:
    """Rows of cells as the model takes them: the one preparation, for training and for new rows.

    Returns numbers (n, numbers) float32: mean 0 and deviation 1 over train; missing ones are train's median,
            and where train lacks some, a number that is 1 for missing and else 0 follows
            categories (n, categories) int64: 0 is a missing, rare or never seen value
    """
    numbers = np.zeros((len(raw), meta["numbers"]), np.float32)
    categories = np.zeros((len(raw), len(meta["categories"])), np.int64)
    n = c = 0
    for i, feature in enumerate(meta["features"]):
        column = [row[i] for row in raw]
        if feature["kind"] == "number":
            values = tables.numbers(column)
            missing = np.isnan(values)
            values[missing] = feature["median"]
            numbers[:, n] = (values - feature["mean"]) / feature["deviation"]
            n += 1
            if feature["indicator"]:
                numbers[:, n] = missing
                n += 1
        elif feature["kind"] == "category":
            number = {value: k for k, value in enumerate(feature["values"], 1)}
            categories[:, c] = [number.get(cell, 0) for cell in column]
            c += 1
    return {"numbers": numbers, "categories": categories}


def example_keys(split: Split) -> np.ndarray:
    """What must not stand in two splits: a fingerprint of each row's features."""
    return fingerprints(split.inputs.cells)


def read_new(source: str, meta: dict[str, Any]) -> tuple[list[str], list[list[str]]]:
    """Names and cells of new rows, in the columns' order; the target's column may be there or not."""
    columns = [feature["name"] for feature in meta["features"]]
    known = {*columns, meta["target"]["name"]}
    typed = source != "-" and not os.path.exists(source)  # Path.exists raises at a long text
    if typed and (Path(source).suffix.lower() in (".csv", ".tsv", ".txt") or not source.strip()):
        raise cli.Fault(f"{source or 'the empty name'} does not exist; name {INPUT}")
    table = tables.read_text(source, "the row", known) if typed else tables.read(source, known)
    rows = in_order(table, columns, meta) if table.named else unnamed(table, columns, meta)
    return [source] if typed and len(rows) == 1 else [f"line {line}" for line in table.lines], rows


def in_order(table: tables.Table, columns: list[str], meta: dict[str, Any]) -> list[list[str]]:
    """The cells found by the columns' names; columns that training did not use may be missing."""
    used = [feature["name"] for feature in meta["features"] if feature["kind"] != "unused"]
    if missing := [name for name in used if name not in table.columns]:
        names = ", ".join(map(repr, missing[:5])) + (f" and {len(missing) - 5} more" if len(missing) > 5 else "")
        there = ", ".join(table.columns[:20])
        raise cli.Fault(f"{table.path} has no column {names} (it has: {there}); add what is missing")
    place = [table.columns.index(name) if name in table.columns else None for name in columns]
    return [["" if i is None else row[i] for i in place] for row in table.rows]


def unnamed(table: tables.Table, columns: list[str], meta: dict[str, Any]) -> list[list[str]]:
    """The cells of rows without a header: all columns in the order of training, with or without the target."""
    width, target = len(table.columns), meta["target"]["index"]
    if width == len(columns):
        return table.rows
    if width == len(columns) + 1:
        return [row[:target] + row[target + 1 :] for row in table.rows]
    raise cli.Fault(
        f"{table.path} has {width} cell(s) without column names; {len(columns)} are needed: {', '.join(columns)}"
    )


def decode(output: np.ndarray, meta: dict[str, Any]) -> list[dict[str, Any]]:
    """Class probabilities as answers for people."""
    best = output.argmax(1)
    return [{"class": meta["classes"][k], "probability": float(row[k])} for k, row in zip(best, output, strict=True)]


def main() -> None:
    data = load(next(iter(MODELS.values()))())
    for name, split in (("train", data.train), ("valid", data.valid), ("test", data.test)):
        shapes = ", ".join(f"{what} {values.shape}" for what, values in split.inputs[:2].items())
        print(f"{name}: {len(split)} rows, a batch of two is {shapes}")
    for feature in data.meta["features"]:
        print(f"{feature['kind']:8}  {feature['name']}")
    print(f"classes of {data.meta['target']['name']}: {', '.join(data.meta['classes'])}")


if __name__ == "__main__":
    cli.run(main)
