"""Opening delimited text: small files with care and wholly in memory, large ones by DuckDB where they are.

Up to CAREFUL bytes delimited.py reads, which knows stray quotes and ragged rows; larger files are read by DuckDB in
the dialect found at their beginning and at places spread over them, and never held in memory.
"""

from pathlib import Path

from ..columns import aggregates, delimited
from ..columns.delimited import ONE_COLUMN, split_rows
from ..columns.meaning import number
from ..columns.relation import Table, as_utf8, bytes_of, check_lines, fill, is_packed, sample_rows, take_names
from . import ends

CHUNKS = 64  # places of a large file that the sample is taken from
LONGEST = 16 * 2**20  # bytes of a line; a longer one is none of a table
END = 2**16  # bytes in which its last row is looked for


def open_csv(table: Table, folder: Path, careful: int) -> None:
    """A delimited text; one of more than `careful` bytes stays on disk."""
    with bytes_of(table) as file:
        raw = file.read(careful + 1)
    if len(raw) > careful:
        return _large_csv(table, folder, raw)
    text, encoding = delimited.decoded(raw)
    if "\0" in text:
        table.notes.append(f"{text.count(chr(0))} NUL character(s) were left out")
        text = text.replace("\0", "")
    if not text.strip():
        table.notes.append("the file holds nothing but white space")
        return
    reading = delimited.read(text)
    table.ragged = reading.ragged
    describe(table, reading.dialect, encoding, reading.rows)
    if table.ragged:
        table.dialect["lenient"] = True
    rows = ends.trimmed(table, reading.rows[table.dialect["header"] :])
    fill(table, rows)


def describe(table: Table, dialect: delimited.Dialect, encoding: str, rows: list[list[str]]) -> None:
    """Write down the dialect, and names from the first row if it holds them."""
    member = table.dialect.pop("member", None)
    table.dialect |= {"delimiter": dialect.delimiter, "quote": dialect.quote}
    table.dialect["encoding"] = "utf-8" if encoding == "utf-8-sig" else encoding
    names = all(number(cell) is None and 0 < len(cell) <= 60 for cell in rows[0])  # if nothing follows
    take_names(table, rows, ends.is_header(rows) if len(rows) > 1 else names)
    table.dialect["skip"] = dialect.skip
    if member is not None:
        table.dialect["member"] = member


def _large_csv(table: Table, folder: Path, raw: bytes) -> None:
    """A file that is not held in memory: its beginning and a sample decide, and DuckDB reads it."""
    check_lines(table, max(map(len, raw.split(b"\n"))), LONGEST)
    encoding = delimited.encoding_of(raw[: 2**20], cut=True)
    head = raw[: 2**20].decode(encoding, "ignore").removeprefix("\ufeff")
    head = head[: head.rindex("\n") + 1] if "\n" in head else head
    reading = delimited.read(head)
    dialect = reading.dialect
    lines = head.splitlines() if dialect.delimiter == " " else []
    aligned = any("  " in line or line != line.strip() for line in lines)
    plain = encoding == "utf-8-sig" and not is_packed(table.path) and not aligned
    path = table.path if plain else as_utf8(table, folder, encoding, LONGEST, aligned)
    describe(table, dialect, encoding, reading.rows)
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - END))
        tail = file.read().partition(b"\n")[2].decode("utf-8", "ignore")
    last = _whole_rows(tail, dialect, dialect.quote)
    rows = reading.rows[table.dialect["header"] :] + last
    ends.trimmed(table, rows)
    total = last[-1] if "foot" in table.dialect else []
    _spread(table, path, dialect)
    table.sample = [row for row in table.sample if row not in (total, rows[0] if "units" in table.dialect else [])]
    table.dialect["quote"] = dialect.quote
    table.whole = False
    if dialect.delimiter == ONE_COLUMN:
        table.notes.append("one column: its lines are not divided")
    table.relation = _reading(table, path, dialect, total)
    table.relax = lambda: _mend(table, folder, path, dialect, total, plain)


def _mend(table: Table, folder: Path, path: Path, dialect: delimited.Dialect, total: list[str], plain: bool) -> None:
    """Read rows of another length, broken quotes and bytes of another encoding too, which is slower."""
    try:
        with path.open(encoding="utf-8") as file:
            while plain and file.read(2**22):
                pass
    except UnicodeDecodeError:
        table.dialect["encoding"] = "cp1252"
        path = as_utf8(table, folder, "cp1252", LONGEST)
    table.relation = _reading(table, path, dialect, total, strict=False)
    table.dialect["lenient"] = True
    table.notes.append("some rows have another number of cells, or broken quotes; they are padded or left out")


def _reading(table: Table, path: Path, dialect: delimited.Dialect, total: list[str], strict: bool = True) -> str:
    """The relation that reads the file as it is now, without a row of units and the row `total`, if not empty."""
    name = str(path)
    if any(special in name for special in "*?["):  # DuckDB would take it for a pattern
        link = table.folder / "link.csv"
        if not link.exists():
            link.symlink_to(path.resolve())
        name = str(link)
    quote = aggregates.text(dialect.quote)
    lax = ", max_line_size=16000000, strict_mode=false, null_padding=true, ignore_errors=true, parallel=false"
    columns = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(dialect.width))
    relation = (
        f"read_csv({aggregates.text(name)}, delim={aggregates.text(dialect.delimiter)}, quote={quote}, escape={quote}, "
        f"header=false, auto_detect=false, "
        f"skip={dialect.skip + table.dialect['header'] + ('units' in table.dialect)}, columns={{{columns}}}, "
        f"compression='none'{'' if strict else lax})"
    )
    if not total:
        return relation
    cells = (f"coalesce(trim(c{i}), '') = {aggregates.text(cell)}" for i, cell in enumerate(total))
    return f"(SELECT * FROM {relation} WHERE NOT ({' AND '.join(cells)}))"


def _spread(table: Table, path: Path, dialect: delimited.Dialect) -> None:
    """Take a sample from places spread over the file; quotes are given up where more of its rows are whole so."""
    size, length, most = path.stat().st_size, 2**18, sample_rows(dialect.width) // CHUNKS
    with_quotes, without, taken = [], [], 0
    with path.open("rb") as file:
        for i in range(CHUNKS):
            file.seek(max(0, (size - length) * i // (CHUNKS - 1)))
            lines = file.read(length).split(b"\n")[1:-1][: 2 * most]
            text = b"\n".join(lines).decode("utf-8", "ignore")
            taken += len(text)
            plain, quote = _whole_rows(text, dialect, ""), dialect.quote
            without.append(plain)
            with_quotes.append(_whole_rows(text, dialect, quote) if quote and quote in text else plain)
    if sum(map(len, without)) > sum(map(len, with_quotes)):
        dialect.quote = ""
    found = with_quotes if dialect.quote else without
    table.sample = [row for rows in found for row in rows[:most]]
    table.likely_rows = sum(map(len, found)) * size // max(taken, 1)


def _whole_rows(text: str, dialect: delimited.Dialect, quote: str) -> list[list[str]]:
    """The rows of all cells, without empty ones behind the last; `quote` "" is none."""
    rows, width = split_rows(text, dialect.delimiter, bool(quote), quote=quote or '"')[0], dialect.width
    return [row[:width] for row in rows if len(row) >= width and not any(row[width:])]
