"""The page: what is asked and examples to click on the left, what the model answers on the right."""

import functools
from collections.abc import Callable
from typing import Any

import gradio as gr

from page import answer, heading, question
from page.source import Source
from support.wording import words

EVENT = {"api_visibility": "private", "show_progress": "minimal", "concurrency_id": "model"}


def build(source: Source, shown: Callable[[], None] = lambda: None) -> gr.Blocks:
    """The page for a model, or for recorded answers only; `shown` is called when a link's example is answered."""
    with gr.Blocks(title=heading.title(), analytics_enabled=False, fill_width=True) as page:
        gr.HTML(heading.header(source.about, source.excuse))
        with gr.Row():
            with gr.Column():
                asked, ask = [], None
                if source.live:
                    asked = question.widgets(source)
                    ask = gr.Button(words("demo_ask"), variant="primary", elem_id="ask")
                buttons = heading.examples([asked for asked, _ in source.examples])
            with gr.Column(elem_id="answer"):
                message = gr.HTML(heading.message(words("demo_waiting"), "hint"), elem_id="message")
                answers = answer.widgets()
        outputs = [*asked, message, *answers]

        def entered(*values: Any) -> list[Any]:
            return attempt(lambda: question.read(source, *values), source)

        def clicked(number: int) -> list[Any]:
            example, kept = source.examples[number]
            if not source.live:
                return [heading.message(words("demo_recorded_answer"), "hint"), *answer.show(example, kept)]
            filled = question.fill(example)
            rest = [gr.skip() for _ in asked[len(filled) :]]  # fields that stay as they are
            return [*filled, *rest, *attempt(lambda: example, source)]

        def linked(request: gr.Request) -> list[Any]:
            """?example=2 opens the page with the second example answered."""
            number = str(request.query_params.get("example", ""))
            if number.isascii() and number.isdigit() and 1 <= int(number) <= len(source.examples):
                values = clicked(int(number) - 1)
                shown()
                return values
            return [gr.skip() for _ in outputs]

        if ask:
            ask.click(entered, asked, [message, *answers], **EVENT)
        for number, button in enumerate(buttons):
            button.click(functools.partial(clicked, number), None, outputs, **EVENT)
        page.load(linked, None, outputs, **EVENT)
    return page


def attempt(read: Callable[[], dict[str, Any]], source: Source) -> list[Any]:
    """Message and answer for what a person entered; a message alone where that cannot be answered."""
    try:
        asked = read()
        return ["", *answer.show(asked, source.ask(asked))]
    except Exception as error:
        return [heading.message(heading.excuse(error)), *answer.blank()]
