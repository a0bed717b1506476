"""A text file too large for memory, cut where rows end into pieces that can be read in any order, each for itself."""

import csv
import io
from pathlib import Path

from cli import Fault
from tables.delimited import fitted

PIECE = 4 * 2**20  # bytes
LONGEST = 16  # pieces that one row may take; a quote that nobody closed would swallow the rest of the file
BLANKS = " \t\x0b\x0c\x1c\x1d\x1e\x1f"  # what a cell of ASCII is stripped of
Columns = list[list[str]]


def cut(path: Path, start: int = 0, line: int = 1, delimiter: str = ",", quote: str = "") -> list[list[int]]:
    """The pieces of a file from byte `start` on: [first byte, the byte after the last, number of the first line]."""
    pieces, rest = [], b""
    with path.open("rb") as file:
        file.seek(start)
        while block := file.read(PIECE):
            rest += block
            length, lines = whole_rows(rest, delimiter, quote)
            if length:
                pieces.append([start, start + length, line])
                start, line, rest = start + length, line + lines, rest[length:]
            elif len(rest) > LONGEST * PIECE:
                raise Fault(f"{path}: the row of line {line} has no end (is a quote not closed?); mend it there")
    return [*pieces, [start, start + len(rest), line]] if rest.strip() else pieces


def whole_rows(raw: bytes, delimiter: str, quote: str) -> tuple[int, int]:
    """How many bytes and lines are rows that certainly end; the delimiter's last byte tells where cells begin."""
    end = b"\n" if b"\n" in raw else b"\r"
    if not quote or quote.encode() not in raw:
        length = raw.rfind(end) + 1
        return length, raw.count(end, 0, length)
    text, found, last = io.StringIO(raw.decode("latin-1"), newline=""), (0, 0), (0, 0)
    rows = parser(text, delimiter.encode()[-1:].decode("latin-1"), quote)
    for _ in rows:
        found, last = last, (text.tell(), rows.line_num)  # the last one may go on behind these bytes
    return found


def parser(text: io.StringIO, delimiter: str, quote: str):
    """The csv reader of such rows; `quote` "" means that quotes are letters like others."""
    csv.field_size_limit(2**31 - 1)
    quoting = {"quotechar": quote} if quote else {"quoting": csv.QUOTE_NONE}
    return csv.reader(text, delimiter=delimiter, skipinitialspace=delimiter != "\t", **quoting)


def cells(
    text: str, delimiter: str, quote: str, width: int, line: int, path: str, lenient: bool = False
) -> tuple[Columns, list[int] | range]:
    """Columns of stripped cells, and the line of each row; raises `Fault` at a row of another length unless `lenient`.

    Text without quotes in which every line has all cells, as most is, needs no parser: it is split at once.
    """
    plain = text.replace("\r\n", "\n").removesuffix("\n")
    if not (quote and quote in plain) and "\r" not in plain:
        rows = plain.split("\n")
        blank, loose = delimiter * (width - 1), untidy(plain, delimiter)  # a row of empty cells is left out
        empty = blank in rows or (loose and not all(row.strip(delimiter + BLANKS) for row in rows))
        if not empty and {row.count(delimiter) for row in rows} == {width - 1}:
            flat = plain.replace("\n", delimiter).split(delimiter)
            flat = list(map(str.strip, flat)) if loose else flat
            return [flat[place::width] for place in range(width)], range(line, line + len(rows))
    return one_by_one(text, delimiter, quote, width, line, path, lenient)


def untidy(text: str, delimiter: str) -> bool:
    """Whether cells may begin or end with blanks; beyond ASCII there are more of them than are looked for."""
    if not text.isascii():
        return True
    blanks = [blank for blank in BLANKS if blank in text and blank != delimiter]
    beside = (pair for blank in blanks for end in (delimiter, "\n") for pair in (blank + end, end + blank))
    return any(text.startswith(blank) or text.endswith(blank) for blank in blanks) or any(p in text for p in beside)


def one_by_one(
    text: str, delimiter: str, quote: str, width: int, line: int, path: str, lenient: bool
) -> tuple[Columns, list[int]]:
    """The same by a parser; empty lines are left out, and empty cells behind the last column."""
    rows, lines, first, here = [], [], line, line
    found = parser(io.StringIO(text, newline=""), delimiter, quote)
    try:
        for row in found:
            stripped, line, here = list(map(str.strip, row)), here, first + found.line_num
            if not any(stripped) and len(stripped) != 1:
                continue
            if not lenient and len(stripped) != width and (len(stripped) < width or any(stripped[width:])):
                raise Fault(f"{path} has {len(stripped)} cell(s) in line {line}, but {width} in its first; mend it")
            rows.append(fitted(stripped, width))
            lines.append(line)
    except csv.Error as error:
        raise Fault(f"{path} cannot be read after line {here}: {error}; mend it or save it again") from None
    return [list(column) for column in zip(*rows, strict=True)] or [[] for _ in range(width)], lines
