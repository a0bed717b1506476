"""Which rows are train, valid and test: whole groups at a time, and by time where there is one."""

import numpy as np

from cli import Fault
from config import Config
from features.layout import note
from splits import divide, join

LARGEST = 0.5  # share of rows that equal rows may tie together; beyond it only the group counts


def divide_rows(
    config: Config,
    path: str,
    equal: np.ndarray,
    groups: np.ndarray | None = None,
    times: np.ndarray | None = None,
    labels: np.ndarray | None = None,
    names: list[str] | None = None,
) -> tuple[list[np.ndarray], list[str]]:
    """Row numbers of train, valid and test, and what was kept together ("rows", "group", "time").

    equal   (rows,) keys, the same for rows of equal features
    groups  (rows,) keys, the same for rows of one group
    times   (rows,) numbers that grow
    labels  (rows,) class numbers, which are kept in proportion where rows are divided by chance; `names` is for errors
    """
    kept = ["rows"] + ["group"] * (groups is not None) + ["time"] * (times is not None)
    units = equal if groups is None else join(equal, groups)
    if kept != ["rows"] and ties_too_much(units, rows=len(equal), timed=times is not None, groups=groups):
        note("many rows have equal features, so these are not kept in one split; " + " and ".join(kept[1:]) + " are")
        units, kept = (np.arange(len(equal)) if groups is None else groups), kept[1:]
    if times is not None:
        return by_time(config, path, times, units), kept
    try:
        if labels is not None:
            firsts = labels[np.unique(units, return_index=True)[1]]  # the classes by which divide sorts the units
            if np.bincount(firsts, minlength=len(names or [])).min() >= 3:
                return divide(config, units, labels, names or ()), kept
        return divide(config, units), kept  # so few units that the classes cannot be kept in proportion
    except Fault as fault:
        raise Fault(f"{path}: {fault}" + ("" if groups is None else "; or use --group none")) from None


def ties_too_much(units: np.ndarray, rows: int, timed: bool, groups: np.ndarray | None) -> bool:
    """Whether equal rows tie so much together that neither a share nor a time could be kept."""
    largest = np.unique(units, return_counts=True)[1].max()
    alone = 1 if groups is None else np.unique(groups, return_counts=True)[1].max()
    return largest > max(alone, LARGEST * rows) or (timed and largest > max(alone, 0.01 * rows, 10))


def by_time(config: Config, path: str, times: np.ndarray, units: np.ndarray | None = None) -> list[np.ndarray]:
    """The newest rows test, the ones before choose the epoch; a unit (None: a row) is as new as its newest row.

    So no row of train is newer than the oldest time at which valid begins, and equal times meet in one split.
    """
    when = times
    if units is not None:
        _, unit_of_row = np.unique(units, return_inverse=True)
        newest = np.full(unit_of_row.max() + 1, -np.inf)
        np.maximum.at(newest, unit_of_row, times)
        when = newest[unit_of_row]
    begin_valid, begin_test = borders(when, config.valid_share, config.test_share, path)
    split = np.select([when >= begin_test, when >= begin_valid], [2, 1], 0)
    return [np.flatnonzero(split == number) for number in range(3)]


def borders(times: np.ndarray, valid_share: float, test_share: float, path: str) -> tuple[float, float]:
    """The times at which valid and test begin, as near to their shares as equal times allow."""
    distinct, counts = np.unique(times, return_counts=True)
    if len(distinct) < 3:
        raise Fault(f"{path} has {len(distinct)} different time(s), too few for train, valid and test; use --time none")
    before = np.cumsum(counts) - counts  # rows older than each time
    shares = before / counts.sum()
    test = int(np.clip(np.abs(shares - (1 - test_share)).argmin(), 2, len(distinct) - 1))
    valid = int(np.clip(np.abs(shares - (1 - test_share - valid_share)).argmin(), 1, test - 1))
    return float(distinct[valid]), float(distinct[test])
