"""The demo page where rows of a table are answered: fill in a form, and see what each column adds.

A question is the cells of the columns that the model uses, as text.
"""

import json
from collections.abc import Iterator
from functools import partial
from html import escape
from typing import Any

import columns
import common
import data
import explain
import table
from common import Problem, words
from report import shorten

import gradio as gr
import numpy as np
import pandas as pd

FIELDS = 24  # of the form; further columns are edited as JSON
LONGEST = 5000  # characters of a cell
MARKS = 8  # columns shown with the answer
CLASSES = 5  # shown


def examples(valid: Any, config: Any, meta: dict, count: int) -> list[dict]:
    """Rows drawn by chance, of classes one of each before a second of any, not by how well they are answered."""
    order = np.random.default_rng(0).permutation(len(valid.ids))
    if "classes" in meta:
        first = np.sort(np.unique(valid.targets[order], return_index=True)[1])
        order = order[[*first, *np.setdiff1d(np.arange(len(order)), first)]][:count]
        truths = [meta["classes"][number] for number in valid.targets[order]]
    else:
        order = order[:count]
        truths = [f"{meta['mean'] + meta['deviation'] * value:,.7g}" for value in valid.targets[order]]
    used = list(meta["columns"])
    if hasattr(data, "keys_of"):
        frame = table.opened(config).frame.fillna("")
        rows = frame.loc[valid.ids[order], used].to_dict("records")
    else:  # a table larger than memory is not read again: its cells are as near as their encoding tells
        rows = [dict.fromkeys(used, "") | columns.shown(row, meta) for row in valid.inputs[order]]
    return [{"cells": cells, "truth": truth} for cells, truth in zip(rows, truths, strict=True)]


def button(number: int, question: dict) -> gr.Button:
    text = ", ".join(cell or "–" for cell in list(question["cells"].values())[:5])
    return gr.Button(shorten(text, 40), min_width=150, elem_id=f"example-{number}")


def form(question: dict, source: Any) -> list[Any]:
    """A field for each column, a list where it has categories; filled with the question's cells."""
    cells, fields = question["cells"], []
    for name, about in list(source.meta["columns"].items())[:FIELDS]:
        if "values" in about:
            values = ["", *about["values"]]
            fields.append(gr.Dropdown(values, value=cells[name], label=name, allow_custom_value=True))
        else:
            fields.append(gr.Textbox(cells[name], label=name, lines=3 if "words" in about else 1))
    if more := dict(list(cells.items())[FIELDS:]):
        text = json.dumps(more, ensure_ascii=False, indent=0)
        fields.append(gr.Textbox(text, label=words("demo_more", number=len(more)), lines=4, max_lines=8))
    return fields


def asked(source: Any, *values: Any) -> dict:
    """The row that was entered; a cell that training could not have read is a `Problem`, an empty one is not known."""
    used = source.meta["columns"]
    cells = dict(zip(list(used)[:FIELDS], values, strict=False))
    try:
        cells |= json.loads(values[-1]) if len(used) > FIELDS else {}
    except (ValueError, TypeError, RecursionError) as error:
        raise Problem(words("demo_bad_json", why=error)) from None
    cells = {name: str(cells.get(name) or "").strip() for name in used}
    if not any(cells.values()):
        raise Problem(words("demo_empty_row"))
    if (column := next((name for name in used if len(cells[name]) > LONGEST), None)) is not None:
        raise Problem(words("demo_long_cell", column=column, most=LONGEST))
    frame = pd.DataFrame([cells])
    typed = columns.typed(frame, used, columns.STYLES)
    for name, about in used.items():
        cell, known = cells[name], columns.known_cells(frame[name], about).notna()[0]
        if known and typed[name].isna()[0]:
            raise Problem(words("demo_bad_cell", column=name, cell=shorten(cell, 30), role=about["role"]))
        if known and "values" in about and not columns.codes_of(typed[name], about)[0]:
            raise Problem(words("demo_new_value", column=name, cell=shorten(cell, 30)))
    return {"cells": cells}


def answer(model: Any, config: Any, meta: dict, question: dict) -> Iterator[dict]:
    """The number, or the chances of the likeliest classes; and how much each column moved it."""
    frame = pd.DataFrame([question["cells"]], dtype=object)
    row = columns.encode(columns.typed(frame, meta["columns"], columns.STYLES), meta)
    ask = partial(common.kit(config).outputs, model, targets=None, meta=meta, precision=config.precision)
    found = ask(row)  # (1,) or (1, classes)
    if "classes" in meta:
        best = np.argsort(-found[0])[:CLASSES]
        given = {"chances": {meta["classes"][k]: int(100 * found[0, k]) / 100 for k in best}}  # down
    else:
        given = {"value": float(found[0]), "usual": [meta["mean"], meta["deviation"]]}
    marks = explain.moved(row, found, meta, ask)[0]
    yield given | {"name": meta["target"], "marks": [marks[name] for name in meta["columns"]]}


def shown(question: dict, given: dict) -> list[Any]:
    """The answer, what the data say, and the columns that counted most."""
    truth, said, told = question.get("truth"), given["name"], []
    if "chances" in given:
        said = next(iter(given["chances"]))
        answer = gr.Label(given["chances"], label=given["name"], num_top_classes=CLASSES)
    else:
        answer = gr.Label(f"{given['value']:,.7g}", label=given["name"])
        mean, deviation = (f"{value:,.7g}" for value in given["usual"])
        told.append(words("demo_usual", mean=mean, deviation=deviation))
    if truth is not None:
        mark = "" if "value" in given else "✓ " if truth == said else "✗ "
        told.append(mark + words("demo_truth", truth=truth))
    pairs = list(zip(question["cells"].items(), given["marks"], strict=True))
    pairs.sort(key=lambda pair: -abs(pair[1]))
    most = abs(pairs[0][1]) or 1.0
    marks = [
        (f"{name} = {shorten(cell) or '–'}: {mark:+,.5g}", 0.6 * mark / most) for (name, cell), mark in pairs[:MARKS]
    ]
    where = gr.HighlightedText(marks, label=words("demo_where", answer=said))
    return [answer, gr.HTML("".join(f"<p>{escape(line)}</p>" for line in told)), where]
