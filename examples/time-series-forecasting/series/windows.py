"""Windows of series: what was seen, normalised, and the steps that followed, cut when a batch is asked for."""

from typing import Any

import numpy as np

from series import season as seasons
from series.joint import Panel
from splits import Split


class Windows:
    """A series kept once, from which windows are cut and normalised when a batch is asked for."""

    def __init__(self, values: np.ndarray, origins: np.ndarray, meta: dict[str, Any]) -> None:
        self.values, self.origins, self.meta = values, origins, meta  # (steps,), (rows,) the first step to forecast

    def __len__(self) -> int:
        return len(self.origins)

    def __getitem__(self, index: Any) -> dict[str, np.ndarray]:
        """What a model sees of the examples `index`: see `normalise`."""
        return normalise(self.values, self.origins[index], self.meta)


def normalise(values: np.ndarray, origins: np.ndarray, meta: dict[str, Any]) -> dict[str, np.ndarray]:
    """Model inputs of windows that end before `origins`: the one normalisation, by nothing but the window itself.

    values  (batch, context) the window, as distance from its level in units of its spread
    naive   (batch, horizon) the last season repeated, likewise: where a forecast starts from
    level   (batch, 1) the mean of the window's last season, or of all of it where there is none, in real units
    spread  (batch, 1) the window's standard deviation, in real units; a constant window gets a small one
    """
    windows = values[origins[:, None] + np.arange(-meta["context"], 0)]
    seasons_end = windows[:, -meta["season"] :] if meta["season"] > 1 else windows  # else naive would be the level
    level = seasons_end.mean(1, keepdims=True)
    spread = np.maximum(windows.std(1, keepdims=True), meta["least_spread"])
    naive = seasons.repeat(values, origins, meta["season"], meta["horizon"])
    inputs = {
        "values": (windows - level) / spread,
        "naive": (naive - level) / spread,
        "level": level,
        "spread": spread,
    }
    return {name: array.astype(np.float32) for name, array in inputs.items()}


class Following:
    """The steps after each origin, cut when they are asked for: `following[index]` is (batch, horizon)."""

    def __init__(self, values: np.ndarray, origins: np.ndarray, horizon: int) -> None:
        self.values, self.origins, self.shape = values, origins, (len(origins), horizon)

    def __len__(self) -> int:
        return len(self.origins)

    def __getitem__(self, index: Any) -> np.ndarray:
        """The steps that follow the origins `index`, float32."""
        return self.values[self.origins[index][:, None] + np.arange(self.shape[1])].astype(np.float32)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return self[:] if dtype is None else self[:].astype(dtype)


def origins(panel: Panel, first: int, end: int, reach: int, horizon: int, most: int | None = None) -> np.ndarray:
    """Places in the joined series of the first steps to forecast, such that all of a forecast lies in [first, end).

    most  of more windows only every so manieth is taken, at most a horizon apart, and the oldest of each series: each
          step is still forecast
    """
    found, before = [], 0
    ends = [
        (max(first, start + reach), min(end, start + len(values)) - horizon)
        for start, values in zip(panel.starts, panel.values, strict=True)
    ]
    count = sum(max(0, newest - oldest + 1) for oldest, newest in ends)
    apart = min(horizon, -(-count // most)) if most and count else 1
    for start, values, (oldest, newest) in zip(panel.starts, panel.values, ends, strict=True):
        here = np.arange(newest, oldest - 1, -apart)[::-1]
        if len(here) and here[0] > oldest:
            here = np.insert(here, 0, oldest)
        found.append(here - start + before)
        before += len(values)
    return np.concatenate(found)


def cut(values: np.ndarray, origins: np.ndarray, meta: dict[str, Any]) -> Split:
    """The examples whose first steps to forecast are `origins`, places in the joined series."""
    return Split(Windows(values, origins, meta), Following(values, origins, meta["horizon"]), origins)
