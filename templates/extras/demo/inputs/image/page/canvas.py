"""A drawing as a picture like those of the data: placed, sized and coloured as they are."""

import tempfile
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np

import cli
import data
from page import png
from support.wording import words

SIDE = 320  # pixels of the canvas
EMPTY = 16  # a drawing with less ink (0 to 255) is none
INK = 64  # what counts as ink in a picture of the data


def widget() -> gr.HTML:
    """An empty canvas with one broad pen, and a button that clears it."""
    canvas = f'<canvas width="{SIDE}" height="{SIDE}" role="img" aria-label="{escape(words("demo_drawing"))}"></canvas>'
    button = f'<button type="button">{escape(words("demo_clear"))}</button>'
    template = f"<p>{escape(words('demo_drawing'))}</p>{canvas}{button}"
    script = Path(__file__).with_name("canvas.js").read_text(encoding="utf-8")
    return gr.HTML("", html_template=template, js_on_load=script, elem_id="drawing")


def ink_of(drawing: str | None) -> np.ndarray:
    """What the canvas sends, PNG in base64, as ink from 0 to 255, (height, width)."""
    try:
        layers = png.unpacked((drawing or "").partition(",")[2])
        return layers[..., -1]  # drawn in black on nothing: the ink is what hides the ground
    except (OSError, ValueError):  # nothing was sent, or no picture
        return np.zeros((1, 1), np.uint8)


def picture(drawing: str | None, meta: dict[str, Any], examples: list[np.ndarray]) -> np.ndarray:
    """What was drawn, read as predict.py reads a file: (height, width, channels) bytes; a `Fault` if that is nothing.

    As in `examples`, pictures of the data, it fills the frame and is light on dark or dark on light.
    """
    ink = ink_of(drawing)
    if ink.max() < EMPTY:
        raise cli.Fault(words("demo_no_drawing"))
    height, width, _ = meta["shape"]
    dark = meta["mean"] < 127.5
    rows, columns = (np.flatnonzero(ink.max(axis) >= EMPTY) for axis in (1, 0))
    stroke = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    filled = np.mean([share_filled(example, dark) for example in examples])
    scale = max(stroke.shape[0] / height, stroke.shape[1] / width) / filled  # drawn pixels in one of the model's
    sheet = np.zeros((round(height * scale), round(width * scale)), np.uint8)
    top, left = ((side - part) // 2 for side, part in zip(sheet.shape, stroke.shape, strict=True))
    sheet[top : top + stroke.shape[0], left : left + stroke.shape[1]] = stroke
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "drawing.png"
        png.as_image((sheet if dark else 255 - sheet)[..., None]).save(path)
        return data.read_new(str(path), meta)[1][0]


def share_filled(picture: np.ndarray, dark: bool) -> float:
    """How much of height or width, whichever is more, a picture of the data fills with what it shows."""
    ink = picture.max(2) if dark else 255 - picture.min(2)
    places = [np.flatnonzero(ink.max(axis) >= INK) for axis in (1, 0)]
    shares = [(np.ptp(place) + 1) / size for place, size in zip(places, ink.shape, strict=True) if len(place)]
    return float(max(shares, default=1.0))
