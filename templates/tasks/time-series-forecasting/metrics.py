"""The score of a forecast: MASE, its error as a multiple of the seasonal naive forecast's error within train.

Of several series each is scored by itself, and the score is the mean over the series, however long they are.
"""

from typing import Any

import numpy as np

from data import series_of
from scoring import intervals
from splits import Split

NAME = "MASE"
HIGHER_IS_BETTER = False
ENOUGH_SERIES = 10  # from so many on, an interval says how much the series differ
MOST_NAMED = 200  # series that the report lists one by one


def truth(split: Split, meta: dict[str, Any]) -> np.ndarray:
    """The steps that followed each window, (rows, horizon), in real units.

    Of several series (rows, 1 + horizon): the number of the series, and the steps in units of its scale.
    """
    steps = np.asarray(split.targets)
    return np.column_stack([series_of(split.ids, meta), steps]) if "series" in meta else steps


def gaps(target: np.ndarray, output: np.ndarray) -> np.ndarray:
    """Absolute errors in the units of the windows, (rows, horizon)."""
    return np.abs(output.astype(float) - target[:, -output.shape[1] :])


def errors(target: np.ndarray, output: np.ndarray, meta: dict[str, Any]) -> np.ndarray:
    """The scaled absolute error of each window, (rows,); weighed such that their mean counts each series the same."""
    return gaps(target, output).mean(1) / meta["scale"] * weights(target, meta)


def weights(target: np.ndarray, meta: dict[str, Any]) -> np.ndarray:
    """How much each window counts, (rows,), 1 on average: as much as all the others of its series together."""
    if "series" not in meta:
        return np.ones(len(target))
    _, number, count = np.unique(target[:, 0], return_inverse=True, return_counts=True)
    return len(target) / (len(count) * count[number])


def score(target: np.ndarray, output: np.ndarray, meta: dict[str, Any]) -> float:
    """Mean absolute scaled error (Hyndman and Koehler 2006) over all windows and steps ahead."""
    return float(errors(target, output, meta).mean())


def loss(target: np.ndarray, output: np.ndarray, meta: dict[str, Any]) -> float:
    """What training minimises is the score itself."""
    return score(target, output, meta)


def interval(target: np.ndarray, output: np.ndarray, meta: dict[str, Any]) -> tuple[list[float] | None, str]:
    """95 % interval; windows of neighbouring origins share steps, so they are drawn in blocks of a horizon."""
    return spread(errors(target, output, meta), target, meta)


def difference(target: np.ndarray, output: np.ndarray, rival: np.ndarray, meta: dict[str, Any]) -> tuple[Any, str]:
    """95 % interval of the score's difference from a rival's on the same windows."""
    return spread(errors(target, output, meta) - errors(target, rival, meta), target, meta)


def spread(values: np.ndarray, target: np.ndarray, meta: dict[str, Any]) -> tuple[list[float] | None, str]:
    """The 95 % interval of the mean of windows' values: over whole series where there are many, else over blocks."""
    if "series" in meta:
        numbers, number = np.unique(target[:, 0], return_inverse=True)
        if len(numbers) >= ENOUGH_SERIES:
            sums = np.bincount(number, values) * len(numbers) / len(values)  # (series,), their mean is the score
            found, _ = intervals.of_means(sums)
            return found, f"bootstrap over {len(sums)} series"
    return intervals.of_means(values, meta["horizon"])


def by_step(target: np.ndarray, output: np.ndarray, meta: dict[str, Any]) -> np.ndarray:
    """MASE for each step ahead, (horizon,)."""
    return (gaps(target, output) * weights(target, meta)[:, None]).mean(0) / meta["scale"]


def by_series(target: np.ndarray, output: np.ndarray, meta: dict[str, Any]) -> dict[str, float]:
    """MASE of each series that has windows, by its name."""
    error, number = gaps(target, output).mean(1), target[:, 0].astype(int)
    return {meta["series"]["names"][i]: float(error[number == i].mean()) for i in np.unique(number)}


def others(predictions: dict[str, np.ndarray], meta: dict[str, Any]) -> dict[str, Any]:
    """Errors in real units, MASE by step ahead and by series, and MASE of both naive forecasts."""
    target, output = predictions["target"], predictions["output"].astype(float)
    unit, more = np.ones((len(output), 1)), {}
    if "series" in meta:
        unit = np.array(meta["series"]["scales"])[target[:, :1].astype(int)]
        each = by_series(target, output, meta)
        more = {"series": len(each), "mase_by_series": each} if len(each) <= MOST_NAMED else {"series": len(each)}
    error = unit * (output - target[:, -output.shape[1] :])
    return {
        "mae": float(np.abs(error).mean()),
        "rmse": float(np.sqrt((error**2).mean())),
        "mase_last_value": score(target, predictions["last_value"], meta),
        "mase_seasonal_naive": score(target, predictions["seasonal_naive"], meta),
        "mase_by_step": by_step(target, output, meta).tolist(),
        **more,
    }
