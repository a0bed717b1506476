"""Where texts stand in folders and archives: folders by class, of which some may be the test set."""

import re
import zipfile
from operator import itemgetter
from pathlib import Path

from ...text import of_file
from ..columns.formats import visible
from ..columns.profiles import spelled

ENDINGS = (".txt", ".text", ".md", ".txt.gz")
SPLITS = {"train": "train|training", "valid": "valid|validation|val|dev", "test": "test|testing"}
OF_SPLIT = "|".join(f"(?P<{name}>(.*[ _-])?({words})([ _-]?(data|set))?)" for name, words in SPLITS.items())
UNLABELLED = ("unsup", "unlabeled", "unlabelled")  # a folder that is no class
Entry = tuple[tuple[str, ...], Path | zipfile.Path]  # the parts of a file's path, and the file


def entries_of(path: Path) -> list[Entry]:
    """All visible files below a folder or in a .zip, with the parts of their paths inside, in the order of these."""
    if path.is_dir():
        found = [(file.relative_to(path).parts, file) for file in visible(path, [], []) if file.is_file()]
    else:
        found = packed(path)
    return peeled(sorted(found, key=itemgetter(0)))


def packed(path: Path) -> list[Entry]:
    """The visible files of a .zip, read in place: nothing is unpacked to disk, so the paths inside can lead nowhere."""
    archive, found = zipfile.Path(path).root, []
    for entry in archive.infolist():
        parts = tuple(part for part in entry.filename.replace("\\", "/").split("/") if part not in ("", ".", ".."))
        hidden = any(part.startswith(".") or part == "__MACOSX" for part in parts)
        locked = entry.flag_bits & 1
        if parts and not (entry.is_dir() or hidden or locked):
            found.append((parts, zipfile.Path(archive, entry.filename)))
    return found


def peeled(entries: list[Entry]) -> list[Entry]:
    """The same without folders around all folders, and without loose files beside such a one."""
    while True:
        tops = {parts[0] for parts, _ in entries if len(parts) > 1}
        if len(tops) != 1 or not any(len(parts) > 2 for parts, _ in entries):
            return entries
        entries = [(parts[1:], file) for parts, file in entries if len(parts) > 1]


def texts_of(entries: list[Entry]) -> list[Entry]:
    """The text files among some; where there are none, the files whose names have no ending."""
    endings = ((entry, entry[0][-1].rpartition(".")) for entry in entries)
    plain = [entry for entry, (name, _, ending) in endings if not name or ending.isdigit()]
    return [entry for entry in entries if entry[0][-1].lower().endswith(ENDINGS)] or plain


def classes_of(entries: list[Entry]) -> dict[str, dict[str, list[Entry]]]:
    """The classes with their texts, by split; all of them are "train" where no folder is called so."""
    split_of: dict[str, str] = {}
    for parts, _ in entries:
        if len(parts) > 2 and (match := re.fullmatch(OF_SPLIT, parts[0], re.IGNORECASE)):
            split_of[parts[0]] = str(match.lastgroup)
    if "train" not in split_of.values():
        split_of = {}
    folders: dict[tuple[str, str], list[Entry]] = {}
    for parts, file in entries:
        depth = 1 if split_of else 0
        if len(parts) > depth + 1 and (not split_of or parts[0] in split_of):
            folders.setdefault((split_of.get(parts[0], "train"), of_file(parts[depth])), []).append((parts, file))
    found: dict[str, dict[str, list[Entry]]] = {}
    other = spelled([name for (_, name), inside in folders.items() for _ in inside])
    for (split, name), inside in folders.items():
        name = other.get(name, name)
        if name.lower() not in UNLABELLED and (texts := texts_of(inside)):
            found.setdefault(split, {}).setdefault(name, []).extend(texts)
    return {split: classes for split in SPLITS if (classes := found.get(split))}
