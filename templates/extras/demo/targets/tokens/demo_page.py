"""The demo page where texts go on: a beginning, how long, how daring; the text grows as the model writes it.

A question is the beginning with its length, temperature and seed.
"""

import time
from collections.abc import Iterator
from typing import Any

import data
from common import Problem, words
from report import shorten

import gradio as gr
import numpy as np

LONGEST = 5000  # characters of a beginning
LENGTH, MOST_LENGTH = 300, 1000  # characters to add
TEMPERATURE, MOST_TEMPERATURE = 0.8, 1.5
MOST_SEED = 2**32 - 1
PAUSE = 0.1  # seconds between two looks at a growing text


def examples(valid: Any, config: Any, meta: dict, count: int) -> list[dict]:
    """Beginnings drawn by chance: lines that begin in windows of valid, no pieces of words."""
    found = []
    for seed, row in enumerate(np.random.default_rng(0).permutation(len(valid.ids))[:count]):
        text = data.decode(valid.inputs[np.array([row])][0].tolist(), meta)
        whole = text[text.find("\n") + 1 : 1 + max(text.rfind(" "), text.rfind("\n"))]
        found.append(
            {"text": whole if whole.strip() else text, "length": LENGTH, "temperature": TEMPERATURE, "seed": seed}
        )
    return found


def button(number: int, question: dict) -> gr.Button:
    return gr.Button(shorten(question["text"], 60), min_width=300, elem_id=f"example-{number}")


def form(question: dict, source: Any) -> list[Any]:
    return [
        gr.Textbox(question["text"], label=words("demo_beginning"), lines=3, max_lines=6),
        gr.Slider(10, MOST_LENGTH, question["length"], step=10, label=words("demo_length"), buttons=[]),
        gr.Slider(0, MOST_TEMPERATURE, question["temperature"], step=0.1, label=words("demo_temperature"), buttons=[]),
        gr.Number(question["seed"], label=words("demo_seed"), precision=0),
    ]


def asked(source: Any, text: str | None, length: float, temperature: float, seed: float | None) -> dict:
    """The beginning that was entered; sliders keep to their bounds."""
    if not (text or "").strip():
        raise Problem(words("demo_no_text"))
    if len(text) > LONGEST:
        raise Problem(words("demo_long_text", most=LONGEST))
    if seed is None or not 0 <= seed <= MOST_SEED:
        raise Problem(words("demo_bad_seed", most=MOST_SEED))
    return {"text": text, "length": int(length), "temperature": float(temperature), "seed": int(seed)}


def answer(model: Any, config: Any, meta: dict, question: dict) -> Iterator[dict]:
    """The text that follows, as it grows; drawn as predict.py draws it."""
    from loss import continue_text  # here, because recorded answers need no framework

    tokens, rng = data.encode(question["text"], meta), np.random.default_rng(question["seed"])
    said, looked = "", time.monotonic()
    for token in continue_text(model, tokens, question["length"], question["temperature"], rng, meta):
        said += data.decode([token], meta)
        if time.monotonic() - looked > PAUSE:
            yield {"continuation": said}
            looked = time.monotonic()
    yield {"continuation": said}


def shown(question: dict, given: dict) -> list[Any]:
    """The beginning, and what the model wrote after it, marked."""
    pieces = [(question["text"], None), (given["continuation"], 0.3)]
    return [gr.HighlightedText(pieces, label=words("demo_continued"))]
