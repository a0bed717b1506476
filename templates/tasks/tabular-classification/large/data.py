"""Rows of a table with a class each, from your file to train, valid and test: `python data.py` shows them."""

from typing import NamedTuple

import columns
import common
import prepare
import table
from common import Problem
from config import Config

import numpy as np
import pandas as pd

INPUT = "a table with the columns of the training data, or one row of it, with commas between"
MOST_CLASSES = 1000


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
    """The rows of the table, encoded in prepared/ and mapped from there; classes are numbered in their order."""
    import metrics  # which asks this file

    arrays, meta = prepare.prepared(config, classes=True)
    values = meta.pop("values")
    names = pd.Series(sorted(values))
    numbers = pd.to_numeric(names, errors="coerce").fillna(0)  # in this order, else by the alphabet
    classes = names[numbers.argsort(kind="stable")].tolist()
    if not 2 <= len(classes) <= MOST_CLASSES:
        what = f"{meta['target']!r} has {len(classes)} different values"
        raise Problem(f"{config.data}: {what}; name classes by --target")
    place = np.array([classes.index(value) for value in values])
    for some in arrays:
        some["targets"] = place[some["targets"].astype(int)]
    targets = [some["targets"] for some in arrays]
    part = np.repeat(range(3), [len(some) for some in targets])
    meta |= metrics.choose(config, part, np.concatenate(targets), classes)
    meta |= {"classes": classes, "outputs": len(classes)}
    return Data(*(Split(**some) for some in arrays), meta)


def read_new(source: str, meta: dict) -> tuple[list[str], np.ndarray]:
    """Names and inputs of new rows; the target's column may be there or not."""
    names, cells = table.new_rows(source, meta)
    return names, columns.encode(cells, meta)


def decode(output: np.ndarray, meta: dict) -> list[dict]:
    """Class probabilities as answers for people."""
    return [{"class": meta["classes"][row.argmax()], "probability": float(row.max())} for row in output]


def main() -> None:
    data = load(common.configured({}))
    for name, split in zip(("train", "valid", "test"), data[:3], strict=True):
        print(f"{name}: {len(split.ids)} rows, a batch of two is {split.inputs[:2].shape} {split.inputs.dtype}")
    for name in data.meta["header"]:
        print(f"{data.meta['columns'].get(name, {'role': 'unused'})['role']:8}  {name}")
    print(f"classes of {data.meta['target']}: {', '.join(data.meta['classes'])}")


if __name__ == "__main__":
    common.run(main)
