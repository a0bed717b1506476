"""The score of a language model: bits it takes to name each held-out character."""

from typing import Any

import numpy as np

from scoring import intervals
from splits import Split

NAME = "bits per character"
HIGHER_IS_BETTER = False


def truth(split: Split, meta: dict[str, Any]) -> np.ndarray:
    """The characters to predict, each once, as tokens (characters,)."""
    targets = split.targets[np.arange(len(split))]
    return targets[targets >= 0]


def score(target: np.ndarray, output: np.ndarray, meta: dict[str, Any]) -> float:
    """Mean bits per character; `output` holds the bits charged for each, (characters,)."""
    return float(output.mean())


def loss(target: np.ndarray, output: np.ndarray, meta: dict[str, Any]) -> float:
    """The same in nats, as training minimises it."""
    return float(output.mean() * np.log(2))


def interval(target: np.ndarray, output: np.ndarray, meta: dict[str, Any]) -> tuple[list[float] | None, str]:
    """95 % bootstrap interval over stretches of text no shorter than the context."""
    return intervals.of_means(output, meta["context"])


def difference(target: np.ndarray, output: np.ndarray, rival: np.ndarray, meta: dict[str, Any]) -> tuple[Any, str]:
    """95 % interval of the bits more than a rival needs for the same characters (negative: fewer)."""
    return intervals.of_means(output - rival, meta["context"])


def others(predictions: dict[str, np.ndarray], meta: dict[str, Any]) -> dict[str, float]:
    """The score in other units, and how many characters train did not know."""
    bits = predictions["output"].mean()
    return {
        "nats_per_character": float(bits * np.log(2)),
        "perplexity_per_character": float(2**bits),
        "unknown_characters": int((predictions["target"] == 0).sum()),
    }
