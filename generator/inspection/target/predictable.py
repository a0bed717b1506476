"""How much the other columns tell about each one, by ridge regression on a small sample, judged on rows left out."""

import numpy as np

from ..columns.meaning import as_numbers
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
    shares = [_explained(blocks, *halves) for halves in ((order[::2], order[1::2]), (order[1::2], order[::2]))]
    return {i: float(np.clip(np.mean([share[i] for share in shares]), 0, 1)) for i in blocks}


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


def _explained(blocks: dict[int, np.ndarray], fitted: np.ndarray, judged: np.ndarray) -> dict[int, float]:
    """The share of each block that all others explain in the rows `judged`, by ridge regression on those `fitted`.

    One inverse serves them all. In P, that of x'x + penalty, what stands beside the part of block b is -w P_bb, where w
    are the weights by which the other columns predict it; so what these leave of it is (x P)_b P_bb⁻¹.
    """
    x = np.concatenate(list(blocks.values()), axis=1)
    inverse = np.linalg.inv(x[fitted].T @ x[fitted] + RIDGE * len(fitted) * np.eye(x.shape[1]))
    mixed, shares, begin = x[judged] @ inverse, {}, 0
    for i, block in blocks.items():
        own = slice(begin, begin + block.shape[1])
        begin = own.stop
        left = np.linalg.solve(inverse[own, own].T, mixed[:, own].T).T
        shares[i] = 1 - (left**2).sum() / max((block[judged] ** 2).sum(), 1e-12)
    return shares
