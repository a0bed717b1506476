"""A text as the question, typed, pasted or of valid. In JSON it is the text."""

from html import escape
from typing import Any

import gradio as gr

import cli
from page import picking
from splits import Data
from support.wording import words
from texts import words as splitting

LONGEST = 20_000  # characters
MOST_PARTS = 200  # words that are left out in turn
FAINT = 0.1  # a word with a smaller share of the strongest one's effect is not marked


def pick(data: Data, meta: dict[str, Any]) -> list[dict[str, Any]]:
    """Bundled texts with their true classes."""
    return [
        {"text": str(split.inputs.texts[row])[:LONGEST], "truth": picking.truth(split, row, meta)}
        for split, row in picking.rows(data)
    ]


def widgets(source: Any) -> list[Any]:
    """A field for the text."""
    return [gr.Textbox(label=words("demo_text"), placeholder=words("demo_text_hint"), lines=5, max_lines=8)]


def read(source: Any, text: str | None) -> dict[str, Any]:
    """The text that was entered; raises `Fault` where it is empty or huge."""
    if not (text or "").strip():
        raise cli.Fault(words("demo_no_text"))
    if len(text) > LONGEST:
        raise cli.Fault(words("demo_long_text", most=LONGEST))
    if not any(map(str.isalnum, text)):
        raise cli.Fault(words("demo_no_words"))
    return {"text": text}


def fill(asked: dict[str, Any]) -> list[Any]:
    """What the form shows when an example is clicked: its text."""
    return [asked["text"]]


def label(asked: dict[str, Any]) -> str:
    """What stands on an example's button: the text's beginning."""
    text = " ".join(asked["text"].split())
    return text if len(text) <= 70 else text[:69] + "…"


def icon(asked: dict[str, Any]) -> None:
    """A text has no picture."""


def raw(asked: dict[str, Any], meta: dict[str, Any]) -> list[str]:
    """A batch of one, as data.encode takes it."""
    return [asked["text"]]


def parts(text: str) -> list[tuple[int, int]]:
    """Begin and end of the words that are left out in turn, as the model divides them; no punctuation marks."""
    found = (match for match in splitting.PATTERN.finditer(text) if match.group()[0].isalnum())
    return [match.span() for match, _ in zip(found, range(MOST_PARTS), strict=False)]


def without_parts(asked: dict[str, Any], meta: dict[str, Any]) -> list[str]:
    """The text with each of its words in turn left out."""
    text = asked["text"]
    return [text[:begin] + text[end:] for begin, end in parts(text)] or [text]


def marked(asked: dict[str, Any], marks: list[float], answer: str) -> str:
    """The text with the words that spoke for and against the answer marked, as HTML."""
    text, most, done, pieces = asked["text"], max(map(abs, marks), default=0.0), 0, []
    for (begin, end), mark in zip(parts(text), marks, strict=False):
        share = abs(mark) / max(most, 0.02)
        if share >= FAINT:
            kind = "for" if mark > 0 else "against"
            pieces.append(escape(text[done:begin]))
            pieces.append(f'<mark class="{kind}" style="--share:{share:.2f}">{escape(text[begin:end])}</mark>')
            done = end
    legend = (
        f'<mark class="for" style="--share:1">{escape(words("demo_for", answer=answer))}</mark> '
        f'<mark class="against" style="--share:1">{escape(words("demo_against"))}</mark>'
    )
    return f'<p class="marked">{"".join(pieces)}{escape(text[done:])}</p><p>{legend}</p>'
