"""The beginning of a text as the question, and how it should go on. In JSON it is the text and three numbers."""

from typing import Any

import numpy as np

import cli
import data
from page import picking
from splits import Data, take
from support.wording import words

LONGEST = 5000  # characters
LENGTH, MOST_LENGTH = 300, 2000  # characters to add
TEMPERATURE, MOST_TEMPERATURE = 0.8, 2.0
MOST_SEED = 2**32 - 1


def pick(given: Data, meta: dict[str, Any]) -> list[dict[str, Any]]:
    """Bundled beginnings: lines that begin in windows of valid."""
    texts = []
    for split, row in picking.rows(given):
        text = data.decode(take(split.inputs, np.array([row]))[0], meta)
        whole = text[text.find("\n") + 1 : 1 + max(text.rfind(" "), text.rfind("\n"))]  # no pieces of lines or words
        texts.append(whole if whole.strip() else text)
    return [asked(text, LENGTH, TEMPERATURE, seed) for seed, text in enumerate(texts)]


def asked(text: str, length: float | None, temperature: float | None, seed: float | None) -> dict[str, Any]:
    """The question as plain JSON; raises `Fault` where something is missing or out of range."""
    if not (text or "").strip():
        raise cli.Fault(words("demo_no_text"))
    if len(text) > LONGEST:
        raise cli.Fault(words("demo_long_text", most=LONGEST))
    if length is None or not 1 <= length <= MOST_LENGTH:
        raise cli.Fault(words("demo_bad_length", most=MOST_LENGTH))
    if temperature is None or not 0 <= temperature <= MOST_TEMPERATURE:
        raise cli.Fault(words("demo_bad_temperature", most=MOST_TEMPERATURE))
    if seed is None or not 0 <= seed <= MOST_SEED or seed != int(seed):
        raise cli.Fault(words("demo_bad_seed"))
    return {"text": text, "length": int(length), "temperature": float(temperature), "seed": int(seed)}


def label(asked: dict[str, Any]) -> str:
    """What stands on an example's button: the text's beginning."""
    text = " ".join(asked["text"].split())
    return text if len(text) <= 60 else text[:59] + "…"


def icon(asked: dict[str, Any]) -> None:
    """A text has no picture."""
