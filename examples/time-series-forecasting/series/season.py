"""The season of a series, found by autocorrelation, and the two forecasts that need no learning."""

import numpy as np

LEAST_CORRELATION = 0.3  # a season that explains less of the changes is no better than none
MOST = 500_000  # of the newest steps that are looked at, so that memory does not depend on how long a series is
NEAR_BEST = 0.9  # a shorter lag nearly as good as the best one wins, so that 12 is not taken for 24
AROUND = 1.25  # times it, the best lag is taken: noise makes peaks of 284 and 291 beside that of 288
VALLEY = 0.5  # of a peak: lower the correlation falls before a season repeats, else changes just last for a while


def find(values: np.ndarray, most: int) -> int:
    """The lag at which the changes of a series repeat best, or 1 where they do not.

    values  (steps,) floats, of train alone
    most    the longest season there is room for

    Changes (differences of neighbours) have no trend. Lags up to half of the series are tried, so that a season is
    seen twice; only peaks of the autocorrelation count.
    """
    values = values[-MOST:]
    changes = np.diff(values)
    changes = changes - changes.mean() if len(changes) else changes
    longest = min(len(values) // 2, most)
    if longest < 2 or not changes.any():
        return 1
    power = np.abs(np.fft.rfft(changes, 2 * len(changes))) ** 2  # padded: the end must not meet the start
    correlation = np.fft.irfft(power)[: longest + 2]
    correlation /= correlation[0]
    lags = np.arange(2, len(correlation) - 1)
    peaks = lags[(correlation[lags] >= correlation[lags - 1]) & (correlation[lags] >= correlation[lags + 1])]
    peaks = peaks[correlation[peaks] >= max(LEAST_CORRELATION, 2 / np.sqrt(len(changes)))]
    lowest = np.minimum.accumulate(correlation[2:])  # noise lowers that of lag 1
    peaks = peaks[lowest[np.minimum(peaks + peaks // 2, len(correlation) - 1) - 2] < VALLEY * correlation[peaks]]
    if not len(peaks):
        return 1
    first = peaks[correlation[peaks] >= NEAR_BEST * correlation[peaks].max()][0]
    beside = peaks[(peaks >= first) & (peaks <= AROUND * first)]
    return int(beside[correlation[beside].argmax()])


def repeat(values: np.ndarray, origins: np.ndarray, season: int, horizon: int) -> np.ndarray:
    """The last season known at each origin, repeated over the horizon; with season 1 that is the last value.

    values   (steps,)
    origins  (rows,) the first step to forecast, at least `season`

    Returns (rows, horizon).
    """
    return values[origins[:, None] - season + np.arange(horizon) % season]


def scale(values: np.ndarray, season: int) -> float:
    """What MASE divides by (Hyndman, Koehler 2006): the mean absolute error of seasonal naive forecasts in train.

    Where that is 0, the step-to-step change is taken.
    """
    errors = (float(np.abs(values[lag:] - values[:-lag]).mean()) for lag in (season, 1) if lag < len(values))
    return next(error for error in errors if error > 0)
