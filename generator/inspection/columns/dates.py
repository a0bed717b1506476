"""Dates in cells: the form in which a column writes them, and cells as time stamps."""

import datetime
import functools
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from ...parts import read_toml
from ..words.marks import replaced
from ..words.names import LETTER

MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
ISO = "iso"  # 2024-01-31, with or without a time and a time zone, which is turned into UTC
QUARTER, FISCAL, WEEK, COUNTED = "quarter", "fiscal", "week", "counted"
SERIAL, SERIALS = "serial", (20_000, 60_000)  # 45292: the days that spreadsheets count, which only a name tells
# Parts of a second since 1970, which only a name tells.
EPOCHS = {"epoch": 1, "epoch-ms": 10**3, "epoch-us": 10**6, "epoch-ns": 10**9}
_TABLES = read_toml(Path(__file__).with_suffix(".toml"))
PERIODS: dict[str, dict[str, str]] = _TABLES["periods"]  # patterns, and what stands for them; a project reads by these
DURATIONS: dict[str, str] = _TABLES["durations"]
AS_ISO, OF_WEEKS = (QUARTER, FISCAL, COUNTED), "%G-W%V-%u"  # as which they are read then
TIMES = (*(clock.strip() for clock in _TABLES["clocks"][1:]), "%H:%M Uhr")  # of a day
FORMS = (ISO, *PERIODS, *(day + clock for day in _TABLES["days"] for clock in _TABLES["clocks"]), *_TABLES["zoned"])
YEARS: list[str] = _TABLES["years"]
AROUND: dict[str, str] = _TABLES["around"]
ENGLISH = [name.title() for name in YEARS[1].split()]
IN_ENGLISH = {name: english for year in YEARS for name, english in zip(year.split(), ENGLISH, strict=True)}
WORD = re.compile(rf"({LETTER})+\.?")
SAMPLE = 200  # cells that decide on the form


def one(cell: str, form: str) -> datetime.datetime:
    """A cell of one form; raises ValueError where it has another. A span, as 01:00 - 02:00, is its beginning."""
    cell = cell.partition(" - ")[0]
    if form in EPOCHS:
        since = datetime.timedelta(seconds=float(cell) / EPOCHS[form])
        return datetime.datetime(1970, 1, 1) + since
    if form in PERIODS:
        return period(cell, form)
    if form == SERIAL:
        return datetime.datetime(1899, 12, 30) + datetime.timedelta(seconds=round(86400 * float(cell)))
    if form != ISO:
        return in_utc(datetime.datetime.strptime(cell, form))
    if cell.replace(".", "").replace("-", "", 1).isdigit() and "-" not in cell[1:]:
        raise ValueError("a bare number is no ISO date here")
    if "W" in cell:
        raise ValueError("which Python reads from 3.11 on")
    return in_utc(datetime.datetime.fromisoformat(cell.replace("Z", "+00:00")))


def period(cell: str, form: str) -> datetime.datetime:
    """The first day of a quarter, of a week by ISO 8601, of a fiscal year, or of a month of a numbered year."""
    day = replaced(cell, PERIODS[form])
    years = re.findall(r"\d\d(?=\D|$)", cell)  # 2019/20, 2019-2020
    if day == cell or (form == FISCAL and len(years) == 2 and (int(years[0]) + 1 - int(years[1])) % 100):
        raise ValueError(f"no {form}")
    return datetime.datetime.strptime(day, OF_WEEKS if form == WEEK else "%Y-%m-%d")


def in_utc(found: datetime.datetime) -> datetime.datetime:
    """A time without its zone: in UTC, where it names one."""
    return found.astimezone(datetime.timezone.utc).replace(tzinfo=None) if found.tzinfo else found


def find_form(cells: Sequence[str]) -> str:
    """The first form that all cells (of many, a sample) have, "" where there is none."""
    step = max(1, len(cells) // SAMPLE)
    sample = cells[::step]
    if not any(any(mark in cell for mark in "-/.: ,QqWwHh年") for cell in sample[:20]):
        return ""  # bare numbers are numbers
    return next((form for form in FORMS if all(fits(cell, form) for cell in sample)), "")


def fits(cell: str, form: str) -> bool:
    """Whether a cell is a date of a form; what strptime need not be asked, which compiles most forms anew each time."""
    if form.startswith("%") and "%z" not in form and marks(form) != marks(cell.partition(" - ")[0]):
        return False
    try:
        one(cell, form)
    except (ValueError, OverflowError):
        return False
    return True


@functools.lru_cache(1000)
def marks(text: str) -> str:
    """What a date or a form of dates has between its numbers and words, but for spaces: `..` of 31.12.2024."""
    return re.sub(r"%.|[\w\s]", "", text)


# Months in other languages


def in_english(cell: str) -> str:
    """A date with the month's English name: `1. März 2020` is 1 Mar 2020, and `5 de enero de 2021` 5 Jan 2021."""
    for pattern, plain in AROUND.items():
        cell = re.sub(pattern, plain, cell)
    return WORD.sub(lambda word: IN_ENGLISH.get(word[0].lower().rstrip("."), word[0]), cell)


def into_english(cells: Iterable[str]) -> dict[str, str]:
    """What in_english does to these cells and to others of their language, as patterns and what stands for them."""
    known = {word[0].lower().rstrip(".") for cell in cells for word in WORD.finditer(cell)}
    most = max(len(known.intersection(year.split())) for year in YEARS)
    years = [year.split() for year in YEARS if len(known.intersection(year.split())) == most]
    names = ("|".join(dict.fromkeys(of_month)) for of_month in zip(*years, strict=True))
    return AROUND | {rf"(?i)\b({name})\b\.?": english for name, english in zip(names, ENGLISH, strict=True)}
