"""How much the other columns tell about each one, by ridge regression on a small sample, judged on rows left out."""

import numpy as np

from ..columns.numbers import as_numbers
from ..columns.relation import Table
from ..findings import Column

ROWS = 1000  # of the sample
FEWEST_ROWS = 30
MOST_COLUMNS = 80  # of a wider table, nothing is said
MOST_LEVELS = 8  # of a category that become columns
RIDGE = 0.02  # of the rows, as the weight of the penalty


def told_by_others(table: Table, columns: list[Column], usable: list[int]) -> dict[int, float]:
    """The share of each column's variance that the others explain in the other half of the rows, from 0 to 1."""
    step = max(1, len(table.sample) // ROWS)
    blocks = {i: block for i in usable if (block := _block(table.columns[i][::step], columns[i])) is not None}
    if len(blocks) < 2 or len(blocks) > MOST_COLUMNS or len(table.sample) < FEWEST_ROWS:
        return {}
    order = np.random.default_rng(0).permutation(len(next(iter(blocks.values()))))
    halves = order[::2], order[1::2]
    return {i: float(np.clip(_explained(blocks, i, halves), 0, 1)) for i in blocks}


def _block(cells: list[str], column: Column) -> np.ndarray | None:
    """A column as standardised numbers, (rows, 1), or its frequent values as columns of 0 and 1, centred."""
    if column.role == "number":
        values = as_numbers(cells, column.parse)
        if not (there := np.isfinite(values)).any():
            return None
        low, high = np.quantile(values[there], [0.01, 0.99])
        block = np.where(there, values.clip(low, high), values[there].mean())[:, None]
    elif column.role == "category":
        names, counts = np.unique(cells, return_counts=True)
        kept = names[np.argsort(-counts)[:MOST_LEVELS]]
        block = (np.array(cells)[:, None] == kept).astype(float)
    else:
        return None
    block = block - block.mean(0)
    return block / max(float(block.std()), 1e-12)


def _explained(blocks: dict[int, np.ndarray], i: int, halves: tuple[np.ndarray, np.ndarray]) -> float:
    """The mean share explained, fitted on one half and judged on the other."""
    inputs = np.concatenate([block for k, block in blocks.items() if k != i], axis=1)
    wanted, shares = blocks[i], []
    for fitted, judged in (halves, halves[::-1]):
        x, y = inputs[fitted], wanted[fitted]
        gram = x.T @ x + RIDGE * len(x) * np.eye(x.shape[1])
        left = wanted[judged] - inputs[judged] @ np.linalg.solve(gram, x.T @ y)
        shares.append(1 - (left**2).sum() / max((wanted[judged] ** 2).sum(), 1e-12))
    return float(np.mean(shares))
