"""Rows of a table with a number each, from your file to train, valid and test.

Understood by --data: a table in the format that reader.py reads; --target names its column of numbers.
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
    """442 people with diabetes, and how far the disease went on in a year; they come with scikit-learn."""
    people, progression = bundled.numbers("diabetes_data_raw.csv.gz"), bundled.numbers("diabetes_target.csv.gz")
    cells = [[f"{value:g}" for value in row] for row in np.column_stack([people, progression])]
    sha256 = hashlib.sha256("\n".join(",".join(row) for row in cells).encode("utf-8")).hexdigest()
    columns = ["age", "sex", "bmi", "bp", "s1", "s2", "s3", "s4", "s5", "s6", "progression"]
    return tables.Table("diabetes", "diabetes (scikit-learn)", sha256, columns, cells, list(range(2, len(cells) + 2)))


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
    """Numbers in real units as answers for people."""
    return [{"prediction": float(value)} for value in output]


def main() -> None:
    data = load(runs.located(next(iter(MODELS.values()))()))
    for name, split in (("train", data.train), ("valid", data.valid), ("test", data.test)):
        shapes = ", ".join(f"{what} {values.shape}" for what, values in split.inputs[:2].items())
        print(f"{name}: {len(split)} rows, a batch of two is {shapes}")
    for feature in data.meta["features"]:
        print(f"{feature['kind']:8}  {feature['name']}")
    print(f"{data.meta['target']['name']}: {data.meta['mean']:.4g} on average, deviation {data.meta['deviation']:.4g}")


if __name__ == "__main__":
    cli.run(main)
