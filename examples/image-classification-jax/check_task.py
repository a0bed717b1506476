"""What check.py needs to know of pictures: what files hold, read anew, and how short runs change and ask for them."""

from pathlib import Path

import common
import data
import pictures
from config import Config

import numpy as np
from PIL import Image

SOURCES = {"data.opened": pictures.disturbed}  # what data are read by, and how check.py changes what it says


def misplaced(config: Config, split: data.Split, meta: dict) -> int:
    """How many pictures of a split have other pixels or another class than the data, read anew, say; for check.py."""
    found, strays = data.opened(config), 0
    for row, target, image in zip(split.ids, split.targets, split.inputs, strict=True):
        pixels, of = found.images[row], [found.labels[row]]
        if found.names:  # of files these are opened, and their folders looked at
            file = common.located(config.data) / found.names[row]
            pixels, of = pictures.decoded(file, meta["shape"]), found.names[row].split("/")
        apart = np.abs(image * meta["deviation"] + meta["mean"] - pixels).max()
        strays += apart > 0.5 or meta["classes"][target] not in of
    return strays


def as_files(config: Config, rows: np.ndarray, folder: Path) -> range:
    """Pictures as files that predict.py takes, and which of its answers is whose; for check.py."""
    folder.mkdir()
    for number, image in enumerate(data.opened(config).images[rows]):
        Image.fromarray(image.squeeze()).save(folder / f"{number:09}.png")
    return range(len(rows))
