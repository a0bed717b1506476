"""Table files as text cells, read by pandas as data/schema.toml says, or as another file shows itself."""

import codecs
import csv
import gzip
import importlib
import io
import os
import sys
import zipfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import columns
import common
from common import ROOT, Problem, located, note, tomllib
from config import Config

import pandas as pd

ROLES = ("number", "category", "date", "text", "skip")
WHOLE = dict.fromkeys("id target group time".split(), str) | {"read": dict, "columns": dict}  # in schema.toml; …
COLUMN = {"role": str, "why": str} | dict.fromkeys("missing unknown strip formats".split(), list)
COLUMN |= {"decimal": str, "thousands": str, "replace": dict}  # … and in a column's entry there
WORDS = {str: "a text", list: 'a list such as ["NA"]', dict: 'a table such as { role = "number" }'}
AS_TEXT = {"header": None, "dtype": str, "keep_default_na": False}
READERS = {".parquet": "Parquet", ".xlsx": "Excel", ".xlsm": "Excel", ".json": "JSON"}  # all else is delimited text
READERS |= {".jsonl": "JSON lines", ".ndjson": "JSON lines"}
UNPACKED = {".gz": gzip.open, ".zip": lambda path, mode: next(zipfile.Path(path).iterdir()).open(mode)}
ENDINGS = {*READERS, *".csv .tsv .txt .gz .zip".split()}


class Table(NamedTuple):
    frame: pd.DataFrame  # all cells as text
    entries: dict[str, dict]  # of every column: role, and how its cells are written
    features: dict[str, dict]  # of the columns to learn from
    meta: dict  # target, group and time by name ("" = none), the header, how the file is read, `data` for reports


def schema() -> dict:
    """What data/schema.toml says; a slip of the hand is a `Problem` that names its line."""
    path = ROOT / "data" / "schema.toml"
    text = path.read_text(encoding="utf-8-sig", errors="replace") if path.is_file() else ""
    try:
        found = {"read": {}, "columns": {}} | tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Problem(f"{path} is not valid TOML ({error}); mend that line") from None

    def check(content: dict, allowed: dict[str, type], place: str = "") -> None:
        for key, value in content.items():
            if not isinstance(value, allowed.get(key, ())) or (key == "role" and value not in ROLES):
                line = next((n for n, line in enumerate(text.splitlines(), 1) if place in line and key in line), 0)
                meant = f"write {WORDS[allowed[key]]}" if key in allowed else f"known are {', '.join(allowed)}"
                meant = f"use one of {', '.join(ROLES)}" if key == "role" else meant
                raise Problem(f"{path} line {line}: {key} = {value!r} means nothing there; {meant}")

    check(found, WHOLE)
    check(found["columns"], dict.fromkeys(found["columns"], dict))
    for name, about in found["columns"].items():
        check({"role": "", **about}, COLUMN, name)
    return found


def opened(config: Config) -> Table:
    """The table that the config names."""
    about, path = schema(), located(config.data)
    digest = common.sha256(path)
    frame = read(path, about["read"], list(about["columns"]))
    if common.sha256(path) != digest:
        raise Problem(f"{path} changed while it was read; train again, or on a copy: --data COPY")
    return settled(config, about, frame, {"name": path.name, "path": config.data, "sha256": digest})


def settled(config: Config, about: dict, frame: pd.DataFrame, data: dict) -> Table:
    """Which column is for what: as flags say, else as data/schema.toml says, else as it seems."""
    names = {plain(name): name for name in frame}
    special = {}
    for flag in "target group time".split():
        special[flag] = about.get(flag, "")
        if given := getattr(config, flag):
            special[flag] = given if given in frame else names.get(plain(given), "")
            if not special[flag] and given != "none":
                raise Problem(f'no column "{given}"; --{flag} takes one of: {", ".join(frame.columns[:20])}')
    used = [name for name, entry in about["columns"].items() if entry["role"] != "skip"]
    if lacking := [name for name in (*special.values(), *used) if name and name not in frame]:
        what = f"has no column {lacking[0]!r}, which data/schema.toml names; mend it there, or make a project"
        raise Problem(f"{data['path']} {what} for this table: hackgen new --data {data['path']}")
    target = special["target"] = special["target"] or frame.columns[-1]
    if target in (special["group"], special["time"]):
        raise Problem(f"{target!r} is the target, so it cannot be --group or --time too; name another column")
    entries = {name: about["columns"].get(name) or columns.role_of(frame[name]) for name in frame}
    learnt = [name for name in frame if name not in (target, special["group"]) and entries[name]["role"] != "skip"]
    meta = {"id": about.get("id", ""), **special, "header": list(frame), "read": about["read"], "data": data}
    return Table(frame, entries, {name: entries[name] for name in learnt}, meta)


def plain(name: str) -> str:  # as it is compared
    return " ".join(name.replace("_", " ").split()).casefold()


def read(source: Path | str, arguments: dict, known: list[str], fewer: Sequence[list[str]] = ()) -> pd.DataFrame:
    """All cells of a file, or of delimited text, under their columns' names; a `Problem` says what cannot be read.

    arguments  of pandas.read_csv; a text that shows another encoding or delimiter is read by that
    known      the columns that it should have, in their order if there is no header; or those of one of `fewer`
    """
    kind = READERS.get(source.suffix.lower(), "text") if isinstance(source, Path) else "text"
    name = str(source) if isinstance(source, Path) else "the text"
    try:  # in each, names are the first row
        if kind == "Parquet":
            import duckdb  # which only these files need

            frame = duckdb.execute("SELECT COLUMNS(*)::VARCHAR FROM read_parquet(?)", [name]).df().T.reset_index().T
        elif kind.startswith("JSON"):
            frame = pd.read_json(source, lines=kind != "JSON", dtype=False, convert_dates=False).T.reset_index().T
        elif kind == "Excel":
            book = importlib.import_module("openpyxl").load_workbook(source, read_only=True, data_only=True)
            sheet, rows, width = book.worksheets[0], [], 0
            sheet.reset_dimensions()  # what a file says of its size may be wrong
            for row in sheet.values:
                rows.append(row)
                width = max(width, len(row))
                if len(rows) > 2**20 or len(rows) * width > 10**8:
                    raise Problem(f"{name}: {len(rows)} rows or more of up to {width} cells; delete what lies far off")
            frame = pd.DataFrame(rows, dtype=object).dropna(how="all").dropna(axis=1, how="all")
        else:
            text = text_of(source, arguments)[0] if isinstance(source, Path) else source
            if not text.strip():
                raise Problem(f"{name} is empty; it needs a row for each example, below the columns' names")
            sep = delimiter_of(text, arguments, known)
            lines = csv.reader(io.StringIO(text, newline=""), delimiter=sep, skipinitialspace=True)
            width = 0
            for row in lines:  # pandas would fill up those that are short
                width = width or len(row)
                if row and len(row) != width:
                    what = f"{len(row)} cells in line {lines.line_num}, not {width}"
                    raise Problem(f"{name} has {what}; mend or hackgen convert")
            frame = pd.read_csv(io.StringIO(text), **AS_TEXT, sep=sep, skipinitialspace=True)
    except ImportError as error:
        raise Problem(f"{name}: reading {kind} takes one more package: pip install {error.name}") from None
    except Problem:
        raise
    except Exception as error:  # each reader has errors of its own
        reason = " ".join(str(error).split())
        raise Problem(f"{name} cannot be read ({reason}); mend it, or try: hackgen convert {name} plain.csv") from None
    frame = named(frame, known, fewer, name)
    if frame.empty:
        raise Problem(f"{name} has column names ({', '.join(frame.columns[:5]) or 'none'}) but no rows")
    return frame.reset_index(drop=True).astype(object).fillna("").astype(str)


def text_of(path: Path, arguments: dict, most: int = -1) -> tuple[str, str]:
    """The text of a file (of its first bytes), unpacked, and its encoding: UTF-8 or 16, training's, or Windows-1252."""
    unpack = UNPACKED.get(path.suffix.lower(), Path.open)
    with sys.stdin.buffer if str(path) == "-" else unpack(path, "rb") as file:
        raw = file.read(1 << 25 if most < 0 else most)
        if len(raw) - raw.rfind(b"\n") > 1 << 24:
            raise Problem(f"{path} has a line of more than 16 MB, so it holds no rows; save it with a line for each")
        raw += file.read(1 << 30) if most < 0 else b""
        if len(raw) > 1 << 30:
            raise Problem(f"{path} holds more than a gigabyte of text, which is not read at once; split it")
    utf16 = raw[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    for encoding in ["utf-16"] if utf16 else ["utf-8-sig", arguments.get("encoding", "utf-8")]:
        with suppress(UnicodeDecodeError):
            return codecs.getincrementaldecoder(encoding)().decode(raw, final=most < 0), encoding
    note(f"{path} is not UTF-8 and is read as Windows-1252")
    return raw.decode("cp1252", errors="replace"), "cp1252"


def delimiter_of(text: str, arguments: dict, known: list[str]) -> str:
    """The delimiter by which the first line of a text has most of the known columns; else training's."""
    names = {*map(plain, known)}
    first = text.lstrip("\r\n").partition("\n")[0]

    def likeness(delimiter: str) -> tuple[int, bool, int]:
        cells = next(csv.reader([first], delimiter=delimiter, skipinitialspace=True), [])
        alike = len(names & {*map(plain, cells)})
        return alike, len(known) - len(cells) in (0, 1), 0 if known else len(cells)

    return max([arguments.get("sep", ","), *",;\t|"], key=likeness)


def named(frame: pd.DataFrame, known: list[str], fewer: Sequence[list[str]], name: str) -> pd.DataFrame:
    """The rows below the first, under its names; all rows, under those that are known, if it names nothing."""
    first = [" ".join(str(cell).split()) for cell in frame.iloc[:1].to_numpy().flat]
    spelled = {plain(column): column for column in known} | {column: column for column in known}
    names = [spelled.get(cell) or spelled.get(plain(cell), cell) or f"column_{n}" for n, cell in enumerate(first, 1)]
    values = any(any(map(str.isdigit, cell)) and not any(map(str.isalpha, cell)) for cell in first)  # numbers, dates
    bare = values or (known and len(frame) == 1) or known[-1:] == [f"column_{len(known)}"]  # no header, it seems
    if not bare or 2 * len(set(names) & set(known)) >= min(len(first), len(known)) > 0:
        below = frame.iloc[1:].set_axis(names, axis=1)
        return below.loc[:, ~below.columns.duplicated()]
    for header in (known or [f"column_{n + 1}" for n in range(len(first))], *fewer):
        if len(header) == len(first):
            return frame.set_axis(header, axis=1)
    which = f"{name} has {len(first)} cell(s) a row and names no column; the columns are {', '.join(known[:20])}"
    raise Problem(f"{which}. For a file in another layout: hackgen convert FILE plain.csv")


def new_rows(source: str, meta: dict) -> tuple[list[str], pd.DataFrame]:
    """Names and typed cells of new rows: of a file, of standard input (-), or of one row typed as an argument."""
    path, used = Path(source), meta["columns"]
    typed, folder = source != "-" and not os.path.exists(source), os.path.isdir(source)  # which bear a long row
    if folder or (typed and (path.suffix.lower() in ENDINGS or not source.strip())):
        what = "is a folder" if folder else "does not exist"
        raise Problem(f"{source or 'the empty name'} {what}; name a table, or type one row")
    fewer = [name for name in meta["header"] if name != meta["target"]], list(used)
    frame = read(source if typed else path, meta["read"], meta["header"], fewer)
    if lacking := [name for name in used if name not in frame]:
        what = f"has no column {lacking[0]!r} (it has: {', '.join(frame.columns[:20])}); add what is missing"
        raise Problem(f"{source} {what}, or for a file in another layout: hackgen convert {source} plain.csv")
    cells = columns.typed(frame, used, columns.STYLES)
    for name, about in used.items():
        if "values" in about and (new := cells[name].notna() & (columns.codes_of(cells[name], about) == 0)).any():
            what = f"{new.sum()} of {len(new)} cells hold a value that training hardly saw, such as"
            note(f"{name}: {what} {cells[name][new].iloc[0]!r}")
    names = frame[meta["id"]].tolist() if meta["id"] in frame else [f"row {row + 1}" for row in frame.index]
    return names, cells
