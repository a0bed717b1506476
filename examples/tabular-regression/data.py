"""Rows of a table with a number each, from your file to train, valid and test: `python data.py` shows them."""

from typing import NamedTuple

import columns
import common
import table
from common import Problem, note
from config import Config
from table import Table

import numpy as np
import pandas as pd

INPUT = "a table with the columns of the training data, or one row of it, with commas between"
LARGEST = 1e30  # single precision squares no more
TIED = 0.5  # share of rows that equal ones may tie together; beyond it only groups are kept together


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
    """Read the table, divide its rows, and measure means, scales and categories on train."""
    found = table.opened(config)
    numbers = numbers_of(found, config.data)
    cells = columns.typed(found.frame.loc[numbers.index], found.features)
    keys = keys_of(found, cells)
    time = found.meta["time"]
    part = by_time(config, found, cells, keys) if time else common.divide(keys, None, config)
    features = columns.fit(cells[part == 0], found.features)
    if not features:
        raise Problem(f"{config.data} has no column to learn from: each is empty, constant or different in every row")
    train = numbers[part == 0]
    if train.min() == train.max():
        raise Problem(f"{config.data}: {found.meta['target']!r} is {train.iloc[0]:g} all through train; add other rows")
    mean, deviation = float(train.mean()), float(train.std(ddof=0))
    meta = found.meta | {"metric": "RMSE", "outputs": 1, "mean": mean, "deviation": deviation, "columns": features}
    meta["data"]["rows"] = len(numbers)
    targets = ((numbers.to_numpy() - mean) / deviation).astype(np.float32)
    inputs = columns.encode(cells, meta)
    meta |= columns.sizes(inputs[part == 0], features)
    arrays = inputs, targets, numbers.index.to_numpy(), keys
    splits = [Split(*(array[part == number] for array in arrays)) for number in range(3)]
    return Data(*splits, meta)


def numbers_of(found: Table, path: str) -> pd.Series:
    """The number of each row that has one; a `Problem` names a cell that holds something else."""
    name = found.meta["target"]
    entry = found.entries[name]
    cells = columns.known_cells(found.frame[name], entry)
    numbers = columns.read(cells, entry | {"role": "number"})
    unread = cells.notna() & ~(numbers.abs() < LARGEST) & ~cells.isin(map(str, entry.get("missing", [])))
    if unread.sum() > cells.notna().sum() / 2:
        example = cells[unread].iloc[0]
        what = f"holds no numbers but cells such as {example!r}"
        raise Problem(f"{path}: column {name!r} {what}; name another with --target, or make a project for classes")
    if unread.any():
        row, cell = int(unread.argmax()), cells[unread].iloc[0]
        what = "is no number" if np.isnan(numbers[row]) else "is too large a number to learn"
        raise Problem(f"{path} row {row + 1}: {cell[:40]!r} in column {name!r} {what}; mend or empty that cell")
    if count := int(numbers.isna().sum()):
        note(f"{count} of {len(numbers)} rows have no {name!r} and are left out")
    numbers = numbers.dropna()
    if numbers.nunique() < 2:
        raise Problem(f"{path}: column {name!r} has no two different numbers; name another with --target")
    return numbers


def keys_of(found: Table, cells: pd.DataFrame) -> np.ndarray:
    """A key for each row, (rows,): equal for rows that must not stand in two splits, as their group or all cells are.

    cells  typed, of the columns to learn from
    """
    count = len(cells)
    groups = np.arange(count)  # each row is its own, …
    hashes = pd.util.hash_pandas_object(cells, index=False)
    keys = pd.factorize(hashes)[0]  # … equal ones have one key
    if name := found.meta["group"]:
        from scipy.sparse import coo_matrix  # slow to import, and needed for groups alone
        from scipy.sparse.csgraph import connected_components

        known = columns.known_cells(found.frame[name].loc[cells.index], {})
        groups = pd.factorize(known.fillna(pd.Series(groups, cells.index)))[0]
        pairs = keys, count + groups  # each row ties its cells to its group
        ties = coo_matrix((np.ones(count), pairs), shape=(2 * count, 2 * count))
        keys = connected_components(ties, directed=False)[1][keys]  # tied by a group or by equal cells, at any remove
    if np.bincount(keys).max() > max(TIED * count, np.bincount(groups).max()):
        together = "groups" if name else "rows"
        note(f"many rows have equal features, so only {together} are kept in one split")
        return groups
    return keys


def by_time(config: Config, found: Table, cells: pd.DataFrame, keys: np.ndarray) -> np.ndarray:
    """The newest rows test, those before them choose the epoch; rows of one key are as new as the newest of them."""
    name = found.meta["time"]
    entry = found.entries[name]
    if entry["role"] == "skip":  # it teaches nothing, but it may order rows
        entry = columns.role_of(found.frame[name])
    if entry["role"] not in ("number", "date"):
        raise Problem(f"column {name!r} holds no dates or numbers to order rows by; use --time none")
    rows = found.frame.loc[cells.index, [name]]
    times = columns.typed(rows, {name: entry})[name]
    if count := int(times.isna().sum()):
        note(f"{count} rows have no {name!r} that can be read and count as the oldest")
    newest = times.fillna(times.min()).groupby(keys).transform("max")
    age = newest.rank(method="max", ascending=False) / len(newest)  # the share of rows that are as new, or newer
    test, held_out = max(config.test_share, age.min()), config.test_share + config.valid_share
    part = np.select([age <= test, age <= held_out], [2, 1], 0)
    if len(np.unique(part)) < 3:
        raise Problem(f"column {name!r} has too few different times to divide by; use --time none")
    return part


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
        about = data.meta["columns"].get(name, {"role": "unused"})
        print(f"{about['role']:8}  {name}")
    print(f"{data.meta['target']}: {data.meta['mean']:,.7g} ± {data.meta['deviation']:,.7g} in train")


if __name__ == "__main__":
    common.run(main)
