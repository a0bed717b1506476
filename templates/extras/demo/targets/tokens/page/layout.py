"""The page: a chat in which the model goes on with what a person wrote, as it is written."""

import functools
import time
from collections.abc import Callable, Iterator
from typing import Any

import gradio as gr

from page import answer, heading, question
from page.source import Source
from support.wording import words

EVENT = {"api_visibility": "private", "show_progress": "hidden", "concurrency_id": "model"}
PAUSE = 0.05  # seconds between two looks at a growing text
MOST_TURNS = 20  # kept on the page
REACHABLE = "() => { document.querySelector('#answer [role=log]')?.setAttribute('tabindex', 0) }"  # for keys


def build(source: Source, shown: Callable[[], None] = lambda: None) -> gr.Blocks:
    """The page for a model, or for recorded answers only; `shown` is called when a link's example is answered."""
    with gr.Blocks(title=heading.title(), analytics_enabled=False, fill_width=True) as page:
        gr.HTML(heading.header(source.about, source.excuse))
        with gr.Row():
            with gr.Column(scale=3):
                look = {"buttons": [], "render_markdown": False, "feedback_options": None}
                chat = gr.Chatbot(label=words("demo_chat"), height=420, elem_id="answer", **look)
                message = gr.HTML(elem_id="message")
                fields = form() if source.live else []
                with gr.Row():
                    ask = gr.Button(words("demo_go_on"), variant="primary", elem_id="ask", visible=source.live)
                    stop = gr.Button(words("demo_stop"), visible=source.live)
            with gr.Column(scale=2):
                fields += sliders() if source.live else []
                buttons = heading.examples([asked for asked, _ in source.examples])
        outputs = [chat, message]

        def entered(turns: list[Any], *values: Any) -> Iterator[tuple[Any, str]]:
            yield from attempt(turns, lambda: question.asked(*values), source)

        def clicked(number: int, turns: list[Any]) -> Iterator[tuple[Any, str]]:
            example, kept = source.examples[number]
            if source.live:
                yield from attempt(turns, lambda: example, source)
            else:
                note = heading.message(words("demo_recorded_answer"), "hint")
                yield grown(turns, example["text"], kept["continuation"]), note

        def linked(request: gr.Request) -> Iterator[tuple[Any, Any]]:
            """?example=2 opens the page with the second example answered."""
            number = str(request.query_params.get("example", ""))
            if number.isascii() and number.isdigit() and 1 <= int(number) <= len(source.examples):
                yield from clicked(int(number) - 1, [])
                shown()
            else:
                yield gr.skip(), gr.skip()

        running = [page.load(linked, None, outputs, **EVENT), ask.click(entered, [chat, *fields], outputs, **EVENT)]
        for number, button in enumerate(buttons):
            running.append(button.click(functools.partial(clicked, number), chat, outputs, **EVENT))
        chat.change(None, js=REACHABLE, api_visibility="private")
        stop.click(None, None, None, cancels=running, api_visibility="private")
    return page


def form() -> list[Any]:
    """A field for the beginning of a text."""
    hint = words("demo_beginning_hint")
    return [gr.Textbox(label=words("demo_beginning"), placeholder=hint, lines=2, max_lines=6)]


def sliders() -> list[Any]:
    """Length, temperature and seed."""
    return [
        gr.Slider(10, 1000, question.LENGTH, step=10, label=words("demo_length"), buttons=[]),
        gr.Slider(0, 1.5, question.TEMPERATURE, step=0.1, label=words("demo_temperature"), buttons=[]),
        gr.Number(0, label=words("demo_seed"), precision=0),
    ]


def attempt(turns: list[Any], read: Any, source: Source) -> Iterator[tuple[Any, str]]:
    """The chat as it grows, and a message where the question cannot be answered."""
    try:
        asked, said, shown = read(), "", 0.0
        for character in answer.stream(source.model, asked, source.meta):
            said += character
            if time.monotonic() - shown > PAUSE:
                yield grown(turns, asked["text"], said), ""
                shown = time.monotonic()
        yield grown(turns, asked["text"], said), ""
    except Exception as error:
        yield turns, heading.message(heading.excuse(error))


def grown(turns: list[Any], asked: str, said: str) -> list[Any]:
    """The chat with one more question and answer; the oldest go."""
    more = [{"role": "user", "content": asked}, {"role": "assistant", "content": asked + said}]
    return [*turns, *more][-2 * MOST_TURNS :]
