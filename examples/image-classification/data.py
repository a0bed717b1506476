"""Pictures with a class each, divided into train, valid and test: `python data.py` shows them."""

import importlib
from pathlib import Path
from typing import Any, NamedTuple
from zipfile import BadZipFile

import common
import pictures
from common import ROOT, Problem, note
from config import Config

import numpy as np

INPUT = "a picture file or a folder of pictures"
MEASURED = 4000  # pictures of train that mean and deviation are measured on; more hardly change them
METRICS = ("accuracy", "macro F1", "average precision")
FEWEST = 5  # pictures of a class in a split; with fewer a score of that class is chance
HEAVIEST = 10.0  # times as heavy as a class of average size: a class of three pictures should not rule the others


class Pictures:
    """Pictures kept as bytes that become floats when a batch is cut: the one normalisation."""

    def __init__(self, images: np.ndarray, rows: np.ndarray, meta: dict) -> None:
        self.images = images  # (all, height, width, channels) bytes, in memory or mapped into it
        self.rows = rows  # (rows,) which of them
        self.mean, self.deviation = meta["mean"], meta["deviation"]

    def __len__(self) -> int:
        return len(self.rows)

    def raw(self, rows: Any) -> np.ndarray:
        """Bytes, (rows, height, width, channels)."""
        return self.images[self.rows[rows]]

    def __getitem__(self, rows: Any) -> np.ndarray:
        """Floats, (rows, height, width, channels)."""
        images = self.raw(rows).astype(np.float32)
        images -= self.mean
        images /= self.deviation
        return images


class Found(NamedTuple):
    """Pictures as they lie there, and what is said of each."""

    images: np.ndarray  # (rows, height, width, channels) bytes, in memory or mapped into it
    labels: np.ndarray  # (rows,) class names
    keys: np.ndarray  # (rows,) equal for pictures that must not stand in two splits
    part: np.ndarray  # (rows,) 0, 1, 2 for train, valid and test, -1 for what is left out
    names: list[str]  # (rows,) paths inside a folder
    sha256: str


class Split(NamedTuple):
    inputs: Pictures  # (rows, height, width, channels) floats when they are cut; over train mean 0 and deviation 1
    targets: np.ndarray  # (rows,) class numbers
    ids: np.ndarray  # (rows,) numbers of the pictures, in the order of their paths
    keys: np.ndarray  # (rows,) equal for pictures that must not stand in two splits


class Data(NamedTuple):
    train: Split
    valid: Split
    test: Split
    meta: dict  # plain JSON: classes, shape and all that was measured on train


def load(config: Config) -> Data:
    """Read pictures and labels, divide them, and measure mean and deviation on train."""
    found = opened(config)
    part = divided(found, config)
    rows = [np.flatnonzero(part == number) for number in range(3)]
    used = np.concatenate(rows)
    classes = np.unique(found.labels[used])
    if len(classes) < 2:
        raise Problem(f"{config.data} has one class only; make a folder for each class")
    targets = np.searchsorted(classes, found.labels)
    seen = found.images[rows[0][:: 1 + len(rows[0]) // MEASURED]]
    meta = {
        "shape": list(found.images.shape[1:]),
        "classes": classes.tolist(),
        **metric_and_weights(config, part, targets, classes.tolist()),
        "mean": round(float(seen.mean()), 3),
        "deviation": round(max(1.0, float(seen.std())), 3),
        "data": {"name": Path(config.data).name, "path": config.data, "sha256": found.sha256, "rows": len(used)},
    }
    splits = [Split(Pictures(found.images, some, meta), targets[some], some, found.keys[some]) for some in rows]
    return Data(*splits, meta)


def opened(config: Config) -> Found:
    """The pictures that config.data names: of the .npz that hackgen wrote, or of folders, through prepare.py."""
    path = common.located(config.data)
    if path.is_dir():
        if not (ROOT / "prepare.py").is_file():  # laid in for pictures that lie in folders
            raise Problem(f"{path} is a folder, not an .npz; make one: hackgen convert {path} {path.name}.npz")
        return importlib.import_module("prepare").read(path, config.size, labelled=True)
    digest = common.sha256(path)
    try:
        with np.load(path) as file:
            images, labels, splits, groups = (file[name] for name in ("images", "labels", "splits", "groups"))
    except (OSError, ValueError, KeyError, EOFError, NotImplementedError, BadZipFile):
        raise Problem(f"{path} is no .npz that hackgen wrote; make one with: hackgen convert {path} DEST.npz") from None
    if common.sha256(path) != digest:
        raise Problem(f"{path} changed while it was read; train again, or on a copy: --data COPY")
    return Found(images, labels, groups, np.select([splits == "test", splits == "valid"], [2, 1], 0), [], digest)


def divided(found: Found, config: Config) -> np.ndarray:
    """0, 1 or 2 (train, valid, test) for each picture, -1 for what is left out; splits that came with them are kept."""
    part, group = found.part.copy(), np.unique(found.keys, return_inverse=True)[1]
    last = np.zeros(len(part), int)  # of all splits that pictures which look alike are in
    np.maximum.at(last, group, part)
    torn = (part >= 0) & (part < last[group])
    part[torn] = -1
    if torn.any():
        note(f"{torn.sum()} pictures look like some of test or valid and are left out elsewhere")
    there = np.intersect1d(part, [1, 2])
    if len(there) < 2:
        rest = np.flatnonzero(part == 0)
        drawn = common.divide(found.keys[rest], found.labels[rest], config, 0.0 if 2 in there else None)
        part[rest] = np.where(np.isin(drawn, there), 0, drawn)
    return part


def metric_and_weights(config: Config, part: np.ndarray, targets: np.ndarray, classes: list[str]) -> dict:
    """For meta: which score counts, how much each class weighs in the loss, and which is the rarest.

    Where a class is so rare that accuracy would look good without it, macro F1 counts; of two classes of which one is
    in less than one of twenty, average precision: what matters is to find it. What a split hardly holds is told.

    part     (rows,) 0, 1 or 2 for train, valid and test, -1 for what is left out
    targets  (rows,) class numbers
    """
    counts = [np.bincount(targets[part == number], minlength=len(classes)) for number in range(3)]
    for name, count in zip(("train", "valid", "test"), counts, strict=True):
        if len(few := np.flatnonzero(count < FEWEST)):
            shown = ", ".join(f"{classes[k]!r} {count[k]}×" for k in few[:5]) + " …" * (len(few) > 5)
            what = "so it is hardly learnt" if name == "train" else "so its score tells little of them"
            note(f"{name} holds few examples of {len(few)} class(es): {shown}, {what}")
    shares = sum(counts) / sum(counts).sum()
    least, most = shares.min(), shares.max()
    known = METRICS if len(classes) == 2 else METRICS[:2]
    metric = config.metric or "accuracy"
    rare = least < min(0.15, 0.4 / len(classes)) and most > 2 * least
    if rare and not config.metric:
        metric = known[-1] if least < 0.05 else "macro F1"
    if metric not in known:
        raise Problem(f"no metric {metric!r} for {len(classes)} classes; use {', '.join(known)}", 2)
    balanced = {"auto": metric != "accuracy", "none": False, "balanced": True}
    if config.class_weights not in balanced:
        raise Problem(f"no class weights {config.class_weights!r}; use {', '.join(balanced)}", 2)
    weights = counts[0].sum() / (len(classes) * np.maximum(counts[0], 1))
    weights = np.minimum(weights, HEAVIEST).round(6).tolist() if balanced[config.class_weights] else None
    return {"metric": metric, "class_weights": weights, "rare_class": int(counts[0].argmin())}


def read_new(source: str, meta: dict) -> tuple[list[str], Pictures]:
    """Names of new pictures, and these as the model takes them, made the shape of those of training."""
    path = Path(source)
    if not path.exists():
        raise Problem(f"{path} does not exist; name {INPUT}")
    files = [path / name for name in pictures.names_below(path)] if path.is_dir() else [path]
    if not files:
        raise Problem(f"{path} holds no pictures; name {INPUT}")
    images = np.zeros((len(files), *meta["shape"]), np.uint8)
    good = np.flatnonzero(pictures.fill(images, files))
    return [str(files[row]) for row in good], Pictures(images, good, meta)


def decode(output: np.ndarray, meta: dict) -> list[dict]:
    """Class probabilities as answers for people."""
    return [{"class": meta["classes"][row.argmax()], "probability": float(row.max())} for row in output]


def main() -> None:
    *splits, meta = load(common.configured({}))
    for name, split in zip(("train", "valid", "test"), splits, strict=True):
        print(f"{name}: {len(split.ids)} pictures of {', '.join(meta['classes'])}, two are {split.inputs[:2].shape}")


if __name__ == "__main__":
    common.run(main)
