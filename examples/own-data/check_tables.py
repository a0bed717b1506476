"""What check.py examines in tables alone: a column that tells all, and what its short runs change and ask for."""

from pathlib import Path
from typing import Any

import explain
import metrics
import table
from config import Config

import numpy as np
import pandas as pd

Found = tuple[bool | None, str, str]


def disturbed(cells: pd.DataFrame | pd.Series, rows: np.ndarray) -> pd.DataFrame | pd.Series:
    """Typed cells with other values in some rows, equal ones still equal, for check.py.

    A lone column stays, as it may be what rows are divided by.
    """
    if isinstance(cells, pd.DataFrame):
        lone = cells.shape[1] == 1
        return cells if lone else cells.apply(lambda column: disturbed(column, rows))
    some, kind = cells.loc[rows], cells.dtype.kind
    other = some + pd.Timedelta(days=999) if kind == "M" else -2 * some if kind == "f" else some + "~"
    return pd.concat([cells.drop(rows), other])[cells.index]


SOURCES = {"columns.typed": disturbed, "data.numbers_of": disturbed}  # what data are read by, if there are such


def as_files(config: Config, rows: np.ndarray, path: Path) -> range:
    """Write rows without their target, as predict.py takes them; which of its answers is whose. For check.py."""
    found = table.opened(config)
    found.frame.loc[rows].drop(columns=found.meta["target"]).to_csv(path, index=False)
    return range(len(rows))


def lone_column(bench: Any) -> Found:
    """No column alone tells the target: if it is not known in time, give it the role "skip" in data/schema.toml"""
    found, expected = explain.alone(bench.data), "less than all, or others do too"
    if found is None:
        return None, "too few rows, or a single column", f"{explain.FEWEST} rows and two columns"
    whole = f"{found.whole:.3g}"
    if found.asked:
        said = "; ".join(f"column {name!r} alone scores {score:.3g} of {whole}" for name, score in found.asked.items())
        return None, f"{said}: would you know it when you predict?", expected
    best = (max if metrics.HIGHER_IS_BETTER else min)(found.scores, key=found.scores.__getitem__)
    return True, f"the best, {best!r}, scores {found.scores[best]:.3g} of {whole}", expected


CHECKS = [lone_column]
