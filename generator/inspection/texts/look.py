"""What a text file, a folder of texts or folders by class hold: lengths, scripts, encodings, empty and equal texts."""

import gzip
import zipfile
import zlib
from collections import Counter
from pathlib import Path

from ..columns.profiles import spelled
from ..findings import Findings, Suspect
from ..pictures.listing import Listing, find
from ..suspects.columns import MOST_TEXTS, suspected
from ..suspects.leaks import imbalance
from ..target.suggestion import suggestion
from .files import Tally, encoding_of, head_of, is_chat, lines_of, read, scripts, shape_of

ENDINGS = (".txt", ".text", ".md", ".txt.gz")
UNLABELLED = ("unsup", "unlabeled", "unlabelled")  # a folder that is no class
LEAST_CHARACTERS = 3000  # less is no text to learn from: valid would be shorter than two windows
LEAST_TEXTS = 3  # different ones of a class: one for train, valid and test each
NAMED = 5  # examples in a list
LETTERS = 6  # of a word, with the blank behind it
UNREADABLE = (OSError, EOFError, ValueError, zlib.error, zipfile.BadZipFile, RuntimeError, NotImplementedError)


def inspect_texts(path: Path) -> Findings:
    """The findings about a text file, a folder or .zip of texts or of folders by class."""
    return _folder(path) if path.is_dir() or zipfile.is_zipfile(path) else _file(path)


# A file


def _file(path: Path) -> Findings:
    """A text file: a text a line, or one long text."""
    found = Findings(str(path), "text", path.stat().st_size)
    try:
        encoding = encoding_of(path)
        found.facts["encoding"] = encoding.removesuffix("-sig")
        head = head_of(path, encoding)
        shape, why = shape_of(head)
        tally, held = Tally(), []
        for line in lines_of(path, encoding):
            tally.add(line.rstrip("\n"))
            held += [line] * (len(held) < MOST_TEXTS)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        found.notes.append(f"it cannot be unpacked to its end ({error})")
        return found
    characters = sum(tally.characters) + tally.texts  # with line ends
    found.facts |= {"shape": f"{shape} ({why})", "lines": tally.texts, "characters": characters}
    if shape == "a text a line":
        found.rows = tally.texts - tally.empty
        found.facts |= tally.facts()
        _suspect_texts(found, tally, "line")
    else:
        found.rows = 1
        if scripts_found := scripts(tally.letters):
            found.facts["scripts"] = scripts_found
    found.suspects += suspected(held, "line")
    if is_chat(head):
        detail = "a chat says who wrote what; all of them should agree, and the model will write their names"
        found.suspects.append(Suspect("personal", None, detail))
    if characters < LEAST_CHARACTERS:
        wanted = f"it takes {LEAST_CHARACTERS:,}, better 100,000"
        found.notes.append(f"{characters} characters are too few to learn from; {wanted}")
        return found
    found.suggestion = suggestion("text-generation", None, str(path), f"{shape}, and no labels")
    return found


# Folders


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


def _folder(path: Path) -> Findings:
    """A text a file; in folders by class, where there are several folders with texts. A .zip is read in place."""
    found, here = Findings(str(path), "texts"), listed(path)
    found.bytes = sum(here.sizes) if path.is_dir() else path.stat().st_size
    several = len(set(here.labels) - {None}) > 1
    if several:
        here.keep(labelled=True)
    tally, encodings, bad, by_class, by_part = Tally(), Counter(), [], Counter(), Counter()
    held: list[str] = []
    of_key: dict[int, set[str]] = {}
    different: dict[str, set[int]] = {}
    for name, label, split in zip(here.names, here.labels, here.splits, strict=True):
        try:
            text, encoding = read(path, name)
        except UNREADABLE:
            bad.append(name)
            continue
        encodings[encoding.removesuffix("-sig")] += 1
        key = tally.add(text)
        held += [text] * (len(held) < MOST_TEXTS)
        if several:
            by_class[label] += 1
            by_part[split] += 1
            of_key.setdefault(key, set()).update((f"part {split}", f"class {label}"))
            different.setdefault(label, set()).add(key)
    found.rows = tally.texts
    if several:
        found.facts["classes"] = dict(by_class.most_common())
        found.facts["class_shares"] = {name: round(n / tally.texts, 4) for name, n in by_class.most_common(50)}
        if len(by_part) > 1:
            found.facts["splits"] = dict(by_part)
    found.facts |= {"encodings": dict(encodings), **tally.facts()}
    if bad:
        found.facts["corrupt"] = bad[:20]
        found.suspects.append(Suspect("corrupt", None, f"{len(bad)} file(s) are no text: {', '.join(bad[:NAMED])}"))
    _suspect_texts(found, tally, "file")
    found.suspects += suspected(held, "text")
    if several:
        _suspect_classes(found, of_key, by_class)
    _suggest(found, path, several, different, tally)
    return found


def _suggest(found: Findings, path: Path, several: bool, different: dict[str, set[int]], tally: Tally) -> None:
    """Classes where there are any and each can be divided, else text to go on with."""
    few = sorted(name for name, keys in different.items() if len(keys) < LEAST_TEXTS)
    enough = not few or (len(different) - len(few) > 1 and "splits" not in found.facts)
    if several and few:
        then = "training leaves it out" if enough else "add some, and the folders can be classes"
        found.notes.append(f"class {few[0]!r} has fewer than {LEAST_TEXTS} different texts; {then}")
    if several and enough:
        imbalanced = any(suspect.kind == "imbalance" for suspect in found.suspects)
        why = f"{len(different) - len(few)} folders of texts, each a class"
        metric = "macro F1" if imbalanced else ""
        labels = tally.texts / len(different)
        words = sum(tally.characters) / tally.texts / LETTERS
        found.suggestion = suggestion("text-classification", None, str(path), why, metric, labels=labels, words=words)
    elif sum(tally.characters) >= LEAST_CHARACTERS and "corrupt" not in found.facts:
        found.suggestion = suggestion("text-generation", None, str(path), "texts without labels")
    else:
        what = "files that are no text" if "corrupt" in found.facts else f"{sum(tally.characters)} characters"
        found.notes.append(f"{what}: nothing can be learned from that")


# Suspects


def _suspect_texts(found: Findings, tally: Tally, unit: str) -> None:
    """Empty and repeated texts."""
    if tally.empty:
        found.facts["empty"] = tally.empty
        found.suspects.append(Suspect("empty", None, f"{tally.empty:,} of {tally.texts:,} texts ({unit}s) are empty"))
    if repeated := tally.repeated():
        found.facts["duplicates"] = repeated
        detail = f"{repeated:,} of {tally.texts:,} texts repeat another one but for case and spaces"
        detail += "; equal texts stay in one split" if found.format == "texts" else ""
        found.suspects.append(Suspect("duplicates", None, detail))


def _suspect_classes(found: Findings, of_key: dict[int, set[str]], by_class: Counter) -> None:
    """Texts in several classes or in train and test, and classes that are rare."""
    both = sum(len([tag for tag in tags if tag.startswith("class ")]) > 1 for tags in of_key.values())
    if both:
        found.suspects.append(Suspect("contradictions", None, f"{both:,} text(s) stand in several classes"))
    shared = sum({"part train", "part test"} <= tags for tags in of_key.values())
    if shared:
        detail = f"{shared:,} text(s) stand in train and in test; they are kept in test alone"
        found.suspects.append(Suspect("leakage", None, detail))
    found.suspects += imbalance(by_class, "texts", None)
