"""A gallery of texts with a caption each."""

import textwrap

import numpy as np

from reporting import fonts
from reporting.curves import plt
from splits import Data

MOST = 10  # texts shown
WIDE, HIGH = 130, 3  # characters in a line, lines of a text


def draw(data: Data, rows: np.ndarray, captions: list[str]) -> plt.Figure:
    """The texts `rows` of valid below each other, each under its caption."""
    texts = [fonts.shown(data.valid.inputs.texts[row], f"row {row} of valid") for row in rows]
    shown = [textwrap.fill(text, WIDE, max_lines=HIGH, placeholder=" …") for text in texts]
    figure, axes = plt.subplots(figsize=(10, 1 + 0.8 * len(shown)), layout="constrained")
    axes.axis("off")
    axes.set(xlim=(0, 1), ylim=(len(shown) or 1, 0))
    if not shown:
        axes.text(0, 0.5, "no mistakes on valid")
    for place, (text, caption) in enumerate(zip(shown, captions, strict=True)):
        axes.text(0, place, caption, fontsize=9, weight="bold", va="top", parse_math=False)
        axes.text(0, place + 0.26, text or "(an empty text)", fontsize=9, va="top", parse_math=False)
    return figure
