"""Dates in cells: the form in which a column writes them, and cells as time stamps."""

import datetime
import re
from collections.abc import Sequence

MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
ISO = "iso"  # 2024-01-31, with or without a time and a time zone, which is turned into UTC
QUARTER, WEEK = "quarter", "week"  # 2024Q1, Q1 2024, 1Q2024, 1-2024 …; 2024-W05 …: their first days
COUNTED = "counted"  # 1-01 to 3-12: the months of a first, second, third year, taken for 2001 and so on
EPOCHS = {"epoch": 1, "epoch-ms": 10**3, "epoch-us": 10**6, "epoch-ns": 10**9}  # parts of a second since 1970, which
# only a name tells
PERIODS = {
    QUARTER: (
        r"(?P<year>\d{4})[-/: ]?[Qq](?P<part>[1-4])",
        r"([Qq](?P<part>[1-4])[-/ ]?|(?P<of>[1-4])([Qq][-/ ]?|[-/]))(?P<year>\d{4})",
    ),
    WEEK: (r"(?P<year>\d{4})[-/ ]?[Ww](?P<part>\d{1,2})", r"[Ww](?P<part>\d{1,2})[-/ ](?P<year>\d{4})"),
    COUNTED: (r"(?P<year>[1-9]\d?)-(?P<part>0[1-9]|1[0-2])",),
}
DAYS = (
    *("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%d.%m.%Y", "%d.%m.%y", "%d/%m/%Y", "%m/%d/%Y", "%d/%m/%y"),
    *("%m/%d/%y", "%d-%m-%Y", "%m-%d-%Y", "%d-%m-%y", "%m-%d-%y", "%d %b %Y", "%d %B %Y", "%d-%b-%Y"),
    *("%d-%b-%y", "%d-%B-%Y", "%d/%b/%Y", "%b %d, %Y", "%B %d, %Y", "%b %d %Y", "%B %d %Y", "%Y-%b-%d"),
    *("%a, %d %b %Y", "%A, %B %d, %Y", "%A, %d %B %Y"),
    *("%Y-%m", "%Y/%m", "%m/%Y", "%m-%Y", "%b %Y", "%B %Y", "%b-%Y", "%b-%y", "%Y %b", "%Y-%b"),
    *("%Y年%m月%d日", "%Y年%m月"),  # Chinese and Japanese
)
CLOCKS = ("", " %H:%M", " %H:%M:%S", " %H:%M:%S.%f", " %I:%M %p", " %I:%M%p", " %I:%M:%S %p")
TIMES = tuple(clock.strip() for clock in CLOCKS[1:])  # of a day
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
    if form != ISO:
        return in_utc(datetime.datetime.strptime(cell, form))
    if cell.replace(".", "").replace("-", "", 1).isdigit() and "-" not in cell[1:]:
        raise ValueError("a bare number is no ISO date here")
    if "W" in cell:
        raise ValueError("which Python reads from 3.11 on")
    return in_utc(datetime.datetime.fromisoformat(cell.replace("Z", "+00:00")))


def period(cell: str, form: str) -> datetime.datetime:
    """The first day of a quarter, of a week by ISO 8601, or of a month of a numbered year."""
    if not (found := next(filter(None, (re.fullmatch(pattern, cell) for pattern in PERIODS[form])), None)):
        raise ValueError(f"no {form}")
    known = found.groupdict()
    year, part = int(known["year"]), int(known["part"] or known.get("of"))
    if form == WEEK:
        return datetime.datetime.fromisocalendar(year, part, 1)
    if form == COUNTED:
        return datetime.datetime(2000 + year, part, 1)
    return datetime.datetime(year, 3 * part - 2, 1)


def in_utc(found: datetime.datetime) -> datetime.datetime:
    """A time without its zone: in UTC, where it names one."""
    return found.astimezone(datetime.timezone.utc).replace(tzinfo=None) if found.tzinfo else found


def find_form(cells: Sequence[str]) -> str:
    """The first form that all cells (of many, a sample) have, "" where there is none."""
    step = max(1, len(cells) // SAMPLE)
    sample = cells[::step]
    if not any(any(mark in cell for mark in "-/.: ,QqWw年") for cell in sample[:20]):
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
