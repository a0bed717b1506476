"""What is known of series beside their windows: facts that forecasts need, values in their scales, a fingerprint."""

import hashlib
from pathlib import Path
from typing import Any

import numpy as np

from series import folder as folders
from series.joint import Panel
from support import mapped


def only(panel: Panel, reach: int) -> dict[str, Any]:
    """What meta says about a single series."""
    (values,) = panel.values
    return {
        "target": panel.layout["targets"][0],
        "time": panel.layout["time"],
        "clock": panel.clock,
        "end": {"steps": len(values), "values": values[-reach:].tolist()},  # where predict goes on
    }


def several(panel: Panel, scales: list[float], reach: int) -> dict[str, Any]:
    """What meta says about several series, in lists of one entry for each.

    All windows are in units of their series' scale, its own seasonal naive error in train, so that the scale is 1.
    """
    lengths = np.array([len(values) for values in panel.values])
    return {
        "target": ", ".join(panel.layout["targets"][:3]) + (" …" if len(panel.layout["targets"]) > 3 else ""),
        "time": panel.layout["time"],
        "clock": panel.clock,
        "layout": panel.layout,
        "series": {
            "names": panel.names,
            "scales": scales,
            "places": (lengths.cumsum() - lengths).tolist(),  # where each begins in the joined series
            "starts": panel.starts.tolist(),  # the step of the clock at which it begins
            "ends": (panel.starts + lengths).tolist(),
            "values": [values[-reach:].tolist() for values in panel.values],  # where predict goes on
        },
    }


def in_scales(panel: Panel, scales: list[float], source: str) -> np.ndarray:
    """All series one after the other, in units of their scales; of a source larger than memory they stay on disk."""
    parts = (values / scale for values, scale in zip(panel.values, scales, strict=True))
    if not isinstance(panel.values[0], np.memmap):
        return np.concatenate(list(parts))

    def make(folder: Path) -> dict[str, Any]:
        joined = mapped.Growing(float, folder / "values")
        for values in parts:
            joined.append(values)
        return {"steps": len(joined.array())}

    folder, _ = mapped.prepare(
        "scaled", folders.files_of(source) or [Path(source)], {"scales": scales, "names": panel.names}, make
    )
    return mapped.read(folder / "values", float)


def fingerprint(panel: Panel) -> str:
    """The sha256 of all values, and of the names where there are several."""
    digest = hashlib.sha256()
    for name, values in zip(panel.names, panel.values, strict=True):
        digest.update(name.encode("utf-8", "surrogatepass") if panel.several() else b"")
        digest.update(np.ascontiguousarray(values, "<f8").data)
    return digest.hexdigest()
