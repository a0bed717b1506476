"""Data sets of the Hugging Face hub, read by its own library and kept as plain files that the rest can look at."""

import logging
import os
import re
import shutil
from pathlib import Path
from typing import Any

from ...errors import Problem
from .listing import safe, unique

_ADDRESS = re.compile(
    r"(?:hf:(?://)?(?:datasets/)?|(?:https?://)?huggingface\.co/datasets/)([\w\-.]+(?:/[\w\-.]+)?)/?(?:[?#].*)?"
)


def name_of(given: str) -> str | None:
    """`org/name` of `hf:org/name` or of the data set's page; None for what is no such address."""
    found = _ADDRESS.fullmatch(given)
    return found.group(1) if found else None


def kept(name: str) -> Path:
    """The folder of this user's machine that holds a data set once it was fetched."""
    home = os.environ.get("LOCALAPPDATA") if os.name == "nt" else os.environ.get("XDG_CACHE_HOME")
    return Path(home or Path.home() / ".cache") / "hackgen" / "hub" / name.replace("/", "--")


def fetch(name: str, folder: Path) -> Path:
    """Load a data set (a name on the hub, or a folder) once, and write it below `folder`.

    Pictures with a class become `<split>/<class>/<number>.png`, returned is the folder; all else becomes data.parquet.
    """
    table = folder / "data.parquet"
    if folder.is_dir():
        return table if table.is_file() else folder
    try:
        import datasets
    except ImportError:
        remedy = "pip install datasets, or name local files"
        raise Problem(f"{name}: the hub is read by its own library; {remedy}") from None
    logging.getLogger("huggingface_hub").setLevel(logging.ERROR)  # it warns of every attempt
    try:
        splits = datasets.load_dataset(name)
    except Exception as error:  # the library raises the errors of whatever it is built on
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        remedy = "check the name and the network, or name local files"
        raise Problem(f"{name}: the hub's library cannot load it ({reason}); {remedy}") from None
    draft = folder.with_name(f"{folder.name}.{os.getpid()}.new")
    try:
        draft.mkdir(parents=True)
        _write(splits, draft, datasets)
        os.replace(draft, folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return table if table.is_file() else folder


def _write(splits: Any, folder: Path, datasets: Any) -> None:
    features = next(iter(splits.values())).features
    pictures = [name for name, kind in features.items() if isinstance(kind, datasets.Image)]
    classes = [name for name, kind in features.items() if isinstance(kind, datasets.ClassLabel)]
    if pictures and classes:
        for split, rows in splits.items():
            rows = rows.cast_column(pictures[0], datasets.Image(decode=False))
            _write_pictures(rows, pictures[0], classes[0], features[classes[0]].names, folder / split)
        return
    whole = datasets.concatenate_datasets(list(splits.values()))
    named = {name: datasets.Value("string") for name in classes}
    if named:
        whole = whole.map(
            lambda row: {name: _class(features[name].names, row[name]) for name in classes},
            features=datasets.Features({**features, **named}),
        )
    whole.to_parquet(str(folder / "data.parquet"))


def _class(names: list[str], number: int | None) -> str | None:
    """The name of a class; hidden labels, as of a test set, are none or -1."""
    return None if number is None or number < 0 else names[number]


def _write_pictures(rows: Any, picture: str, label: str, names: list[str], folder: Path) -> None:
    """A folder for each class; pictures whose label is hidden are left out."""
    taken: set[str] = set()
    folders = {name: unique("", safe(name), "", taken) for name in names}
    for number, row in enumerate(rows):
        stored, name = row[picture], _class(names, row[label])
        if name is None:
            continue
        place = folder / folders[name]
        place.mkdir(parents=True, exist_ok=True)
        content = stored["bytes"] or Path(stored["path"]).read_bytes()
        (place / f"{number:07d}.png").write_bytes(content)  # readers go by the content, not by the ending
