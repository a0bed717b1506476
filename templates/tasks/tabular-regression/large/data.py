"""Rows of a table with a number each, from your file to train, valid and test: `python data.py` shows them."""

from typing import NamedTuple

import columns
import common
import prepare
import table
from common import Problem
from config import Config

import numpy as np

INPUT = "a table with the columns of the training data, or one row of it, with commas between"


class Split(NamedTuple):
    inputs: np.ndarray  # (rows, numbers + categories) float32: see columns.encode
    targets: np.ndarray  # (rows,) float32, in deviations from the mean of train
    ids: np.ndarray  # (rows,) numbers of the rows in the table, from 0
    keys: np.ndarray  # (rows,) equal for rows that must not stand in two splits


class Data(NamedTuple):
    train: Split
    valid: Split
    test: Split
    meta: dict  # plain JSON: columns and all that was measured on train


def load(config: Config) -> Data:
    """The rows of the table, encoded in prepared/ and mapped from there."""
    arrays, meta = prepare.prepared(config, classes=False)
    del meta["values"]
    targets = arrays[0]["targets"]
    mean, deviation = float(targets.mean()), float(targets.std())
    if not deviation:
        raise Problem(f"{config.data}: {meta['target']!r} is {mean:g} all through train; name another with --target")
    meta |= {"metric": "RMSE", "outputs": 1, "mean": mean, "deviation": deviation}
    for some in arrays:
        some["targets"] = ((some["targets"] - mean) / deviation).astype(np.float32)
    return Data(*(Split(**some) for some in arrays), meta)


def read_new(source: str, meta: dict) -> tuple[list[str], np.ndarray]:
    """Names and inputs of new rows; the target's column may be there or not."""
    names, cells = table.new_rows(source, meta)
    return names, columns.encode(cells, meta)


def decode(output: np.ndarray, meta: dict) -> list[dict]:
    """Numbers as answers for people."""
    return [{"prediction": float(value)} for value in output]


def main() -> None:
    data = load(common.configured({}))
    for name, split in zip(("train", "valid", "test"), data[:3], strict=True):
        print(f"{name}: {len(split.ids)} rows, a batch of two is {split.inputs[:2].shape} {split.inputs.dtype}")
    for name in data.meta["header"]:
        print(f"{data.meta['columns'].get(name, {'role': 'unused'})['role']:8}  {name}")
    print(f"{data.meta['target']}: {data.meta['mean']:,.7g} ± {data.meta['deviation']:,.7g} in train")


if __name__ == "__main__":
    common.run(main)
