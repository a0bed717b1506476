"""Rows that are no examples: units below the header, totals at the end, as spreadsheets export them."""

from ..columns.meaning import is_missing, number
from ..columns.relation import Table

TOTALS = {"total", "totals", "grand total", "sum", "summe", "gesamt", "gesamtsumme", "somme", "suma", "合计", "总计"}
FEWEST = 5  # rows, below which a first or last one is nothing special
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
    begin = next((cell for cell in rows[-1] if cell), "")
    if begin.lower().strip(" :") in TOTALS and len(rows[0]) > 2 and sum(map(bool, rows[-1])) < len(rows[-1]):
        table.dialect["foot"] = begin
        table.notes.append(f'the last row begins with "{begin}"; it is left out')
        rows = rows[:-1]
    return rows


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
