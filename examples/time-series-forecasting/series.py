"""Tables of series, read as data/schema.toml says: their columns by roles, and their steps on a regular clock."""

import functools
import gzip
import re
import zlib
from pathlib import Path
from typing import Any, TextIO

from common import ROOT, Problem, note, tomllib
from config import Config

import numpy as np
import pandas as pd

ROLES = ("date", "series", "value", "skip")
TIME = "\n"  # a column that no file can have: when a row is
MOST_GAPS = 0.2  # of a series may be filled; with more it is left out


def read_schema(config: Config) -> dict:
    """data/schema.toml, where --target, --group and --time give columns the roles value, series and date."""
    path = ROOT / "data" / "schema.toml"
    text = path.read_text(encoding="utf-8-sig")
    try:
        schema = {"read": {}, "average": False, "reader": "series", "season": 1, **tomllib.loads(text)}
        columns = {name: dict(about) for name, about in schema["columns"].items()}
        schema["step"]
    except (ValueError, TypeError, AttributeError, KeyError) as error:
        raise Problem(f"{path} needs step, [columns] and a table for each of them: {error}") from None
    for name, about in columns.items():
        if about.get("role") not in ROLES:
            line = next((n for n, line in enumerate(text.splitlines(), 1) if name in line and "=" in line), 0)
            raise Problem(f"{path} line {line}: {name} needs a role, one of {', '.join(ROLES)}")
    for role, flag in (("value", "target"), ("series", "group"), ("date", "time")):
        asked = getattr(config, flag)
        names = [asked] if asked in columns else re.split(r"\s*,\s*", asked)
        if asked == "all":
            names = [name for name, about in columns.items() if "decimal" in about]
        if asked:
            columns |= {name: {**columns[name], "role": "skip"} for name in columns_of(columns, role)}
        for name in names if asked not in ("", "none") else []:
            if name not in columns:
                raise Problem(f"--{flag}: data/schema.toml has no column {name!r} (it has: {', '.join(columns)})")
            columns[name] = {**columns.pop(name), "role": role}  # in this order
    schema["step"] = schema["step"] if columns_of(columns, "date") else 1
    return {**schema, "columns": columns}


def columns_of(columns: dict[str, dict], role: str) -> list[str]:
    return [name for name, about in columns.items() if about["role"] == role]


def read(source: Path | TextIO, schema: dict) -> pd.DataFrame:
    """A row for each step of the clock, a column for each series; nan before a series begins and after it ends."""
    try:
        if isinstance(source, Path) and source.suffix == ".gz":  # memory may not hold what is packed
            with gzip.open(source) as file:
                if len(head := file.read(1 << 25)) - head.rfind(b"\n") > 1 << 24:
                    raise ValueError("a line of more than 16 MB, so there are no rows")
        # text cells: pandas leaves a whole column unread where one cell is no number
        frame = pd.read_csv(source, dtype=str, **schema["read"])
    except (OSError, ValueError, TypeError, EOFError, zlib.error) as error:
        raise Problem(f"{source} cannot be read ({error}); hackgen convert makes a plain table of it") from None
    frame = typed(frame, source, schema)
    if len(frame) < 2:
        raise Problem(f"{source} has {len(frame)} rows with date and value; see data/schema.toml or hackgen convert it")
    names, values = (columns_of(schema["columns"], role) for role in ("series", "value"))
    clock, step = on_clock(frame[TIME], schema)
    table = frame[values].groupby([step, *(frame[name] for name in names)]).mean()
    if len(table) < len(frame) and not schema["average"]:
        note(f"{len(frame) - len(table)} of {len(frame)} rows repeat a date of their series; the mean is taken")
    if names:
        table = table.unstack(names)
        table.columns = [" / ".join(map(str, key if len(values) > 1 else key[1:])) for key in table.columns]
    return filled(table.reindex(range(len(clock))).set_axis(clock))


def typed(frame: pd.DataFrame, source: object, schema: dict) -> pd.DataFrame:
    """The rows that have all they need: their time, the columns that name their series, and values as floats."""
    frame.columns = frame.columns.astype(str).str.strip()
    dates, names, values = (columns_of(schema["columns"], role) for role in ("date", "series", "value"))
    if missing := [name for name in (*dates, *names, *values) if name not in frame]:
        what = f"has no column {missing[0]!r} of data/schema.toml (it has: {', '.join(frame.columns[:20])})"
        raise Problem(f"{source} {what}; hackgen convert makes a plain table of it, hackgen new --data a project")
    frame = frame[[*dates, *names, *values]].astype("string")
    for name in frame:
        patterns = schema["columns"][name].get("replace", {})
        cells = frame[name].replace(patterns, regex=True).str.strip()
        frame[name] = cells.mask(cells.isin(["", *schema["columns"][name].get("missing", [])]))
    for name in values:
        frame[name] = numbers(frame[name], schema["columns"][name].get("decimal", "."))
    frame[TIME] = times(frame, dates, names, schema)
    there = frame[[TIME, *names]].notna().all(axis=1) & frame[values].notna().any(axis=1)
    if not there.all():
        note(f"{(~there).sum()} of {len(frame)} rows have no date, name or value and are left out")
    return frame.loc[there, [TIME, *names, *values]]


def numbers(cells: pd.Series, decimal: str) -> pd.Series:
    """Cells as floats: by data/schema.toml's decimal mark, unless this file reads better by the other one."""
    found = in_style(cells, decimal)
    if found.count() < cells.count():
        other = in_style(cells, "," if decimal == "." else ".")
        if other.count() > found.count():
            note(f"{cells.name}: the decimal mark is not {decimal!r} here")
            found = other
    tell_lost(cells, found)
    return found


def in_style(cells: pd.Series, decimal: str) -> pd.Series:
    """Cells as floats, nan where they are written otherwise; a mark between thousands needs groups of three."""
    plain = cells
    if decimal == "," or cells.str.contains(",", regex=False).any():
        thousands = "," if decimal == "." else "."
        form = rf"[+-]?(\d+|\d{{1,3}}([{thousands}]\d{{3}})+)?([{decimal}]\d*)?([eE][+-]?\d+)?"
        plain = cells.where(cells.str.fullmatch(form).fillna(False).astype(bool))
        plain = plain.str.replace(thousands, "", regex=False).str.replace(decimal, ".", regex=False)
    found = pd.to_numeric(plain, errors="coerce").astype(float)
    return found.where(np.isfinite(found))


def times(frame: pd.DataFrame, dates: list[str], names: list[str], schema: dict) -> pd.Series:
    """When each row is: dates, numbers, or without a column of them how many rows of its series stand before it."""
    if not dates:
        return frame.groupby(names).cumcount() if names else pd.Series(range(len(frame)), frame.index)
    cells = functools.reduce(lambda left, right: left + " " + right, [frame[name] for name in dates])
    form = schema["columns"][dates[0]].get("format", "ISO8601")
    if form == "number":
        found = pd.to_numeric(cells, errors="coerce")
    else:
        found = pd.to_datetime(cells, format=form, errors="coerce", utc=True).dt.tz_localize(None)
    tell_lost(cells.rename(" ".join(dates)), found)
    return found


def tell_lost(cells: pd.Series, found: pd.Series) -> None:
    """Say which cells hold something that could not be read."""
    lost = cells[found.isna() & cells.notna()]
    if len(lost):
        note(f"{cells.name}: {len(lost)} of {len(cells)} cells cannot be read, such as {lost.iloc[0]!r}")


def on_clock(stamps: pd.Series, schema: dict, first: Any = None) -> tuple[pd.Index, np.ndarray]:
    """The regular steps from first to last, and the number of the step of each row.

    Steps of one length take what is nearest; months and the like, and those that are averaged over, what is in them.
    """
    step, last = schema["step"], stamps.max()
    first = stamps.min() if first is None else first
    if not isinstance(step, str):  # numbers instead of dates
        clock = pd.Index(np.arange(first, last + step / 2, step))
        return clock, np.rint((stamps - first) / step).to_numpy(int)
    if fixed := re.fullmatch(r"(\d*)(D|h|min|s)", step):
        length = pd.Timedelta(int(fixed[1] or 1), fixed[2])
        first, late = (first.floor(length), 0 * length) if schema["average"] else (first, length / 2)
        clock = pd.date_range(first, last + late, freq=length)
        return clock, ((stamps - first + late) // length).to_numpy(int)
    first = pd.tseries.frequencies.to_offset(step).rollback(first.normalize())
    clock = pd.date_range(first, last, freq=step)
    return clock, clock.searchsorted(stamps, side="right") - 1


def filled(table: pd.DataFrame) -> pd.DataFrame:
    """The series without gaps, which repeat the value before them; a series with too many is left out."""
    full = table.ffill().where(table.bfill().notna())
    gaps = full.count() - table.count()
    kept = gaps <= MOST_GAPS * full.count()
    if not kept.any():
        raise Problem(f"more than {MOST_GAPS:.0%} of the steps have no value; look at step in data/schema.toml")
    if not kept.all():
        note(f"{(~kept).sum()} of {len(kept)} series have more than {MOST_GAPS:.0%} gaps and are left out")
    if missing := gaps[kept].sum():
        note(f"{missing} of {full.loc[:, kept].count().sum()} steps are missing; the value before is repeated there")
    return full.loc[:, kept]
