"""A row of a table as the question, entered into a form of the columns that the model uses. In JSON it is its cells."""

from html import escape
from typing import Any

import gradio as gr
import numpy as np

import cli
from page import picking
from splits import Data
from support.wording import words
from tables import cells as meaning
from tables import dates

MOST_FIELDS = 24  # of the form at once; further ones are folded away
LONGEST = 5000  # characters of a cell
MOST_MARKS = 8  # columns shown with the answer
MOST_PARTS = 300  # columns that are left out in turn


def used(meta: dict[str, Any]) -> list[dict[str, Any]]:
    """The columns that the model uses."""
    return [feature for feature in meta["features"] if feature["kind"] != "unused"]


def pick(data: Data, meta: dict[str, Any]) -> list[dict[str, Any]]:
    """Bundled rows with what the data say of them."""
    return [
        {"cells": cells_of(split.inputs.cells[row], meta), "truth": picking.truth(split, row, meta)}
        for split, row in picking.rows(data)
    ]


def cells_of(row: list[str], meta: dict[str, Any]) -> dict[str, str]:
    """The used cells of a row by column; what a large table does not keep is unknown."""
    known = zip(meta["features"], row, strict=True)
    return {feature["name"]: "" if cell == "…" else cell for feature, cell in known if feature["kind"] != "unused"}


def widgets(source: Any) -> list[Any]:
    """A field for each used column, filled with the first example."""
    columns, first = used(source.meta), source.examples[0][0]["cells"]
    with gr.Row(elem_id="form"):
        fields = [field(column, first[column["name"]]) for column in columns[:MOST_FIELDS]]
    if len(columns) > MOST_FIELDS:
        with gr.Accordion(words("demo_more_columns", number=len(columns) - MOST_FIELDS), open=False), gr.Row():
            fields += [field(column, first[column["name"]]) for column in columns[MOST_FIELDS:]]
    return fields


def field(column: dict[str, Any], cell: str) -> Any:
    """The field of a column: a list where it has categories, else text, as the data write it."""
    about = {"label": column["name"], "min_width": 200}
    if column["kind"] == "category":
        return gr.Dropdown(["", *column["values"]], value=cell, allow_custom_value=True, **about)
    return gr.Textbox(cell, lines=3 if column["kind"] == "text" else 1, max_lines=6, **about)


def read(source: Any, *values: Any) -> dict[str, Any]:
    """The row that was entered; raises `Fault` where it is empty or a cell makes no sense."""
    columns = used(source.meta)
    cells = {column["name"]: str(value or "").strip() for column, value in zip(columns, values, strict=True)}
    if all(meaning.is_missing(cells[column["name"]], column.get("parse")) for column in columns):
        raise cli.Fault(words("demo_empty_row"))
    for column in columns:
        check(column, cells[column["name"]])
    return {"cells": cells}


def check(column: dict[str, Any], cell: str) -> None:
    """Raise a `Fault` for a cell that training could not have read; an empty one is fine, it is not known."""
    parse, kind, name = column.get("parse", {}), column["kind"], column["name"]
    if len(cell) > LONGEST:
        raise cli.Fault(words("demo_long_cell", column=name, most=LONGEST))
    if meaning.is_missing(cell, parse):
        return
    shown = cell if len(cell) <= 30 else cell[:29] + "…"
    if kind == "number" and np.isnan(meaning.numbers([cell], parse)[0]):
        raise cli.Fault(words("demo_no_number", column=name, cell=shown))
    if kind == "date" and np.isnat(dates.read([cell], column["format"])[0]):
        raise cli.Fault(words("demo_no_date", column=name, cell=shown))
    if kind == "list" and len(meaning.list_of_numbers(cell) or ()) != len(column["elements"]):
        raise cli.Fault(words("demo_no_list", column=name, cell=shown, length=len(column["elements"])))
    if kind == "category" and cell not in column["values"]:
        raise cli.Fault(words("demo_no_category", column=name, cell=shown))


def fill(asked: dict[str, Any]) -> list[Any]:
    """What the form shows when an example is clicked: its cells."""
    return list(asked["cells"].values())


def label(asked: dict[str, Any]) -> str:
    """What stands on an example's button: its first cells."""
    text = ", ".join(cell or "–" for cell in list(asked["cells"].values())[:5])
    return text if len(text) <= 40 else text[:39] + "…"


def icon(asked: dict[str, Any]) -> None:
    """A row has no picture."""


def raw(asked: dict[str, Any], meta: dict[str, Any]) -> list[list[str]]:
    """A batch of one, as data.encode takes it: the cells of all columns in order."""
    return [[asked["cells"].get(feature["name"], "") for feature in meta["features"]]]


def without_parts(asked: dict[str, Any], meta: dict[str, Any]) -> list[list[str]]:
    """The row with each of its cells in turn not known, which stands for the usual value."""
    cells = asked["cells"]
    return [raw({"cells": cells | {name: ""}}, meta)[0] for name in list(cells)[:MOST_PARTS]]


def marked(asked: dict[str, Any], marks: list[float], answer: str) -> str:
    """The columns that counted most as bars, as HTML."""
    most = max(map(abs, marks), default=0.0) or 1.0
    known = zip(asked["cells"].items(), marks, strict=False)
    rows = [
        f'<tr><th scope="row">{escape(name)}</th><td>{escape(cell) or "–"}</td>'
        f'<td><span class="bar {"for" if mark >= 0 else "against"}" style="width:{100 * abs(mark) / most:.0f}%"></span>'
        f"</td><td>{f'{mark:+.3g}'.replace('-', '−')}</td></tr>"
        for (name, cell), mark in sorted(known, key=lambda entry: -abs(entry[1]))[:MOST_MARKS]
    ]
    caption = escape(words("demo_where_row", answer=answer))
    return f'<table class="marks"><caption>{caption}</caption><tbody>{"".join(rows)}</tbody></table>'
