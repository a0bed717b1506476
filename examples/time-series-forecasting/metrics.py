"""The score of forecasts, its 95 % interval, and the rivals that it is held against."""

from common import words
from data import Data, Split, normalise

import numpy as np

HIGHER_IS_BETTER = False
ENOUGH_SERIES = 10  # from so many on, an interval says how much the series differ
MOST_NAMED = 200  # series that the report lists one by one
MOST_ROWS = 10_000  # windows that ridge is fitted on: more hardly change it
MOST_NUMBERS = 10_000_000  # in these windows together
PENALTIES = 10.0 ** np.arange(-4, 5)
Interval = tuple[list[float] | None, str]  # low and high, and how they were found, or why not


def truth(split: Split, meta: dict) -> np.ndarray:
    """The number of the series, then the steps that followed in units, (rows, 1 + horizon)."""
    return np.column_stack([split.ids // meta["steps"], split.targets[:]])


def errors(target: np.ndarray, output: np.ndarray) -> np.ndarray:
    """The absolute error of each forecast and step in units, (rows, horizon)."""
    return np.abs(output - target[:, 1:])


def shares(target: np.ndarray) -> np.ndarray:
    """How much each row counts, (rows,), such that all series weigh the same, however long they are."""
    names, number, count = np.unique(target[:, 0], return_inverse=True, return_counts=True)
    return 1 / (len(names) * count[number])


def by_step(target: np.ndarray, output: np.ndarray) -> np.ndarray:
    """The score of each step ahead, (horizon,)."""
    return shares(target) @ errors(target, output)


def score(target: np.ndarray, output: np.ndarray, meta: dict) -> float:
    """Mean absolute scaled error (Hyndman and Koehler 2006): the error over the seasonal naive forecast's on train."""
    return float(by_step(target, output).mean())


def loss(target: np.ndarray, output: np.ndarray, meta: dict) -> float:
    """What training minimises: the same, but each row weighs the same."""
    return float(errors(target, output).mean())


def interval(target: np.ndarray, output: np.ndarray, meta: dict) -> Interval:
    """95 % interval of the score."""
    return bootstrap(errors(target, output).mean(1), target, meta)


def difference(target: np.ndarray, output: np.ndarray, rival: np.ndarray, meta: dict) -> Interval:
    """95 % interval of the score gained over a rival on the same rows; where it excludes 0, one beats the other."""
    gain = errors(target, output) - errors(target, rival)
    return bootstrap(gain.mean(1), target, meta)


def bootstrap(values: np.ndarray, target: np.ndarray, meta: dict) -> Interval:
    """Draws series with replacement, or where they are few blocks of a horizon: neighbouring forecasts share steps."""
    what, keys = "series", target[:, :1]
    if len(np.unique(keys)) < ENOUGH_SERIES:
        what = f"blocks of {meta['horizon']} forecasts"
        keys = np.column_stack([keys, np.arange(len(keys)) // meta["horizon"]])
    names, block = np.unique(keys, axis=0, return_inverse=True)
    if len(names) < 10:
        return None, f"{len(names)} {what} are too few for an interval"
    weight = np.bincount(block.ravel(), shares(target))  # (blocks,)
    total = np.bincount(block.ravel(), shares(target) * values)  # (blocks,)
    drawn = np.random.default_rng(0).integers(len(names), size=(1000, len(names)))
    means = total[drawn].sum(1) / weight[drawn].sum(1)
    return np.percentile(means, [2.5, 97.5]).tolist(), f"bootstrap over {len(names)} {what}"


def naive(split: Split, meta: dict) -> dict[str, np.ndarray]:
    """The two forecasts that need no learning, (rows, horizon) each."""
    before = np.array(meta["naive"]) - meta["context"]  # places, counted from the first step to forecast
    values = split.inputs.values
    return {
        words("rival_last_value"): np.repeat(values[split.ids[:, None] - 1], len(before), axis=1),
        words("rival_seasonal_naive", season=meta["season"]): values[split.ids[:, None] + before],
    }


def rivals(data: Data) -> dict[str, tuple[str, np.ndarray]]:
    """What the model must beat: name and forecasts for test, (rows, horizon); valid chooses among each kind.

    The reference is a linear model that corrects the seasonal naive forecast, as the networks do.
    """
    from runs import fewer  # which asks this file

    from sklearn.linear_model import Ridge  # slow to import, and no training needs it

    meta = data.meta

    def corrected(model: Ridge, split: Split) -> np.ndarray:
        """The forecasts of a fitted ridge, (rows, horizon)."""
        parts = []
        for rows in np.array_split(np.arange(len(split.ids)), 1 + len(split.ids) // 1000):
            seen, level, spread = normalise(split.inputs[rows].astype(float), meta)
            correction = model.predict(seen).reshape(len(seen), -1)
            parts.append(level + spread * (seen[:, meta["naive"]] + correction))
        return np.concatenate(parts)

    few = fewer(data.train, min(MOST_ROWS, MOST_NUMBERS // meta["context"]))
    seen, level, spread = normalise(few.inputs.astype(float), meta)
    wanted = (few.targets - level) / spread - seen[:, meta["naive"]]
    models = [Ridge(alpha=penalty).fit(seen, wanted) for penalty in PENALTIES]
    target, on_valid = truth(data.valid, meta), naive(data.valid, meta)
    simple = min(on_valid, key=lambda name: score(target, on_valid[name], meta))
    best = min(models, key=lambda model: score(target, corrected(model, data.valid), meta))
    return {
        "baseline": (simple, naive(data.test, meta)[simple]),
        "reference": (words("rival_reference"), corrected(best, data.test)),
    }


def others(target: np.ndarray, output: np.ndarray, meta: dict) -> dict:
    """What the score alone does not tell: errors as people measure them, by step ahead and by series."""
    number, error = target[:, 0].astype(int), errors(target, output)
    units = np.array([about["unit"] for about in meta["series"].values()])
    gap = units[number, None] * error
    found = {
        "mae": float(gap.mean()),
        "rmse": float((gap**2).mean() ** 0.5),
        "mase_by_step": by_step(target, output).tolist(),
    }
    if len(units) <= MOST_NAMED:
        names = list(meta["series"])
        found["mase_by_series"] = {names[one]: float(error[number == one].mean()) for one in np.unique(number)}
    return found
