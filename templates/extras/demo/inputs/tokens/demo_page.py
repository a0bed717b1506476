"""The demo page where texts are classified: type or paste one, and see which words spoke for the answer.

A question is the text.
"""

from collections.abc import Iterator
from html import escape
from typing import Any

from common import Problem, words
from texts import WORD, Texts, counted

import gradio as gr
import numpy as np

LONGEST = 20_000  # characters
PARTS = 200  # words that are left out in turn
FAINT = 0.1  # a word with a smaller share of the strongest one's effect is not marked
CLASSES = 5  # shown


def examples(valid: Any, config: Any, meta: dict, count: int) -> list[dict]:
    """Texts drawn by chance, one of each class before a second of any, not by how well they are answered."""
    order = np.random.default_rng(0).permutation(len(valid.ids))
    first = np.sort(np.unique(valid.targets[order], return_index=True)[1])
    rows = order[[*first, *np.setdiff1d(np.arange(len(order)), first)][:count]]
    truths = [meta["classes"][number] for number in valid.targets[rows]]
    texts = valid.inputs.read(rows)
    return [{"text": text[:LONGEST], "truth": truth} for text, truth in zip(texts, truths, strict=True)]


def button(number: int, question: dict) -> gr.Button:
    text = " ".join(question["text"].split())
    return gr.Button(text if len(text) <= 70 else f"{text[:69]}…", min_width=300, elem_id=f"example-{number}")


def form(question: dict, source: Any) -> list[Any]:
    return [gr.Textbox(question["text"], label=words("demo_text"), placeholder=words("demo_text_hint"), lines=5)]


def asked(source: Any, text: str | None) -> dict:
    """The text that was entered."""
    if not any(map(str.isalnum, text or "")):
        raise Problem(words("demo_no_text"))
    if len(text) > LONGEST:
        raise Problem(words("demo_long_text", most=LONGEST))
    return {"text": text}


def answer(model: Any, config: Any, meta: dict, question: dict) -> Iterator[dict]:
    """Chances of the likeliest classes, and how much less likely the first is without each word."""
    import net  # here, because recorded answers need no framework

    text = question["text"]
    texts = [text, *(text[:begin] + text[end:] for begin, end in parts(text))]
    inputs = Texts(counted(texts), np.arange(len(texts)), meta)
    found = net.outputs(model, inputs, None, meta, config.precision)  # (texts, classes)
    best = np.argsort(-found[0])[:CLASSES]
    chances = {meta["classes"][k]: int(100 * found[0, k]) / 100 for k in best}  # down, or they might sum to more than 1
    lost = found[0, best[0]] - found[1:, best[0]]
    yield {"chances": chances, "marks": lost.round(4).tolist()}


def parts(text: str) -> list[tuple[int, int]]:
    """Begin and end of the words that are left out in turn; no punctuation marks."""
    return [match.span() for match in WORD.finditer(text) if match[0][0].isalnum()][:PARTS]


def shown(question: dict, given: dict) -> list[Any]:
    """The chances, what the data say, and the text with the words that counted."""
    text, said, truth = question["text"], next(iter(given["chances"])), question.get("truth")
    most, done, pieces = max(map(abs, given["marks"]), default=0.0), 0, []
    for (begin, end), mark in zip(parts(text), given["marks"], strict=True):
        if abs(mark) > FAINT * most:
            pieces += [(text[done:begin], None), (text[begin:end], 0.6 * mark / most)]
            done = end
    told = "" if truth is None else f"{'✓' if truth == said else '✗'} {words('demo_truth', truth=truth)}"
    return [
        gr.Label(given["chances"], label=words("demo_answer"), num_top_classes=CLASSES),
        gr.HTML(f"<p>{escape(told)}</p>"),
        gr.HighlightedText([*pieces, (text[done:], None)], label=words("demo_where", answer=said)),
    ]
