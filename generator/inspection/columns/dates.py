"""Dates in cells: the form in which a column writes them, and cells as time stamps."""

import datetime
import re
from collections.abc import Sequence

from ..words.marks import replaced

MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
ISO = "iso"  # 2024-01-31, with or without a time and a time zone, which is turned into UTC
QUARTER, WEEK = "quarter", "week"  # 2024Q1, Q1 2024, FY24 Q1, 1Q2024, 1-2024 …; 2024-W05 …: their first days
FISCAL = "fiscal"  # FY2024, 2023/24, 2023-24: the first day of the year that is named, or of the first one
SERIAL, SERIALS = "serial", (20_000, 60_000)  # 45292: the days that spreadsheets count, which only a name tells
COUNTED = "counted"  # 1-01 to 3-12: the months of a first, second, third year, taken for 2001 and so on
EPOCHS = {"epoch": 1, "epoch-ms": 10**3, "epoch-us": 10**6, "epoch-ns": 10**9}  # parts of a second since 1970, which
# only a name tells
_ENDS = {quarter: f"{3 * quarter - 2:02}-01" for quarter in range(1, 5)}
PERIODS = {  # patterns, and their days as ISO has them; a project reads by these too
    QUARTER: {rf"^(?:FY ?)?(\d{{4}})[-/: ]?[Qq]{q}$": rf"\1-{day}" for q, day in _ENDS.items()}
    | {rf"^FY ?'?(\d\d)[-/: ]?[Qq]{q}$": rf"20\1-{day}" for q, day in _ENDS.items()}
    | {rf"^(\d{{4}})[-/ ]?[Hh]{half}$": rf"\1-{day}-01" for half, day in ((1, "01"), (2, "07"))}
    | {rf"^(?:[Qq]{q}[-/ ]?|{q}(?:[Qq][-/ ]?|[-/]))(?:FY ?)?(\d{{4}})$": rf"\1-{day}" for q, day in _ENDS.items()},
    FISCAL: {
        r"^(?:FY ?)?(\d{4})[-/–](?:\d\d)?\d\d$": r"\1-01-01",
        r"^FY ?(\d{4})$": r"\1-01-01",
        r"^FY ?'?(\d\d)$": r"20\1-01-01",
    },
    WEEK: {
        r"^(\d{4})[-/ ]?[Ww](\d{1,2})$": r"\1-W\2-1",
        r"^[Ww](\d{1,2})[-/ ](\d{4})$": r"\2-W\1-1",
        r"^(\d{4})[-/ ]?(?:KW|CW) ?(\d{1,2})$": r"\1-W\2-1",
        r"^(?:KW|CW) ?(\d{1,2})[-/ ](\d{4})$": r"\2-W\1-1",
    },
    COUNTED: {r"^([1-9])-(\d\d)$": r"200\1-\2-01", r"^([1-9]\d)-(\d\d)$": r"20\1-\2-01"},
}
AS_ISO, OF_WEEKS = (QUARTER, FISCAL, COUNTED), "%G-W%V-%u"  # as which they are read then
DURATIONS = {  # as pandas has them: 1:23.456, 2:05 h, 1 day, 2:05:00
    r"^(\d{1,3}:\d\d\.\d+)$": r"0:\1",
    r"^(\d+ days?,? )?(\d+:\d\d) ?(?:Uhr|h|min(?:/\w+)?)?$": r"\1\2:00",
    ", ": " ",
}
DAYS = (
    *("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%d.%m.%Y", "%d.%m.%y", "%d/%m/%Y", "%m/%d/%Y", "%d/%m/%y"),
    *("%m/%d/%y", "%d-%m-%Y", "%m-%d-%Y", "%d-%m-%y", "%m-%d-%y", "%d %b %Y", "%d %B %Y", "%d-%b-%Y"),
    *("%d-%b-%y", "%d-%B-%Y", "%d/%b/%Y", "%b %d, %Y", "%B %d, %Y", "%b %d %Y", "%B %d %Y", "%Y-%b-%d"),
    *("%a %d %b %Y", "%a %b %d %Y", "%a, %d %b %Y", "%A, %B %d, %Y", "%A, %d %B %Y"),
    *("%Y-%m", "%Y/%m", "%m/%Y", "%m-%Y", "%b %Y", "%B %Y", "%b-%Y", "%b-%y", "%Y %b", "%Y-%b"),
    *("%Y年%m月%d日", "%Y年%m月", "%Y년 %m월 %d일", "%Y년 %m월"),  # Chinese and Japanese, Korean
)
CLOCKS = ("", " %H:%M", " %H:%M:%S", " %H:%M:%S.%f", " %I:%M %p", " %I:%M%p", " %I:%M:%S %p")
TIMES = (*(clock.strip() for clock in CLOCKS[1:]), "%H:%M Uhr")  # of a day
ZONED = ("%a, %d %b %Y %H:%M:%S %z", "%a %b %d %H:%M:%S %z %Y", "%d/%b/%Y:%H:%M:%S %z")  # mails, posts, servers
FORMS = (ISO, *PERIODS, *(day + clock for day in DAYS for clock in CLOCKS), *ZONED)
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
    likely = (form for form in FORMS if any(fits(cell, form) for cell in sample[:5]))
    return next((form for form in likely if all(fits(cell, form) for cell in sample)), "")


def fits(cell: str, form: str) -> bool:
    """Whether a cell is a date of a form."""
    try:
        one(cell, form)
    except (ValueError, OverflowError):
        return False
    return True
