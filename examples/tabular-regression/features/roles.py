"""What a column holds, where data/schema.toml does not say: found on train, so that no other row has a say."""

from collections.abc import Sequence

from tables import cells as meaning
from tables import dates
from tables.cells import Parse
from texts import words

MOSTLY = 0.9  # a column of so many numbers is one of numbers; a word in it, such as a slip, counts as missing
WORDS = 4  # a cell of free text has more of them, on average
SAMPLE = 1000  # cells that decide between text, list and category
MANY = 20_000  # cells that decide whether they are numbers


def find(column: Sequence[str], parse: Parse) -> str:
    """The role of a column: number, date, list, text or category."""
    if meaning.are_numbers(column[:: 1 + len(column) // MANY], MOSTLY, parse):
        return "number"
    known = [cell for cell in column if not meaning.is_missing(cell, parse)]
    sample = known[:: max(1, len(known) // SAMPLE)]
    if not sample:
        return "category"
    if dates.find_form(sample, MOSTLY):
        return "date"
    if sum(meaning.list_of_numbers(cell) is not None for cell in sample) >= MOSTLY * len(sample):
        return "list"
    distinct = len(set(sample)) > len(sample) / 2
    if distinct and sum(len(words.split(cell)) for cell in sample) > WORDS * len(sample):
        return "text"
    return "category"
