"""Opening a table of any format for DuckDB: columns c0, c1 … of text, the real names apart, and a sample of its rows.

Queries never hold a name of the user's, because DuckDB's names ignore case and a header may hold anything.
Delimited text of up to CAREFUL bytes is read by delimited.py, which knows stray quotes and ragged rows; larger files
are read by DuckDB itself in the dialect found at their beginning, and never held in memory.
"""

import codecs
import datetime
import gzip
import io
import itertools
import json
import os
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import duckdb
import numpy as np

from ..errors import Misuse, Problem
from . import delimited

CAREFUL = 32 * 2**20  # bytes of text that are read with care, and wholly in memory
MEMORY = "600MB"  # DuckDB's own limit; what it cannot hold goes to disk
SAMPLE = 20_000  # rows from which roles, leaks and near duplicates are found
BINARY = (b"\xd0\xcf\x11\xe0", b"SQLite format 3", b"\x89HDF", b"ARROW1", b"%PDF", b"BZh", b"7z\xbc\xaf")
CHUNKS = 64  # places of a large file that the sample is taken from
TABLE_ENDINGS = (".csv", ".tsv", ".tab", ".psv", ".dat", ".data", ".txt", ".json", ".jsonl", ".ndjson", ".parquet")


@dataclass
class Table:
    """A table that can be queried as `relation`, with columns c0, c1 … of text (NULL is empty)."""

    path: Path
    format: str
    names: list[str]
    connection: duckdb.DuckDBPyConnection
    relation: str = "cells"
    rows: int = 0
    sample: list[list[str]] = field(default_factory=list)  # rows spread over the whole table; all if `whole`
    whole: bool = True
    dialect: dict[str, Any] = field(default_factory=dict)
    duplicate_names: list[str] = field(default_factory=list)
    ragged: list[int] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    relax: Callable[[], None] | None = None  # makes a relation that bears odd rows, once a query has failed

    typed: Callable[[Collection[int]], str] | None = None  # a relation that reads these columns as numbers at once

    def mend(self) -> None:
        """Called while a query's error is handled: make a relation that bears odd rows, once, else raise the error."""
        if self.relax is None:
            raise
        relax, self.relax = self.relax, None
        relax()

    def one(self, query: str) -> tuple[Any, ...]:
        """The only row that a query answers; `{relation}` in it stands for the table."""
        try:
            return self.connection.execute(query.replace("{relation}", self.relation)).fetchone()
        except duckdb.Error:
            self.mend()
            return self.connection.execute(query.replace("{relation}", self.relation)).fetchone()


@contextmanager
def opened(path: Path, format: str) -> Iterator[Table]:
    """The table in a file; temporary files last as long as the context. Raises `Problem` for what cannot be read."""
    folder = Path(tempfile.mkdtemp(prefix="hackgen-inspect-"))
    connection = duckdb.connect()
    try:
        connection.execute(f"SET memory_limit='{MEMORY}'")
        connection.execute(f"SET threads={min(4, os.cpu_count() or 1)}")
        connection.execute("SET preserve_insertion_order=false")
        connection.execute("SET temp_directory=?", [str(folder)])
        table = Table(path, format, [], connection)
        try:
            {"csv": _csv, "parquet": _parquet, "json": _json, "jsonl": _json, "excel": _excel}[format](table, folder)
        except (duckdb.Error, zipfile.BadZipFile, zlib.error, EOFError, gzip.BadGzipFile, UnicodeError) as error:
            line = str(error).strip().splitlines()[0][:200]
            raise Problem(f"{path} cannot be read as {format}: {line}") from None
        yield table
    finally:
        connection.close()
        shutil.rmtree(folder, ignore_errors=True)


def format_of(path: Path) -> tuple[str, str]:
    """What a file is by its first bytes, and the member that counts if it is a .zip: ("csv", ""), ("pictures", "") …"""
    with path.open("rb") as file:
        first = file.read(4096)
    if first.startswith(b"PK\x03\x04") or first.startswith(b"PK\x05\x06"):
        return _format_of_zip(path)
    if first.startswith(b"\x1f\x8b"):
        try:
            with gzip.open(path) as file:
                return _format_of_bytes(file.read(4096), Path(path.stem)), ""
        except (OSError, EOFError, zlib.error) as error:
            raise Problem(f"{path} cannot be unpacked ({error}); get it again") from None
    return _format_of_bytes(first, path), ""


def _format_of_bytes(first: bytes, path: Path) -> str:
    """csv parquet json jsonl excel npz npy idx picture text binary empty, from the beginning of a file."""
    ending = path.suffix.lower()
    if not first:
        return "empty"
    if first.startswith(b"PAR1"):
        return "parquet"
    if first.startswith(b"\x93NUMPY"):
        return "npy"
    if first[:3] in (b"\0\0\x08", b"\0\0\x09", b"\0\0\x0d") and first[3] in (1, 2, 3, 4):
        return "idx"
    if first.startswith((b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\0", b"MM\0*")) or (
        first[:4] == b"RIFF" and first[8:12] == b"WEBP"
    ):
        if not (first.startswith(b"BM") and ending in TABLE_ENDINGS):
            return "picture"
    if first.startswith(
        (b"\xd0\xcf\x11\xe0", b"SQLite format 3", b"\x89HDF", b"ARROW1", b"%PDF", b"BZh", b"7z\xbc\xaf")
    ):
        return "binary"
    encoding = delimited.encoding_of(first, cut=True)
    text = first.decode(encoding, "replace")
    if "\0" in text and text.count("\0") > len(text) // 100:
        return "binary"
    start = text.lstrip("\ufeff \t\r\n")[:1]
    if ending in (".jsonl", ".ndjson") or (ending == ".json" and start not in "[{") or start in ("{", "["):
        lines = text.lstrip("\ufeff \t\r\n").splitlines()
        if ending in (".jsonl", ".ndjson"):
            return "jsonl"
        if start == "{" and _is_json(lines[0]) and (len(lines) == 1 or lines[1].lstrip()[:1] in ("{", "")):
            return "jsonl" if len([line for line in lines if line.strip()]) > 1 else "json"
        if ending == ".json" or (start == "{" and '"' in text[:300]) or (start == "[" and _next(text) in "{["):
            return "json"
    return "csv" if ending not in (".txt", ".md", ".text", ".log") or _looks_tabular(text) else "text"


def _next(text: str) -> str:
    """What follows the opening bracket."""
    return text.lstrip("\ufeff \t\r\n")[1:].lstrip()[:1] or "]"


def _is_json(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False


def _looks_tabular(text: str) -> bool:
    """Whether nearly all lines of a .txt have as many cells as the first: prose with commas has not."""
    text = text[: text.rindex("\n") + 1] if "\n" in text else text
    dialect = delimited.sniff(text)
    if dialect.width < 2:
        return False
    rows, _ = delimited._split(delimited.without_lines(text, dialect.skip), dialect.delimiter, quoted=False)
    even = sum(len(row) == dialect.width for row in rows) / len(rows)
    if dialect.delimiter in "\t|":
        return even > 0.8
    return even == 1.0 and len(rows) > 1 and (dialect.width > 2 or any(len(row[0]) < 30 for row in rows))


def _format_of_zip(path: Path) -> tuple[str, str]:
    """What a .zip holds; only names are looked at, and nothing is unpacked to where they point."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir() and entry.file_size]
            names = [entry.filename for entry in entries]
            if "xl/workbook.xml" in names:
                return "excel", ""
            if "[Content_Types].xml" in names or "mimetype" in names:
                return "binary", ""
            inside = [
                e
                for e in entries
                if not e.filename.startswith("__MACOSX/") and not Path(e.filename).name.startswith(".")
            ]
            if names and all(name.endswith(".npy") for name in names):
                return "npz", ""
            tables = [e for e in inside if e.filename.lower().endswith((*TABLE_ENDINGS, ".xlsx", ".gz"))]
            pictures = [e for e in inside if e.filename.lower().endswith(PICTURE_ENDINGS)]
            texts = [e for e in inside if e.filename.lower().endswith(".txt")]
            if len(pictures) > len(tables):
                return "pictures", ""
            if len(texts) > 3 and len(texts) == len(tables):
                return "texts", ""
            tables = [e for e in tables if not e.filename.lower().endswith(".txt")] or tables or inside
            if not tables:
                raise Problem(f"{path} holds no file")
            chosen = max(tables, key=lambda entry: entry.file_size)
            with archive.open(chosen) as file:
                found = _format_of_bytes(file.read(4096), Path(Path(chosen.filename).name))
            return found, chosen.filename
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, zlib.error, EOFError) as error:
        raise Problem(f"{path} cannot be unpacked ({error}); unpack it by hand, or get it again") from None


PICTURE_ENDINGS = (".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".heic", ".heif")


@contextmanager
def _bytes_of(table: Table) -> Iterator[BinaryIO]:
    """The unpacked bytes of the file, or of the member of a .zip that holds the table."""
    with table.path.open("rb") as file:
        first = file.read(4)
    if first.startswith(b"\x1f\x8b"):
        with gzip.open(table.path) as file:
            yield file
    elif first.startswith(b"PK") and table.format != "excel":
        _, member = _format_of_zip(table.path)
        table.dialect["member"] = member
        with zipfile.ZipFile(table.path) as archive, archive.open(member) as file:
            if member.lower().endswith(".gz"):
                file = gzip.open(file)
            yield file
    else:
        with table.path.open("rb") as file:
            yield file


# Delimited text


def _csv(table: Table, folder: Path) -> None:
    with _bytes_of(table) as file:
        raw = file.read(CAREFUL + 1)
    if len(raw) > CAREFUL:
        return _large_csv(table, folder, raw)
    encoding = delimited.encoding_of(raw)
    text = raw.decode(encoding, "replace").removeprefix("\ufeff")
    if "\0" in text:
        table.notes.append(f"{text.count(chr(0))} NUL character(s) were left out")
        text = text.replace("\0", "")
    if not text.strip():
        table.notes.append("the file holds nothing but white space")
        return None
    reading = delimited.read(text)
    table.ragged = reading.ragged
    _describe(table, reading.dialect, encoding, reading.rows)
    rows = reading.rows[table.dialect["header"] :]
    _fill(table, rows)
    return None


def _describe(table: Table, dialect: delimited.Dialect, encoding: str, rows: list[list[str]]) -> None:
    """Write down the dialect, and names from the first row if it holds them."""
    header = delimited.is_header(rows) if len(rows) > 1 else _only_names(rows[0])
    table.dialect |= {
        "delimiter": dialect.delimiter,
        "quote": dialect.quote,
        "encoding": "utf-8" if encoding == "utf-8-sig" else encoding,
        "header": header,
        "skip": dialect.skip,
    }
    if header:
        _name(table, rows[0])
    else:
        table.names = delimited.unique_names([""] * len(rows[0]))
        table.notes.append("there is no header: columns are called column_1, column_2 …")
    if "member" in table.dialect:
        table.dialect["member"] = table.dialect.pop("member")  # after the others, for reading


def _only_names(row: list[str]) -> bool:
    return not any(delimited.number(cell) is not None for cell in row) and all(0 < len(cell) <= 60 for cell in row)


def _name(table: Table, cells: list[str]) -> None:
    """Column names from a header; what had to be changed is remembered."""
    table.names = delimited.unique_names(cells)
    plain = [" ".join(cell.split()) for cell in cells]
    seen: dict[str, str] = {}
    for name in plain:
        if name and name.lower() in seen:
            table.duplicate_names.append(name)
        seen[name.lower()] = name
    if empty := sum(not name for name in plain):
        table.notes.append(f"{empty} column(s) have no name in the header and are called column_N")


def _fill(table: Table, rows: list[list[str]]) -> None:
    """Hand rows to DuckDB as the table `cells`, and keep a sample of them."""
    table.rows = len(rows)
    step = max(1, len(rows) // SAMPLE)
    table.sample, table.whole = rows[::step], step == 1
    if not rows or not table.names:
        table.rows, table.sample = 0, []
        columns = ", ".join(f"c{i} VARCHAR" for i in range(max(1, len(table.names))))
        table.connection.execute(f"CREATE TABLE cells ({columns})")
        return
    arrays = {
        f"c{i}": np.array([cell or None for cell in column], object) for i, column in enumerate(zip(*rows, strict=True))
    }
    table.connection.register("arrays", arrays)
    table.connection.execute("CREATE TABLE cells AS SELECT * FROM arrays")
    table.connection.unregister("arrays")


def _large_csv(table: Table, folder: Path, raw: bytes) -> None:
    """A file that is not held in memory: its beginning and a sample decide, and DuckDB reads it."""
    encoding = delimited.encoding_of(raw[: 2**20], cut=True)
    with table.path.open("rb") as file:
        packed = file.read(2) in (b"\x1f\x8b", b"PK")
    plain = encoding == "utf-8-sig" and not packed
    path = table.path if plain else _as_utf8(table, folder, encoding)
    head = raw[: 2**20].decode(encoding, "ignore").removeprefix("\ufeff")
    head = head[: head.rindex("\n") + 1] if "\n" in head else head
    reading = delimited.read(head)
    dialect = reading.dialect
    _describe(table, dialect, encoding, reading.rows)
    quoted, unquoted = (_chunks(path, dialect, quote) for quote in (True, False))
    if dialect.quote and unquoted[1] > quoted[1]:
        dialect.quote = table.dialect["quote"] = ""
    table.sample = (quoted if dialect.quote else unquoted)[0]
    table.whole = False
    if dialect.delimiter == delimited.ONE_COLUMN:
        table.notes.append("one column: its lines are not divided")
    _point(table, path, dialect)
    table.relax = lambda: _mend(table, folder, path, dialect, plain)


def _mend(table: Table, folder: Path, path: Path, dialect: delimited.Dialect, plain: bool) -> None:
    """Read rows of another length, broken quotes and bytes of another encoding too, which is slower."""
    if plain and not _is_utf8(path):
        table.dialect["encoding"] = "cp1252"
        path = _as_utf8(table, folder, "cp1252")
    _point(table, path, dialect, strict=False)
    table.notes.append("some rows have another number of cells, or broken quotes; they are padded or left out")


def _point(table: Table, path: Path, dialect: delimited.Dialect, strict: bool = True) -> None:
    """Make the relation that reads the file as it is now."""
    name = str(path)
    if any(special in name for special in "*?["):  # DuckDB would take it for a pattern
        folder = Path(table.connection.execute("SELECT current_setting('temp_directory')").fetchone()[0])
        link = folder / "link.csv"
        if not link.exists():
            link.symlink_to(path.resolve())
        name = str(link)
    name, delimiter = name.replace("'", "''"), dialect.delimiter.replace("'", "''")
    quote = "''" if not dialect.quote else "'\"'"
    lax = "" if strict else ", max_line_size=16000000, strict_mode=false, null_padding=true, ignore_errors=true"
    lax += "" if strict else ", parallel=false"

    def relation(doubles: Collection[int]) -> str:
        kinds = ("DOUBLE" if i in doubles else "VARCHAR" for i in range(dialect.width))
        columns = "{" + ", ".join(f"'c{i}': '{kind}'" for i, kind in enumerate(kinds)) + "}"
        return (
            f"read_csv('{name}', delim='{delimiter}', quote={quote}, escape={quote}, header=false, auto_detect=false, "
            f"skip={dialect.skip + table.dialect['header']}, columns={columns}, compression='none'{lax})"
        )

    table.relation = relation(())
    table.typed = relation if strict else None


def _chunks(path: Path, dialect: delimited.Dialect, quoted: bool) -> tuple[list[list[str]], float]:
    """Rows from places spread over a file, and the share of them that have as many cells as they should."""
    size, rows, right, seen = path.stat().st_size, [], 0, 0
    length = 2**18
    with path.open("rb") as file:
        for i in range(CHUNKS):
            file.seek(max(0, (size - length) * i // (CHUNKS - 1)))
            lines = file.read(length).split(b"\n")[1:-1]
            text = b"\n".join(lines[: 2 * SAMPLE // CHUNKS]).decode("utf-8", "ignore")
            found, _ = delimited._split(text, dialect.delimiter, quoted and bool(dialect.quote))
            fitting = [row for row in found if len(row) == dialect.width]
            right, seen = right + len(fitting), seen + max(len(found), 1)
            rows += fitting[: SAMPLE // CHUNKS]
    return rows, right / max(seen, 1)


def _is_utf8(path: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        try:
            while block := file.read(2**22):
                decoder.decode(block)
        except UnicodeDecodeError:
            return False
    return True


def _as_utf8(table: Table, folder: Path, encoding: str) -> Path:
    """A temporary copy as UTF-8, unpacked, without mark or NUL characters."""
    path = folder / "unpacked.csv"
    with _bytes_of(table) as file, path.open("w", encoding="utf-8", newline="") as out:
        text = io.TextIOWrapper(file, encoding, errors="replace", newline="")
        while block := text.read(2**20):
            out.write(block.replace("\0", "").removeprefix("\ufeff"))
            if shutil.disk_usage(folder).free < 2**30:
                raise Problem(f"{table.path} needs more room unpacked than {folder.parent} has; unpack it elsewhere")
    return path


# Other formats


def _parquet(table: Table, folder: Path) -> None:
    path = table.path
    with path.open("rb") as file:
        packed = file.read(4) != b"PAR1"
    if packed:
        path = folder / "unpacked.parquet"
        with _bytes_of(table) as source, path.open("wb") as out:
            shutil.copyfileobj(source, out)
    name = str(path).replace("'", "''")
    for special in "*?[":
        name = name.replace(special, f"[{special}]")
    described = table.connection.execute(f"DESCRIBE SELECT * FROM read_parquet('{name}')").fetchall()
    _name(table, [row[0] for row in described])
    aliases = ", ".join(f"d{i}" for i in range(len(described)))
    cells = ", ".join(_as_text(i, row[1]) for i, row in enumerate(described))
    nested = [row[0] for row in described if row[1].startswith(("STRUCT", "MAP", "UNION"))]
    if nested:
        table.notes.append(f"nested columns are read as text: {', '.join(nested[:5])}")
    table.relation = f"(SELECT {cells} FROM read_parquet('{name}') AS origin({aliases})) AS cells"
    table.rows = table.connection.execute(f"SELECT count(*) FROM read_parquet('{name}')").fetchone()[0]
    _sample_of(table)


def _as_text(i: int, kind: str) -> str:
    """A typed column as the cells a text file would hold."""
    if kind in ("DOUBLE", "FLOAT"):  # 3.0 stays 3.0, and NaN is missing
        return f"CASE WHEN isnan(d{i}) THEN NULL ELSE CAST(d{i} AS VARCHAR) END AS c{i}"
    if kind == "BLOB":
        return f"CAST(octet_length(d{i}) AS VARCHAR) || ' bytes' AS c{i}"
    if kind == "TIMESTAMP WITH TIME ZONE":
        return f"CAST(epoch_ms(epoch_ms(d{i})) AS VARCHAR) AS c{i}"
    return f"nullif(CAST(d{i} AS VARCHAR), '') AS c{i}"


def _sample_of(table: Table) -> None:
    """A sample of rows out of DuckDB, all of them where they are few."""
    few = table.rows <= SAMPLE
    clause = "" if few else f" USING SAMPLE reservoir({SAMPLE} ROWS) REPEATABLE (0)"
    cells = ", ".join(f"c{i}" for i in range(len(table.names))) or "1"
    if few or table.rows * len(table.names) < 5e7:
        found = table.connection.execute(f"SELECT {cells} FROM {table.relation}{clause}").fetchall()
    else:  # a reservoir reads all of a large file: every so manieth row by its content's hash is as good
        keep = max(1, table.rows // SAMPLE)
        found = table.connection.execute(
            f"SELECT {cells} FROM {table.relation} WHERE hash(c0, c{len(table.names) - 1}) % {keep} = 0 LIMIT {SAMPLE}"
        ).fetchall()
    table.sample = [["" if cell is None else str(cell).strip() for cell in row] for row in found]
    table.whole = few


def _json(table: Table, folder: Path) -> None:
    """JSON or JSON Lines; records are flattened to one cell per key, what is nested stays JSON text."""
    with _bytes_of(table) as file:
        raw = file.read(4 * CAREFUL + 1)
    if len(raw) > 4 * CAREFUL:
        return _large_json(table, folder)
    text = raw.decode(delimited.encoding_of(raw), "replace").removeprefix("\ufeff")
    records = _records(table, text)
    names = list(dict.fromkeys(itertools.chain.from_iterable(records)))
    nested = [name for name in names if any(isinstance(record.get(name), dict) for record in records[:1000])]
    if nested:
        table.notes.append(f"nested objects are read as text: {', '.join(nested[:5])}")
    _name(table, names)
    _fill(table, [[_cell(record.get(name)) for name in names] for record in records])
    return None


def _records(table: Table, text: str) -> list[dict[str, Any]]:
    """The objects in a text: one a line, an array of them, or an object of arrays or objects."""
    if table.format == "jsonl":
        records, broken = [], []
        for number, line in enumerate(text.split("\n"), 1):
            if line.strip():
                try:
                    records.append(json.loads(line))
                except ValueError:
                    broken.append(number)
        if broken:
            table.notes.append(f"{len(broken)} line(s) are no JSON and left out, the first is line {broken[0]}")
    else:
        try:
            content = json.loads(text)
        except ValueError as error:
            if text.lstrip()[:1] == "{" and "\n" in text.strip():
                table.format = "jsonl"
                records = _records(table, text)
                if records:
                    return records
            raise Problem(f"{table.path} is no valid JSON: {error}") from None
        records = _unpack(table, content)
    return [record if isinstance(record, dict) else _listed(record) for record in records]


def _listed(record: Any) -> dict[str, Any]:
    values = record if isinstance(record, list) else [record]
    return {f"column_{i}": value for i, value in enumerate(values, 1)}


def _unpack(table: Table, content: Any) -> list[Any]:
    if isinstance(content, list):
        return content
    if not isinstance(content, dict):
        return [content]
    lists = {key: value for key, value in content.items() if isinstance(value, list)}
    if lists and len(lists) == len(content) and len({len(value) for value in lists.values()}) == 1:
        return [dict(zip(lists, row, strict=True)) for row in zip(*lists.values(), strict=True)]
    if lists:
        key = max(lists, key=lambda name: len(lists[name]))
        table.notes.append(f'the table is taken from the list "{key}" in the file')
        return lists[key]
    if content and all(isinstance(value, dict) for value in content.values()):
        inner = list(content.values())
        if len({tuple(value) for value in inner}) == 1 and len(inner[0]) > len(content):  # columns of row -> value
            return [{key: value[row] for key, value in content.items()} for row in inner[0]]
        return inner
    return [content]


def _cell(value: Any) -> str:
    """A JSON value as the cell of a table: null is empty, text itself, all else as JSON writes it."""
    if value is None:
        return ""
    return value.strip() if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _large_json(table: Table, folder: Path) -> None:
    path = table.path
    with path.open("rb") as file:
        packed = file.read(2) in (b"\x1f\x8b", b"PK")
    if packed:
        path = folder / "unpacked.json"
        with _bytes_of(table) as source, path.open("wb") as out:
            shutil.copyfileobj(source, out)
    name = str(path).replace("'", "''")
    kind = "newline_delimited" if table.format == "jsonl" else "auto"
    source = f"read_json('{name}', format='{kind}', maximum_object_size=67108864)"
    described = table.connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()
    _name(table, [row[0] for row in described])
    aliases = ", ".join(f"d{i}" for i in range(len(described)))
    cells = ", ".join(_as_text(i, row[1]) for i, row in enumerate(described))
    table.relation = f"(SELECT {cells} FROM {source} AS origin({aliases})) AS cells"
    table.rows = table.connection.execute(f"SELECT count(*) FROM {table.relation}").fetchone()[0]
    _sample_of(table)


def _excel(table: Table, folder: Path) -> None:
    """The sheet with the most cells; empty rows, and empty columns after it, are left out."""
    import openpyxl

    try:
        book = openpyxl.load_workbook(table.path, read_only=True, data_only=True)
    except Exception as error:  # openpyxl raises whatever its parsers meet
        raise Problem(f"{table.path} cannot be read as Excel ({error}); save it again as .xlsx or CSV") from None
    sheets = {}
    for sheet in book.worksheets:
        if hasattr(sheet, "reset_dimensions"):
            sheet.reset_dimensions()  # what the file says of its size is often wrong
        sheets[sheet.title] = [[_excel_cell(value) for value in row] for row in sheet.iter_rows(values_only=True)]
    book.close()
    filled = {name: sum(map(bool, itertools.chain.from_iterable(rows))) for name, rows in sheets.items()}
    if not any(filled.values()):
        table.notes.append("no sheet holds any cell")
        return
    chosen = max(filled, key=filled.get)
    table.dialect["sheet"] = chosen
    if others := [name for name in filled if name != chosen and filled[name]]:
        table.notes.append(f'the largest sheet, "{chosen}", is read; the others are not: {", ".join(others[:5])}')
    rows = sheets[chosen]
    width = max(map(len, rows))
    rows = [row + [""] * (width - len(row)) for row in rows]
    skip = _title_rows(rows)
    rows = [row for row in rows[skip:] if any(row)]
    width = max(i + 1 for row in rows for i, cell in enumerate(row) if cell)
    rows = [row[:width] for row in rows]
    header = delimited.is_header(rows) if len(rows) > 1 else True
    table.dialect |= {"header": header, "skip": skip}
    if header:
        _name(table, rows[0])
    else:
        table.names = delimited.unique_names([""] * len(rows[0]))
        table.notes.append("there is no header: columns are called column_1, column_2 …")
    _fill(table, rows[header:])


def _title_rows(rows: list[list[str]]) -> int:
    """Rows above the table: empty ones, and titles that fill fewer than half the cells of what follows."""
    counts = [sum(map(bool, row)) for row in rows[:100]]
    usual = sorted(counts)[len(counts) // 2]
    return next((i for i, count in enumerate(counts) if count and 2 * count > usual), 0)


def _excel_cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime.datetime):
        return value.date().isoformat() if value.time() == datetime.time() else value.isoformat(" ", "seconds")
    return " ".join(str(value).split())


def nearest_column(path: Path, names: list[str], wanted: str) -> str:
    """The column of that name, also if only its case differs; else a `Misuse` that names the nearest."""
    import difflib

    if wanted in names:
        return wanted
    same = [name for name in names if name.lower() == wanted.lower()]
    if len(same) == 1:
        return same[0]
    close = difflib.get_close_matches(wanted, names, n=1, cutoff=0.5) or same[:1]
    known = ", ".join(names[:20]) + (" …" if len(names) > 20 else "")
    meant = f'; did you mean "{close[0]}"?' if close else f" (it has: {known})"
    raise Misuse(f'{path} has no column "{wanted}"{meant}')
