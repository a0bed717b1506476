"""A gallery of pictures with a caption each."""

import numpy as np

from reporting.curves import plt
from splits import Data

MOST = 15  # pictures shown


def draw(data: Data, rows: np.ndarray, captions: list[str]) -> plt.Figure:
    """The pictures `rows` of valid in a grid of five columns."""
    lines = max(1, -(-len(rows) // 5))
    figure, grid = plt.subplots(lines, 5, figsize=(10, 2.2 * lines), layout="constrained", squeeze=False)
    for axes in grid.flat:
        axes.axis("off")
    for axes, row, caption in zip(grid.flat, rows, captions, strict=False):
        axes.imshow(data.valid.inputs.raw(row).squeeze(), cmap="gray", vmin=0, vmax=255)
        axes.set_title(caption, fontsize=8, parse_math=False)
    return figure
