"""Cells of a table by the roles of their columns: floats, times or texts, as data/schema.toml says they are written.

A column's entry there has its `role`, and what differs from plain writing: `decimal` and `thousands` signs, `strip`
(what stands around numbers, such as "%"), `zeros` ({ K = 3 } where 12K is 12,000), `formats` of dates (as
pandas.to_datetime takes them, or iso, epoch, epoch-ms …), `missing` (cells that mean "not known" besides the usual
words), `unknown` (such cells instead of these).
"""

import difflib
import re
import sys

from common import ROOT, Problem

import numpy as np
import pandas as pd

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROLES = ("number", "category", "date", "text", "skip")
WHOLE = {"id": str, "target": str, "group": str, "time": str, "read": dict, "columns": dict}  # in schema.toml …
COLUMN = {"role": str, "why": str, "missing": list, "unknown": list, "decimal": str, "thousands": str, "strip": list}
COLUMN |= {"zeros": dict, "formats": list}  # … and in a column's entry there
WORDS = {str: "a text", list: 'a list such as ["NA"]', dict: 'a table such as { role = "number" }'}
MISSING = ["", "?", "na", "n/a", "#n/a", "<na>", "nan", "null", "none", "inf", "-inf"]  # in lower case
STYLES = [{"decimal": ".", "thousands": ","}, {"decimal": ",", "thousands": "."}]  # in which numbers are written
STYLED = {"decimal", "thousands", "strip", "zeros"}  # entries without which numbers are written as Python does
LARGEST = 1e100  # a number that can be squared
MOSTLY = 0.9  # of a column's cells must be numbers, or dates, to make it one of these where nobody named its role
LONG = 4  # words; free texts have more, on average


def schema() -> dict:
    """What data/schema.toml says; a slip of the hand is a `Problem` that names its line."""
    path = ROOT / "data" / "schema.toml"
    if not path.is_file():
        return {"read": {}, "columns": {}}
    try:
        text = path.read_text(encoding="utf-8-sig")
        found = {"read": {}, "columns": {}} | tomllib.loads(text)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Problem(f"{path} is not valid TOML ({error}); mend that line") from None

    def check(content: dict, allowed: dict[str, type], place: str = "") -> None:
        for key, value in content.items():
            line = next((n for n, line in enumerate(text.splitlines(), 1) if place in line and key in line), 0)
            if key not in allowed:
                near = difflib.get_close_matches(key, allowed, 1)
                meant = f'did you mean "{near[0]}"?' if near else f"it may hold {', '.join(allowed)}"
                raise Problem(f'{path} line {line}: "{key}" means nothing there; {meant}')
            if not isinstance(value, allowed[key]):
                raise Problem(f"{path} line {line}: {key} = {value!r}; write {WORDS[allowed[key]]}")
            if key == "role" and value not in ROLES:
                raise Problem(f"{path} line {line}: role = {value!r}; use one of {', '.join(ROLES)}")

    check(found, WHOLE)
    for name, entry in found["columns"].items():
        check({name: entry}, {name: dict})
        check(entry if "role" in entry else {"role": "", **entry}, COLUMN, name)
    return found


def typed(frame: pd.DataFrame, columns: dict[str, dict]) -> pd.DataFrame:
    """The named columns by their roles: floats, times or texts. What cannot be read is missing, and that is said."""
    found = {}
    for name, about in columns.items():
        cells, plain = frame[name], None
        if about["role"] == "number" and not about.keys() & STYLED:
            plain = sane(pd.to_numeric(cells, errors="coerce"), about)
            cells = cells[plain.isna()]
        codes, different = pd.factorize(cells, use_na_sentinel=False)  # cells repeat, and each is read once
        known = known_cells(pd.Series(different, dtype=object), about)
        values = READ[about["role"]](known, about)
        unread = known.notna() & values.isna()
        if unread.any():
            count = np.bincount(codes, minlength=len(known))
            lost = count[unread].sum()
            all_known = count[known.notna()].sum() + len(frame) - len(cells)
            what = f"{lost} of {all_known} cells hold no {about['role']}"
            print(f"note: {name}: {what}, such as {known[unread].iloc[0]!r}; they count as missing", file=sys.stderr)
        values = values.take(codes).set_axis(cells.index)
        found[name] = values if plain is None else plain.fillna(values)
    return pd.DataFrame(found, index=frame.index)


def known_cells(cells: pd.Series, about: dict) -> pd.Series:
    """Cells without blanks around them; None where they mean "not known"."""
    cells = cells.astype(object).str.strip()
    unknown = {str(word).lower() for word in (*about.get("unknown", MISSING), *about.get("missing", ()))}
    return cells.mask(cells.str.lower().isin(unknown | {""}), None)


def read_numbers(cells: pd.Series, about: dict) -> pd.Series:
    """Cells as floats; a sign between thousands counts only before groups of three digits."""
    decimal, thousands = about.get("decimal", "."), about.get("thousands", "")
    for mark in about.get("strip", ()):
        cells = cells.str.replace(mark, "", regex=False).str.strip()
    for word, zeros in about.get("zeros", {}).items():
        cells = cells.str.replace(rf"\s*{re.escape(word)}$", f"e{zeros}", regex=True)
    if thousands:
        group = rf"[{re.escape(thousands)} \u00a0\u202f]"
        grouped = cells.str.fullmatch(rf"[+-]?\d{{1,3}}({group}\d{{3}})+(\D.*)?", na=False)
        cells = cells.mask(grouped, cells.str.replace(rf"(?<=\d){group}(?=\d{{3}})", "", regex=True))
    if decimal != ".":
        cells = cells.mask(cells.str.contains(".", regex=False, na=False))
        cells = cells.str.replace(decimal, ".", regex=False)
    return sane(pd.to_numeric(cells, errors="coerce"), about)


def sane(values: pd.Series, about: dict) -> pd.Series:
    """Floats, without those that mean "not known" or are too large; -999 may be written -999.0."""
    sentinels = pd.to_numeric(pd.Series(about.get("missing", []), dtype=object), errors="coerce").dropna()
    values = values.astype(float)
    return values.mask(values.isin(sentinels) | (values.abs() >= LARGEST))


def read_dates(cells: pd.Series, about: dict) -> pd.Series:
    """Cells as times, those with a zone in UTC; of a span such as 01:00 - 02:00 its beginning."""
    cells = cells.str.partition(" - ")[0] if len(cells) else cells
    times = pd.Series(pd.NaT, cells.index, dtype="datetime64[s]")
    for form in [*about.get("formats", ()), "iso"]:
        rest = cells[times.isna() & cells.notna()]
        if form.startswith("epoch"):
            unit = form.removeprefix("epoch-") if "-" in form else "s"
            read = pd.to_datetime(pd.to_numeric(rest, errors="coerce"), unit=unit, errors="coerce")
        else:
            plain = rest.mask(rest.str.fullmatch(r"[-+]?[\d.]+")) if form == "iso" else rest  # 2020 may be a number
            how = "ISO8601" if form == "iso" else form
            read = pd.to_datetime(plain, format=how, errors="coerce", utc=True).dt.tz_localize(None)
        times.loc[rest.index] = read.astype("datetime64[s]")
    return times


def read_values(cells: pd.Series, about: dict) -> pd.Series:
    """Cells as they are compared: one space for several, and the 3.0 that programs make of 3 is 3 again."""
    return cells.str.split().str.join(" ").str.replace(r"^(\d+)\.0$", r"\1", regex=True)


READ = {"number": read_numbers, "date": read_dates, "category": read_values, "text": read_values}


def role_of(cells: pd.Series) -> dict:
    """What a column seems to be that data/schema.toml does not name."""
    known = known_cells(pd.Series(cells.unique()), {}).dropna()
    if known.empty:
        return {"role": "category"}
    for role in ("number", "date"):
        if READ[role](known, {}).notna().mean() >= MOSTLY:
            return {"role": role}
    words = known.str.count(r"\S+").mean()
    many = len(known) > len(cells) / 2
    return {"role": "text" if many and words > LONG else "category"}


def in_own_style(frame: pd.DataFrame, columns: dict[str, dict]) -> dict[str, dict]:
    """The columns, with the style in which this file's numbers are written: training's, unless another reads more."""
    numbers = {name: about for name, about in columns.items() if about["role"] == "number" and name in frame}

    def count(style: dict) -> int:
        read = (read_numbers(known_cells(frame[name], about), about | style) for name, about in numbers.items())
        return sum(int(values.notna().sum()) for values in read)

    best = max([{}, *STYLES], key=count)
    return columns | {name: about | best for name, about in numbers.items()}
