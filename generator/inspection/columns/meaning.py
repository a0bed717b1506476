"""What a cell means: missing, a number or a list of numbers, by the rules of its column (`parse` in data/schema.toml).

parse  {} means the plain rules. `decimal` "," and `thousands` "." say how numbers are written, `strip` what stands
       around them ("%", "$"), `zeros` how many zeros a word behind them stands for ({ K = 3 } where 12K is 12,000),
       ("decimal" ".," that they are written in both styles, so that a cell such as 1.234 is none),
       `replace` patterns and what stands for them: (9.50) is -9.50, and 16.4W is -16.4
       `clock` that they are times (14:05, 2:05 PM, 1:02:03.5), read as seconds: their forms, if each is one of a day,
       `missing` which values mean "not known" besides the usual ones, `unknown` which ones instead of them
"""

import contextlib
import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..words.marks import MIXED, STYLES, replaced

MISSING = {"", "?", "na", "n/a", "#n/a", "<na>", "nan", "null", "none", "inf", "-inf"}  # compared in lower case
LARGEST = 1e100  # a number that can be squared
MOST_ELEMENTS = 256  # of a list of numbers that is read as so many columns
CLOCK = re.compile(
    r"(?:(\d+) days?,? )?(\d{1,4}):([0-5]\d)(?::([0-5]\d(?:\.\d+)?))?"
    r"(?:\s?([AaPp])\.?[Mm]\.?| ?(?:Uhr|h|min(?:/\w+)?))?"
)
LAP = re.compile(r"(\d{1,3}):([0-5]\d\.\d+)")  # 1:23.456
SPELLED = re.compile(
    r"(?:PT?)?"
    + "".join(
        rf"(?:(\d+) ?{unit}[ ,]*)?"
        for unit in ("d(?:ays?)?T?", "h(?:rs?|ours?)?", "m(?:ins?|inutes?)?", "s(?:ecs?|econds?)?")
    ),
    re.IGNORECASE,
)
SPACES = str.maketrans("", "", " \u00a0\u202f")  # between thousands
Parse = dict[str, Any]


def is_missing(cell: str, parse: Parse | None = None) -> bool:
    """Whether a cell stands for "not known"."""
    if not parse:
        return cell.strip().lower() in MISSING
    usual = {word.lower() for word in parse["unknown"]} if "unknown" in parse else MISSING
    text = cell.strip().lower()
    return not text or text in usual or text in {str(word).lower() for word in parse.get("missing", ())}


def number(cell: str, parse: Parse | None = None) -> float | None:
    """A cell as a number that can be squared; None if it is none."""
    if parse and parse.get("clock"):
        return seconds(cell)
    try:
        value = float(plain(cell, parse) if parse else cell)
    except ValueError:
        return None
    return value if abs(value) < LARGEST and "_" not in cell else None


def seconds(cell: str) -> float | None:
    """A time of day or a duration (2:05, 2h 5m, PT1H) as seconds, None if it is none; two parts are hours, minutes."""
    if lap := LAP.fullmatch(cell.strip()):
        return 60 * int(lap[1]) + float(lap[2])
    if not (match := CLOCK.fullmatch(cell.strip())):
        parts = (match := SPELLED.fullmatch(cell.strip())) and match.groups()
        scales = (86_400, 3600, 60, 1)
        return sum(s * int(n or 0) for s, n in zip(scales, parts, strict=True)) if parts and any(parts) else None
    hours = int(match[2])
    if match[5]:  # 12:30 AM is half past midnight
        hours = hours % 12 + 12 * (match[5] in "pP")
    return 86_400 * int(match[1] or 0) + 3600 * hours + 60 * int(match[3]) + float(match[4] or 0)


def plain(cell: str, parse: Parse) -> str:
    """A number as Python writes it: 1.234,5 € with the right rules is 1234.5, and 6.5M is 6.5e6."""
    cell = replaced(cell, parse.get("replace", {}))
    for mark in parse.get("strip", ()):
        cell = cell.replace(mark, "")
    cell = cell.strip()
    for word, zeros in parse.get("zeros", {}).items():
        if cell.endswith(word):
            cell = f"{cell.removesuffix(word).rstrip()}e{zeros}"
            break
    if parse.get("decimal") == MIXED:
        styles = [style for style, pattern in STYLES.items() if pattern.fullmatch(cell)]
        if len(styles) == 1:
            cell = cell.replace("." if styles == [","] else ",", "").replace(",", ".")
        return cell if len(styles) < 2 else ""  # which could be of both
    if thousands := parse.get("thousands"):
        cell = cell.replace(thousands, "").translate(SPACES)
    return cell.replace(parse.get("decimal", "."), ".")


def elements(cell: str) -> list[str]:
    """The numbers in a cell such as [1.5, 2, 3], as text."""
    return [part for part in re.split(r"\s*[,;|]\s*|\s+", cell.strip().strip("[](){}").strip()) if part]


def to_number(cell: str, parse: Parse) -> float | None:
    """A cell as a number under the rules of its column; None if it is none, or stands for "not known"."""
    return None if is_missing(cell, parse) else number(cell, parse)


def as_numbers(cells: Sequence[str], parse: Parse) -> np.ndarray:
    """Cells as floats, (rows,), NaN where they are missing or no number."""
    if not parse and "_" not in "".join(cells):
        with contextlib.suppress(ValueError):  # most columns hold nothing else
            values = np.array([float(cell or "nan") for cell in cells], np.float64)
            values[~(np.abs(values) < LARGEST)] = np.nan
            return values
    known = {cell: to_number(cell, parse) for cell in set(cells)}
    values = np.array([known[cell] for cell in cells], np.float64)
    for sentinel in parse.get("missing", ()):  # -999 may be written -999.0
        if (value := number(str(sentinel))) is not None:
            values[values == value] = np.nan
    return values
