"""Series on one clock: those with time stamps of their own are made regular together."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

import series
import tables
from cli import Fault
from series import timestamps
from support import mapped


@dataclass
class Panel:
    """Series at regular steps of one clock; series i begins at step `starts[i]`."""

    names: list[str]
    values: list[np.ndarray]  # each (steps,) floats without NaN
    starts: np.ndarray  # (series,)
    clock: dict[str, Any]
    layout: dict[str, Any]  # how the source is read: shape one, long, wide, across or files; target, time, group

    def several(self) -> bool:
        """Whether it is more than one series, told by how the source is laid out and not by what was kept of it."""
        return self.layout["shape"] != "one"


def by_name(names: np.ndarray, which: np.ndarray, times: np.ndarray, values: np.ndarray) -> dict[str, tuple]:
    """Times and values of each series by its name, of rows in any order; `which` (rows,) counts in `names`."""
    order, ends = np.argsort(which, kind="stable"), np.cumsum(np.bincount(which, minlength=len(names)))[:-1]
    parts = zip(np.split(times[order], ends), np.split(values[order], ends), strict=True)
    return {str(name): part for name, part in zip(names, parts, strict=True)}


def alone(found: series.Series, layout: dict[str, Any]) -> Panel:
    """One series as a panel."""
    layout = {**layout, "targets": [found.target], "time": found.time}
    return Panel([found.target], [found.values], np.zeros(1, int), found.clock, layout)


def known(part: tuple[np.ndarray, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Times and values of a series where there is a value."""
    times, values = part
    there = ~np.isnan(values)
    return (times, values) if there.all() else (times[there], values[there])


def together(
    path: str,
    parts: Mapping[str, tuple[np.ndarray, np.ndarray]],
    layout: dict[str, Any],
    like: dict | None,
    room: mapped.Growing | None = None,
) -> Panel:
    """Series with time stamps and values each as a panel; those that cannot be made regular are left out.

    room  where all values go, one series after the other, so that memory holds one of them
    """
    usable = [name for name in parts if len(np.unique(known(parts[name])[0])) > 1]
    if not usable:
        raise Fault(f"{path} holds no series of two numbers or more; name its columns with --time, --group, --target")
    clock = like or usual_clock(known(parts[name])[0] for name in usable)
    room = room or mapped.Growing(float)
    names, lengths, starts, why = [], [], [], ""
    said: Counter = Counter()
    for name in usable:
        times, numbers = known(parts[name])
        table = tables.Table(f'{path}, series "{name}"', "", "", [], [], [])
        try:
            regular, own, remarks = quietly(times, numbers, table, layout["time"], clock)
        except Fault as fault:
            why = why or str(fault)
            continue
        said.update(remarks)
        names.append(name)
        room.append(regular)
        lengths.append(len(regular))
        starts.append(own["start"])
    if len(names) < max(1, len(parts) / 2):
        raise Fault(why or f"{path}: fewer than half of its {len(parts)} series hold two numbers or more")
    if len(names) < len(parts):
        series.note(
            f"{len(parts) - len(names)} of {len(parts)} series are left out" + (f", the first: {why}" if why else "")
        )
    for remark, count in said.items():
        series.note(f"{path}: {count:,} {remark}")
    kind = float if clock["unit"] == "numbers" else "datetime64[s]"
    begin = np.array(starts, kind)
    clock = {**clock, "start": timestamps.plain(begin.min())}
    values = np.split(room.array(), np.cumsum(lengths)[:-1])
    return Panel(names, values, timestamps.positions(begin, clock), clock, layout)


def say_left_out(path: str, count: int, faults: Mapping[str, str]) -> None:
    """Say which of the `count` files of a folder cannot be used, and why; a `Fault` where most cannot."""
    if not faults:
        return
    why = next(iter(faults.values()))
    if len(faults) > count / 2:
        raise Fault(f"{path}: {len(faults)} of {count} files cannot be used, the first: {why}")
    others = ", ".join(list(faults)[1:6]) + (" …" if len(faults) > 6 else "")
    series.note(f"{len(faults)} of {count} files are left out: {why}" + (f"; likewise {others}" if others else ""))


def quietly(
    times: np.ndarray, values: np.ndarray, table: tables.Table, name: str, clock: dict[str, Any]
) -> tuple[np.ndarray, dict[str, Any], dict[str, int]]:
    """`series.regular`, with what it would say about one series as counts to be added up."""
    floored = timestamps.floor(times, clock.get("floor", ""))
    place = timestamps.positions(floored, {**clock, "start": timestamps.plain(floored.min())})
    count = np.bincount(place)
    remarks = {
        "step(s) have several values, whose mean is taken": 0 if "floor" in clock else int((count > 1).sum()),
        "step(s) are missing; the value before is repeated there": int((count == 0).sum()),
    }
    regular, own = series.regular(times, values, table, name, clock, told=False)
    return regular, own, {text: number for text, number in remarks.items() if number}


def usual_clock(times: Iterable[np.ndarray]) -> dict[str, Any]:
    """The clock that most series follow; irregular ones are averaged over the time that suits most of them."""
    clocks = []
    for stamps in times:
        distinct = np.unique(stamps)
        clock = timestamps.clock(distinct)
        floor = timestamps.resampling(distinct, 1 - series.MOST_MISSING)
        if floor and series.gaps(distinct, clock) > series.MOST_MISSING:
            clock = {**timestamps.floored_clock(floor), "start": clock["start"]}
        clocks.append(clock)
    votes = Counter((clock["unit"], clock["every"], clock.get("floor", "")) for clock in clocks)
    best = votes.most_common(1)[0][0]
    return next(clock for clock in clocks if (clock["unit"], clock["every"], clock.get("floor", "")) == best)
