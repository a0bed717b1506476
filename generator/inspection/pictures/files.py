"""One picture file of any kind as plain bytes: upright, grey or colour, eight bits, nothing transparent."""

import contextlib
import warnings
from pathlib import Path
from typing import BinaryIO

import numpy as np
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from .listing import Unreadable

GREY = {"1", "L", "LA", "La", "I", "F"}  # modes without colour, besides those of 16 bits
RANGES = (255, 4095, 65535)  # largest values of 8, 12 and 16 bits, in which cameras and scanners count
ORIENTATION = 0x0112  # the EXIF tag; above 4 the picture lies on its side


def upright(source: Path | BinaryIO, least: int = 0) -> Image.Image:
    """The first frame, turned as its EXIF data say, in mode L or RGB, transparent parts on white.

    A JPEG may come smaller, but never below `least` pixels a side; 0 = as it is. Raises `Unreadable`.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # odd metadata is no reason to talk
        try:
            with Image.open(source) as picture:
                if least:
                    picture.draft(None, (least, least))
                picture.load()
                with contextlib.suppress(Exception):  # metadata of any kind of brokenness; the pixels are fine
                    ImageOps.exif_transpose(picture, in_place=True)
                return plain(picture)
        except Exception as error:  # decoders raise errors of every kind on damaged files
            raise Unreadable(why(error)) from None


def head(source: Path | BinaryIO) -> tuple[int, int, str]:
    """Width and height of the upright picture and its mode, without decoding the pixels. Raises `Unreadable`."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with Image.open(source) as picture:
                width, height = picture.size  # of TIFF already upright; PNG would have to be decoded to tell
                if picture.format not in ("PNG", "TIFF") and picture.getexif().get(ORIENTATION, 1) > 4:
                    width, height = height, width
                return width, height, picture.mode
        except Exception as error:
            raise Unreadable(why(error)) from None


def why(error: Exception) -> str:
    """What is wrong with a file, in words; Pillow names the object in memory where it knows no kind of picture."""
    unknown = isinstance(error, UnidentifiedImageError)
    return "no picture of a kind that Pillow knows" if unknown else str(error) or type(error).__name__


def pixels(source: Path | BinaryIO, width: int = 0, height: int = 0) -> np.ndarray:
    """A picture as bytes, (height, width) if its mode is grey or (height, width, 3); 0 = its own size."""
    picture = upright(source, 2 * max(width, height))
    if width and picture.size != (width, height):
        picture = picture.resize((width, height), Image.Resampling.BILINEAR, reducing_gap=3.0)
    return np.asarray(picture)


def with_channels(picture: np.ndarray, channels: int) -> np.ndarray:
    """A picture of (height, width) or (height, width, 3) as (height, width, channels); one is the brightness."""
    if picture.ndim == 2:
        return np.repeat(picture[..., None], channels, axis=2)
    return picture if channels == 3 else np.asarray(Image.fromarray(picture).convert("L"))[..., None]


def plain(picture: Image.Image) -> Image.Image:
    """Any mode as L or RGB: alpha is laid on white, deep grey is scaled to 0 … 255."""
    if picture.mode in ("I", "F") or picture.mode.startswith("I;16"):
        return Image.fromarray(eight_bits(np.asarray(picture)))
    mode = "L" if picture.mode in GREY else "RGB"
    if picture.mode == "LAB":  # the one mode that convert() refuses
        profiles = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
        return ImageCms.applyTransform(picture, ImageCms.buildTransform(*profiles, "LAB", "RGB"))
    if picture.has_transparency_data:
        picture = picture.convert("RGBA")
        picture = Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture)
    return picture if picture.mode == mode else picture.convert(mode)


def eight_bits(values: np.ndarray) -> np.ndarray:
    """Numbers of more than eight bits as bytes.

    From 0 up to 8, 12 or 16 bits they are scaled by the range that holds the largest; floats up to 1 by 255.
    Anything else goes from its least to its largest value. What is not finite becomes black.
    """
    values = np.nan_to_num(np.asarray(values, np.float64), nan=0.0, posinf=0.0, neginf=0.0)
    low, high = float(values.min()), float(values.max())
    fitting = [top for top in RANGES if high <= top]
    if low >= 0 and 0 < high <= 1 and not np.array_equal(values, values.round()):
        fitting = [1]
    low, high = (0.0, float(fitting[0])) if low >= 0 and fitting else (low, high)
    return ((values - low) * (255 / max(high - low, 1e-12))).round().clip(0, 255).astype(np.uint8)
