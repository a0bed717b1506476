"""What openpyxl does not tell while it reads row by row: merged cells, and formulas without a saved result."""

import re
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

BLOCK = 1 << 20  # bytes of a sheet looked at together …
OVERLAP = 1 << 12  # … with so many of those before, as what is sought may be cut
MERGED = re.compile(rb'<(?:\w+:)?mergeCell [^>]*?ref="([A-Z]{1,3})(\d+):[A-Z]+(\d+)"')
UNSAVED = re.compile(rb"</(?:\w+:)?f>\s*(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?\s*</(?:\w+:)?c>")
Merged = dict[int, list[tuple[int, int]]]  # first row of cells merged downwards: their column from 0, their last row


def scan(path: Path, part: str) -> tuple[Merged, int]:
    """Cells merged downwards, and how many formulas have no saved result, in the part of a workbook that is a sheet."""
    from openpyxl.utils import column_index_from_string

    merged: Merged = {}
    unsaved, rest = 0, b""
    with zipfile.ZipFile(path) as archive, archive.open(part) as file:
        while block := file.read(BLOCK):
            text = rest + block
            ends = [match.end() for match in UNSAVED.finditer(text)]
            unsaved += len(ends)
            found = list(MERGED.finditer(text))
            for letters, first, last in (match.groups() for match in found):
                if int(last) > int(first):
                    merged.setdefault(int(first), []).append(
                        (column_index_from_string(letters.decode()) - 1, int(last))
                    )
            rest = text[max([len(text) - OVERLAP, *ends[-1:], *(match.end() for match in found[-1:])]) :]
    return merged, unsaved


def of_sheet(path: Path, sheet: Any) -> tuple[Merged, int]:
    """The same of a worksheet that openpyxl has opened to be read row by row; nothing of one that is a chart."""
    part = getattr(sheet, "_worksheet_path", "")  # which has no public name
    return scan(path, part) if part else ({}, 0)


def filled(merged: Merged, rows: Iterable[tuple[Any, ...]]) -> Iterator[list[Any]]:
    """The rows of a sheet, each cell that is merged downwards with what the first of them holds."""
    held: dict[int, tuple[int, Any]] = {}  # column -> last row, value
    for place, row in enumerate(rows, 1):
        cells, held = list(row), {column: pair for column, pair in held.items() if place <= pair[0]}
        for column, (_, value) in held.items():
            cells += [None] * (column + 1 - len(cells))
            cells[column] = value if cells[column] in (None, "") else cells[column]
        for column, last in merged.get(place, ()):
            if column < len(cells):
                held[column] = last, cells[column]
        yield cells
