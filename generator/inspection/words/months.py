"""Names of months in several languages, as dates hold them."""

import re
from collections.abc import Iterable
from pathlib import Path

from ...parts import read_toml
from .names import LETTER

_TABLES = read_toml(Path(__file__).with_suffix(".toml"))
YEARS: list[str] = _TABLES["years"]
AROUND: dict[str, str] = _TABLES["around"]
ENGLISH = [name.title() for name in YEARS[1].split()]
IN_ENGLISH = {name: english for year in YEARS for name, english in zip(year.split(), ENGLISH, strict=True)}
WORD = re.compile(rf"({LETTER})+\.?")


def in_english(cell: str) -> str:
    """A date with the month's English name: `1. März 2020` is 1 Mar 2020, and `5 de enero de 2021` 5 Jan 2021."""
    for pattern, plain in AROUND.items():
        cell = re.sub(pattern, plain, cell)
    return WORD.sub(lambda word: IN_ENGLISH.get(word[0].lower().rstrip("."), word[0]), cell)


def into_english(cells: Iterable[str]) -> dict[str, str]:
    """What in_english does to these cells and to others of their language, as patterns and what stands for them."""
    known = {word[0].lower().rstrip(".") for cell in cells for word in WORD.finditer(cell)}
    most = max(len(known.intersection(year.split())) for year in YEARS)
    years = [year.split() for year in YEARS if len(known.intersection(year.split())) == most]
    names = ("|".join(dict.fromkeys(of_month)) for of_month in zip(*years, strict=True))
    return AROUND | {rf"(?i)\b({name})\b\.?": english for name, english in zip(names, ENGLISH, strict=True)}
