"""Which arrays are pictures and which their labels, and of which split: in idx files by their names, so in an .npz."""

import re
import zipfile
from pathlib import Path

import numpy as np

from ...text import leads_out
from .arrays import Source, idx, member, shape
from .listing import SPLITS

PICTURES = ("x", "images", "image", "pictures", "pixels", "imgs", "img", "data", "arr_0")  # arr_0: np.savez(x, y)
LABELS = ("y", "labels", "label", "targets", "target", "classes", "class", "arr_1")
SPLIT_WORDS = SPLITS | {"t10k": "test"}  # as MNIST calls it
ORDER = ("", "train", "valid", "test")
Layout = tuple[list[Source], np.ndarray, np.ndarray]  # pictures; labels (n,); "", "valid" or "test", (n,)
_SPLIT = "|".join(sorted(SPLIT_WORDS, key=len, reverse=True))
_NAME = re.compile(rf"(?:({_SPLIT})[-_.]?)?({'|'.join((*PICTURES, *LABELS))})(?:[-_.]?({_SPLIT}))?")


def idx_folder(path: Path, labelled: bool) -> Layout:
    """Files like MNIST's: train-images-idx3-ubyte, train-labels-idx1-ubyte, the same of t10k or test, .gz or not."""
    found: dict[str, dict[str, Path]] = {}
    for file in sorted(file for file in path.glob("*ubyte*") if not leads_out(file, path)):
        words = re.split(r"[-_.]", file.name.lower())
        if kind := next((word for word in words if word in ("images", "labels")), ""):
            files = found.setdefault(next((SPLIT_WORDS[word] for word in words if word in SPLIT_WORDS), ""), {})
            if (other := files.setdefault(kind, file)).name.removesuffix(".gz") != file.name.removesuffix(".gz"):
                raise ValueError(f"{path} holds {other.name} and {file.name}; keep the files of one set in a folder")
    needed = ("images", "labels") if labelled else ("images",)
    whole = {split: files for split, files in found.items() if all(kind in files for kind in needed)}
    if not whole or set(whole) == {"test"}:
        names = " or ".join(f"train-{kind}-idx{3 if kind == 'images' else 1}-ubyte" for kind in needed)
        raise ValueError(f"{path} lacks {names}")
    pairs = {split: [idx(files[kind]) for kind in needed] for split, files in whole.items()}
    names = {split: [files[kind].name for kind in needed] for split, files in whole.items()}
    return together(path, pairs, names)


def npz(path: Path, labelled: bool) -> Layout:
    """An .npz with x and y, or x_train, y_train, x_test …; also images, data, labels, target and the like.

    Raises `ValueError` for one without pictures, or without labels where it should be `labelled`.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            names = [name.removesuffix(".npy") for name in archive.namelist()]
    except (OSError, zipfile.BadZipFile) as error:
        raise ValueError(f"{path} cannot be read as .npz: {error}") from None
    found = [(match, name) for name in names if (match := _NAME.fullmatch(name.lower()))]
    splits = list(dict.fromkeys(SPLIT_WORDS.get(match[1] or match[3], "") for match, _ in found))
    wanted = (PICTURES, LABELS) if labelled else (PICTURES,)
    chosen = {}
    for split in splits:
        own = [(match[2], name) for match, name in found if SPLIT_WORDS.get(match[1] or match[3], "") == split]
        chosen[split] = [next((n for word in words for kind, n in own if kind == word), "") for words in wanted]
    chosen = {split: pair for split, pair in chosen.items() if pair[0]}
    if not chosen or set(chosen) <= {"test", "valid"}:
        needed = "x_train and y_train (or x and y, images and labels …) are" if labelled else "x_train (or x) is"
        raise ValueError(f"{path} has the arrays {', '.join(names) or 'none'}; {needed} needed")
    for split, pair in chosen.items():
        if not all(pair):
            raise ValueError(f"{path} has {pair[0]}, but no labels for it; y{split and f'_{split}'} is needed")
    sources, labels, given = together(
        path, {split: [member(path, name) for name in pair] for split, pair in chosen.items()}, chosen
    )
    if "splits" in names and member(path, "splits").shape == given.shape:  # as hackgen itself writes it
        given = np.concatenate(list(member(path, "splits").blocks()))
    return sources, labels, given


def together(path: Path, pairs: dict[str, list[Source]], names: dict[str, list[str]]) -> Layout:
    """The splits one after the other; raises `ValueError` where labels do not belong to the pictures."""
    pairs = {split: pairs[split] for split in ORDER if split in pairs}
    sources = [pair[0] for pair in pairs.values()]
    shape(path, sources)
    labels = []
    for split, (source, *of) in pairs.items():
        rows = source.shape[0]
        if of and of[0].shape[:1] != (rows,):
            (pictures_name, labels_name), count = names[split], (*of[0].shape, 0)[0]
            raise ValueError(f"{path}: {pictures_name} has {rows} pictures, but {labels_name} {count} labels")
        labels.append(plain(path, np.concatenate(list(of[0].blocks()))) if of else np.zeros(rows, np.int64))
    splits = ["" if split == "train" else split for split in pairs]
    return sources, np.concatenate(labels), np.repeat(np.array(splits, "<U5"), [len(part) for part in labels])


def plain(path: Path, labels: np.ndarray) -> np.ndarray:
    """A label for each row, (n,), also from (n, 1) and from a column for each class with a 1 in one of them."""
    if labels.ndim == 2 and labels.shape[1] > 1:
        if not (np.isin(labels, (0, 1)).all() and (labels.sum(1) == 1).all()):
            raise ValueError(f"{path} has labels of shape {labels.shape}; one for each picture is needed")
        return labels.argmax(1)
    if labels.size != len(labels):
        raise ValueError(f"{path} has labels of shape {labels.shape}; one for each picture is needed")
    labels = labels.reshape(-1)
    if labels.dtype.kind == "S":
        return np.char.decode(labels, "utf-8", "replace")
    whole = labels.dtype.kind == "f" and np.isfinite(labels).all() and (labels == labels.round()).all()
    return labels.astype(np.int64) if whole else labels
