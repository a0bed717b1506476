"""A class as the answer: how likely each one is, and what of the question counted for the likeliest."""

from html import escape
from typing import Any

import gradio as gr
import numpy as np

import data
from page import heading, question
from support.wording import words

SHOWN = 5  # classes


def prepare(model: Any, config: Any, meta: dict[str, Any]) -> None:
    """Nothing is needed but the model."""


def give(model: Any, asked: dict[str, Any], meta: dict[str, Any], helper: None = None) -> dict[str, Any]:
    """The answer as plain JSON; encoded, computed and decoded as predict.py does.

    `marks` say for each part of the question how much likelier its class is with that part than without it.
    """
    from engine import inference

    def output(raw: Any) -> np.ndarray:
        return inference.answers(model, data.encode(raw, meta), meta)  # (n, classes)

    found = output(question.raw(asked, meta))
    best = int(found[0].argmax())
    without = output(question.without_parts(asked, meta))[:, best]
    (said,) = data.decode(found, meta)
    return {
        "class": said["class"],
        "chances": {meta["classes"][k]: round(float(found[0, k]), 4) for k in np.argsort(-found[0])[:SHOWN]},
        "marks": [round(float(found[0, best] - chance), 4) for chance in without],
    }


def widgets() -> list[Any]:
    """What shows an answer."""
    return [gr.Label(label=words("demo_answer"), num_top_classes=SHOWN, visible=False), gr.HTML(visible=False)]


def show(asked: dict[str, Any], given: dict[str, Any]) -> list[Any]:
    """Values for the widgets."""
    truth, said = asked.get("truth"), given["class"]
    told = "" if truth is None else heading.truth(words("demo_truth", truth=truth), truth == said)
    looked = f"<h2>{escape(words('demo_where'))}</h2>{question.marked(asked, given['marks'], said)}"
    return [gr.Label(given["chances"], visible=True), gr.HTML(told + looked, visible=True)]


def blank() -> list[Any]:
    """No answer is shown."""
    return [gr.Label(visible=False), gr.HTML(visible=False)]
