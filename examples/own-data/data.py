"""Rows of a table with a class each, from your file to train, valid and test.

Understood by --data: a table in the format that reader.py reads; --target names its column of classes.
"""

import hashlib
from typing import Any

import numpy as np

import cli
import features
import runs
import tables
from config import MODELS, Config
from features import loading, newrows
from features.target import Target
from splits import Data, Split
from support import bundled

INPUT = newrows.INPUT


def load(config: Config) -> Data:
    """Read the table, divide its rows, and fit medians, scales and categories on train."""
    return loading.load(config, sample, Target)


def sample() -> tables.Table:
    """150 irises of three species with four lengths in centimetres, which come with scikit-learn."""
    species = ["setosa", "versicolor", "virginica"]
    irises = bundled.numbers("iris.csv", ",", skip=1)
    cells = [[*(f"{value:g}" for value in row[:4]), species[int(row[4])]] for row in irises]
    sha256 = hashlib.sha256("\n".join(",".join(row) for row in cells).encode("utf-8")).hexdigest()
    columns = [f"{what} (cm)" for what in ("sepal length", "sepal width", "petal length", "petal width")] + ["species"]
    return tables.Table("Iris", "Iris (scikit-learn)", sha256, columns, cells, list(range(2, len(cells) + 2)))


def example_keys(split: Split) -> np.ndarray:
    """What must not stand in two splits: a fingerprint of each row's features, its group or its time."""
    return np.asarray(split.inputs.keys)


def misplaced(config: Config, split: Split, meta: dict[str, Any]) -> int:
    """How many rows of a split are not what the table says, so that check.py can tell weak data from mixed-up rows."""
    return loading.misplaced(config, sample, split, meta)


def read_new(source: str, meta: dict[str, Any]) -> tuple[list[str], list[list[str]]]:
    """Names and cells of new rows, in the columns' order; the target's column may be there or not."""
    return newrows.read(source, meta)


def encode(raw: list[list[str]], meta: dict[str, Any]) -> dict[str, np.ndarray]:
    """Rows of cells as the model takes them, the same way as in training."""
    return features.encode(raw, meta)


def decode(output: np.ndarray, meta: dict[str, Any]) -> list[dict[str, Any]]:
    """Class probabilities as answers for people."""
    best = output.argmax(1)
    return [{"class": meta["classes"][k], "probability": float(row[k])} for k, row in zip(best, output, strict=True)]


def main() -> None:
    data = load(runs.located(next(iter(MODELS.values()))()))
    for name, split in (("train", data.train), ("valid", data.valid), ("test", data.test)):
        shapes = ", ".join(f"{what} {values.shape}" for what, values in split.inputs[:2].items())
        print(f"{name}: {len(split)} rows, a batch of two is {shapes}")
    for feature in data.meta["features"]:
        print(f"{feature['kind']:8}  {feature['name']}")
    print(f"classes of {data.meta['target']['name']}: {', '.join(data.meta['classes'])}")


if __name__ == "__main__":
    cli.run(main)
