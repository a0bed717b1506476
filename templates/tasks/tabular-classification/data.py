"""Rows of a table with a class each, from your file to train, valid and test: `python data.py` shows them."""

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
MOST_RARE = 0.2  # of the rows may be of classes with one or two; beyond it the values are no classes
TIED = 0.5  # share of rows that equal ones may tie together; beyond it only groups are kept together
METRICS = ("accuracy", "macro F1", "average precision")
FEWEST = 5  # rows of a class in a split; with fewer a score of that class is chance
HEAVIEST = 10.0  # times as heavy as a class of average size: a class of three rows should not rule the others


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
    """Read the table, divide its rows, and measure means, scales and categories on train."""
    found = table.opened(config)
    labels = labels_of(found, config.data)
    cells = columns.typed(found.frame.loc[labels.index], found.features)
    part, keys = divided(config, found, cells, labels.to_numpy())
    labels = labels.where(part >= 0)  # without classes of which the three splits cannot each have a row
    names = pd.Series(sorted(labels.dropna().unique()))
    numbers = pd.to_numeric(names, errors="coerce").fillna(0)
    classes = names[numbers.argsort(kind="stable")].tolist()  # in the order of numbers, else of the alphabet
    codes = pd.Categorical(labels, classes).codes.astype(np.int64)  # (rows,), -1 for a class that is left out
    features = columns.fit(cells[part == 0], found.features)
    if not features:
        raise Problem(f"{config.data} has no column to learn from: each is empty, constant or different in every row")
    meta = found.meta | {"classes": classes, "outputs": len(classes), "columns": features}
    meta |= metric_and_weights(config, part, codes, classes)
    meta["data"]["rows"] = int((part >= 0).sum())
    inputs = columns.encode(cells, meta)
    meta |= columns.sizes(inputs[part == 0], features)
    arrays = inputs, codes, labels.index.to_numpy(), keys
    splits = [Split(*(array[part == number] for array in arrays)) for number in range(3)]
    return Data(*splits, meta)


def labels_of(found: Table, path: str) -> pd.Series:
    """The class of each row that has one, as most rows spell it; a `Problem` where the values can be no classes."""
    name = found.meta["target"]
    entry = found.entries[name] | {"role": "category"}
    labels = columns.typed(found.frame[[name]], {name: entry})[name]
    if count := int(labels.isna().sum()):
        note(f"{count} of {len(labels)} rows have no {name!r} and are left out")
    labels = labels.dropna()
    spelled = labels.value_counts()
    usual = spelled.groupby(spelled.index.str.casefold(), sort=False).idxmax()
    labels = labels.str.casefold().map(usual)  # case makes no difference
    counts, where = labels.value_counts(), f"{path}: column {name!r}"
    if len(counts) < 2:
        raise Problem(f"{where} has no two different values; name another column with --target")
    mostly_rare = len(counts) > 20 and counts[counts < 3].sum() > MOST_RARE * len(labels)
    if mostly_rare or len(counts) > max(5, len(labels) / 2):
        looks = f"{len(counts)} different values in {len(labels)} rows, like a number or free text"
        raise Problem(f"{where} has {looks}; name classes with --target")
    return labels


def divided(config: Config, found: Table, cells: pd.DataFrame, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """0, 1 or 2 (train, valid, test) for each row, -1 where it is left out; and its key, which no two splits share.

    cells   typed, of the columns to learn from: rows in which they are equal stay together, and so do groups
    labels  (rows,) classes
    """
    keys = keys_of(found, cells)
    if found.meta["time"]:
        return by_time(config, found, cells, keys), keys
    return common.divide(keys, labels, config), keys


def metric_and_weights(config: Config, part: np.ndarray, targets: np.ndarray, classes: list[str]) -> dict:
    """For meta: which score counts, how much each class weighs in the loss, and which is the rarest.

    Where a class is so rare that accuracy would look good without it, macro F1 counts; of two classes of which one is
    in less than one of twenty, average precision: what matters is to find it. What a split hardly holds is told.

    part     (rows,) 0, 1 or 2 for train, valid and test, -1 for what is left out
    targets  (rows,) class numbers
    """
    counts = [np.bincount(targets[part == number], minlength=len(classes)) for number in range(3)]
    for name, count in zip(("train", "valid", "test"), counts, strict=True):
        if len(few := np.flatnonzero(count < FEWEST)):
            shown = ", ".join(f"{classes[k]!r} {count[k]}×" for k in few[:5]) + " …" * (len(few) > 5)
            what = "so it is hardly learnt" if name == "train" else "so its score tells little of them"
            note(f"{name} holds few examples of {len(few)} class(es): {shown}, {what}")
    shares = sum(counts) / sum(counts).sum()
    least, most = shares.min(), shares.max()
    known = METRICS if len(classes) == 2 else METRICS[:2]
    metric = config.metric or "accuracy"
    rare = least < min(0.15, 0.4 / len(classes)) and most > 2 * least
    if rare and not config.metric:
        metric = known[-1] if least < 0.05 else "macro F1"
    if metric not in known:
        raise Problem(f"no metric {metric!r} for {len(classes)} classes; use {', '.join(known)}", 2)
    balanced = {"auto": metric != "accuracy", "none": False, "balanced": True}
    if config.class_weights not in balanced:
        raise Problem(f"no class weights {config.class_weights!r}; use {', '.join(balanced)}", 2)
    weights = counts[0].sum() / (len(classes) * np.maximum(counts[0], 1))
    weights = np.minimum(weights, HEAVIEST).round(6).tolist() if balanced[config.class_weights] else None
    return {"metric": metric, "class_weights": weights, "rare_class": int(counts[0].argmin())}


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
    """Class probabilities as answers for people."""
    return [{"class": meta["classes"][row.argmax()], "probability": float(row.max())} for row in output]


def main() -> None:
    data = load(common.configured({}))
    for name, split in zip(("train", "valid", "test"), data[:3], strict=True):
        print(f"{name}: {len(split.ids)} rows, a batch of two is {split.inputs[:2].shape} {split.inputs.dtype}")
    for name in data.meta["header"]:
        about = data.meta["columns"].get(name, {"role": "unused"})
        print(f"{about['role']:8}  {name}")
    print(f"classes of {data.meta['target']}: {', '.join(data.meta['classes'])}")


if __name__ == "__main__":
    common.run(main)
