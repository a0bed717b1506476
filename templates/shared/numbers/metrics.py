"""The score of predicted numbers: RMSE, in the target's own unit, beside MAE and R²."""

from typing import Any

import numpy as np

from scoring import intervals
from splits import Split

NAME = "RMSE"
HIGHER_IS_BETTER = False


def truth(split: Split, meta: dict[str, Any]) -> np.ndarray:
    """The right numbers in real units, (rows,) float64."""
    return np.asarray(split.targets, np.float64) * meta["deviation"] + meta["mean"]


def squares(target: np.ndarray, output: np.ndarray) -> np.ndarray:
    """The squared error of each row, (rows,)."""
    return (output.astype(np.float64) - target) ** 2


def score(target: np.ndarray, output: np.ndarray, meta: dict[str, Any]) -> float:
    """Root of the mean squared error: large errors count for more."""
    return float(np.sqrt(squares(target, output).mean()))


def loss(target: np.ndarray, output: np.ndarray, meta: dict[str, Any]) -> float:
    """Mean squared error in deviations of train, as training minimises it."""
    return float(squares(target, output).mean() / meta["deviation"] ** 2)


def interval(target: np.ndarray, output: np.ndarray, meta: dict[str, Any]) -> tuple[list[float] | None, str]:
    """95 % bootstrap interval of the score."""
    return intervals.of_means(squares(target, output), statistic=np.sqrt)


def difference(target: np.ndarray, output: np.ndarray, rival: np.ndarray, meta: dict[str, Any]) -> tuple[Any, str]:
    """95 % bootstrap interval of the score's difference from a rival's, on the same rows in each draw."""
    both = np.stack([squares(target, output), squares(target, rival)], axis=1)
    return intervals.of_means(both, statistic=lambda means: float(np.subtract(*np.sqrt(means))))


def others(predictions: dict[str, np.ndarray], meta: dict[str, Any]) -> dict[str, float]:
    """The mean absolute error, and the share of the variance that is explained."""
    target, output = predictions["target"], predictions["output"].astype(np.float64)
    variance = float(((target - target.mean()) ** 2).mean())
    found = {"mae": float(np.abs(output - target).mean())}
    return found | ({"r2": 1 - float(squares(target, output).mean()) / variance} if variance else {})
