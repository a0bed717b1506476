"""A text's continuation as the answer, character by character."""

from collections.abc import Iterator
from typing import Any

import numpy as np

import data


def prepare(model: Any, config: Any, meta: dict[str, Any]) -> None:
    """Nothing is needed but the model."""


def stream(model: Any, asked: dict[str, Any], meta: dict[str, Any]) -> Iterator[str]:
    """The characters that follow, one at a time, drawn as predict.py draws them."""
    from engine import generate

    rng = np.random.default_rng(asked["seed"])
    tokens = data.encode(asked["text"], meta)
    for token in generate.continue_text(model, tokens, asked["length"], asked["temperature"], rng, meta):
        yield data.decode([token], meta)


def give(model: Any, asked: dict[str, Any], meta: dict[str, Any], helper: None = None) -> dict[str, Any]:
    """The whole answer as plain JSON."""
    return {"continuation": "".join(stream(model, asked, meta))}
