"""Rows that are no examples, as spreadsheets export them: a header, units, totals. Months by the names of a country."""

import itertools
from collections import Counter

from ..columns.cells import rules
from ..columns.dates import find_form, in_english, into_english
from ..columns.delimited import SAMPLE
from ..columns.meaning import is_missing, number
from ..columns.relation import Table
from ..words import marks
from ..words.names import WORDS

TOTALS = {"total", "totals", "grand total", "sum", "summe", "gesamt", "gesamtsumme", "somme", "suma", "合计", "总计"}
FEWEST = 5  # rows, below which a first or last one is nothing special
ALONE = 0.1  # of the rows: as many may stand below a table
NUMBERS = 0.8  # of the cells below a unit
LOOKED_AT = 200  # rows


def trimmed(table: Table, rows: list[list[str]]) -> list[list[str]]:
    """The rows of a table without those; the dialect says how a project knows them, and a note tells."""
    if len(rows) < FEWEST:
        return rows
    if units := _units(rows):
        table.dialect["units"] = units[0]
        shown = ", ".join(f'"{unit}"' for unit in units[:3])
        table.notes.append(f"the first row holds units ({shown}); it is left out")
        rows = rows[1:]
    while len(rows) > FEWEST and len(rows[0]) > 2 and rows[-1][0] and not any(rows[-1][1:]) and _is_full(rows):
        table.dialect["foot"] = rows[-1][0]
        table.notes.append(f'a row below the table holds "{rows[-1][0][:40]}" alone; it is left out')
        rows = rows[:-1]
    begin = next((cell for cell in rows[-1] if cell), "")
    if begin.lower().strip(" :") in TOTALS and len(rows[0]) > 2 and sum(map(bool, rows[-1])) < len(rows[-1]):
        table.dialect["foot"] = begin
        table.notes.append(f'the last row begins with "{begin}"; it is left out')
        rows = rows[:-1]
    return _as_parsers_know(table, rows)


def _is_full(rows: list[list[str]]) -> bool:
    """Whether hardly a row has its first cell alone."""
    return sum(not any(row[1:]) for row in rows) <= ALONE * len(rows)


def _as_parsers_know(table: Table, rows: list[list[str]]) -> list[list[str]]:
    """The rows with `1. März 2020` and `４８．５` as parsers know them; the dialect has the patterns for others."""
    for place, name in enumerate(table.names):
        some = {row[place] for row in rows[:LOOKED_AT] if any(map(str.isdigit, row[place]))}
        patterns = marks.into_ascii(some)
        if any(in_english(cell) != cell for cell in some):
            patterns |= into_english(some)
        if not patterns:
            continue
        plain = {cell: marks.replaced(cell, patterns) for cell in {row[place] for row in rows} - {""}}
        before, after = sorted(plain), sorted(plain.values())
        if (find_form(after) and not find_form(before)) or (_are_numbers(after) and not _are_numbers(before)):
            table.dialect.setdefault("replace", {})[name] = patterns
            table.written[name] = {now: cell for cell, now in plain.items()}
            cell = next(cell for cell in before if plain[cell] != cell)
            table.notes.append(f'{name}: "{cell}" is read as {plain[cell]}')
            rows = [[*row[:place], plain.get(row[place], ""), *row[place + 1 :]] for row in rows]
    return rows


def _are_numbers(cells: list[str]) -> bool:
    return all(cell.isascii() for cell in cells) and rules(Counter(cells), cells) is not None


def _units(rows: list[list[str]]) -> list[str]:
    """The cells of the first row where words stand above numbers in most columns of numbers; else nothing."""
    units, plain = [], 0
    for place, cell in enumerate(rows[0]):
        known = [row[place] for row in rows[1:LOOKED_AT] if not is_missing(row[place])]
        if known and sum(number(value.replace(",", ".", 1)) is not None for value in known) >= NUMBERS * len(known):
            if cell and not any(map(str.isdigit, cell)) and not is_missing(cell):
                units.append(cell)
            else:
                plain += 1
    alone = len(units) == 1 and sum(map(bool, rows[0])) == 1  # beside an empty cell for the date
    return units if len(units) >= max(2, plain) or alone else []


FEW = 10  # times as many cells as different ones make a column of classes


def is_header(rows: list[list[str]]) -> bool:
    """Whether the first row names the columns instead of being data like the others."""
    first, others = rows[0], [row for row in rows[1 : 10 * SAMPLE] if row != rows[0]]
    numeric = [number(cell) is not None for cell in first]
    named = [cell for cell in first if cell]
    if len(named) > 2 and named == [str(i) for i in range(len(named))]:
        return bool(others)  # columns that pandas has numbered
    if _are_years(first, others[:SAMPLE]):
        return True  # a wide series: a name, then 1990, 1991 …
    for i, cell in enumerate(first):
        known = [row[i] for row in others[:SAMPLE] if not is_missing(row[i])]
        if known and not numeric[i] and not is_missing(cell) and all(number(value) is not None for value in known):
            return True  # a word above numbers
    if any(numeric) or any(cell and is_missing(cell) for cell in first) or sum(row == first for row in rows[:1000]) > 2:
        return False
    if len(first) == 1:
        return first[0].lower() in WORDS.headers and bool(others)  # a word above words: only a usual name is one
    columns = [[row[i] for row in others if row[i]] for i in range(len(first))]
    like = unlike = 0
    for cell, below in zip(first, columns, strict=True):
        values = set(below)
        like += bool(cell) and cell in values  # such as a class
        unlike += bool(cell) and cell not in values and FEW * len(values) <= len(below)
    if like and like >= unlike:
        return False  # a row like the others; but a column "a" may hold an "a", where the other names are no values
    for cell, below in zip(first, columns, strict=True):
        if below and any(map(str.isdigit, cell)) and sum(_shape(b) == _shape(cell) for b in below) > 0.8 * len(below):
            return False  # written like the others: a date, a code
        if len(cell) > 60 and below and sum(map(len, below)) > 40 * len(below):
            return False  # a text like the others
    return True


def _are_years(first: list[str], others: list[list[str]]) -> bool:
    """Whether a row is a word or nothing, and then years that follow each other; a few, where words stand for the rest.

    others  rows below, which hold no years
    """
    places = [i for i, cell in enumerate(first) if _is_year(cell)]
    steps = {int(first[b]) - int(first[a]) for a, b in itertools.pairwise(places)}
    if len(steps) != 1 or (first[0].isdigit() and len(first[0]) != 4):
        return False
    words = all(cell and number(cell) is None for i, cell in enumerate(first) if i not in places)
    below = any(_is_year(row[i]) for row in others for i in places)
    return len(places) >= 5 or (words and not below and steps == {1} and len(others) >= FEWEST)


def _is_year(cell: str) -> bool:
    return cell.isdigit() and len(cell) == 4 and 1500 <= int(cell) <= 2200


def _shape(cell: str) -> str:
    """The cell with each digit as 9."""
    return "".join("9" if letter.isdigit() else letter for letter in cell)
