"""What stands around questions and answers: the title, the model and its score, messages, the examples' buttons."""

import sys
from html import escape
from typing import Any

import gradio as gr

import cli
import runs
from page import question
from support import tomlfile
from support.wording import words

WIDE = 30  # characters of an example that share a line with others


def title() -> str:
    """The project's title, as pyproject.toml has it."""
    try:
        return str(tomlfile.read(runs.ROOT / "pyproject.toml")["project"]["description"])
    except (cli.Fault, OSError, KeyError, TypeError):
        return runs.ROOT.name


def header(about: str, excuse: str) -> str:
    """Title, model and score; and, where answers are recorded, a line that says so and why."""
    lines = [f"<h1>{escape(title())}</h1>", f"<p>{escape(about)}</p>"]
    if excuse:
        lines.append(f'<p id="recorded">{escape(words("demo_recorded", why=excuse))}</p>')
    return f"<header>{''.join(lines)}</header>"


def section(name: str, note: str) -> str:
    """The heading of a part of the page."""
    return f"<h2>{escape(name)}</h2><p>{escape(note)}</p>"


def message(text: str, kind: str = "alert") -> str:
    """A line for people: `kind` is alert where something went wrong, hint else."""
    return f'<p class="{kind}" role="{"alert" if kind == "alert" else "status"}">{escape(text)}</p>'


def truth(text: str, right: bool | None = None) -> str:
    """What the data say, with a mark that does not depend on colour where right and wrong can be told."""
    mark = "" if right is None else "✓ " if right else "✗ "
    return f'<p class="truth">{mark}{escape(text)}</p>'


def examples(asked: list[dict[str, Any]]) -> list[gr.Button]:
    """The heading of the bundled examples and a button for each; long ones get a line of their own."""
    gr.HTML(section(words("demo_examples"), words("demo_examples_from")))
    texts = [question.label(each) or words("demo_example", number=n) for n, each in enumerate(asked, 1)]
    classes = ["example", "long"] if max(map(len, texts), default=0) > WIDE else ["example"]
    with gr.Row(elem_id="examples"):
        return [
            gr.Button(text, icon=question.icon(each), elem_classes=classes, elem_id=f"example-{n}")
            for n, (text, each) in enumerate(zip(texts, asked, strict=True), 1)
        ]


def excuse(error: Exception) -> str:
    """What the page says about an error: on a stage there is no traceback; the terminal has one line."""
    if isinstance(error, cli.Fault):
        return str(error)
    print(f"demo.py: {type(error).__name__}: {error}", file=sys.stderr, flush=True)
    return words("demo_failed")
