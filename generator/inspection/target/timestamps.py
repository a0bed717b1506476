"""Clocks: the step between time stamps, the steps that they fall on, and columns that are called by dates."""

import statistics
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..columns.dates import FORMS, MONTHS, fits, one

YEAR = "%Y"
DAY = 86_400  # seconds
LENGTHS = ((DAY, "D"), (3600, "h"), (60, "min"), (1, "s"))
MOST = 1_000_000  # time stamps from which a clock is told
# What irregular dates can be averaged over: numpy's code, and the clock of such steps.
FLOORS = {
    "minutes": {"code": "m", "length": 60, "unit": "seconds", "every": 60, "shown": "m", "pandas": "min"},
    "hours": {"code": "h", "length": 3600, "unit": "seconds", "every": 3600, "shown": "m", "pandas": "h"},
    "days": {"code": "D", "length": DAY, "unit": "seconds", "every": DAY, "shown": "D", "pandas": "D"},
    "weeks": {"code": "D", "length": 7 * DAY, "unit": "seconds", "every": 7 * DAY, "shown": "D", "pandas": "W-MON"},
    "months": {"code": "M", "length": 30 * DAY, "unit": "months", "every": 1, "shown": "M", "pandas": "MS"},
    "years": {"code": "Y", "length": 365 * DAY, "unit": "months", "every": 12, "shown": "Y", "pandas": "YS"},
}


def in_names(names: Sequence[str], least: int) -> tuple[list[str], np.ndarray] | None:
    """The names of columns that are dates or years of one form, at least `least` and half of them, and these dates."""
    middle = names[len(names) // 2] if names else ""
    fitting = {form: [name for name in names if fits(name, form)] for form in (*FORMS, YEAR) if fits(middle, form)}

    def even(form: str) -> float:
        """How alike the steps are: 01/02/2024 may mean two days, and the form under which steps are alike is taken."""
        steps = np.diff(np.sort(stamps(fitting[form], form))).astype(np.int64)
        return -float(steps.std() / max(steps.mean(), 1)) if len(steps) else 0.0

    form = max(fitting, key=lambda form: (len(fitting[form]), even(form)), default="")
    if not form or len(fitting[form]) < max(least, len(names) / 2, 1):
        return None
    best, times = fitting[form], stamps(fitting[form], form)
    plausible = times.min() > np.datetime64("1500") and times.max() < np.datetime64("2200")
    return (best, times) if plausible else None


def stamps(cells: Sequence[str], form: str) -> np.ndarray:
    """Cells of one form as time stamps, (rows,) datetime64[s]."""
    return np.array([one(cell, form).replace(tzinfo=None) for cell in cells], "datetime64[s]")


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
    step = int(np.median(gaps.astype(np.int64)))
    days = times.astype("datetime64[D]")
    whole_days = bool((times == days).all())
    months = days.astype("datetime64[M]").astype(int)
    day = (days - days.astype("datetime64[M]")).astype(int)
    to_end = (days.astype("datetime64[M]") + 1).astype("datetime64[D]").astype(int) - days.astype(int)
    same_week = min(np.ptp(day), np.ptp(to_end)) < 7  # the first, the last, the last weekday, the third Friday …
    if whole_days and step >= 28 * DAY and same_week and (np.diff(months) > 0).all():
        every = int(np.median(np.diff(months)))
        return {"unit": "months", "every": every, "start": start, "shown": "Y" if every % 12 == 0 else "M"}
    if whole_days and step == DAY and len(days) >= 10 and np.is_busday(days).all():
        return {"unit": "weekdays", "every": 1, "start": start, "shown": "D"}
    shown = "D" if whole_days else "s" if (times.astype(np.int64) % 60).any() else "m"
    return {"unit": "seconds", "every": step, "start": start, "shown": shown}


def usual(clocks: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The clock of the steps that most series have."""
    steps = [(clock["unit"], clock["every"], clock.get("floor")) for clock in clocks]
    return clocks[steps.index(statistics.mode(steps))]


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
    middle = np.median(steps)
    if (np.abs(steps - middle) <= 0.05 * middle).mean() >= 0.5:
        return ""
    for name, clock in FLOORS.items():
        if clock["length"] > middle:
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


def describe(steps: dict[str, Any]) -> str:
    """The step in words: 1 months, 7 days."""
    every, unit = steps["every"], steps["unit"]
    if unit == "seconds" and every % DAY == 0:
        every, unit = every // DAY, "days"
    return f"{every:g} {unit}"


def show(time: Any, steps: dict[str, Any]) -> str:
    """A time stamp as text, as exact as its steps need."""
    if steps["unit"] == "numbers":
        return f"{time:.10g}"
    return str(np.datetime_as_string(np.datetime64(time, "s"), unit=steps["shown"]))


def days_of(steps: dict[str, Any]) -> float:
    """How many days a step lasts, 0 where that is unknown."""
    every = steps["every"]
    if steps["unit"] == "numbers":
        return 365.25 * every if every >= 1 and 1500 <= steps.get("start", 0) <= 2200 else 0.0  # years
    return every * {"months": 365.25 / 12, "weekdays": 7 / 5, "seconds": 1 / DAY}[steps["unit"]]


def frequency(steps: dict[str, Any]) -> str | float:
    """The step as pandas writes it, or a number where there are no dates; data/schema.toml of a project has it."""
    every, unit = steps["every"], steps["unit"]
    if "floor" in steps:
        return FLOORS[steps["floor"]]["pandas"]
    if unit == "numbers":
        return every
    if unit == "weekdays":
        return "B"
    if unit == "months":
        month = np.datetime64(steps["start"], "M").astype(int) % 12
        if every == 3:
            return "QS" if month % 3 == 0 else f"QS-{MONTHS[month].upper()}"
        if every % 12 == 0:
            return f"{every // 12 if every > 12 else ''}YS" + ("" if month == 0 else f"-{MONTHS[month].upper()}")
        return f"{every if every > 1 else ''}MS"
    length, name = next((length, name) for length, name in LENGTHS if every % length == 0)
    return f"{every // length if every > length else ''}{name}"
