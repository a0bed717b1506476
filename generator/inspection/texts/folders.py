"""Where texts stand in folders and archives: folders by class, of which some may be the test set."""

from pathlib import Path

from ..columns.profiles import spelled
from ..pictures.listing import Listing, find

ENDINGS = (".txt", ".text", ".md", ".txt.gz")
UNLABELLED = ("unsup", "unlabeled", "unlabelled")  # a folder that is no class


def listed(path: Path) -> Listing:
    """The texts of a folder or .zip with their classes and splits; if no file has such an ending, those without any."""
    here = find(path, lambda name: name.lower().endswith(ENDINGS))
    here = here if here.names else find(path, is_bare)
    other = spelled([label for label in here.labels if label])
    labels = [other.get(label, label) if label else None for label in here.labels]
    here.labels = [None if label and label.lower() in UNLABELLED else label for label in labels]
    return here


def is_bare(name: str) -> bool:
    """Whether the name of a file has no ending, or one of digits."""
    stem, _, ending = name.rpartition("/")[2].rpartition(".")
    return not stem or ending.isdigit()
