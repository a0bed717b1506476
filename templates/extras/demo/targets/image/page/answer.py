"""New pictures as the answer: a grid from one seed, and a strip that goes over to another one's."""

from typing import Any

import gradio as gr
import numpy as np

import data
from page import png
from reporting.gallery import tile
from support.wording import words

GRID, STRIP = 16, 8  # pictures
SIDE = 480  # pixels of the grid on the page, at least


def prepare(model: Any, config: Any, meta: dict[str, Any]) -> None:
    """Nothing is needed but the model."""


def give(model: Any, asked: dict[str, Any], meta: dict[str, Any], helper: None = None) -> dict[str, Any]:
    """The answer as plain JSON: pictures as PNG, made as predict.py makes them."""
    from engine import inference

    def pictures(noise: np.ndarray) -> np.ndarray:
        answers = data.decode(inference.answers(model, data.encode(noise, meta), meta), meta)
        return np.stack([answer["picture"] for answer in answers])

    _, noise = data.read_new(str(GRID), meta, asked["seed"])
    _, other = data.read_new("1", meta, asked["other"])
    return {
        "grid": png.packed(tile(pictures(noise), round(GRID**0.5))),
        "strip": png.packed(tile(pictures(between(noise[0], other[0])), STRIP)),
    }


def between(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Noise on the arc from one to the other, (STRIP, latent): on a straight line it would be too small midway."""
    cosine = one @ other / max(np.linalg.norm(one) * np.linalg.norm(other), 1e-12)
    angle = max(float(np.arccos(np.clip(cosine, -1, 1))), 1e-6)
    share = np.linspace(0, 1, STRIP)[:, None]
    arc = (np.sin((1 - share) * angle) * one + np.sin(share * angle) * other) / np.sin(angle)
    return arc.astype(np.float32)


def widgets() -> list[Any]:
    """What shows an answer."""
    return [gr.HTML(visible=False)]


def show(asked: dict[str, Any], given: dict[str, Any]) -> list[Any]:
    """Values for the widgets."""
    grid, strip = (png.encoded(png.enlarged(png.unpacked(given[name]), SIDE)) for name in ("grid", "strip"))
    figures = png.figure(grid, words("demo_grid", seed=asked["seed"])) + png.figure(strip, words("demo_strip", **asked))
    return [gr.HTML(f'<div class="made">{figures}</div>', visible=True)]


def blank() -> list[Any]:
    """No answer is shown."""
    return [gr.HTML(visible=False)]
