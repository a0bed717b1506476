"""What the model must beat: two forecasts that need no learning, and ridge regression on the lags."""

from typing import Any

import numpy as np
from sklearn.linear_model import Ridge

import metrics
from series import season as seasons
from splits import Data, Split, take
from support.wording import words

PENALTIES = tuple(10.0**power for power in range(-4, 5))
MOST_ROWS = 10_000  # windows that ridge is fitted on: more hardly change it


def naive(split: Split, meta: dict[str, Any]) -> dict[str, np.ndarray]:
    """Last value and seasonal naive, each (rows, horizon)."""
    return {
        name: seasons.repeat(split.inputs.values, split.ids, season, meta["horizon"])
        for name, season in (("last_value", 1), ("seasonal_naive", meta["season"]))
    }


def ridge(data: Data) -> np.ndarray:
    """Forecasts for test by ridge regression on the same normalised windows; valid chooses the penalty."""
    rows = np.unique(np.linspace(0, len(data.train) - 1, MOST_ROWS).astype(int))
    inputs = take(data.train.inputs, rows)
    wanted = (data.train.targets[rows] - inputs["level"]) / inputs["spread"] - inputs["naive"]
    best, least, truth = None, np.inf, metrics.truth(data.valid, data.meta)
    for penalty in PENALTIES:
        model = Ridge(alpha=penalty).fit(inputs["values"].astype(float), wanted)
        error = metrics.score(truth, apply(model, data.valid), data.meta)
        if error < least:
            best, least = model, error
    return apply(best, data.test)


def apply(model: Ridge, split: Split) -> np.ndarray:
    """Forecasts of a fitted ridge in the units of the targets, (rows, horizon)."""
    parts = []
    for start in range(0, len(split), MOST_ROWS):
        inputs = take(split.inputs, slice(start, start + MOST_ROWS))
        correction = model.predict(inputs["values"].astype(float)).reshape(inputs["naive"].shape)
        parts.append(inputs["level"] + inputs["spread"] * (inputs["naive"] + correction))
    return np.concatenate(parts)


def predictions(data: Data) -> dict[str, tuple[str, np.ndarray]]:
    """Baseline (the naive forecast that is better on valid), reference (fitted on train alone), and both naive ones."""
    on_valid, on_test = naive(data.valid, data.meta), naive(data.test, data.meta)
    truth = metrics.truth(data.valid, data.meta)
    better = min(on_valid, key=lambda name: metrics.score(truth, on_valid[name], data.meta))
    names = {name: words(f"rival_{name}", season=data.meta["season"]) for name in on_test}
    return {
        "baseline": (names[better], on_test[better]),
        "reference": (words("rival_reference"), ridge(data)),
        **{name: (names[name], forecast) for name, forecast in on_test.items()},
    }
