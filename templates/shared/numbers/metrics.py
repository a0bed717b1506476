"""The score of predicted numbers (RMSE, in their own unit), its 95 % interval, and the rivals it is held against."""

from collections.abc import Callable

from common import words
from data import Data, Split

import numpy as np

HIGHER_IS_BETTER = False
FEW_ROWS = 1000  # below this the histograms of the fast kind of boosting are too coarse
MOST_ROWS, MOST_VALUES = 200_000, 255  # of train that boosting is fitted on, and of a category that it takes for one
MOST_BLOCKS = 2000  # neighbouring rows count together in a bootstrap of more
Interval = tuple[list[float] | None, str]  # low and high, and how they were found, or why not


def truth(split: Split, meta: dict) -> np.ndarray:
    """The right numbers in real units, (rows,) float64."""
    return np.asarray(split.targets[:], np.float64) * meta["deviation"] + meta["mean"]


def squares(target: np.ndarray, output: np.ndarray) -> np.ndarray:
    """The squared error of each row, (rows,)."""
    return (output.astype(np.float64) - target) ** 2


def score(target: np.ndarray, output: np.ndarray, meta: dict) -> float:
    """Root of the mean squared error: large errors count for more."""
    return float(np.sqrt(squares(target, output).mean()))


def loss(target: np.ndarray, output: np.ndarray, meta: dict) -> float:
    """Mean squared error in deviations of train, as training minimises it."""
    return float(squares(target, output).mean() / meta["deviation"] ** 2)


def interval(target: np.ndarray, output: np.ndarray, meta: dict) -> Interval:
    """95 % bootstrap interval of the score."""
    return bootstrap(squares(target, output)[:, None], lambda means: np.sqrt(means[:, 0]))


def difference(target: np.ndarray, output: np.ndarray, rival: np.ndarray, meta: dict) -> Interval:
    """95 % bootstrap interval of the score's difference from a rival's, on the same rows in each draw."""

    def gain(means: np.ndarray) -> np.ndarray:
        own, other = np.sqrt(means).T
        return own - other

    return bootstrap(np.stack([squares(target, output), squares(target, rival)], axis=1), gain)


def bootstrap(values: np.ndarray, statistic: Callable[[np.ndarray], np.ndarray], draws: int = 1000) -> Interval:
    """Percentile bootstrap of a statistic of means, (draws, columns), of values (rows, columns)."""
    if len(values) < 10:
        return None, f"{len(values)} test rows are too few for an interval"
    count = min(len(values), MOST_BLOCKS)
    blocks = np.array_split(values, count)
    means = np.array([block.mean(0) for block in blocks])
    rng = np.random.default_rng(0)
    times = rng.multinomial(count, np.full(count, 1 / count), draws)  # (draws, blocks): how often each is drawn
    found = statistic(times @ means / count)
    ends = np.percentile(found, [2.5, 97.5])
    return ends.tolist(), f"bootstrap over {len(values)} rows"


def rivals(data: Data) -> dict[str, tuple[str, np.ndarray]]:
    """What the model must beat, fitted on train alone: name and numbers for test, (rows,).

    The reference is gradient boosting, which is hard to beat on tables; for a run of that, a linear model.
    """
    from runs import fewer  # which asks this file

    from sklearn.compose import make_column_transformer  # slow to import, all of them
    from sklearn.ensemble import GradientBoostingRegressor, HistGradientBoostingRegressor
    from sklearn.linear_model import Ridge
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder
    from threadpoolctl import threadpool_limits

    meta, name = data.meta, words("rival_reference")
    if meta["model"] == "boosting":
        codes = list(range(meta["numbers"], data.train.inputs.shape[1]))
        apart = OneHotEncoder(handle_unknown="ignore"), codes
        model = make_pipeline(make_column_transformer(apart, remainder="passthrough"), Ridge())
        name = words("rival_linear")
    elif len(data.train.ids) < FEW_ROWS:
        model = GradientBoostingRegressor(n_estimators=100, max_depth=2, subsample=0.8, random_state=0)
    else:
        few = [False] * meta["numbers"] + [size < MOST_VALUES for size in meta["categories"]]
        model = HistGradientBoostingRegressor(categorical_features=few, random_state=0)
    train = fewer(data.train, MOST_ROWS)
    with threadpool_limits(1, "openmp"):  # more threads would wait for each other longer than they work
        model.fit(train.inputs, train.targets)
        said = model.predict(data.test.inputs[:]) * meta["deviation"] + meta["mean"]
    everywhere = np.full(len(data.test.ids), truth(data.train, meta).mean())
    return {"baseline": (words("rival_baseline"), everywhere), "reference": (name, said)}


def others(target: np.ndarray, output: np.ndarray, meta: dict) -> dict[str, float]:
    """The mean absolute error, and the share of the variance that is explained."""
    error = output.astype(np.float64) - target
    found = {"mae": float(np.abs(error).mean())}
    if variance := float(target.var()):
        found["r2"] = 1 - float((error**2).mean()) / variance
    return found
