"""The reader of Excel workbooks (.xlsx, .xlsm): the rows of one sheet as text cells."""

import datetime
import itertools
import zipfile
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from cli import Fault
from tables import delimited, sheet_parts

FORMAT = "Excel"
BLOCK = 20_000  # rows at a time
Block = tuple[list[str] | None, list[list[str]], list[int]]  # names (None: no header), rows of cells, their numbers


def is_large(path: Path) -> bool:
    """A sheet ends at a million rows, which memory holds."""
    return False


def blocks(path: Path, dialect: dict[str, Any], known: Collection[str] = ()) -> Iterator[Block]:
    """The sheet block by block, missing values as empty cells; raises `Fault` naming file and sheet.

    dialect  `sheet` (else the first that holds something), `skip` rows before the table, `header` true or false
    """
    from openpyxl import load_workbook  # takes a while, which predicting a typed row should not wait for
    from openpyxl.utils.exceptions import InvalidFileException

    if not path.is_file():
        what = "is a folder" if path.is_dir() else "does not exist"
        raise Fault(f"{path} {what}; name a workbook (paths start from {Path.cwd()})")
    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, OSError) as error:
        raise Fault(
            f"{path} does not read as a workbook ({error}); save it as .xlsx, or make a project for it: "
            f"hackgen new --data {path}"
        ) from None
    try:
        rows = numbered(book, path, dialect)
        first = list(itertools.islice(rows, 1000))
        if not first:
            raise Fault(
                f"{path} has no rows in the sheet that is read; name another under [dialect] in data/schema.toml"
            )
        width = max(len(row) for _, row in first)
        top = [row + [""] * (width - len(row)) for _, row in first]
        named = dialect.get("header")
        if named is None or any(cell in known for cell in top[0]):
            named = any(cell in known for cell in top[0]) or delimited.is_header(top)
        names = delimited.unique_names(top[0]) if named else None
        if named and len(first) == 1:
            raise Fault(f"{path} has column names ({', '.join(names[:5])}) but no rows")
        rest = itertools.chain(first[1:] if named else first, rows)
        while some := list(itertools.islice(rest, BLOCK)):
            for number, row in some:
                if len(row) > width:
                    raise Fault(
                        f"{path} has {len(row)} cell(s) in row {number}, but {width} in the rows before; mend it"
                    )
            yield names, [row + [""] * (width - len(row)) for _, row in some], [number for number, _ in some]
    finally:
        book.close()


def numbered(book: Any, path: Path, dialect: dict[str, Any]) -> Iterator[tuple[int, list[str]]]:
    """The rows of the sheet that hold something, with their numbers, cut after their last cell.

    What is merged downwards stands in each of its rows.
    """
    names = [sheet.title for sheet in book.worksheets]
    wanted = dialect.get("sheet", "")
    if wanted and wanted not in names and len(names) > 1:
        raise Fault(f'{path} has no sheet "{wanted}" (it has: {", ".join(names[:10])}); rename the one that is meant')
    for sheet in [book[wanted]] if wanted in names else book.worksheets:
        found = False
        filled = sheet_parts.Filled(sheet_parts.of_sheet(path, sheet)[0])
        for number, values in enumerate(sheet.iter_rows(values_only=True), 1):
            cells = [text(value) for value in filled.row(number, list(values))]
            while cells and not cells[-1]:
                cells.pop()
            if cells and number > dialect.get("skip", 0):
                found = True
                yield number, cells
        if found:
            return


def text(value: Any) -> str:
    """A value as a cell; a date without a time of day is written without one."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.15g}"
    if isinstance(value, datetime.datetime):
        return value.date().isoformat() if value.time() == datetime.time() else value.isoformat(" ", "seconds")
    return " ".join(str(value).split())
