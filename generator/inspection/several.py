"""What several tables of a folder are to each other: recordings by class; a contest's train, test and sample."""

import gzip
from pathlib import Path

from .columns.meaning import number
from .columns.rows import choose_delimiter, split_rows
from .words.names import words_of
from .words.vocabulary import WORDS

DELIMITED = (".csv", ".tsv", ".txt", ".dat")
LABELS, TRAIN = {"labels", "label", "targets", "target", "y", "ytrain"}, {"train", "training", "ytrain"}
FEWEST = 3  # tables of a folder that may be a class


def recordings(files: list[Path]) -> str:
    """What tables in folders of classes are: recordings of one kind in each, with equal columns; "" for others."""
    folders: dict[Path, list[Path]] = {}
    for file in files:
        folders.setdefault(file.parent, []).append(file)
    several = [folder for folder, inside in folders.items() if len(inside) >= FEWEST]
    if len(several) < 2 or len(several) < len(folders):
        return ""
    firsts = [heads(inside[0]) for inside in folders.values() if inside[0].suffix.lower() in DELIMITED]
    headless = any(number(cell) is not None for first in firsts for cell in first)
    if len({len(first) if headless else tuple(first) for first in firsts}) != 1:
        return ""
    if any(set(words_of(name)) & WORDS.times for name in firsts[0]) and not headless:
        one = min(several)
        return (
            f"it holds {len(files):,} tables with equal columns and times in {len(several)} folders, a series each; to "
            f"forecast them, name one of the folders, such as {one}"
        )
    shown = ", ".join(sorted(folder.name for folder in several)[:4])
    return (
        f"it holds {len(files):,} tables with equal columns in {len(several)} folders ({shown} …), as recordings of a "
        "class each; hackgen has no task for these yet; one table, with a row of features for each, can be learnt"
    )


def contest(files: list[Path], training: Path) -> tuple[list[str], list[str]]:
    """What a contest asks for, and what its training table alone has: columns that nobody knows of new rows.

    Its sample of a submission names what is asked; without one, it is the only column that the table of tests lacks.
    """
    samples = [file for file in files if "submission" in file.stem.lower() and file != training]
    others = [file for file in files if file not in (training, *samples)]
    if not samples and not any(file.stem.lower().startswith("test") for file in others):
        return [], []
    known, told = heads(training), {name for file in others for name in heads(file)}
    alone = [name for name in known if name not in told]
    if not others or 2 * len(alone) > len(known):  # tables of something else
        return [], []
    if asked := [name for file in samples[:1] for name in heads(file) if name in alone]:
        return asked, alone
    return (alone if len(alone) == 1 and alone[0] and not set(words_of(alone[0])) & WORDS.ids else []), alone


def labels_apart(files: list[Path], training: Path) -> str:
    """What to do where the answers stand in a table of their own (train_values, train_labels; X_train, y_train)."""
    for file in files:
        said = set(words_of(file.stem))
        if file != training and said & LABELS and said & TRAIN and file.suffix.lower() in DELIMITED:
            common = set(heads(file)) & set(heads(training))
            together = "merge({})" if common else "concat([{}], axis=1)"
            both = ", ".join(f"pandas.read_csv({name!r})" for name in (training.name, file.name))
            made = f"pandas.{together.format(both)}.to_csv('train.csv', index=False)"
            return f"what to predict is in {file.name}, apart from {training.name}; make one table of both: {made}"
    return ""


def heads(file: Path) -> list[str]:
    """The names in the first line of a delimited text, packed or not."""
    with gzip.open(file) if file.suffix == ".gz" else file.open("rb") as opened:
        text = opened.read(2**16).decode("utf-8-sig", "replace")
    rows = split_rows(text.partition("\n")[0], choose_delimiter(text)[0], quoted=True, strict=False)[0]
    return rows[0] if rows else []
