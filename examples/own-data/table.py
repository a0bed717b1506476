"""Table files as text cells, read by pandas as data/schema.toml says, or as another file shows itself."""

import codecs
import csv
import gzip
import hashlib
import io
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import columns
import roles
from common import Problem, located, sha256
from config import Config

import pandas as pd

KINDS = {".parquet": "Parquet", ".xlsx": "Excel", ".xlsm": "Excel", ".json": "JSON"}
KINDS |= {".jsonl": "JSON lines", ".ndjson": "JSON lines"}  # all else is delimited text
ENDINGS = {*KINDS, ".csv", ".tsv", ".txt", ".gz", ".zip"}
AS_TEXT = {"header": None, "dtype": str, "keep_default_na": False, "skipinitialspace": True}  # of all cells


class Table(NamedTuple):
    frame: pd.DataFrame  # all cells as text
    entries: dict[str, dict]  # of every column: role, and how its cells are written
    features: dict[str, dict]  # of the columns to learn from
    meta: dict  # target, group and time by name ("" = none), the header, how the file is read, `data` for reports


def opened(config: Config, sample: Callable[[], tuple[str, pd.DataFrame]]) -> Table:
    """The table that the config names, else the sample: its name and cells."""
    if not config.data:
        name, frame = sample()
        digest = hashlib.sha256(frame.to_csv(index=False).encode()).hexdigest()
        return settled(config, {"read": {}, "columns": {}}, frame, {"name": name, "path": "", "sha256": digest})
    about, path = roles.schema(), located(config.data)
    frame = read(path, about["read"], list(about["columns"]))
    return settled(config, about, frame, {"name": path.name, "path": config.data, "sha256": sha256(path)})


def settled(config: Config, about: dict, frame: pd.DataFrame, data: dict) -> Table:
    """Which column is for what: as flags say, else as data/schema.toml says, else as it seems."""
    used = [name for name, entry in about["columns"].items() if entry.get("role") != "skip"]
    special = {flag: about.get(flag, "") for flag in ("target", "group", "time")}
    if lacking := [name for name in (*special.values(), *used) if name and name not in frame]:
        what = f"has no column {lacking[0]!r}, which data/schema.toml names; mend it there, or make a project"
        raise Problem(f"{data['path']} {what} for this table: hackgen new --data {data['path']}")
    for flag in special:
        if given := getattr(config, flag):
            special[flag] = found_name(given, frame, flag)
    target = special["target"] = special["target"] or frame.columns[-1]
    if target in (special["group"], special["time"]):
        raise Problem(f"{target!r} is the target, so it cannot be --group or --time too; name another column")
    entries = {name: about["columns"].get(name) or roles.role_of(frame[name]) for name in frame}
    learnt = [name for name in frame if name not in (target, special["group"]) and entries[name]["role"] != "skip"]
    meta = {"id": about.get("id", ""), **special, "header": list(frame), "read": about["read"], "data": data}
    return Table(frame, entries, {name: entries[name] for name in learnt}, meta)


def plain(name: str) -> str:
    """A column's name as it is compared."""
    return " ".join(str(name).split()).casefold()


def found_name(given: str, frame: pd.DataFrame, flag: str) -> str:
    """The column that a flag names, also if only its case or spaces differ; "" for none."""
    alike = [name for name in frame if name == given] or [name for name in frame if plain(name) == plain(given)]
    if not alike and given != "none":
        known = ", ".join(frame.columns[:20]) + " …" * (frame.shape[1] > 20)
        raise Problem(f'there is no column "{given}" (but: {known}); name it with --{flag}')
    return alike[0] if alike else ""


def read(source: Path | str, arguments: dict, known: list[str], target: str = "") -> pd.DataFrame:
    """All cells of a table as text, under their columns' names; a `Problem` says what cannot be read.

    source     a file, or delimited text
    arguments  of pandas.read_csv; a text that shows another encoding or delimiter is read by that
    known      the columns that it should have, in their order if there is no header; the `target` may be missing
    """
    kind = KINDS.get(source.suffix.lower(), "text") if isinstance(source, Path) else "text"
    name = str(source) if isinstance(source, Path) else "the text"
    try:
        if kind == "Parquet":
            import duckdb  # which only these files need

            frame = duckdb.execute("SELECT COLUMNS(*)::VARCHAR FROM read_parquet(?)", [name]).df().fillna("")
        elif kind.startswith("JSON"):
            frame = pd.read_json(source, lines=kind == "JSON lines", dtype=False, convert_dates=False).map(cell_of_json)
        elif kind == "Excel":
            frame = pd.read_excel(source, header=None, dtype=str, keep_default_na=False).fillna("")
        else:
            text = decoded(source, arguments)[0] if isinstance(source, Path) else source
            if not text.strip():
                raise Problem(f"{name} is empty; it needs a row for each example, below the columns' names")
            if names_above(text, arguments, known):  # new rows come without the titles of training's file
                arguments = arguments | {"skiprows": 0}
            arguments = AS_TEXT | arguments | {"sep": delimiter_of(text, arguments, known), "encoding": None}
            check_widths(text, arguments, name)
            frame = pd.read_csv(io.StringIO(text), **arguments)
    except ImportError as error:
        raise Problem(f"{name}: reading {kind} takes one more package: pip install {error.name}") from None
    except Problem:
        raise
    except Exception as error:  # each reader has errors of its own
        reason = " ".join(str(error).split())
        raise Problem(f"{name} cannot be read ({reason}); mend it, or try: hackgen convert {name} plain.csv") from None
    if kind in ("text", "Excel"):
        frame = below_header(frame, known, target, name)
    else:
        frame.columns = names_of(list(frame), known)
    if frame.empty:
        raise Problem(f"{name} has column names ({', '.join(frame.columns[:5])}) but no rows")
    return frame.reset_index(drop=True)


def cell_of_json(value: object) -> str:
    """A value as text: true, 3, nothing for null."""
    if value is None or value != value:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def decoded(path: Path, arguments: dict, most: int = -1) -> tuple[str, str]:
    """The text of a file (of its first bytes), unpacked, and its encoding: UTF-8 or 16, training's, or Windows-1252."""
    with gzip.open(path) if path.suffix.lower() == ".gz" else path.open("rb") as file:
        raw = file.read(most)
    utf16 = raw[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    for encoding in ["utf-16"] if utf16 else ["utf-8-sig", arguments.get("encoding", "cp1252"), "latin-1"]:
        try:
            text = codecs.getincrementaldecoder(encoding)().decode(raw, final=most < 0)
        except UnicodeDecodeError:
            continue
        if encoding not in ("utf-8-sig", "utf-16", arguments.get("encoding")):
            print(f"note: {path} is not UTF-8 and is read as {encoding}", file=sys.stderr)
        return text, encoding
    raise Problem(f"{path} does not read as {encoding}; save it as UTF-8")


def names_above(text: str, arguments: dict, known: list[str]) -> bool:
    """Whether the columns' names stand among the lines that were skipped in training's file."""
    above, names = text[: 1 << 20].splitlines()[: arguments.get("skiprows", 0)], set(map(plain, known))
    return any(2 * len(names & set(map(plain, re.split(r"[,;\t|]", line)))) > len(names) for line in above)


def delimiter_of(text: str, arguments: dict, known: list[str]) -> str:
    """The delimiter by which the first line of a text has most of the known columns; else training's."""
    lines = text[: 1 << 20].splitlines()[arguments.get("skiprows", 0) :]
    first = next((line for line in lines if line.strip()), "")
    names = set(map(plain, known))

    def fit(delimiter: str) -> tuple[int, bool, int]:
        cells = next(csv.reader([first], delimiter=delimiter, skipinitialspace=True), [])
        width = len(cells)
        return len(names & set(map(plain, cells))), width in (len(known), len(known) - 1), 0 if known else width

    return max([arguments.get("sep", ","), *",;\t|"], key=fit)


def check_widths(text: str, arguments: dict, name: str) -> None:
    """A `Problem` names the first row that has more or fewer cells than the first one, which pandas would fill up."""
    how = {name: arguments[name] for name in ("quoting", "quotechar", "skipinitialspace") if name in arguments}
    lines = io.StringIO(text, newline="")
    for _ in range(arguments.get("skiprows", 0)):
        lines.readline()
    rows, width = csv.reader(lines, delimiter=arguments["sep"], **how), 0
    for row in rows:
        width = width or len(row)
        if row and len(row) != width:
            line = rows.line_num + arguments.get("skiprows", 0)
            raise Problem(f"{name} has {len(row)} cell(s) in line {line}, but {width} in its first; mend that line")


def below_header(frame: pd.DataFrame, known: list[str], target: str, name: str) -> pd.DataFrame:
    """The rows below the first, if that one names columns; else all of them, as those known in their order."""
    first, width = frame.iloc[0].tolist(), frame.shape[1]
    named = len(set(map(plain, first)) & set(map(plain, known)))
    values = any(any(map(str.isdigit, cell)) and not any(map(str.isalpha, cell)) for cell in first)  # numbers, dates
    header = not values and (len(frame) > 1 or not known) and known[:1] != ["column_1"]  # if of other names
    if header or (known and 2 * named >= min(width, len(known))):
        return frame.iloc[1:].set_axis(names_of(first, known), axis=1)
    for names in (known, [name for name in known if name != target]) if known else (names_of([""] * width, []),):
        if len(names) == width:
            return frame.set_axis(names, axis=1)
    raise Problem(
        f"{name} has {width} cells a row and names no column; the columns are {', '.join(known[:20])}. "
        f"For a file in another layout: hackgen convert {name} plain.csv"
    )


def names_of(cells: list[str], known: list[str]) -> list[str]:
    """Names of columns, spelled as the known ones; those without a name are column_1 …, equal ones are numbered."""
    spelled = {plain(name): name for name in known} | {name: name for name in known}
    names: dict[str, int] = {}
    for number, cell in enumerate(cells, 1):
        text = " ".join(str(cell).split())
        name = stem = spelled.get(text) or spelled.get(plain(text)) or text or f"column_{number}"
        times = 2
        while name in names:
            name, times = f"{stem}_{times}", times + 1
        names[name] = number
    return list(names)


def new_rows(source: str, meta: dict) -> tuple[list[str], pd.DataFrame]:
    """Names and typed cells of new rows: of a file, of standard input (-), or of one row typed as an argument."""
    path, used = Path(source), meta["columns"]
    typed = source != "-" and ("\n" in source or len(source) > 250 or not path.exists())
    if typed and (path.suffix.lower() in ENDINGS or not source.strip()):
        raise Problem(f"{source or 'the empty name'} does not exist; name a table, or type one row")
    text = sys.stdin.read() if source == "-" else source
    frame = read(text if typed or source == "-" else path, meta["read"], meta["header"], meta["target"])
    if lacking := [name for name in used if name not in frame]:
        names = ", ".join(map(repr, lacking[:5])) + f" and {len(lacking) - 5} more" * (len(lacking) > 5)
        what = f"has no column {names} (it has: {', '.join(frame.columns[:20])}); add what is missing"
        raise Problem(f"{source} {what}, or for a file in another layout: hackgen convert {source} plain.csv")
    cells = roles.typed(frame, roles.in_own_style(frame, used))
    for name, entry in used.items():
        if "values" in entry:
            new = cells[name].notna() & (columns.codes_of(cells[name], entry) == 0)
            if new.any():
                what = f"{new.sum()} of {len(new)} cells hold a value that training hardly saw, such as"
                print(f"note: {name}: {what} {cells[name][new].iloc[0]!r}", file=sys.stderr)
    return frame[meta["id"]].tolist() if meta["id"] in frame else [f"row {row + 1}" for row in frame.index], cells
