"""How far forecasts are off: the band around a forecast, from the errors on valid at each step ahead."""

from typing import Any

import numpy as np

from engine import inference
from splits import Data

SHARES = (0.1, 0.9)  # eight in ten errors on valid lie between
NAME = "10–90 % of the errors on valid"


def offsets(model: Any, data: Data) -> np.ndarray:
    """What to add to a forecast for the lower and the upper end of its band, (2, horizon); of several series in units
    of their scales, as their windows are."""
    error = np.asarray(data.valid.targets) - inference.outputs(model, data.valid, data.meta)  # (rows, horizon)
    return np.quantile(error, SHARES, axis=0)
