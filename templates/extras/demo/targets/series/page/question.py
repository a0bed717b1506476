"""The past of a series as the question: where the data end, a file with newer history, or a past of valid."""

from typing import Any

import gradio as gr
import numpy as np

import cli
import data
from page import picking
from series import newer
from splits import Data, Split
from support.wording import words

HORIZONS = 10  # as far as forecasts may build on forecasts
MOST_SERIES = 500  # offered by name


def pick(given: Data, meta: dict[str, Any]) -> list[dict[str, Any]]:
    """Bundled pasts, each with what followed it."""
    return [of_row(split, row, meta) for split, row in picking.rows(given)]


def of_row(split: Split, row: int, meta: dict[str, Any]) -> dict[str, Any]:
    """A window of a split as a question."""
    place, length = split.ids[row], max(meta["context"], meta["season"])
    name, scale = meta["target"], 1.0
    if "series" in meta:
        number = int(data.series_of(split.ids[row : row + 1], meta)[0])
        name, scale = meta["series"]["names"][number], meta["series"]["scales"][number]
    history = scale * split.inputs.values[place - length : place]
    step = int(data.steps_of(split.ids[row : row + 1], meta)[0])
    found = plain(newer.asked(name, history, step, meta["horizon"], meta["clock"], scale))
    return found | {"truth": (scale * split.targets[np.array([row])][0].astype(float)).tolist()}


def plain(asked: newer.Asked) -> dict[str, Any]:
    """A question of data.py as plain JSON."""
    return {
        "name": asked.name,
        "past": asked.past,
        "history": asked.history.tolist(),
        "times": asked.times,
        "scale": asked.scale,
    }


def widgets(source: Any) -> list[Any]:
    """How many steps after the data's end, of which series where there are several; or a file with newer history."""
    meta, fields = source.meta, []
    fields.append(gr.Number(meta["horizon"], label=words("demo_steps"), info=words("demo_steps_hint"), precision=0))
    file = gr.File(label=words("demo_file"), height=180, buttons=[])
    file.example_payload = lambda: None  # Gradio's own is an address of another host
    fields.append(file)
    if "series" in meta:
        names = meta["series"]["names"][:MOST_SERIES]
        fields.append(gr.Dropdown(names, value=names[0], label=words("demo_series")))
    return fields


def read(source: Any, steps: float | None, file: str | None, name: str = "") -> dict[str, Any]:
    """The question that was entered; raises `Fault` where the number or the file makes no sense."""
    meta = source.meta
    most = HORIZONS * meta["horizon"]
    if file is None and (steps is None or not 1 <= steps <= most):
        raise cli.Fault(words("demo_bad_steps", most=most))
    found = data.read_new(file or str(int(steps)), meta)
    asked = next((one for one in found if one.name == name), found[0])
    return plain(asked) | {"name": asked.name or meta["target"]}


def fill(asked: dict[str, Any]) -> list[Any]:
    """What the form shows when an example is clicked: what it showed before, but no file."""
    return [gr.skip(), None]


def label(asked: dict[str, Any]) -> str:
    """What stands on an example's button."""
    return words("demo_from", time=asked["times"][0])


def icon(asked: dict[str, Any]) -> None:
    """A series has no picture."""
