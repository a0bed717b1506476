"""Picture files of every kind, as arrays of bytes of one shape."""

import contextlib
import hashlib
import importlib
import os
import warnings
from pathlib import Path
from typing import BinaryIO

from common import Problem, note

import numpy as np
from PIL import Image, ImageCms, ImageOps
from tqdm.contrib.concurrent import thread_map

ENDINGS = (".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".heic", ".heif")
warnings.filterwarnings("ignore", module="PIL")  # odd metadata are no reason to talk
with contextlib.suppress(ModuleNotFoundError):  # only who has HEIC files needs it
    importlib.import_module("pillow_heif").register_heif_opener()


def names_below(path: Path) -> list[str]:
    """The picture files below a folder by their paths in it, in order; no hidden ones, no links that lead out."""
    home = os.path.join(os.path.realpath(path), "")
    start = len(os.path.join(path, ""))
    files = [os.path.join(parent, name) for parent, _, names in os.walk(path) for name in names]
    within = [file for file in files if not os.path.islink(file) or os.path.realpath(file).startswith(home)]
    inside = [file[start:].replace(os.sep, "/") for file in within]
    return sorted(name for name in inside if name.lower().endswith(ENDINGS) and "/." not in f"/{name}")


def fill(images: np.ndarray, files: list[Path]) -> np.ndarray:
    """Decode files into (files, height, width, channels) bytes; returns their keys, 0 where one cannot be read."""
    keys, bad = np.zeros(len(files), np.uint64), []

    def keep(row: int) -> None:
        try:
            images[row] = decoded(files[row], images.shape[1:])
            keys[row] = int(hashlib.blake2b(images[row].tobytes(), digest_size=8).hexdigest(), 16)
        except Exception as error:  # decoders raise errors of every kind on damaged files
            remedy = "; install pillow-heif" * (files[row].suffix.lower() in (".heic", ".heif"))
            bad.append(f"{files[row]} ({error or type(error).__name__}{remedy})")

    thread_map(keep, range(len(files)), desc="preparing pictures, once", delay=2, leave=False, disable=None)
    if len(bad) == len(files):
        raise Problem(f"{min(bad)} cannot be read; name a picture file or a folder of others")
    if bad:
        note(f"{len(bad)} of {len(files)} pictures cannot be read and are left out: {min(bad)}")
    return keys


def decoded(file: Path | BinaryIO, shape: tuple[int, int, int]) -> np.ndarray:
    """A picture as bytes of a shape: upright, what is transparent on white."""
    height, width, channels = shape
    with Image.open(file) as opened:
        opened.draft(None, (2 * max(width, height),) * 2)  # a large JPEG is decoded smaller, which is faster
        picture = in_bytes(ImageOps.exif_transpose(opened)).convert("RGB" if channels == 3 else "L")
    picture = picture.resize((width, height), Image.Resampling.BILINEAR, reducing_gap=3.0)
    return np.asarray(picture).reshape(shape)


def in_bytes(picture: Image.Image) -> Image.Image:
    """A picture of any mode with eight bits a channel, and what is transparent laid on white."""
    if picture.mode[0] in "IF":  # 16 bits and more, scaled by the range that holds the largest value
        values = np.nan_to_num(np.asarray(picture, np.float64))
        top = next((top for top in (1, 255, 4095, 65535) if values.max() <= top), values.max())
        low = min(values.min(), 0)
        scaled = (values - low) * (255 / (top - low))
        return Image.fromarray(scaled.round().astype(np.uint8))
    if picture.mode == "LAB":
        profiles = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
        return ImageCms.applyTransform(picture, ImageCms.buildTransform(*profiles, "LAB", "RGB"))
    if picture.has_transparency_data:
        return Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture.convert("RGBA"))
    return picture
