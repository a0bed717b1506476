"""Steps, gaps and season of series, judged as a project does when it reads and forecasts them."""

import math
import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from . import timestamps

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
    times: Sequence[Any], values: Sequence[float | None], ids: Sequence[str] | None = None
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
    stamps, numbers = np.array(times, kind), np.array([np.nan if v is None else v for v in values], float)
    names, which = np.unique(np.array(["" for _ in times] if ids is None else list(ids)), return_inverse=True)
    order = np.argsort(which, kind="stable")
    rows = np.split(order, np.cumsum(np.bincount(which, minlength=len(names)))[:-1])
    long_enough = [some for some in rows if len(np.unique(stamps[some])) >= 3]
    if not long_enough:
        return None
    asked = long_enough[:: 1 + len(long_enough) // MOST_ASKED]
    clock = timestamps.usual([timestamps.clock(np.unique(stamps[some])) for some in asked])
    steps, seasons, regular, missing, total, longest, repeated = [], [], [], 0, 0, 0, 0
    for some in asked:
        distinct, first_row = np.unique(stamps[some], return_index=True)
        place = timestamps.positions(distinct, {**clock, "start": timestamps.plain(distinct[0])})
        ahead = np.diff(place)
        steps.append(int(place[-1]) + 1)
        regular.append(float((ahead == 1).mean()) if not irregular(distinct, clock) else 0.0)
        missing += int(place[-1]) + 1 - len(np.unique(place))
        total += int(place[-1]) + 1
        longest = max(longest, int(ahead.max()) - 1)
        repeated += len(some) - len(distinct)
        seasons.append(find(filled(place, numbers[some][first_row]), timestamps.days_of(clock)))
    facts = {
        "frequency": spoken(timestamps.describe(clock), clock),
        "first": timestamps.show(stamps.min(), clock),
        "last": timestamps.show(stamps.max(), clock),
        "steps": int(np.median(steps)),
        "regular": round(float(np.mean(regular)), 4),
        "gaps": {"missing": missing, "share": round(missing / total, 4), "longest": longest},
        "repeated_dates": repeated,
        "season": voted(seasons),
    }
    if floor := timestamps.resampling(np.unique(stamps[asked[0]]), 0.8):
        floored = timestamps.floor(stamps[asked[0]], floor)
        start = {"start": timestamps.plain(floored.min())}
        facts["averaged_over"] = floor
        facts["steps"] = int(timestamps.positions(floored, timestamps.floored_clock(floor) | start).max()) + 1
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


def spoken(step: str, clock: dict[str, Any]) -> str:
    """A step as people say it: month, 7 days, year."""
    if clock["unit"] == "numbers":
        is_year = clock["every"] == 1 and 1500 <= clock["start"] <= 2200
        return "year" if is_year else f"{clock['every']:g}"
    return "year" if step == "12 months" else re.sub(r"^1 (\w+)s$", r"\1", step)


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
