"""Rows of a table with a class each, from your file to train, valid and test: `python data.py` shows them."""

from typing import NamedTuple

import columns
import common
import prepare
import table
from common import Problem, note
from config import Config

import numpy as np
import pandas as pd

INPUT = "a table with the columns of the training data, or one row of it, with commas between"
MOST_CLASSES = 1000
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
    """The rows of the table, encoded in prepared/ and mapped from there; classes are numbered in their order."""
    arrays, meta = prepare.prepared(config, classes=True)
    values = meta.pop("values")
    names = pd.Series(sorted(values))
    numbers = pd.to_numeric(names, errors="coerce").fillna(0)
    classes = names[numbers.argsort(kind="stable")].tolist()  # in the order of numbers, else of the alphabet
    if not 2 <= len(classes) <= MOST_CLASSES:
        what = f"{meta['target']!r} has {len(classes)} different values"
        raise Problem(f"{config.data}: {what}; name classes by --target")
    place = np.array([classes.index(value) for value in values])
    for some in arrays:
        some["targets"] = place[some["targets"].astype(int)]
    targets = [some["targets"] for some in arrays]
    part = np.repeat(range(3), [len(some) for some in targets])
    meta |= metric_and_weights(config, part, np.concatenate(targets), classes)
    meta |= {"classes": classes, "outputs": len(classes)}
    return Data(*(Split(**some) for some in arrays), meta)


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
