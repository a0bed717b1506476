"""How a delimited text is cut into rows and cells."""

import csv
import io
from collections.abc import Sequence

from .meaning import number

DELIMITERS = "\t;|,"  # of equally good ones the first wins: decimal commas are consistent too
ONE_COLUMN = "\x1f"  # no delimiter at all
FEWEST_SPACED = 3  # cells and rows from which on spaces may be what divides them, as in many an old file of numbers
SAMPLE = 100  # rows that decide on delimiter and header
Rows = tuple[list[list[str]], list[int]]  # cells, and the lines where the rows start


def excel_hint(text: str) -> str:
    """The delimiter that Excel names in a first line like `sep=;`, else nothing."""
    line = text[:6].rstrip("\r\n")
    return line[4] if len(line) == 5 and line.lower().startswith("sep=") else ""


def choose_delimiter(text: str, hint: str = "") -> tuple[str, int]:
    """The delimiter whose first rows agree most with the very first one, and how many cells that has.

    Delimiters at the ends of lines count for nothing where the header or the other rows have none.
    """
    lines = [line for _, line in zip(range(SAMPLE), io.StringIO(text.lstrip("\r\n"), newline=""), strict=False)]
    by_excel = excel_hint(text)
    sample = "".join(lines[1:] if by_excel else lines)
    best, delimiter, width = 0.0, ONE_COLUMN, 1  # a single column, unless two rows agree on more
    for candidate in hint or by_excel or DELIMITERS:
        for quoted in (True, False):
            rows, _ = split_rows(sample, candidate, quoted)
            for wide in _widths(rows):
                alike = sum(len(row) >= wide and not any(row[wide:]) for row in rows)
                if wide > 1 and alike > best * len(rows) and (len(rows) == 1 or alike > 1):
                    best, delimiter, width = alike / len(rows), candidate, wide
    if delimiter == ONE_COLUMN and not by_excel and (wide := _spaced(split_rows(sample, " ", True)[0])):
        return " ", wide
    return delimiter, width


def _spaced(rows: list[list[str]]) -> int:
    """How many cells there are between spaces, where all rows have as many and a quarter are numbers; else 0."""
    widths = {max((i for i, cell in enumerate(row, 1) if cell), default=0) for row in rows}
    numbers = sum(number(cell) is not None for row in rows[1:] for cell in row)
    wide = widths.pop() if len(widths) == 1 else 0  # prose has lines of different lengths
    return wide if wide >= FEWEST_SPACED and len(rows) > FEWEST_SPACED and 4 * numbers >= wide * len(rows[1:]) else 0


def _widths(rows: list[list[str]]) -> list[int]:
    """How many cells rows may have by the first: as many, without the empty ones at its end, or one more (R's)."""
    if not rows:
        return []
    whole = len(rows[0])
    filled = max((i for i, cell in enumerate(rows[0], 1) if cell), default=0)
    return [whole, *({filled} - {whole, 0}), *([whole + 1] if _lacks_one(rows) else [])]


def _lacks_one(rows: list[list[str]]) -> bool:
    """Whether a header has no name for the first column, as R writes names of rows."""
    first, others = rows[0], rows[1:]
    if len(first) < 2 or len(others) < 2 or not all(first) or any(number(cell) is not None for cell in first):
        return False
    longer = all(len(row) == len(first) + 1 and row[0] and row[-1] for row in others)
    return longer and any(number(cell) is not None for cell in others[0][1:])


def index_named(first: list[str], width: int) -> list[str]:
    """A header with an empty name in front where it lacks one, so that names stand above their columns."""
    return ["", *first] if len(first) == width - 1 and all(first) else first


def split_rows(text: str, delimiter: str, quoted: bool, strict: bool = False, quote: str = '"') -> Rows:
    """Rows of stripped cells and their lines, empty lines left out; strict raises csv.Error at broken quotes."""
    how = {"quoting": csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE, "quotechar": quote, "strict": strict and quoted}
    how |= {"delimiter": delimiter, "skipinitialspace": delimiter != "\t"}
    reader = csv.reader(io.StringIO(text, newline=""), **how)
    rows, lines, line = [], [], 1
    for row in reader:
        cells = [cell.strip() for cell in row]
        if any(cells) or len(cells) == 1:
            rows.append(cells)
            lines.append(line)
        line = reader.line_num + 1
    return rows, lines


def split_lines(text: str, delimiter: str, width: int) -> Rows:
    """Each line for itself: with quotes where that gives `width` cells, else without."""
    rows, lines = [], []
    for place, line in enumerate(io.StringIO(text, newline=""), 1):
        plain = split_rows(line, delimiter, quoted=False)[0]
        if plain and '"' in line:
            quoted = split_rows(line.rstrip("\r\n"), delimiter, quoted=True)[0]
            plain = quoted if not quoted or len(quoted[0]) == width else plain  # none: a row of empty cells
        rows += plain
        lines += [place] * len(plain)
    return rows, lines


def count_empty(rows: list[list[str]]) -> int:
    """How many cells are empty; cutting a cell that had line ends makes some."""
    return sum(not cell for row in rows for cell in row)


def unique_names(cells: Sequence[str]) -> list[str]:
    """Column names from the cells of a header: those without one are called column_1 …, equal ones are numbered."""
    names: list[str] = []
    seen: set[str] = set()
    for i, cell in enumerate(cells, 1):
        name = stem = " ".join(cell.split()) or f"column_{i}"
        number = 2
        while name in seen:
            name, number = f"{stem}_{number}", number + 1
        names.append(name)
        seen.add(name)
    return names
