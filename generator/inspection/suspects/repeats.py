"""Rows that stand in a table more than once: equal ones, and in a sample those that differ in writing only."""

import math
import re

from ..columns.meaning import as_numbers
from ..columns.relation import Table
from ..findings import Column, Suspect

CHANCE = 1000  # times as many rows could be told apart by the values of all columns, or rows are equal by chance


def of_rows(table: Table, columns: list[Column]) -> list[Suspect]:
    """Duplicates and near duplicates."""
    found = []
    if table.repeated:
        share = f"{table.repeated / table.compared:.1%}"
        detail = f"{table.repeated} row(s) repeat an earlier one ({share})"
        if table.compared < table.rows:
            detail = f"about {share} of the rows repeat another (from {table.compared:,} rows)"
        found.append(Suspect("duplicates", None, detail))
    return found + _near_duplicates(table, columns)


def _near_duplicates(table: Table, columns: list[Column]) -> list[Suspect]:
    """Rows that are equal but for case, spaces, punctuation, rounding and what identifies them."""
    used = [i for i, column in enumerate(columns) if column.role not in ("identifier", "constant", "empty")]
    prose = any(columns[i].role == "text" for i in used)
    told_apart = sum(math.log(max(1, columns[i].distinct)) for i in used)
    if not prose and (len(used) < 3 or told_apart < math.log(CHANCE * max(table.rows, 1))):
        return []
    groups = [list(range(len(table.sample)))]  # rows that agree in all columns looked at so far
    for i in sorted(used, key=lambda i: -columns[i].distinct):
        folded = _folded(table.columns[i], columns[i])
        groups = [part for group in groups for part in _parted(group, folded) if len(part) > 1]
        if not groups:
            return []
    near = sum(len({tuple(table.sample[n]) for n in group}) - 1 for group in groups)
    if not near:
        return []
    detail = f"{near} of {len(table.sample):,} rows looked at differ from another in writing only"
    return [Suspect("near-duplicates", None, detail)]


def _parted(group: list[int], values: list[str]) -> list[list[int]]:
    """The rows of a group by their value."""
    parts: dict[str, list[int]] = {}
    for n in group:
        parts.setdefault(values[n], []).append(n)
    return list(parts.values())


def _folded(cells: list[str], column: Column) -> list[str]:
    """Cells as they are compared: numbers rounded to four digits, words without case and marks."""
    if column.role == "number":
        numbers = as_numbers(cells, column.parse).tolist()
        return [f"{n:.4g}" if n == n else cell for n, cell in zip(numbers, cells, strict=True)]
    if column.role not in ("text", "category"):
        return cells
    plain = {cell: re.sub(r"\W+", " ", cell.lower()).strip() for cell in set(cells)}
    return [plain[cell] for cell in cells]
