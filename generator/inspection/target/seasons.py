"""Steps, gaps and season of series, judged as a project does when it reads and forecasts them."""

import math
import re
import statistics
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..columns.dates import FORMS, MONTHS, fits, one

YEAR = "%Y"
DAY = 86_400  # seconds
LENGTHS = ((DAY, "days", "D"), (3600, "hours", "h"), (60, "minutes", "min"), (1, "seconds", "s"))  # as pandas has them
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


def clock_of(times: np.ndarray) -> dict[str, Any]:
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
            place = positions(floored(times, name), {**floored_clock(name), "start": plain(floored(times, name)[0])})
            if len(np.unique(place)) >= max(3, least * (place[-1] + 1)):
                return name
    return ""


def floored(times: np.ndarray, name: str) -> np.ndarray:
    """Each date set back to the beginning of its minute, hour …; weeks begin on Monday."""
    if name == "weeks":
        days = times.astype("datetime64[D]")
        return (days - (days.astype(np.int64) + 3) % 7).astype("datetime64[s]")  # 1970-01-01 was a Thursday
    return times.astype(f"datetime64[{FLOORS[name]['code']}]").astype("datetime64[s]")


def floored_clock(name: str) -> dict[str, Any]:
    """The clock of steps that `floored` makes, still without a start."""
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


def spoken(steps: dict[str, Any]) -> str:
    """The step as people say it: month, 7 days, year."""
    every, unit = steps["every"], steps["unit"]
    if unit == "numbers":
        return "year" if every == 1 and 1500 <= steps["start"] <= 2200 else f"{every:g}"
    if unit == "seconds":
        length, unit, _ = next(one for one in LENGTHS if every % one[0] == 0)
        every /= length
    said = f"{every:g} {unit}"
    return "year" if said == "12 months" else re.sub(r"^1 (\w+)s$", r"\1", said)


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
    length, _, name = next(one for one in LENGTHS if every % one[0] == 0)
    return f"{every // length if every > length else ''}{name}"


LEAST_REPETITION = 0.3  # a season that repeats less than this is no better than none
NEARLY, MORE_REST, NO_REST = 0.9, 3, 0.05  # a shorter season may repeat a little less: a day within a week
LEAST_BY_SEARCH, LONGEST_BY_SEARCH = 0.5, 60  # of a number of steps that no calendar has
HALF = 0.8  # of how alike values are after a season, that they may be after half of it
SEEN, SEEN_BY_SEARCH = 2.5, 4  # times that a season must be seen
SHOWN = 4  # numbers of steps that were tried
LEAST = 12  # steps in which a season is sought
MOST_ROWS = 200_000  # rows that are looked at; the facts say so where there are more
MOST_ASKED = 50  # series that are asked for their step and season


def series_facts(
    times: Sequence[Any], values: Sequence[float | None] | np.ndarray, ids: Sequence[str] | None = None
) -> dict[str, Any] | None:
    """Frequency, gaps, regularity, several series and season; None where there are too few rows.

    times   (rows,) datetimes without a zone, or numbers such as years
    values  (rows,) what is measured; None where it is missing
    ids     (rows,) the series of each row, where there are several

    Returns a dict of
    frequency       the usual step in words ("month", "7 days")
    first, last     the ends of all series together
    steps           of the usual series, from its first to its last row
    regular         the share of steps from row to row that are as long as usual
    gaps            missing: steps without a row; their share; the longest run of them
    repeated_dates  rows whose series has their date already
    season          {"steps": after which the values repeat (1: they do not), "tried": how well for some numbers}
    averaged_over   days, weeks … over which a project averages, where the steps are irregular
    series          count, names of the first ones, rows of the shortest and longest (several only)
    """
    kind = float if isinstance(times[0], (int, float)) else "datetime64[s]"
    stamps, numbers = np.array(times, kind), np.array(values, float)
    names, which = ([""], np.zeros(len(stamps), int)) if ids is None else np.unique(list(ids), return_inverse=True)
    order = np.argsort(which, kind="stable")
    rows = np.split(order, np.cumsum(np.bincount(which, minlength=len(names)))[:-1])
    long_enough = [some for some in rows if len(np.unique(stamps[some])) >= 3]
    if not long_enough:
        return None
    asked = long_enough[:: 1 + len(long_enough) // MOST_ASKED]
    clock = usual([clock_of(np.unique(stamps[some])) for some in asked])
    steps, seasons, regular, missing, longest, repeated = [], [], [], 0, 0, 0
    for some in asked:
        distinct = np.unique(stamps[some])
        place, means = stepped(stamps[some], numbers[some], clock)
        ahead = np.diff(place)
        steps.append(int(place[-1]) + 1)
        regular.append(float((ahead == 1).mean()) if not irregular(distinct, clock) else 0.0)
        missing += steps[-1] - len(place)
        longest = max(longest, int(ahead.max()) - 1)
        repeated += len(some) - len(distinct)
        seasons.append(find(filled(place, means), days_of(clock)))
    facts = {
        "frequency": spoken(clock),
        "first": show(stamps.min(), clock),
        "last": show(stamps.max(), clock),
        "steps": int(np.median(steps)),
        "regular": round(float(np.mean(regular)), 4),
        "gaps": {"missing": missing, "share": round(missing / sum(steps), 4), "longest": longest},
        "repeated_dates": repeated,
        "season": voted(seasons),
    }
    if floor := resampling(np.unique(stamps[asked[0]]), 0.8):
        place, _ = stepped(stamps[asked[0]], numbers[asked[0]], floored_clock(floor))
        facts |= {"averaged_over": floor, "steps": int(place[-1]) + 1}
    if ids is not None:
        lengths = [len(some) for some in rows]
        facts["series"] = {"count": len(names), "names": [str(name) for name in names[:20]]}
        facts["series"] |= {"shortest": min(lengths), "longest": max(lengths)}
    return facts


def voted(seasons: list[tuple[int, dict[int, float]]]) -> dict[str, Any]:
    """The season that most series have, and how well the numbers of steps that were tried repeat in one of them."""
    found = [season for season, _ in seasons]
    usual = max(set(found), key=lambda season: (found.count(season), season))
    tried = seasons[found.index(usual)][1]
    best = sorted(tried, key=lambda season: -tried[season])[:SHOWN]
    return {"steps": usual, "tried": {season: round(tried[season], 2) for season in best}}


def find(values: Any, days: float, most: float = math.inf) -> tuple[int, dict[int, float]]:
    """After how many steps a series repeats (1: it does not), and how well it does after the numbers that were tried.

    values  (steps,) without gaps
    days    how many of them a step lasts, 0 where that is unknown
    most    the longest season that is of use

    The calendar's day, week and year are tried first; any other number must repeat more, as many are tried.
    """
    values = values[-MOST_ROWS:]
    likely = {4, 12} | {round(span / days) for span in (1, 7, 365.25) if days}
    others = set(range(2, LONGEST_BY_SEARCH + 1))
    tried: dict[int, float] = {}
    for some, least, seen in ((likely, LEAST_REPETITION, SEEN), (others, LEAST_BY_SEARCH, SEEN_BY_SEARCH)):
        tried |= {season: repetition(values, season) for season in some if 2 <= season <= min(most, len(values) / seen)}
        best = max(tried.values(), default=0.0)
        if best >= least:
            rest = max(MORE_REST * (1 - best), NO_REST)
            return min(season for season in tried if tried[season] >= max(NEARLY * best, 1 - rest)), tried
    return 1, {season: tried[season] for season in tried.keys() & likely}


def repetition(values: Any, season: int) -> float:
    """How alike values are that lie a season apart, without their trend: a correlation.

    0 where they are as alike after half of it: then they change slowly, or half of it is the season.
    """
    level = values.mean()
    sums = np.concatenate([[0.0], np.cumsum(values - level)])
    around = (sums[season:] - sums[:-season]) / season
    detrended = values[season // 2 :][: len(around)] - level - around

    def alike(lag: int) -> float:
        before, after = detrended[:-lag], detrended[lag:]
        size = float(np.sqrt((before**2).sum() * (after**2).sum()))
        return float((before * after).sum()) / size if size > 1e-9 * float((values**2).sum()) else 0.0

    whole = alike(season)
    return whole if alike(max(1, season // 2)) < HALF * whole else 0.0


def stepped(times: np.ndarray, values: np.ndarray, clock: dict[str, Any]) -> tuple[np.ndarray, np.ndarray]:
    """The steps of a series that have a row, counted from its first one, and the mean of each; NaN is not known."""
    times = floored(times, clock["floor"]) if "floor" in clock else times
    there = ~np.isnan(values)
    place, row = np.unique(positions(times, {**clock, "start": plain(times.min())}), return_inverse=True)
    sums, counts = (np.bincount(row[there], weights, len(place)) for weights in (values[there], None))
    return place, np.divide(sums, counts, out=np.full(len(place), np.nan), where=counts > 0)


def filled(place: Any, values: Any) -> Any:
    """Values at steps `place` (rising) as a series without gaps: the one before is repeated, as in a project."""
    there = ~np.isnan(values)
    if there.sum() < LEAST:
        return np.zeros(0)
    place, values = place[there] - place[there][0], values[there]
    last = np.searchsorted(place, np.arange(min(int(place[-1]) + 1, MOST_ROWS)), "right") - 1
    return values[last]


def irregular(distinct: Any, clock: dict[str, Any]) -> bool:
    """Whether fewer than half of the steps are near the usual one, so that rows are events and not steps."""
    if clock["unit"] in ("months", "weekdays"):
        return False
    gaps = np.diff(distinct)
    gaps = gaps if clock["unit"] == "numbers" else gaps.astype("timedelta64[s]").astype(float)
    return bool((np.abs(gaps - clock["every"]) <= 0.05 * clock["every"]).mean() < 0.5)
