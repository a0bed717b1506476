"""What several tables of a folder are to each other: recordings by class; a contest's train, test and sample."""

import gzip
from pathlib import Path

from .columns.meaning import number
from .columns.rows import choose_delimiter, split_rows
from .words.names import words_of
from .words.vocabulary import TIME_WORDS

DELIMITED = (".csv", ".tsv", ".txt", ".dat")
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
    if any(set(words_of(name)) & TIME_WORDS for name in firsts[0]) and not headless:
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


def asked_of(files: list[Path], training: Path) -> str:
    """The column that a contest asks for: its sample of a submission holds it, and of the other tables only train."""
    samples = [file for file in files if "submission" in file.stem.lower() and file != training]
    if not samples:
        return ""
    known, sample = heads(training), heads(samples[0])
    tests = [heads(file) for file in files if file not in (training, samples[0])]
    asked = [name for name in sample if name in known and not any(name in test for test in tests)]
    return asked[0] if len(asked) == 1 else ""


def heads(file: Path) -> list[str]:
    """The names in the first line of a delimited text, packed or not."""
    with gzip.open(file) if file.suffix == ".gz" else file.open("rb") as opened:
        text = opened.read(2**16).decode("utf-8-sig", "replace")
    rows = split_rows(text.partition("\n")[0], choose_delimiter(text)[0], quoted=True, strict=False)[0]
    return rows[0] if rows else []
