"""Which of all projects the slow tests train; HACKGEN_EVERYTHING=1 makes it all of them."""

import importlib.util
import os
import re
from collections.abc import Callable, Sequence

from hackgen.making.choice import Choice, choices
from hackgen.parts import backends

EVERYTHING = os.environ.get("HACKGEN_EVERYTHING") == "1"


def is_default(choice: Choice) -> bool:
    """Whether the framework computes with its first backend, or has no choice of them."""
    return choice.backend == backends(choice.framework)[0]


def installed(choice: Choice) -> bool:
    """Whether the packages of weights that its models need are there; of 100 MB, they may be left out."""
    lines = [line for model in choice.models for line in model.card.get("optional", [])]
    return all(importlib.util.find_spec(re.split(r"[^\w-]", line)[0].replace("-", "_")) for line in lines)


def pairs(choice: Choice) -> set[tuple[str, str | None]]:
    """What a training of this choice tries together: its task, and its model, with its backend."""
    return {(choice.task.name, choice.backend), (choice.models[0].name, choice.backend)}


def cover(every: Sequence[Choice], tries: Callable[[Choice], set]) -> list[Choice]:
    """The fewest choices, found greedily, that together try all that any of them tries."""
    chosen, missing = [], set().union(*map(tries, every))
    while missing:
        chosen.append(max(every, key=lambda choice: len(tries(choice) & missing)))
        missing -= tries(chosen[-1])
    return chosen


def selected(every: Sequence[Choice] = ()) -> list[Choice]:
    """Every task and model with each framework on its default backend, and a pairwise cover of them on the others."""
    every = list(filter(installed, every or choices()))
    if EVERYTHING:
        return every
    others = [choice for choice in every if not is_default(choice)]
    return [choice for choice in every if is_default(choice)] + cover(others, pairs)


def thorough(every: Sequence[Choice]) -> list[Choice]:
    """Which are looked at from all sides: each model with PyTorch, elsewhere of each task's default model a cover of
    what is predicted with each framework, and of the tasks."""
    if EVERYTHING:
        return list(every)
    elsewhere = [
        choice
        for choice in every
        if choice.framework.name != "pytorch" and is_default(choice)
        if choice.models[0].name == choice.task.card["default_model"]
    ]
    known = cover(elsewhere, lambda one: {one.task.name, (one.framework.name, one.task["kind"].partition("-to-")[2])})
    return [choice for choice in every if choice.framework.name == "pytorch" or choice in known]
