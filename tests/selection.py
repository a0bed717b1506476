"""Which of all projects the slow tests train; HACKGEN_EVERYTHING=1 makes it all of them."""

import importlib.util
import os
import re
from collections.abc import Sequence

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


def selected(every: Sequence[Choice] = ()) -> list[Choice]:
    """Every task and model with each framework on its default backend, and a pairwise cover of them on the others."""
    every = list(filter(installed, every or choices()))
    if EVERYTHING:
        return every
    chosen = [choice for choice in every if is_default(choice)]
    others = [choice for choice in every if not is_default(choice)]
    missing = set().union(*map(pairs, others)) if others else set()
    while missing:
        best = max(others, key=lambda choice: len(pairs(choice) & missing))
        chosen.append(best)
        missing -= pairs(best)
    return chosen


def thorough(choice: Choice) -> bool:
    """Whether all checks run: for each model with PyTorch, elsewhere for each task's default model."""
    default = choice.models[0].name == choice.task.card["default_model"]
    return EVERYTHING or choice.framework.name == "pytorch" or (default and is_default(choice))
