"""The score of a forecast: MASE, its error as a multiple of the seasonal naive forecast's error within train."""

from typing import Any

import numpy as np

import intervals
from splits import Split

NAME = "MASE"
HIGHER_IS_BETTER = False


def truth(split: Split, meta: dict[str, Any]) -> np.ndarray:
    """The steps that followed each window, (rows, horizon), in real units."""
    return np.asarray(split.targets)


def errors(target: np.ndarray, output: np.ndarray, meta: dict[str, Any]) -> np.ndarray:
    """The scaled absolute error of each window, (rows,)."""
    return np.abs(output.astype(float) - target).mean(1) / meta["scale"]


def score(target: np.ndarray, output: np.ndarray, meta: dict[str, Any]) -> float:
    """Mean absolute scaled error (Hyndman and Koehler 2006) over all windows and steps ahead."""
    return float(errors(target, output, meta).mean())


def loss(target: np.ndarray, output: np.ndarray, meta: dict[str, Any]) -> float:
    """What training minimises is the score itself."""
    return score(target, output, meta)


def interval(target: np.ndarray, output: np.ndarray, meta: dict[str, Any]) -> tuple[list[float] | None, str]:
    """95 % interval; windows of neighbouring origins share steps, so they are drawn in blocks of a horizon."""
    error = errors(target, output, meta)
    return intervals.bootstrap(lambda index: float(error[index].mean()), len(error), meta["horizon"])


def difference(target: np.ndarray, output: np.ndarray, rival: np.ndarray, meta: dict[str, Any]) -> tuple[Any, str]:
    """95 % interval of the score's difference from a rival's on the same windows."""
    gap = errors(target, output, meta) - errors(target, rival, meta)
    return intervals.bootstrap(lambda index: float(gap[index].mean()), len(gap), meta["horizon"])


def by_step(target: np.ndarray, output: np.ndarray, meta: dict[str, Any]) -> np.ndarray:
    """MASE for each step ahead, (horizon,)."""
    return np.abs(output.astype(float) - target).mean(0) / meta["scale"]


def others(predictions: dict[str, np.ndarray], meta: dict[str, Any]) -> dict[str, Any]:
    """Errors in real units, MASE by step ahead, and MASE of both naive forecasts."""
    target, output = predictions["target"], predictions["output"].astype(float)
    return {
        "mae": float(np.abs(output - target).mean()),
        "rmse": float(np.sqrt(((output - target) ** 2).mean())),
        "mase_last_value": score(target, predictions["last_value"], meta),
        "mase_seasonal_naive": score(target, predictions["seasonal_naive"], meta),
        "mase_by_step": by_step(target, output, meta).tolist(),
    }
