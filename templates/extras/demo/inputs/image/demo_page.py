"""The demo page where pictures are classified: upload one, draw one, and see what the model looked at.

A question is a picture of the size that the model sees, as the address of a PNG that holds it ("data:image/png;…").
"""

import base64
import io
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

import data
from common import Problem, words
from pictures import ENDINGS, decoded

import gradio as gr
import numpy as np
from PIL import Image

MOST_PIXELS = 50_000_000  # of an uploaded picture; a larger one may not fit into memory
CANVAS, SIDE = 280, 240  # pixels of the canvas, and of a picture on the page
INK = 64  # what counts as drawn, of 255
PATCHES = 8  # along each side, fewer where a picture has fewer pixels
CLASSES = 5  # shown
WARM = (255, 96, 0)  # the colour of what counted


def examples(valid: Any, config: Any, meta: dict, count: int) -> list[dict]:
    """Pictures drawn by chance, one of each class before a second of any, not by how well they are answered."""
    order = np.random.default_rng(0).permutation(len(valid.ids))
    first = np.sort(np.unique(valid.targets[order], return_index=True)[1])
    rows = order[[*first, *np.setdiff1d(np.arange(len(order)), first)][:count]]
    truths = [meta["classes"][number] for number in valid.targets[rows]]
    return [{"picture": packed(p), "truth": t} for p, t in zip(valid.inputs.raw(rows), truths, strict=True)]


def button(number: int, question: dict) -> gr.Button:
    icon = {"path": "", "url": question["picture"]}  # as Gradio tells the browser of a file
    return gr.Button(words("demo_example", number=number), icon=icon, min_width=150, elem_id=f"example-{number}")


def form(question: dict, source: Any) -> list[Any]:
    """A file, and for grey pictures a canvas; both empty, as an example's picture stands beside the answer."""
    file = gr.File(None, label=words("demo_upload"), file_types=["image"], height=140, buttons=[])
    if source.meta["shape"][2] != 1:
        return [file]
    look = {"canvas_size": (CANVAS, CANVAS), "fixed_canvas": True, "layers": False, "transforms": (), "buttons": []}
    pen = gr.Brush(default_size=CANVAS // 12, colors=["#000000"], color_mode="fixed")
    return [file, gr.Sketchpad(None, label=words("demo_draw"), brush=pen, image_mode="L", type="pil", **look)]


def asked(source: Any, upload: str | None, drawn: dict | None = None) -> dict:
    """The picture that was uploaded or else drawn, read as predict.py reads a file."""
    if upload:
        known = {kind for ending, kind in Image.registered_extensions().items() if ending in ENDINGS}
        try:
            with Image.open(upload, formats=sorted(known)) as head:  # others might run a program
                pixels = head.width * head.height
        except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
            raise Problem(words("demo_not_a_picture", name=Path(upload).name)) from None
        if pixels > MOST_PIXELS:
            raise Problem(words("demo_huge_picture", most=MOST_PIXELS // 1_000_000))
        return {"picture": packed(data.read_new(upload, source.meta)[1].raw(0))}
    paper = (drawn or {}).get("composite") or Image.new("L", (1, 1), 255)
    ink = Image.eval(paper, lambda light: 255 - light)
    if ink.getextrema()[1] < INK:
        raise Problem(words("demo_no_picture"))
    file = io.BytesIO()
    like_the_data(ink, source).save(file, "png")
    return {"picture": packed(decoded(file, source.meta["shape"]))}


def like_the_data(ink: Image.Image, source: Any) -> Image.Image:
    """A drawing that fills its frame as the examples do, and is light on dark or dark on light as they are."""

    def stroke(light: Image.Image) -> Image.Image:
        return light.crop(Image.eval(light, lambda ink: 255 * (ink >= INK)).getbbox())

    height, width, _ = source.meta["shape"]
    flip = 0 if source.meta["mean"] < 127.5 else 255
    pictures = [Image.fromarray(flip ^ unpacked(each["question"]["picture"]).squeeze()) for each in source.examples]
    share = np.mean([max(some.width / width, some.height / height) for some in map(stroke, pictures)])
    drawn = stroke(ink)
    scale = max(drawn.width / width, drawn.height / height) / share  # pixels of the drawing in one of the model's
    sheet = Image.new("L", (round(width * scale), round(height * scale)))
    sheet.paste(drawn, ((sheet.width - drawn.width) // 2, (sheet.height - drawn.height) // 2))
    return Image.eval(sheet, lambda light: flip ^ light)


def answer(model: Any, config: Any, meta: dict, question: dict) -> Iterator[dict]:
    """Chances of the likeliest classes, and how much less likely the first is with each patch covered."""
    import net  # here, because recorded answers need no framework

    picture = unpacked(question["picture"])
    covered = [(down, across) for down in patches(picture.shape[0]) for across in patches(picture.shape[1])]
    pictures = np.repeat(picture[None], 1 + len(covered), axis=0)
    for place, one in zip(covered, pictures[1:], strict=True):
        one[place] = np.median(picture, axis=(0, 1))
    inputs = data.Pictures(pictures, np.arange(len(pictures)), meta)
    found = net.outputs(model, inputs, None, meta, config.precision)  # (pictures, classes)
    best = np.argsort(-found[0])[:CLASSES]
    chances = {meta["classes"][k]: int(100 * found[0, k]) / 100 for k in best}  # down, or they might sum to more than 1
    lost = found[0, best[0]] - found[1:, best[0]]
    yield {"chances": chances, "marks": lost.round(4).tolist()}


def patches(size: int) -> list[slice]:
    """The patches along a side, each twice as wide as its share, so that what lies between two counts too."""
    count = min(PATCHES, size)
    begins = (np.arange(count) - 0.5) * size / count
    ends = begins + 2 * size / count
    return [slice(max(0, round(begin)), round(end)) for begin, end in zip(begins, ends, strict=True)]


def shown(question: dict, given: dict) -> list[Any]:
    """The chances, what the data say, the picture, and again with what counted for the answer in orange."""
    said, truth, picture = next(iter(given["chances"])), question.get("truth"), unpacked(question["picture"])
    size = (SIDE, round(SIDE * picture.shape[0] / picture.shape[1]))
    large = Image.fromarray(picture.squeeze()).convert("RGB").resize(size, Image.Resampling.NEAREST)
    gain = np.maximum(given["marks"], 0).reshape(len(patches(picture.shape[0])), -1)
    strength = (191 * gain / max(gain.max(), 0.02)).astype(np.uint8)  # of 255, so that the picture shows through
    warm = Image.composite(Image.new("RGB", size, WARM), large, Image.fromarray(strength).resize(size))
    told = "" if truth is None else f"{'✓' if truth == said else '✗'} {words('demo_truth', truth=truth)}"
    html = f'<p>{escape(told)}</p><div style="display: flex; flex-wrap: wrap; gap: 1rem">'
    for image, caption in ((large, words("demo_seen")), (warm, words("demo_where", answer=said))):
        figure = f'<figure style="margin: 0; width: {SIDE}px"><img src="{packed(np.asarray(image))}" alt="">'
        html += f"{figure}<figcaption>{escape(caption)}</figcaption></figure>"
    return [gr.Label(given["chances"], label=words("demo_answer"), num_top_classes=CLASSES), gr.HTML(f"{html}</div>")]


def packed(picture: np.ndarray) -> str:
    """(height, width, channels) bytes as an address that holds a PNG."""
    file = io.BytesIO()
    Image.fromarray(picture.squeeze()).save(file, "png")
    return f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode('ascii')}"


def unpacked(address: str) -> np.ndarray:
    """The reverse of `packed`."""
    picture = np.asarray(Image.open(io.BytesIO(base64.b64decode(address.partition(",")[2]))))
    return picture[..., None] if picture.ndim == 2 else picture
