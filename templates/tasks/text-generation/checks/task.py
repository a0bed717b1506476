"""What check.py examines in text alone: how it goes on."""

import math
from types import SimpleNamespace
from typing import Any

import loss
from checks.parts import Result, difference, picked
from data import MOST_HELD_OUT, UNICODE, UNKNOWN

import numpy as np

ROWS, STEPS = 128, 32  # that checks look at, and train for; each is as many examples as it has letters
SMOKE = {"epochs": 3}  # of the smoke run, whose epochs are long in being scored
TEMPERATURE = 0.5


def disturbed(found: tuple[str, np.ndarray, str, str], ends: np.ndarray) -> tuple[str, np.ndarray, str, str]:
    """The text with a new letter in some windows, for check.py."""
    name, text, letters, sha256 = found
    if text.nbytes > MOST_HELD_OUT * 10:
        raise NotImplementedError("so long a text is not copied to change some of it")
    text = text.astype(np.uint32)
    text[ends - 2] = len(letters)  # the last one begins what train reads behind a stretch of valid
    return name, text, letters + "\U0010ffff", sha256


SOURCES = {"data.read": disturbed}  # what data are read by, and how check.py changes what it says


def goes_on(bench: Any) -> Result:
    """A text goes on as it is scored: loss.continue_text() reads all letters so far, or models/ hands on a state, takes
    the scores of the last one, of a long text too, and divides by the temperature; loss.answers() charges bits, not
    nats, and for naming what is unknown"""
    model, context, letters = bench.brief[0], bench.meta["context"], len(bench.meta["characters"]) + 1
    gap, chances = 0.0, []

    def likeliest(_: int, p: np.ndarray) -> int:
        chances.append(p)
        return int(p.argmax())

    rng = SimpleNamespace(choice=likeliest)
    for number, tokens in enumerate(bench.data.test.inputs[:4].tolist()):
        start = tokens[: context - number if number < 2 else context // 2]
        new = list(loss.continue_text(model, start, 1 + number % 3, TEMPERATURE, rng, bench.meta))
        read = [*start, *new[:-1]]  # so the first letter counts, or one that comes later; what follows it does not
        seen = np.tile(np.array([*read, *tokens[len(read) :]]), (letters, 1))  # (letters, context)
        targets = np.full_like(seen, -1)
        targets[:, len(read) - 1] = np.arange(letters)  # the next letter is one of all
        bits = bench.net.outputs(model, seen, targets, bench.meta, "float32")
        bits[UNKNOWN] -= math.log2(UNICODE - letters + 1)  # for naming it
        right = 2.0 ** (-bits / TEMPERATURE)
        right[UNKNOWN] = 0.0  # it cannot be written
        gap = max(gap, abs((2.0**-bits).sum() - 1), np.abs(chances[-1] - right / right.sum()).max())
    ends = []
    for letter in (1, 2):
        chances.clear()
        same = SimpleNamespace(choice=lambda _, p, letter=letter: chances.append(p) or letter)
        list(loss.continue_text(model, [*tokens, *tokens, letter], 2, TEMPERATURE, same, bench.meta))
        ends.append(list(chances))
    if any(np.array_equal(*after) for after in zip(*ends, strict=True)):  # what was given, then what was written
        return False, f"the last letter of {2 * context} and more changes nothing", "other chances of the next one"
    return gap < 1e-5, f"chances of the next letter differ by {gap:.1e} from what its bits say", "below 1e-5"


def causal(bench: Any) -> Result:
    """A prediction sees the past alone: see the mask of attention, and each reshape in models/; data.load() has no own
    target in the inputs; position t must not read t + 1"""
    rows, half = picked(bench.train, np.arange(8)), bench.train.inputs.shape[1] // 2
    if not np.array_equal(rows.inputs[:, 1:], rows.targets[:, :-1]):
        return False, "an input is not the target before it", "inputs that lag one step behind their own target"
    later = rows.inputs.copy()
    later[:, half:] = rows.inputs[::-1, half:]  # other rows' endings
    early = [bench.outputs(some).reshape(rows.targets.shape)[:, :half] for some in (rows, rows._replace(inputs=later))]
    gap = difference(*early)
    return gap < 1e-4, f"the first half changes by {gap:.1e} with the second", "below 1e-4"


SCORES = {
    "bits per character": lambda target, bits, meta: float(bits.mean()),
    "nats_per_character": lambda target, bits, meta: float(bits.mean()) * math.log(2),
    "perplexity_per_character": lambda target, bits, meta: 2.0 ** float(bits.mean()),
}
CHECKS = [causal, goes_on]
