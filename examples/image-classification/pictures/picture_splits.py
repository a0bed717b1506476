"""Train, valid and test of pictures: those that the data bring, else drawn; alike pictures meet in one."""

import sys

import numpy as np

from config import Config
from splits import divide

from . import Pictures


def divide_rows(config: Config, given: Pictures, labelled: bool) -> list[np.ndarray]:
    """Rows of train, valid and test, sorted.

    A test or valid set that came with the data is kept; what looks like one of test is left out of valid and train,
    what looks like one of valid out of train.
    """
    rows, groups, splits = given.rows, given.groups, given.splits[given.rows]
    test, valid = rows[splits == "test"], rows[splits == "valid"]
    rest = rows[(splits != "test") & (splits != "valid")]
    valid, rest = (without(part, test, groups, name) for part, name in ((valid, "validation"), (rest, "training")))
    rest = without(rest, valid, groups, "training", "validation")
    if len(test) and len(valid):
        return [rest, valid, test]
    labels = (given.labels[rest], given.classes) if labelled else ()
    share = {"share_for_test": 0.0} if len(test) else {}
    train, drawn_valid, drawn_test = (rest[part] for part in divide(config, groups[rest], *labels, **share))
    if len(test):  # the few that divide() drew for test are of use to train
        return [np.sort(np.concatenate([train, drawn_test])), drawn_valid, test]
    if len(valid):
        return [np.sort(np.concatenate([train, drawn_valid])), valid, drawn_test]
    return [train, drawn_valid, drawn_test]


def without(rows: np.ndarray, held_out: np.ndarray, groups: np.ndarray, name: str, other: str = "test") -> np.ndarray:
    """The rows that look like none of a held-out set."""
    alike = np.isin(groups[rows], groups[held_out])
    if alike.any():
        count = int(alike.sum())
        print(f"{count} {name} picture(s) look like some of the {other} set and are left out", file=sys.stderr)
    return rows[~alike]


def mean_and_deviation(given: Pictures, rows: np.ndarray) -> tuple[float, float]:
    """Of all pixels of some pictures, from the sums that were noted when they were prepared."""
    count = len(rows) * int(np.prod(given.images.shape[1:]))
    mean = int(given.facts["sum"][rows].sum()) / count
    variance = int(given.facts["squares"][rows].sum()) / count - mean**2
    return mean, max(variance, 0.0) ** 0.5
