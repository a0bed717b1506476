"""The child's half of checks on plain functions: splits, schedule, early stopping, scores and intervals."""

import contextlib
import io

import common
import data
import metrics
from runs import State

import numpy as np


def divide(config: dict, keys: np.ndarray, labels: np.ndarray | None, **knobs: float) -> np.ndarray:
    """Which split common.divide gives each row."""
    with contextlib.redirect_stderr(io.StringIO()):
        return np.asarray(common.divide(keys, labels, common.configured(config | knobs)))


def rates(config: dict, shares: np.ndarray, **knobs: float) -> np.ndarray:
    """The learning rate after each share of training."""
    settings = common.configured(config | knobs)
    return np.array([settings.rate(float(share)) for share in shares])


def over(config: dict, states: np.ndarray, **knobs: float) -> np.ndarray:
    """Whether training is over in each state: the epoch that begins, the best one (0 = none), seconds spent."""
    settings, found = common.configured(config | knobs), []
    for epoch, best, seconds in states.tolist():
        merit = [0.5, -1.0, int(best)] if best else []
        found.append(State(epoch=int(epoch), seconds=seconds, best=merit).over(settings))
    return np.array(found, float)


def score(meta: dict, target: np.ndarray, output: np.ndarray, weight: np.ndarray | None = None) -> float:
    """The score of answers."""
    return metrics.score(target, output, meta, *([] if weight is None else [weight]))


def interval(meta: dict, target: np.ndarray, output: np.ndarray) -> np.ndarray:
    """Low and high end of the score's interval; nothing where there is none."""
    return np.array(metrics.interval(target, output, meta)[0] or [])


def stretches(config: dict, length: int, **knobs: float) -> np.ndarray:
    """Part, begin and end of each stretch of a text."""
    parts = data.divide(length, common.configured(config | knobs))
    return np.array([[number, *stretch] for number, some in enumerate(parts) for stretch in some])


def scales(table: np.ndarray, season: int) -> np.ndarray:
    """Mean and unit of each column of a table of series, (series, 2)."""
    import pandas as pd

    series = data.fit(pd.DataFrame(table, columns=[f"s{i}" for i in range(table.shape[1])]), season)
    return np.array([[series[f"s{i}"]["mean"], series[f"s{i}"]["unit"]] for i in range(table.shape[1])])


def windows(meta: dict, values: np.ndarray, first: int, end: int) -> dict[str, np.ndarray]:
    """The windows that are cut from series, (series, steps)."""
    split = data.cut(values, first, end, meta | {"steps": values.shape[1]})
    return {"inputs": split.inputs[:], "targets": split.targets[:], "ids": split.ids, "keys": split.keys}
