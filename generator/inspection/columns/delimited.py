"""Making out how a delimited text is written: encoding, delimiter, quotes, header, lines before the table.

It never gives up: rows of another length are padded or cut, and counted.
"""

import csv
import io
import itertools
import re
from collections import Counter
from collections.abc import Container, Sequence
from dataclasses import dataclass, field, replace

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


def unique(name: str, taken: Container[str]) -> str:
    """A name that no other column has."""
    return name if name not in taken else unique(f"{name}_", taken)


DOUBLE = re.compile(r"([^:,;\t\n]+(::[^:\t\n]*)+\n){5}")  # 1::1193::5, as MovieLens writes it
MOST_SKIPPED = 30  # lines of title or comment before a table
MOST_COMMENTS = 300  # lines that begin with #
MOST_ABOVE = 5  # rows of another table above it, such as that of the place, with an empty line between
TOLD = 2**16  # bytes that tell an older encoding
WHOLE_WORDS = 0.3  # of the bytes beyond ASCII: so many stand three and more together, or the language is a Western one
WRITTEN_WHOLE = ["gb18030", "big5", "cp932", "euc_jp", "cp949", "cp1251", "koi8_r", "cp1253"]  # of such scripts
UNLIKE_PROSE = 0.5  # what charset_normalizer calls mess: lists of words and numbers have more of it than prose
_BEYOND_ASCII = re.compile(rb"[\x80-\xff]+")
csv.field_size_limit(2**31 - 1)


@dataclass
class Dialect:
    """How a text holds its table."""

    delimiter: str = ","
    quote: str = '"'  # "" = none
    skip: int = 0  # lines before the table
    width: int = 1  # cells in a row


@dataclass
class Reading:
    """All rows of a text, header included, each of the dialect's width."""

    dialect: Dialect
    rows: list[list[str]] = field(default_factory=list)
    ragged: list[int] = field(default_factory=list)  # lines of rows that had another number of cells


def encoding_of(raw: bytes, cut: bool = False) -> str:
    """How bytes are written: a mark says it, else UTF-8 if they fit, UTF-16 if every other is zero, else an older one.

    cut  the bytes are the beginning of more, so that the last character may be incomplete
    """
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if len(raw) > 3 and raw.count(0) > len(raw) // 4:
        even, odd = raw[: 2**16 : 2].count(0), raw[1 : 2**16 : 2].count(0)
        if max(even, odd) > 3 * min(even, odd):
            return "utf-16-le" if odd > even else "utf-16-be"
    try:
        raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if cut and error.start >= len(raw) - 3 and error.reason == "unexpected end of data":
            return "utf-8-sig"
        return _older(raw)
    return "utf-8-sig"


def decoded(raw: bytes) -> tuple[str, str]:
    """Bytes as text without a mark before it, and how they were written."""
    encoding = encoding_of(raw)
    return raw.decode(encoding, "replace").removeprefix("\ufeff"), encoding


def _older(raw: bytes) -> str:
    """An encoding of the time before UTF-8. Western words have a mark here and there; where whole words are beyond
    ASCII a library tells of which script they are, which it cannot tell of Western ones (benchmarks/readers.py)."""
    words = _BEYOND_ASCII.findall(raw[:TOLD])
    if sum(len(word) for word in words if len(word) > 2) >= WHOLE_WORDS * sum(map(len, words)):
        import charset_normalizer  # slow to import, and seldom needed

        lines = raw[:TOLD].rpartition(b"\n")[0] or raw[:TOLD]  # no character is cut in two
        if found := charset_normalizer.from_bytes(lines, cp_isolation=WRITTEN_WHOLE, threshold=UNLIKE_PROSE).best():
            return found.encoding
    return "latin-1" if any(byte in raw for byte in b"\x81\x8d\x8f\x90\x9d") else "cp1252"


def read(text: str) -> Reading:
    """All rows of a text, in the quotes that make most of it."""
    if DOUBLE.match(text):
        text = text.replace("::", "\t")
    dialect = sniff(text)
    text = without_lines(text, dialect.skip)
    usual = _by_usual_quotes(text, replace(dialect))
    return ("'" in text and _by_apostrophes(text, dialect, usual)) or usual


def _by_usual_quotes(text: str, dialect: Dialect) -> Reading:
    """The rows with " for quotes.

    Quotes are believed as long as no quoted cell holds a line end. Where one does, the line end may be meant, or a
    stray quote may have swallowed rows: a reading line by line in which all rows have all cells then has precedence.
    """
    if '"' not in text:
        return _even(dialect, *split_rows(text, dialect.delimiter, quoted=False))
    try:
        rows, lines = split_rows(text, dialect.delimiter, quoted=True, strict=True)
        if not any("\n" in cell or "\r" in cell for row in rows for cell in row):
            return _even(dialect, rows, lines)
    except csv.Error:
        rows, lines = [], []
    empty = count_empty(rows) if rows else float("inf")
    unquoted = split_rows(text, dialect.delimiter, quoted=False)
    if all(len(row) == dialect.width for row in unquoted[0]) and count_empty(unquoted[0]) <= empty:
        dialect.quote = ""
        return _even(dialect, *unquoted)
    by_line = split_lines(text, dialect.delimiter, dialect.width)
    if not rows or (all(len(row) == dialect.width for row in by_line[0]) and count_empty(by_line[0]) <= empty):
        return _even(dialect, *by_line)
    return _even(dialect, rows, lines)


def _by_apostrophes(text: str, dialect: Dialect, usual: Reading) -> Reading | None:
    """The rows with ' for quotes, where that makes all rows whole, or where some column always has them."""
    columns = zip(*usual.rows[1:], strict=True)
    always = any(any(cells) and all(cell[:1] == cell[-1:] == "'" for cell in cells if cell) for cells in columns)
    if not always and not usual.ragged:
        return None
    try:
        rows, lines = split_rows(text, dialect.delimiter, quoted=True, strict=True, quote="'")
    except csv.Error:
        return None
    width = len(rows[0]) if rows else 0
    whole = width > 1 and all(len(row) == width for row in rows)
    return _even(replace(dialect, quote="'", width=width), rows, lines) if whole else None


def sniff(text: str) -> Dialect:
    """Delimiter, width and the lines to skip, from the beginning of a text (any complete lines)."""
    if comments := _comments(text):
        found = sniff(without_lines(text, comments))
        found.skip += comments
        return found
    hint = excel_hint(text)
    text = without_lines(text, 1) if hint else text
    head = "".join(itertools.islice(io.StringIO(text, newline=""), SAMPLE + MOST_SKIPPED))
    delimiter, width = choose_delimiter(head, hint)
    found = Dialect(delimiter, '"', int(bool(hint)), width)
    if not hint and not _all_fit(head, found) and (skip := _before(head)):
        later, wide = choose_delimiter(without_lines(head, skip), "")
        above = [row for row, line in zip(*split_rows(head, later, quoted=True), strict=True) if line <= skip]
        apart = wide > 1 and all(len(row) != wide for row in above)  # by an empty line
        if wide > max(width, 1) or (wide == width and all(map(_is_title, above))) or apart:
            found = Dialect(later, '"', skip, wide)
    return found


def _comments(text: str) -> int:
    """How many lines that begin with # stand above the table, if it is several and no later one does."""
    lines = list(itertools.islice(io.StringIO(text), SAMPLE + MOST_COMMENTS))
    count = next((i for i, line in enumerate(lines) if line.strip() and not line.startswith("#")), 0)
    marked = sum(line.startswith("#") for line in lines)
    return count if marked > 1 and not any(line.startswith("#") for line in lines[count:]) else 0


def _all_fit(head: str, found: Dialect) -> bool:
    """Whether all rows have the width that the first asks for, beside empty cells at their ends, and it is no title."""
    rows, _ = split_rows(head, found.delimiter, quoted=True)
    first = index_named(rows[0], found.width) if rows else []
    fit = all(len(row) >= found.width and not any(row[found.width :]) for row in [first, *rows[1:]])
    return found.width > 1 and fit and not _is_title(first)


def without_lines(text: str, count: int) -> str:
    """The text after its first lines."""
    for _ in range(count):
        text = text.partition("\n")[2]
    return text


def _before(head: str) -> int:
    """How many lines stand before the table: those that fill fewer cells than nearly all later ones have."""
    best, skip = 0.0, 0
    for candidate in DELIMITERS:
        rows, lines = split_rows(head, candidate, quoted=True)
        if len(rows) < 4:
            continue
        usual, _ = Counter(len(row) for row in rows).most_common(1)[0]
        first = next((i for i, row in enumerate(rows) if len(row) == usual and not _is_title(row)), 0)
        share = sum(len(row) == usual for row in rows[first:]) / len(rows[first:])
        enough = usual > 1 and 0 < first <= MOST_SKIPPED and len(rows) - first > max(2, first)
        apart = first <= MOST_ABOVE and lines[first] > lines[first - 1] + 1
        titles = all(len(row) < usual or _is_title(row) for row in rows[:first])
        if enough and share >= 0.95 and (titles or apart) and share > best:
            best, skip = share, lines[first] - 1
    return skip


def _is_title(row: list[str]) -> bool:
    """Whether a row says something in its first cell only, as a title above a table does in a spreadsheet's export."""
    return len(row) >= 4 and bool(row[0]) and not any(row[1:]) and number(row[0]) is None


def _even(dialect: Dialect, rows: list[list[str]], lines: list[int]) -> Reading:
    """The rows with as many cells as the first has; which had more (that say something) or fewer is remembered."""
    reading = Reading(dialect, rows)
    width = dialect.width
    rows[:1] = [index_named(row, width) for row in rows[:1]]
    for i, row in enumerate(rows):
        if len(row) != width:
            if len(row) < width or any(row[width:]):
                reading.ragged.append(lines[i] + dialect.skip)
            rows[i] = (row + [""] * width)[:width]
    return reading
