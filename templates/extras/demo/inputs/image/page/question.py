"""A picture as the question: uploaded, drawn, or of valid. In JSON it is a PNG of the size that the model sees."""

import tempfile
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np
from PIL import Image

import cli
import data
from page import UPLOADS, canvas, picking, png
from splits import Data
from support.wording import words

MOST_PIXELS = 50_000_000  # of an uploaded picture; a larger one may not fit into memory
PATCHES = 8  # along each side, fewer where a picture has fewer pixels
WARM = np.array([255, 96, 0])  # the colour of what counted
SIDE = 320  # pixels of a picture on the page


def pick(data: Data, meta: dict[str, Any]) -> list[dict[str, Any]]:
    """Bundled pictures with their true classes."""
    chosen = picking.rows(data)
    return [
        {"picture": png.packed(split.inputs.raw(row)), "truth": picking.truth(split, row, meta)}
        for split, row in chosen
    ]


def widgets(source: Any) -> list[Any]:
    """Upload, and for grey pictures a canvas to draw on; the tab in use says which counts."""
    with gr.Tabs():
        with gr.Tab(words("demo_upload")) as uploading:
            upload = gr.File(label=words("demo_picture"), height=200, buttons=[])  # of any kind that data.py reads
            upload.example_payload = lambda: None  # Gradio's own is an address of another host
        if source.meta["shape"][2] != 1:
            return [upload]
        with gr.Tab(words("demo_draw")) as drawing:
            drawn = canvas.widget()
    way = gr.State("upload")
    uploading.select(lambda: "upload", None, way, api_visibility="private")
    drawing.select(lambda: "draw", None, way, api_visibility="private")
    return [upload, drawn, way]


def read(source: Any, upload: str | None, drawn: str | None = None, way: str = "upload") -> dict[str, Any]:
    """The question that was entered; raises `Fault` where there is none, or no picture."""
    if way == "draw":
        examples = [png.unpacked(asked["picture"]) for asked, _ in source.examples]
        return {"picture": png.packed(canvas.picture(drawn, source.meta, examples))}
    if not upload:
        raise cli.Fault(words("demo_no_picture"))
    path = Path(upload)
    try:
        with Image.open(path) as head:
            pixels = head.width * head.height
    except Exception:  # of a kind that needs more than Pillow, or no picture: data.py knows
        pixels = 0
    if pixels > MOST_PIXELS:
        raise cli.Fault(words("demo_huge_picture", most=MOST_PIXELS // 1_000_000))
    try:
        return {"picture": png.packed(data.read_new(str(path), source.meta)[1][0])}
    except cli.Fault:
        raise cli.Fault(words("demo_not_a_picture", name=path.name)) from None


def fill(asked: dict[str, Any]) -> list[Any]:
    """What the form shows when an example is clicked: no upload, as the picture stands beside the answer."""
    return [None]


def label(asked: dict[str, Any]) -> str:
    """What stands on an example's button besides the picture: nothing of its own."""
    return ""


def icon(asked: dict[str, Any]) -> str:
    """The picture on an example's button, as a file."""
    with tempfile.NamedTemporaryFile(suffix=".png", delete=False, dir=UPLOADS.name) as file:
        png.enlarged(png.unpacked(asked["picture"]), 96).save(file, "png")
    return file.name


def raw(asked: dict[str, Any], meta: dict[str, Any]) -> np.ndarray:
    """A batch of one, as data.encode takes it: (1, height, width, channels) bytes."""
    return png.unpacked(asked["picture"]).reshape(1, *meta["shape"])


def without_parts(asked: dict[str, Any], meta: dict[str, Any]) -> np.ndarray:
    """The picture with each patch in turn covered by its median, (patches, height, width, channels) bytes.

    A patch is twice as wide as its share of the picture, so that what lies on an edge between two counts too.
    """
    (picture,) = raw(asked, meta)
    height, width, _ = picture.shape
    covered = [(slice(*down), slice(*across)) for down in borders(height) for across in borders(width)]
    pictures = np.repeat(picture[None], len(covered), axis=0)
    for each, place in zip(pictures, covered, strict=True):
        each[place] = np.median(picture, axis=(0, 1))
    return pictures


def borders(size: int) -> list[tuple[int, int]]:
    """First and last pixel of each patch along a side."""
    patches = min(PATCHES, size)
    share = size / patches
    return [(max(0, round((n - 0.5) * share)), min(size, round((n + 1.5) * share))) for n in range(patches)]


def marked(asked: dict[str, Any], marks: list[float], answer: str) -> str:
    """The picture, and again with what counted for the answer in orange, as HTML."""
    picture = png.unpacked(asked["picture"])
    plain = png.enlarged(picture, SIDE).convert("RGB")
    patches = [min(PATCHES, size) for size in picture.shape[:2]]
    gain = np.maximum(np.array(marks).reshape(patches), 0)
    heat = Image.fromarray((255 * gain / max(gain.max(), 0.02)).astype(np.uint8)).resize(plain.size, Image.BICUBIC)
    weight = np.asarray(heat)[..., None] / 255 * 0.75
    warm = Image.fromarray((np.asarray(plain) * (1 - weight) + WARM * weight).astype(np.uint8))
    figures = (plain, words("demo_seen")), (warm, words("demo_where_picture", answer=answer))
    return f'<div class="pictures">{"".join(png.figure(png.encoded(p), caption) for p, caption in figures)}</div>'
