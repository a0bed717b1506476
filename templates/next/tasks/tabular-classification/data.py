"""Rows of a table with a class each, from your file to train, valid and test: `python data.py` shows them."""

import sys
from collections import Counter
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import columns
import common
import metrics
import table
from common import Problem
from config import Config
from table import Table

import numpy as np
import pandas as pd

INPUT = "a table with the columns of the training data, or one row such as 5.1,3.5,1.4,0.2"
MOST_RARE = 0.2  # of the rows may be of classes with one or two; beyond it the values are no classes


class Split(NamedTuple):
    inputs: np.ndarray  # (rows, numbers + categories) float32: see columns.encode
    targets: np.ndarray  # (rows,) class numbers
    ids: np.ndarray  # (rows,) numbers of the rows in the table, from 0
    keys: np.ndarray  # (rows,) equal for rows that must not stand in two splits


class Data(NamedTuple):
    train: Split
    valid: Split
    test: Split
    meta: dict  # plain JSON: classes, columns and all that was measured on train


def load(config: Config) -> Data:
    """Read the table, divide its rows, and measure medians, scales and categories on train."""
    found = table.opened(config, sample)
    labels = labels_of(found, config.data)
    cells = columns.typed(found.frame, found.features).loc[labels.index]
    part, keys = table.divided(config, found, cells, labels.to_numpy())
    labels = labels.where(part >= 0)
    classes = sorted(labels.dropna().unique(), key=in_order)
    codes = pd.Categorical(labels, classes).codes.astype(np.int64)  # (rows,), -1 for a class that is left out
    for number, name in enumerate(("train", "valid", "test")):
        there = np.bincount(codes[part == number], minlength=len(classes))
        if not there.all():
            lacking = ", ".join(repr(classes[k]) for k in np.flatnonzero(there == 0)[:5])
            print(f"note: {name} holds no row of class {lacking}, so its score tells nothing of it", file=sys.stderr)
    features = columns.fit(cells[part == 0], found.features)
    if not features:
        raise Problem(f"{config.data} has no column to learn from: each is empty, constant or different in every row")
    meta = {
        **found.meta,
        "classes": classes,
        "outputs": len(classes),
        **metrics.choose(config, codes[part >= 0], part[part >= 0] == 0),
        "columns": features,
        **columns.sizes(features),
    }
    meta["data"]["rows"] = int((part >= 0).sum())
    inputs = columns.encode(cells, meta)
    arrays = inputs, codes, labels.index.to_numpy(), keys
    return Data(*(Split(*(array[part == number] for array in arrays)) for number in range(3)), meta)


def labels_of(found: Table, path: str) -> pd.Series:
    """The class of each row that has one, as most rows spell it; a `Problem` where the values can be no classes."""
    name = found.meta["target"]
    labels = columns.typed(found.frame[[name]], {name: found.entries[name] | {"role": "category"}})[name]
    if count := int(labels.isna().sum()):
        print(f"note: {count} of {len(labels)} rows have no {name!r} and are left out", file=sys.stderr)
    labels = labels.dropna()
    counts, where = Counter(labels), f"{path}: column {name!r}"
    if len(counts) < 2:
        raise Problem(f"{where} has no two different values; name another column with --target")
    rare = sum(count for count in counts.values() if count < 3)
    if (len(counts) > max(5, len(labels) / 2)) or (len(counts) > 20 and rare > MOST_RARE * len(labels)):
        what = "a number to predict" if found.entries[name]["role"] == "number" else "free text"
        raise Problem(
            f"{where} has {len(counts)} different values in {len(labels)} rows, so it looks like {what}, not a class; "
            "name another with --target, or put its values into a few groups"
        )
    return labels


def in_order(name: str) -> tuple[float, str]:
    """By which classes are sorted: numbers by their value."""
    try:
        return float(name), name
    except ValueError:
        return 0.0, name


def sample() -> tuple[str, pd.DataFrame]:
    """150 irises of three species with four lengths in centimetres, from scikit-learn's folder."""
    folder = Path(find_spec("sklearn").origin).parent  # to import it takes a second
    names = [f"{what} (cm)" for what in ("sepal length", "sepal width", "petal length", "petal width")] + ["species"]
    frame = pd.read_csv(folder / "datasets" / "data" / "iris.csv", skiprows=1, names=names, dtype=str)
    frame["species"] = np.array(["setosa", "versicolor", "virginica"], object)[frame["species"].astype(int)]
    return "Iris (scikit-learn)", frame


def read_new(source: str, meta: dict) -> tuple[list[str], np.ndarray]:
    """Names and inputs of new rows; the target's column may be there or not."""
    names, cells = table.new_rows(source, meta)
    return names, columns.encode(cells, meta)


def decode(output: np.ndarray, meta: dict) -> list[dict]:
    """Class probabilities as answers for people."""
    best = output.argmax(1)
    return [{"class": meta["classes"][k], "probability": float(row[k])} for k, row in zip(best, output, strict=True)]


def main() -> None:
    data = load(common.configured({}))
    for name, split in zip(("train", "valid", "test"), data[:3], strict=True):
        print(f"{name}: {len(split.ids)} rows, a batch of two is {split.inputs[:2].shape} {split.inputs.dtype}")
    for name in data.meta["header"]:
        print(f"{data.meta['columns'].get(name, {'role': 'unused'})['role']:8}  {name}")
    print(f"classes of {data.meta['target']}: {', '.join(data.meta['classes'])}")


if __name__ == "__main__":
    common.run(main)
