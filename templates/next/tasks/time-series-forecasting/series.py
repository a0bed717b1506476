"""Tables of series, read as data/schema.toml says: their columns by roles, the steps on a regular clock, a season."""

import functools
import re
import sys
from pathlib import Path
from typing import TextIO

from common import Problem

import numpy as np
import pandas as pd

READERS = {
    ".parquet": pd.read_parquet,
    ".xlsx": pd.read_excel,
    ".jsonl": functools.partial(pd.read_json, lines=True, dtype=False, convert_dates=False),
}  # by the end of a file's name; every other one is a table of text
MOST_GAPS = 0.2  # of a series may be filled; with more it is left out
LONGEST_BY_SEARCH = 60  # steps of a season that no calendar has; it must repeat more, as many are tried
NEWEST = 500_000  # steps that are asked for a season; memory should not depend on how long a series is


def read(source: Path | TextIO, schema: dict) -> pd.DataFrame:
    """A row for each step of the clock, a column for each series; nan before a series begins and after it ends."""
    frame = read_cells(source, schema)
    names, values = (columns_of(schema, role) for role in ("series", "value"))
    there = frame[["time", *names]].notna().all(axis=1) & frame[values].notna().any(axis=1)
    if there.sum() < 2:
        raise Problem(f"{source} has {there.sum()} rows with date and value; look at the formats in data/schema.toml")
    if not there.all():
        note(f"{int((~there).sum())} of {len(frame)} rows have no date, name or value and are left out")
    frame = frame[there]
    clock, place = on_clock(frame["time"], schema)
    table = frame[values].groupby([place, *(frame[name] for name in names)]).mean()
    if (several := len(frame) - len(table)) and not schema.get("average"):
        note(f"{several} of {len(frame)} rows repeat a date of their series; the mean is taken")
    if names:
        table = table.unstack(names)
        table.columns = [" / ".join(map(str, key if len(values) > 1 else key[1:])) for key in table.columns]
    return filled(table.reindex(range(len(clock))).set_axis(clock))


def columns_of(schema: dict, role: str) -> list[str]:
    """The columns that data/schema.toml gives a role."""
    return [name for name, about in schema["columns"].items() if about["role"] == role]


def read_cells(source: Path | TextIO, schema: dict) -> pd.DataFrame:
    """Values, names of series and the `time` of each row; a cell that cannot be read is missing, and that is said."""
    reader = READERS.get(getattr(source, "suffix", "").lower())
    try:  # text cells: pandas leaves a whole column unread where one cell is no number
        frame = reader(source) if reader else pd.read_csv(source, dtype=str, **schema["read"])
    except (OSError, ValueError, ImportError) as error:
        raise Problem(f"{source} cannot be read ({error}); hackgen convert makes a plain table of it") from None
    frame.columns = frame.columns.astype(str).str.strip()
    dates, names, values = (columns_of(schema, role) for role in ("date", "series", "value"))
    if missing := [name for name in [*dates, *names, *values] if name not in frame]:
        has = ", ".join(frame.columns[:20])
        raise Problem(
            f"{source} has no column {missing[0]!r} (it has: {has}); it needs the columns of data/schema.toml, "
            "and hackgen convert makes a plain table of another layout"
        )
    found = {name: numbers(cells_of(frame[name], schema), name, schema) for name in values}
    found |= {name: cells_of(frame[name], schema) for name in names}
    return pd.DataFrame(found | {"time": times(frame, dates, names, schema)})


def cells_of(column: pd.Series, schema: dict) -> pd.Series:
    """Cells as text without spaces around; nan where one is empty or a word for nothing."""
    cells = column.astype("string").str.strip()
    about = schema["columns"][column.name]
    return cells.mask(cells.isin(["", *about.get("missing", [])]))


def numbers(cells: pd.Series, name: str, schema: dict) -> pd.Series:
    """Cells as floats. Decimal points or commas: as data/schema.toml says, unless this file reads better otherwise.

    A mark between thousands counts only before groups of three.
    """
    own = schema["columns"][name].get("decimal", ".")
    found = {decimal: in_style(cells, decimal) for decimal in (own, *({".", ","} - {own}))}
    best = max(found, key=lambda decimal: found[decimal].notna().sum())
    if best != own:
        note(f"numbers in {name!r} are written with a decimal {'comma' if best == ',' else 'point'} here")
    tell_lost(cells, found[best], name, "number")
    return found[best]


def in_style(cells: pd.Series, decimal: str) -> pd.Series:
    """Cells as floats, nan where one is not written with this decimal mark."""
    thousands = r"\." if decimal == "," else ","
    form = rf"[+-]?(\d+|\d{{1,3}}({thousands}\d{{3}})+)?({re.escape(decimal)}\d*)?([eE][+-]?\d+)?"
    plain = cells.where(cells.str.fullmatch(form).fillna(False).astype(bool))
    plain = plain.str.replace(thousands, "", regex=True).str.replace(decimal, ".", regex=False)
    return pd.to_numeric(plain, errors="coerce").astype(float)


def times(frame: pd.DataFrame, dates: list[str], names: list[str], schema: dict) -> pd.Series:
    """When each row is: dates, numbers, or without a column of them how many rows of its series stand before it."""
    if not dates:
        return frame.groupby(names).cumcount() if names else pd.Series(range(len(frame)))
    parts = [cells_of(frame[name], schema) for name in dates]
    cells = functools.reduce(lambda left, right: left + " " + right, parts)  # year, month … may have a column each
    form = schema["columns"][dates[0]].get("format", "ISO8601")
    if pd.api.types.is_datetime64_any_dtype(frame[dates[0]]):
        form = "ISO8601"  # a workbook or Parquet knows what dates are
    if form == "number":
        found = pd.to_numeric(cells, errors="coerce")
    else:
        found = pd.to_datetime(cells, format=form, errors="coerce", utc=True).dt.tz_localize(None)
    tell_lost(cells, found, " ".join(dates), "date")
    return found


def tell_lost(cells: pd.Series, found: pd.Series, name: str, what: str) -> None:
    """Say which cells hold something that could not be read."""
    lost = cells[found.isna() & cells.notna()]
    if len(lost):
        note(f"{name!r}: {len(lost)} of {len(cells)} cells hold no {what}, such as {lost.iloc[0]!r}")


def on_clock(stamps: pd.Series, schema: dict) -> tuple[pd.Index, np.ndarray]:
    """The regular steps from first to last, and the number of the step of each row.

    Steps of one length take what is nearest; calendar steps, and those over which values are averaged, what is in them.
    """
    step, first, last = schema["step"], stamps.min(), stamps.max()
    if not isinstance(step, str):  # numbers instead of dates
        clock = pd.Index(np.arange(first, last + step / 2, step))
        return clock, np.rint((stamps - first) / step).to_numpy(int)
    if fixed := re.fullmatch(r"(\d*)(D|h|min|s)", step):
        length = pd.Timedelta(int(fixed[1] or 1), fixed[2])
        first, late = (first.floor(length), 0 * length) if schema.get("average") else (first, length / 2)
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
        raise Problem(
            f"{gaps.iloc[0] / full.count().iloc[0]:.0%} of the steps have no value, and at most {MOST_GAPS:.0%} can be "
            "filled; look at step in data/schema.toml"
        )
    if not kept.all():
        note(f"{int((~kept).sum())} of {len(kept)} series have more than {MOST_GAPS:.0%} gaps and are left out")
    full = full.loc[:, kept]
    if missing := int(gaps[kept].sum()):
        note(f"{missing} of {int(full.count().sum())} steps are missing; the value before is repeated there")
    return full


@functools.cache  # what is read twice is said once
def note(text: str) -> None:
    print(f"note: {text}", file=sys.stderr)


def find_season(history: pd.DataFrame, most: int) -> int:
    """After how many steps the series repeat, 1 = never: the calendar's day, week and year are tried, then others."""
    history = history.iloc[-NEWEST:, :: 1 + history.shape[1] // 100]
    calendar = {4, 12}
    if isinstance(history.index, pd.DatetimeIndex) and len(history) > 1:
        days = (history.index[-1] - history.index[0]) / pd.Timedelta(days=1) / (len(history) - 1)  # in a step
        calendar |= {round(span / days) for span in (1, 7, 365.25)}
    found, tried = 1, {}
    for some, least, seen in ((calendar, 0.3, 2.5), (range(2, LONGEST_BY_SEARCH + 1), 0.5, 4)):
        longest = min(most, len(history) / seen)
        tried |= {season: repetition(history, season) for season in some if 2 <= season <= longest}
        best = max(tried.values(), default=0.0)
        if best >= least:
            found = min(season for season in tried if tried[season] >= 0.9 * best)
            break
    shown = sorted(tried, key=tried.get, reverse=True)[:4]
    told = ", ".join(f"{season} steps {tried[season]:.2f}" for season in shown) or "too few steps to see any"
    note(f"{'no season' if found == 1 else f'a season of {found} steps'} (how well values repeat: {told})")
    return found


def repetition(history: pd.DataFrame, season: int) -> float:
    """How alike values are that lie a season apart, without their trend: the correlation, mean over the series.

    0 where they are as alike after half of it: then they change slowly, or half of it is the season.
    """
    detrended = history - history.rolling(season, center=True).mean()
    whole, half = (detrended.corrwith(detrended.shift(lag)).mean() for lag in (season, max(1, season // 2)))
    return float(whole) if half < 0.8 * whole else 0.0
