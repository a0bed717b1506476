"""Pictures as text: PNG in base64, as JSON keeps them and as a page shows them without a file."""

import base64
import io
from html import escape

import numpy as np
from PIL import Image


def packed(picture: np.ndarray) -> str:
    """(height, width, channels) bytes as PNG in base64."""
    return encoded(as_image(picture))


def encoded(picture: Image.Image) -> str:
    """A picture of Pillow as PNG in base64."""
    file = io.BytesIO()
    picture.save(file, "png")
    return base64.b64encode(file.getvalue()).decode("ascii")


def unpacked(text: str) -> np.ndarray:
    """The reverse of `packed`."""
    picture = np.asarray(Image.open(io.BytesIO(base64.b64decode(text))))
    return picture[..., None] if picture.ndim == 2 else picture


def as_image(picture: np.ndarray) -> Image.Image:
    """(height, width, channels) bytes as a picture of Pillow."""
    return Image.fromarray(picture[..., 0] if picture.shape[2] == 1 else picture)


def enlarged(picture: np.ndarray, side: int) -> Image.Image:
    """A picture of at least so many pixels a side, each of its own a square."""
    times = max(1, -(-side // max(picture.shape[:2])))
    return as_image(picture.repeat(times, 0).repeat(times, 1))


def figure(text: str, caption: str) -> str:
    """A packed picture with its caption, as HTML."""
    words = escape(caption)
    return f'<figure><img src="data:image/png;base64,{text}" alt="{words}"><figcaption>{words}</figcaption></figure>'
