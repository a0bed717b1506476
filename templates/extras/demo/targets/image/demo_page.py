"""The demo page where pictures are made: a grid from one seed, and a strip that goes over to another one's.

A question is the two seeds.
"""

import base64
import io
from collections.abc import Iterator
from html import escape
from typing import Any

import data
import figures
from common import Problem, words

import gradio as gr
import numpy as np
from PIL import Image

GRID, STRIP = 16, 8  # pictures
MOST_SEED = 2**32 - 1


def examples(valid: Any, config: Any, meta: dict, count: int) -> list[dict]:
    """Seeds: the first numbers, as they come."""
    return [{"seed": seed, "other": seed + 100} for seed in range(1, count + 1)]


def button(number: int, question: dict) -> gr.Button:
    text = words("demo_seed_example", seed=question["seed"])
    return gr.Button(text, min_width=150, elem_id=f"example-{number}")


def form(question: dict, source: Any) -> list[Any]:
    return [gr.Number(question[which], label=words(f"demo_{which}"), precision=0) for which in ("seed", "other")]


def asked(source: Any, *seeds: float | None) -> dict:
    """The seeds that were entered."""
    if not all(seed is not None and 0 <= seed <= MOST_SEED for seed in seeds):
        raise Problem(words("demo_bad_seed", most=MOST_SEED))
    return dict(zip(("seed", "other"), map(int, seeds), strict=True))


def answer(model: Any, config: Any, meta: dict, question: dict) -> Iterator[dict]:
    """Pictures as addresses that hold a PNG, made as predict.py makes them."""
    import net  # here, because recorded answers need no framework

    def made(noise: np.ndarray, columns: int) -> str:
        images = net.outputs(model, noise, None, meta, config.precision)  # (rows, height, width, channels) in [-1, 1]
        file = io.BytesIO()
        Image.fromarray(figures.tile(data.decode(images), columns).squeeze()).save(file, "png")
        return f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode('ascii')}"

    noise, other = (data.read_new(str(GRID), meta, question[which])[1] for which in ("seed", "other"))
    strip = between(noise[0], other[0])
    yield {"grid": made(noise, round(GRID**0.5)), "strip": made(strip, STRIP)}


def between(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Noise on the arc from one to the other, (STRIP, latent): on a straight line it would be too small midway."""
    cosine = one @ other / (np.linalg.norm(one) * np.linalg.norm(other) + 1e-12)
    angle = np.arccos(np.clip(cosine, -1, 1)) + 1e-6
    share = np.linspace(0, 1, STRIP)[:, None]
    arc = np.sin((1 - share) * angle) * one + np.sin(share * angle) * other
    return (arc / np.sin(angle)).astype(np.float32)


def shown(question: dict, given: dict) -> list[Any]:
    """Grid and strip with their captions."""
    html = ""
    for what, width in (("grid", 480), ("strip", 960)):
        picture = f'<img src="{given[what]}" alt="" style="width: min(100%, {width}px); image-rendering: pixelated">'
        html += f"<figure>{picture}<figcaption>{escape(words(f'demo_{what}', **question))}</figcaption></figure>"
    return [gr.HTML(html)]
