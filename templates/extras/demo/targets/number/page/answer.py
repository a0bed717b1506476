"""A number as the answer, beside what is usual, and what of the question moved it."""

from html import escape
from typing import Any

import gradio as gr

import data
from page import heading, question
from support.wording import words


def prepare(model: Any, config: Any, meta: dict[str, Any]) -> None:
    """Nothing is needed but the model."""


def give(model: Any, asked: dict[str, Any], meta: dict[str, Any], helper: None = None) -> dict[str, Any]:
    """The answer as plain JSON; encoded, computed and decoded as predict.py does.

    `marks` say for each part of the question how much larger the number is with that part than without it.
    """
    from engine import inference

    def numbers(raw: Any) -> list[float]:
        answers = data.decode(inference.answers(model, data.encode(raw, meta), meta), meta)
        return [answer["prediction"] for answer in answers]

    (value,) = numbers(question.raw(asked, meta))
    without = numbers(question.without_parts(asked, meta))
    return {
        "value": value,
        "name": meta["target"]["name"],
        "usual": [meta["mean"], meta["deviation"]],
        "marks": [value - other for other in without],
    }


def widgets() -> list[Any]:
    """What shows an answer."""
    return [gr.HTML(visible=False)]


def show(asked: dict[str, Any], given: dict[str, Any]) -> list[Any]:
    """Values for the widgets."""
    mean, deviation = given["usual"]
    usual = words("demo_usual", mean=f"{mean:.4g}", deviation=f"{deviation:.3g}")
    place = min(max(50 + 25 * (given["value"] - mean) / deviation, 1), 99)  # two deviations to either side
    scale = f'<div class="scale" aria-hidden="true"><i></i><b style="left:{place:.1f}%"></b></div>'
    number = f'<p class="name">{escape(given["name"])}</p><p class="number">{given["value"]:.5g}</p>'
    told = heading.truth(words("demo_truth", truth=f"{asked['truth']:.5g}")) if "truth" in asked else ""
    moved = f"<h2>{escape(words('demo_where'))}</h2>{question.marked(asked, given['marks'], given['name'])}"
    return [gr.HTML(f"{number}{scale}<p>{escape(usual)}</p>{told}{moved}", visible=True)]


def blank() -> list[Any]:
    """No answer is shown."""
    return [gr.HTML(visible=False)]
