"""Pictures side by side in one large picture."""

import numpy as np


def tile(images: np.ndarray, columns: int) -> np.ndarray:
    """Bytes (n, height, width, channels) as one picture (…, …, channels), row by row, with white lines between."""
    n, height, width, channels = images.shape
    line = max(1, height // 16)
    lines = -(-n // columns)
    sheet = np.full((lines * (height + line) - line, columns * (width + line) - line, channels), 255, np.uint8)
    for number, image in enumerate(images):
        top, left = number // columns * (height + line), number % columns * (width + line)
        sheet[top : top + height, left : left + width] = image
    return sheet
