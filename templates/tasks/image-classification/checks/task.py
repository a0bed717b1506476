"""What check.py needs to know of pictures: what files hold, read anew, and how short runs change and ask for them."""

import io
from pathlib import Path
from typing import Any

import common
import data
import pictures
from checks.answers import scores
from checks.parts import STILL, Result, alike, picked
from config import Config

import numpy as np
from PIL import Image

MOST_COPIED = 1 << 31  # bytes


def disturbed(found: data.Found, rows: np.ndarray) -> data.Found:
    """Some pictures with their brightness turned over."""
    if found.images.nbytes > MOST_COPIED:
        raise NotImplementedError("so many pictures are not copied to change some")
    images = np.array(found.images)
    images[rows] = 255 - images[rows]
    return found._replace(images=images)


SOURCES = {"data.opened": disturbed}  # what data are read by, and how check.py changes what it says


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


def upright(bench: Any) -> Result:
    """A picture is read as people see it: pictures.decoded() turns it as its camera says, what is transparent is white,
    red comes first, and height before width"""
    shape, drawn = bench.meta["shape"], np.random.default_rng(0).integers(0, 255, (24, 36, 3), np.uint8)
    seen, turned = Image.fromarray(drawn), Image.Exif()
    turned[0x0112] = 6  # "turn it by a quarter, clockwise"

    def read(picture: Image.Image, **how: Any) -> np.ndarray:
        file = io.BytesIO()
        picture.save(file, "PNG", **how)
        return pictures.decoded(file, shape).astype(int)

    corner = Image.new("L", (36, 24))
    corner.paste(255, (18, 0, 36, 12))  # above, to the right
    bright = read(corner).mean(-1)[[0, 0, -1, -1], [-1, 0, 0, -1]]
    clear = seen.convert("RGBA")
    clear.putalpha(0)
    wrong = {
        "one with a bright corner": bright[0] < bright.max(),
        "one that lies on its side": np.ptp(read(seen) - read(seen.rotate(90, expand=True), exif=turned)) > 0,
        "a transparent one": (read(clear) != 255).any(),
        "a red one": shape[2] == 3 and (read(Image.new("RGB", (9, 9), "red")) != (255, 0, 0)).any(),
    }
    names = [name for name, is_wrong in wrong.items() if is_wrong]
    return not names, f"otherwise: {', '.join(names) or 'none'}", "four pictures as they look"


def folder(bench: Any) -> Result:
    """Pictures of a folder keep their own names: data.read_new() names those that it can read, in order"""
    place, meta = bench.folder / "pictures", bench.meta
    place.mkdir()
    (place / "0.png").write_bytes(b"no picture")
    for number in range(1, 9):
        Image.new("L", (32, 32), 25 * number).save(place / f"{number}.png")
    names, images = data.read_new(str(place), meta)
    shades = (images[:] * meta["deviation"] + meta["mean"]).mean((1, 2, 3)) / 25
    found = f"{len(names)} names, shades of {np.round(shades).astype(int).tolist()}"
    return [Path(name).stem for name in names] == list("12345678") and alike(shades, range(1, 9)), found, "1 to 8"


def averages(bench: Any) -> Result | None:
    """Running averages are of many batches: the momentum of batch normalisation in models/ is the newest batch's share
    in PyTorch, in Keras and Flax that of all before it; with too near to 1 there they lag behind training; who keeps
    averaged weights in train.fit() copies its buffers too"""
    if ".BatchNorm" not in (common.ROOT / f"models/{bench.config.model}.py").read_text(encoding="utf-8"):
        return None
    rows, valid = np.random.default_rng(0).permutation(len(bench.train.ids))[:256], bench.valid.inputs

    def after(rows: np.ndarray, epochs: int) -> np.ndarray:
        some, still = picked(bench.train, rows), {"learning_rate": STILL, "batch_size": 16, "dropout": 0.0}
        return scores(bench, bench.valid, valid, bench.trained(some, epochs=epochs, **still)[0])

    asked = (rows[:16], 60), (rows[:16], 120), (rows[16:32], 60), (rows, 3), (rows[::-1], 3)
    half, one, other, there, back = (after(*some) for some in asked)  # the first three see no other batch
    apart = np.abs(there - back).mean() / np.abs(one - other).mean()
    fresh, kept = bench.fresh(), bench.net.restore(bench.run, bench.used, bench.meta, "cpu")
    unmoved, best = (scores(bench, bench.valid, valid, model) for model in (fresh, kept))
    if np.array_equal(unmoved, best):
        return False, "in the kept weights running averages of batch normalisation stand still", "as in training"
    late = np.abs(one - half).mean() / np.abs(half - unmoved).mean()
    most = 0.05 ** (60 / common.configured(bench.given).steps)  # so that all training leaves a twentieth
    found = f"another last batch changes answers by {apart:.2f} of what two batches alone do, 60 more by {late:.2f}"
    return apart < 0.2 and late < most, found, f"below 0.2 and {most:.2f}"


CHECKS = [upright, folder]
RUNS = [averages]  # which takes long
