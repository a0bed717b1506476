"""What check.py examines in text alone: how it goes on."""

from types import SimpleNamespace
from typing import Any

import loss
from data import UNKNOWN

import numpy as np

Found = tuple[bool | None, str, str]
TEMPERATURE = 0.5


def goes_on(bench: Any) -> Found:
    """A text goes on as it is scored: loss.continue_text() reads all letters so far, takes the scores of the last one,
    and divides by the temperature; loss.answers() charges bits, not nats"""
    model, context, letters = bench.brief[0], bench.meta["context"], len(bench.meta["characters"]) + 1
    gap = 0.0
    for number, tokens in enumerate(bench.data.test.inputs[:4].tolist()):
        tokens, chances = tokens[: context - number % 3], []  # so the first letter counts, or one that comes later

        def likeliest(_: int, p: np.ndarray, chances: list = chances) -> int:
            chances.append(p)
            return int(p.argmax())

        rng = SimpleNamespace(choice=likeliest)
        new = list(loss.continue_text(model, tokens, 1 + number % 3, TEMPERATURE, rng, bench.meta))
        seen = np.tile(np.array([*tokens, *new[:-1]]), (letters, 1))  # (letters, context), the next letter one of all
        targets = np.full_like(seen, -1)
        targets[:, -1] = np.arange(letters)
        right = 2.0 ** (-bench.net.outputs(model, seen, targets, bench.meta, "float32") / TEMPERATURE)
        right[UNKNOWN] = 0.0  # it cannot be written
        gap = max(gap, float(np.abs(chances[-1] - right / right.sum()).max()))
    return gap < 1e-3, f"chances of the next letter differ by {gap:.1e} from what its bits say", "below 1e-3"


CHECKS = [goes_on]
