"""A gallery of rows of the table, with a caption each."""

import numpy as np

from reporting import fonts
from reporting.curves import plt
from reporting.labels import label
from splits import Data

MOST, COLUMNS = 12, 6  # rows and columns shown


def draw(data: Data, rows: np.ndarray, captions: list[str]) -> plt.Figure:
    """The rows `rows` of valid as a table of the first columns that the model uses."""
    used = [i for i, feature in enumerate(data.meta["features"]) if feature["kind"] != "unused"][:COLUMNS]
    names = [fonts.shown(shorten(data.meta["features"][i]["name"]), f"column {i}") for i in used]
    heads = [label("mistakes", "truth, not the answer"), *names]
    cells = [data.valid.inputs.cells[row] for row in rows]
    shown = [[fonts.shown(shorten(row[i]), "…") for i in used] for row in cells]
    text = [[caption, *row] for caption, row in zip(captions, shown, strict=True)]
    widths = [0.075 * max(map(fonts.width, [heads[0], *captions])), *(1.5 for _ in used)]  # inches
    figure, axes = plt.subplots(figsize=(sum(widths), 0.3 + 0.3 * len(rows)), layout="constrained")
    axes.axis("off")
    if not len(rows):
        axes.text(0.5, 0.5, "no mistakes on valid", ha="center", va="center")
        return figure
    shares = [width / sum(widths) for width in widths]
    grid = axes.table(text, colLabels=heads, cellLoc="left", colLoc="left", colWidths=shares, bbox=(0, 0, 1, 1))
    grid.auto_set_font_size(False)
    for (line, _), cell in grid.get_celld().items():
        cell.set(edgecolor="lightgrey", facecolor="whitesmoke" if line == 0 else "white")
        cell.get_text().set(fontsize=8, parse_math=False)
    return figure


def shorten(text: str, most: int = 20) -> str:
    """A text that fits into its cell."""
    text = " ".join(text.split())
    return text if len(text) <= most else text[: most - 1] + "…"
