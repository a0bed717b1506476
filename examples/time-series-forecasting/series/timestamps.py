"""Time stamps: reading them in the forms people write, the step between them, and the ones that follow."""

import datetime
import itertools
import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

DATES = (
    *("%Y-%m-%d", "%Y-%m", "%Y/%m/%d", "%Y/%m", "%Y.%m.%d", "%Y%m%d", "%Y%m", "%Y"),
    *("%d.%m.%Y", "%d.%m.%y", "%d/%m/%Y", "%m/%d/%Y", "%d/%m/%y", "%m/%d/%y", "%d-%m-%Y", "%m-%d-%Y"),
    *("%m/%Y", "%m-%Y", "%m.%Y", "%b %Y", "%B %Y", "%b-%Y", "%b-%y", "%Y %b"),
    *("%d %b %Y", "%d %B %Y", "%d-%b-%Y", "%d-%b-%y", "%b %d, %Y", "%B %d, %Y"),
)
CLOCKS = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p")
DAY = 86_400  # seconds
MOST = 1_000_000  # time stamps from which a clock is told
# What irregular dates can be averaged over: numpy's code, and the clock of such steps.
FLOORS = {
    "minutes": {"code": "m", "length": 60, "unit": "seconds", "every": 60, "shown": "m"},
    "hours": {"code": "h", "length": 3600, "unit": "seconds", "every": 3600, "shown": "m"},
    "days": {"code": "D", "length": DAY, "unit": "seconds", "every": DAY, "shown": "D"},
    "weeks": {"code": "D", "length": 7 * DAY, "unit": "seconds", "every": 7 * DAY, "shown": "D"},
    "months": {"code": "M", "length": 30 * DAY, "unit": "months", "every": 1, "shown": "M"},
    "years": {"code": "Y", "length": 365 * DAY, "unit": "months", "every": 12, "shown": "Y"},
}


def iso(cell: str) -> datetime.datetime:
    """2024-01-31, with or without a time and a time zone, which is turned into UTC."""
    if cell.isdigit():
        raise ValueError("a bare number is no ISO date here")
    found = datetime.datetime.fromisoformat(cell.replace("Z", "+00:00"))
    return found.astimezone(datetime.timezone.utc).replace(tzinfo=None) if found.tzinfo else found


def quarter(cell: str) -> datetime.datetime:
    """2024Q1, 2024-Q1, 2024 Q1, or the other way round."""
    year, part = r"(?P<year>\d{4})", r"[Qq](?P<part>[1-4])"
    match = re.fullmatch(rf"{year}[-/: ]?{part}", cell) or re.fullmatch(rf"{part}[-/ ]?{year}", cell)
    if not match:
        raise ValueError("no quarter")
    return datetime.datetime(int(match["year"]), 3 * int(match["part"]) - 2, 1)


def reader(form: str) -> Callable[[str], datetime.datetime]:
    """Reads dates of one form."""
    return lambda cell: datetime.datetime.strptime(cell, form)


READERS = (iso, quarter, *(reader(date + clock) for date in DATES for clock in CLOCKS))


def read(cells: Sequence[str]) -> np.ndarray | None:
    """The cells as dates, (rows,) datetime64[s], if all are of one form; None if they are not."""
    return read_with_form(cells)[0]


def read_with_form(cells: Sequence[str]) -> tuple[np.ndarray | None, int]:
    """The same, and the number of their form in READERS.

    01/02/2024 may mean two days: the form under which the steps are most alike is taken.
    """
    best, form, spread = None, 0, np.inf
    for number, read_one in enumerate(READERS):
        try:
            found = [read_one(cell) for cell in cells]
        except (ValueError, OverflowError):
            continue
        times = np.array(found, "datetime64[s]")
        steps = np.diff(np.sort(times)).astype(np.int64)
        unlike = float(steps.std() / max(steps.mean(), 1)) if len(steps) else 0.0
        if unlike < spread:
            best, form, spread = times, number, unlike
        if read_one in (iso, quarter):
            break
    return best, form


def read_alike(cells: Sequence[str]) -> np.ndarray | None:
    """Dates of which each is written 2024-01-31, each 2024-01-31 12:30 or each 2024-01-31 12:30:59, all at once.

    Returns (rows,) datetime64[s]; None where some are written otherwise, or missing.
    """
    length = len(cells[0]) if cells else 0
    if length not in (10, 16, 19) or set(map(len, cells)) != {length}:
        return None
    written = np.array(cells)
    letters = written.view(np.uint32).reshape(len(cells), length)
    digits = np.array([letter.isdigit() for letter in "2024-01-31 12:30:59"[:length]])
    marks = np.frombuffer("-- ::".encode("utf-32-le"), np.uint32)[: int((~digits).sum())]
    if (letters[:, ~digits] != marks).any() or (letters[:, digits] - ord("0") > 9).any():
        return None
    try:
        return written.astype("datetime64[s]")
    except ValueError:  # the 30th of February
        return None


def in_names(names: Sequence[str], least: int) -> tuple[list[str], np.ndarray] | None:
    """The names of columns that are dates or years of one form, at least `least` and half of them, and these dates."""
    best: list[str] = []
    for read_one in READERS if names else ():
        if reads(read_one, names[len(names) // 2]):
            best = max(best, [name for name in names if reads(read_one, name)], key=len)
    times = read(best) if len(best) >= max(least, len(names) / 2, 1) else None
    plausible = times is not None and times.min() > np.datetime64("1500") and times.max() < np.datetime64("2200")
    return (best, times) if plausible else None


def reads(read_one: Callable[[str], datetime.datetime], cell: str) -> bool:
    """Whether a cell has a form."""
    try:
        read_one(cell)
    except (ValueError, OverflowError):
        return False
    return True


def look_like_years(cells: Sequence[str]) -> bool:
    """Whether bare numbers are plausible as years, months or days: four to eight digits, different, in order."""
    order = all(a < b for a, b in itertools.pairwise(cells))
    return order and all(re.fullmatch(r"(1[5-9]|2[01])\d\d(\d\d){0,2}", cell) for cell in cells)


def clock(times: np.ndarray) -> dict[str, Any]:
    """The steps that time stamps (sorted, different, dates or numbers) follow, as plain JSON.

    unit   months, weekdays, seconds or numbers
    every  how many of them make a step
    start  the first time stamp
    shown  how much of a date is printed: Y, M, D, m or s

    Of very many only the newest are looked at.
    """
    start, times = plain(times[0]), times[-MOST:]
    gaps = np.diff(times)
    if times.dtype.kind == "f":
        return {"unit": "numbers", "every": float(np.median(gaps)), "start": start, "shown": ""}
    usual = int(np.median(gaps.astype(np.int64)))
    days = times.astype("datetime64[D]")
    whole_days = bool((times == days).all())
    months = days.astype("datetime64[M]").astype(int)
    day = (days - days.astype("datetime64[M]")).astype(int)
    to_end = (days.astype("datetime64[M]") + 1).astype("datetime64[D]").astype(int) - days.astype(int)
    same_week = min(np.ptp(day), np.ptp(to_end)) < 7  # the first, the last, the last weekday, the third Friday …
    if whole_days and usual >= 28 * DAY and same_week and (np.diff(months) > 0).all():
        every = int(np.median(np.diff(months)))
        return {"unit": "months", "every": every, "start": start, "shown": "Y" if every % 12 == 0 else "M"}
    if whole_days and usual == DAY and len(days) >= 10 and np.is_busday(days).all():
        return {"unit": "weekdays", "every": 1, "start": start, "shown": "D"}
    shown = "D" if whole_days else "s" if (times.astype(np.int64) % 60).any() else "m"
    return {"unit": "seconds", "every": usual, "start": start, "shown": shown}


def plain(time: Any) -> str | float:
    """A time stamp as JSON keeps it."""
    return float(time) if np.asarray(time).dtype.kind == "f" else str(time)


def resampling(times: np.ndarray, least: float) -> str:
    """The shortest usual time (minute to year) over which irregular dates can be averaged with few gaps; "" for none.

    times  (steps,) sorted, different
    least  share of the new steps that must have a value

    Dates of which most are a usual step apart are regular with gaps: nothing is averaged then.
    """
    if times.dtype.kind == "f" or len(times) < 3:
        return ""
    steps = np.diff(times).astype(np.int64)
    usual = np.median(steps)
    if (np.abs(steps - usual) <= 0.05 * usual).mean() >= 0.5:
        return ""
    for name, clock in FLOORS.items():
        if clock["length"] > usual:
            place = positions(floor(times, name), {**floored_clock(name), "start": plain(floor(times, name)[0])})
            if len(np.unique(place)) >= max(3, least * (place[-1] + 1)):
                return name
    return ""


def floor(times: np.ndarray, name: str) -> np.ndarray:
    """Each date set back to the beginning of its minute, hour …; weeks begin on Monday. "" changes nothing."""
    if not name:
        return times
    if name == "weeks":
        days = times.astype("datetime64[D]")
        return (days - (days.astype(np.int64) + 3) % 7).astype("datetime64[s]")  # 1970-01-01 was a Thursday
    return times.astype(f"datetime64[{FLOORS[name]['code']}]").astype("datetime64[s]")


def floored_clock(name: str) -> dict[str, Any]:
    """The clock of steps that `floor` makes, still without a start."""
    return {"floor": name, **{key: FLOORS[name][key] for key in ("unit", "every", "shown")}}


def positions(times: np.ndarray, steps: dict[str, Any]) -> np.ndarray:
    """The number of the step, from 0, that each time stamp falls on, (rows,) whole numbers."""
    if steps["unit"] == "numbers":
        return np.rint((times - steps["start"]) / steps["every"]).astype(np.int64)
    start = np.datetime64(steps["start"], "s")
    if steps["unit"] == "months":
        months = times.astype("datetime64[M]").astype(np.int64) - start.astype("datetime64[M]").astype(np.int64)
        return np.rint(months / steps["every"]).astype(np.int64)
    if steps["unit"] == "weekdays":
        return np.busday_count(start.astype("datetime64[D]"), times.astype("datetime64[D]"))
    return np.rint((times - start).astype(np.int64) / steps["every"]).astype(np.int64)


def at(numbers: np.ndarray, steps: dict[str, Any]) -> np.ndarray:
    """The time stamps of the steps `numbers`: dates, or plain numbers where there are none."""
    if steps["unit"] == "numbers":
        return steps["start"] + numbers * steps["every"]
    start = np.datetime64(steps["start"], "s")
    if steps["unit"] == "months":
        return (start.astype("datetime64[M]") + numbers * steps["every"]).astype("datetime64[s]")
    if steps["unit"] == "weekdays":
        return np.busday_offset(start.astype("datetime64[D]"), numbers).astype("datetime64[s]")
    return start + numbers * np.timedelta64(steps["every"], "s")


def describe(steps: dict[str, Any]) -> str:
    """The step in words: 1 months, 7 days."""
    every, unit = steps["every"], steps["unit"]
    if unit == "seconds" and every % DAY == 0:
        every, unit = every // DAY, "days"
    return f"{every:g} {unit}"


def show(numbers: np.ndarray, steps: dict[str, Any]) -> list[str]:
    """The same as text."""
    times = at(np.asarray(numbers), steps)
    if steps["unit"] == "numbers":
        return [f"{value:.10g}" for value in times]
    return [str(text) for text in np.datetime_as_string(times, unit=steps["shown"])]
