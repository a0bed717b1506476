"""Seeds as the question: one for a grid of pictures, and a second one to go over to."""

from typing import Any

import gradio as gr

import cli
from splits import Data
from support.wording import words

MOST_SEED = 2**32 - 1
EXAMPLES = 6


def pick(data: Data, meta: dict[str, Any]) -> list[dict[str, Any]]:
    """Bundled seeds: the first numbers, as they come."""
    return [{"seed": seed, "other": seed + 100} for seed in range(1, EXAMPLES + 1)]


def widgets(source: Any) -> list[Any]:
    """Two numbers."""
    first = source.examples[0][0]
    return [
        gr.Number(first["seed"], label=words("demo_seed"), info=words("demo_seed_hint")),
        gr.Number(first["other"], label=words("demo_other"), info=words("demo_other_hint")),
    ]


def read(source: Any, seed: float | None, other: float | None) -> dict[str, Any]:
    """The seeds that were entered; raises `Fault` for what is no seed."""
    for value in (seed, other):
        if value is None or not 0 <= value <= MOST_SEED or value != int(value):
            raise cli.Fault(words("demo_bad_seed", most=MOST_SEED))
    return {"seed": int(seed), "other": int(other)}


def fill(asked: dict[str, Any]) -> list[Any]:
    """What the form shows when an example is clicked: its seeds."""
    return [asked["seed"], asked["other"]]


def label(asked: dict[str, Any]) -> str:
    """What stands on an example's button."""
    return words("demo_seed_example", seed=asked["seed"])


def icon(asked: dict[str, Any]) -> None:
    """The picture is made when it is asked for."""
