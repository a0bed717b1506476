"""Series to go on with: those of the data, or newer ones in a table of the same columns."""

import re
from dataclasses import dataclass
from typing import Any

import numpy as np

import cli
from series import panel, timestamps
from series import season as seasons


@dataclass
class Asked:
    """A series to go on with."""

    name: str  # "" where there is only one
    times: list[str]  # the time stamps to forecast
    past: list[str]  # the time stamps of the history
    history: np.ndarray  # (steps,) as long as the model looks back, in real units
    scale: float  # what the model's units are in real ones


def read(source: str, meta: dict[str, Any]) -> list[Asked]:
    """The series to forecast, their histories and the time stamps of the steps.

    A number of steps goes on where the data ended; a CSV (or "-") with the columns of training brings its own history
    and gets a full horizon.
    """
    if re.fullmatch(r"[+-]?\d+", source):
        steps = int(source)
        if not 1 <= steps <= 100_000:
            raise cli.Misuse(f"{source} steps cannot be forecast; name a number from 1 to 100000")
        if "series" not in meta:
            return [asked("", meta["end"]["values"], meta["end"]["steps"], steps, meta["clock"], 1.0)]
        of = meta["series"]
        each = zip(of["names"], of["values"], of["ends"], of["scales"], strict=True)
        return [asked(name, values, end, steps, meta["clock"], scale) for name, values, end, scale in each]
    one = {"shape": "one", "targets": [meta["target"]], "time": meta["time"], "group": []}
    like = meta["clock"] if "series" in meta or "floor" in meta["clock"] else None
    found = panel.read(source, None, meta.get("layout", one), like)
    for name in ("unit", "every"):
        if found.clock[name] != meta["clock"][name]:
            here, there = timestamps.describe(found.clock), timestamps.describe(meta["clock"])
            raise cli.Fault(f"{source} has steps of {here}, but the model learned steps of {there}; resample it")
    needed = max(meta["context"], meta["season"])
    scales = dict(zip(meta["series"]["names"], meta["series"]["scales"], strict=True)) if "series" in meta else {}
    answers = []
    for name, values, start in zip(found.names, found.values, found.starts, strict=True):
        if len(values) < needed:
            which = f", series {name!r}," if found.several() else ""
            raise cli.Fault(
                f"{source}{which} has {len(values)} steps; the model looks back {needed}, so add older rows"
            )
        end = int(start) + len(values)
        if not found.several():
            answers.append(asked("", values[-needed:], end, meta["horizon"], found.clock, 1.0))
        else:
            own = scales.get(name) or (seasons.scale(values, meta["season"]) if np.ptp(values) else 1.0)
            answers.append(asked(name, values[-needed:], end, meta["horizon"], found.clock, own))
    return answers


def asked(name: str, history: Any, end: int, steps: int, clock: dict[str, Any], scale: float) -> Asked:
    """A series whose next steps are the numbers from `end` on."""
    times = timestamps.show(np.arange(end - len(history), end + steps), clock)
    return Asked(name, times[len(history) :], times[: len(history)], np.array(history, float), scale)
