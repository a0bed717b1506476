"""The plan's times, computed while a project is generated: gates, and who sleeps when."""

import math
from datetime import datetime, timedelta
from typing import Any

# Who takes which role, by the size of the team; the first half of the list sleeps first.
SIZES = {
    1: [["data", "model", "demo", "story"]],
    2: [["demo", "story"], ["data", "model"]],
    3: [["demo"], ["data", "story"], ["model"]],
    4: [["demo"], ["story"], ["data"], ["model"]],
    5: [["demo"], ["design"], ["story"], ["data"], ["model"]],
    6: [["demo"], ["design"], ["story"], ["data"], ["model"], ["test"]],
}
UNNAMED = 4  # people whom the plan counts on where no names are given
AWAKE = 4  # hours before the end in which nobody is sent to bed
LATER = 2.5  # hours that people stay up for a gate
DAY = 24


class Clock:
    """Hours after the start as people read them: `H+7:30`, and where the start is known the local time too."""

    def __init__(self, start: str, assumed: str, calendar: dict[str, Any]) -> None:
        self.known, self.calendar = bool(start), calendar
        self.start = datetime.strptime(start or f"2000-01-01 {assumed}", "%Y-%m-%d %H:%M")

    def at(self, hours: float) -> datetime:
        return self.start + timedelta(hours=hours)

    def day(self, hours: float) -> str:
        moment, names = self.at(hours), self.calendar
        weekday, month = names["weekdays"][moment.weekday()], names["months"][moment.month - 1]
        return names["date"].format(weekday=weekday, day=moment.day, month=month)

    def time(self, hours: float) -> str:
        return self.at(hours).strftime("%H:%M")

    def full(self, hours: float) -> str:
        return f"{self.day(hours)} {self.time(hours)}" if self.known else relative(hours)


def relative(hours: float) -> str:
    minutes = round(hours * 60)
    return f"H+{minutes // 60}:{minutes % 60:02}"


def facts(known: dict[str, Any]) -> dict[str, Any]:
    """What the templates add: `gates` with times, `crew` and `sleeps`."""
    clock = Clock(known["start"], known["assumed"], known["calendar"])
    total, roles = known["hours"], known["roles"]
    crew = [
        {"name": name, "roles": [roles[role] | {"id": role} for role in part]}
        for name, part in zip(known["team"] or [""] * UNNAMED, SIZES[len(known["team"]) or UNNAMED], strict=True)
    ]
    gates = []
    for gate in known["gates"]:
        hours = known["at"][gate["id"]]
        extras = known["extras"]
        times = {"hours": hours, "relative": relative(hours), "when": clock.full(hours)}
        lists = {
            kind: [item for item in gate[kind] if item.get("extra", extras) in (extras, *extras)] for kind in LISTS
        }
        tasks = [{"title": role["title"], "text": gate[id]} for id, role in roles.items() if id in gate]
        gates.append(gate | times | lists | {"tasks": tasks})
    sleeps = rests(clock, total, known["sleep"], [gate["hours"] for gate in gates], len(crew))
    for sleep in sleeps:
        sleep["who"] = [person for index, person in enumerate(crew) if sleeps_in(index, len(crew), sleep)]
    return {
        "timed": gates,
        "crew": crew,
        "sizes": {size: [[roles[role]["title"] for role in part] for part in parts] for size, parts in SIZES.items()},
        "sleeps": sleeps,
        "ends": clock.full(total),
        "begins": clock.full(0),
    }


LISTS = ("checks", "people")


def sleeps_in(index: int, people: int, sleep: dict[str, Any]) -> bool:
    """Whether a member sleeps in a shift: one half after the other, so that somebody is awake, and in turns."""
    if people == 1 or sleep["all"]:
        return True
    first_half = index < people / 2
    return first_half == ((sleep["shift"] + sleep["night"]) % 2 == 0)


def rests(clock: Clock, total: float, sleep: dict[str, float], gates: list[float], people: int) -> list[dict[str, Any]]:
    """The hours of sleep: in two shifts each night; in one where all can sleep (a week) or somebody is alone.

    A night begins at its hour, or after the gate that follows within LATER, so that nobody leaves just before it.
    """
    weekly, width = total > 2 * DAY, sleep["hours"]
    shifts = (0,) if weekly or people == 1 else (0, 1)
    latest = total - AWAKE - width * len(shifts)
    first = (sleep["from"] - clock.start.hour - clock.start.minute / 60) % DAY
    found = []
    for night in range(math.ceil(total / DAY) + 1):
        evening = first + night * DAY
        evening = next((gate for gate in gates if evening <= gate <= evening + LATER), evening)
        rested = found[-1][0] + width if found else 0
        if evening < total - AWAKE and min(evening, latest) >= rested + 2:  # earlier, where the end is near
            found += [(min(evening, latest) + shift * width, night, shift) for shift in shifts]
    if not found:  # no night falls into the plan: a rest in its middle
        width /= 2
        found = [(round(total * 0.55) + shift * width, 0, shift) for shift in shifts]
    return [
        {"begin": begin, "end": begin + width, "night": night, "shift": shift, "all": weekly, "hours": width}
        | {"from": clock.full(begin), "to": clock.time(begin + width) if clock.known else relative(begin + width)}
        for begin, night, shift in found
    ]
