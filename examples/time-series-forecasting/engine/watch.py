"""What to watch while a forecaster learns."""

import numpy as np

from splits import Data, take

NOT_APPLICABLE = {"causal": "a forecast is made after all of the window was seen; steps to come are in no input"}


def at_start(data: Data) -> tuple[float, float]:
    """Loss of a model that corrects nothing, the seasonal naive forecast's on train, and how far from it is fine."""
    rows = np.unique(np.linspace(0, len(data.train) - 1, 2000).astype(int))
    inputs = take(data.train.inputs, rows)
    naive = inputs["level"] + inputs["spread"] * inputs["naive"]
    expected = float(np.abs(naive - take(data.train.targets, rows)).mean() / data.meta["scale"])
    return expected, 0.1 + 0.2 * expected
