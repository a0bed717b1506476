"""The cards: filled in, of today, with no score of another run, and every question of ethics answered."""

import re
from functools import cache
from pathlib import Path

import runs
from checks import evidence, numbers
from checks.item import AUTO, Found, Item
from checks.repository import listed, unwritten
from cli import Fault
from reporting import personal
from support import tomlfile
from support.wording import words

POINTS = [
    f"{letter}.{number}" for letter, last in zip("ABCDE", (4, 3, 5, 5, 4), strict=True) for number in range(1, last + 1)
]
MODEL, DATA, ETHICS = (runs.ROOT / name for name in ("MODEL_CARD.md", "DATA_CARD.md", "ETHICS.md"))
MODEL_HEAD = ["license", "library_name", "pipeline_tag", "metrics", "model-index"]
DATA_HEAD = ["license", "pretty_name", "size_categories", "task_categories", "dataset_info"]
LEAST_LETTERS = 12  # of an answer: yes or no, and why


def model_card() -> Found:
    evidence.sheet()
    return complete(MODEL, MODEL_HEAD)


def data_card() -> Found:
    return complete(DATA, DATA_HEAD)


def complete(page: Path, keys: list[str]) -> Found:
    """The head of a card has its keys, its regions are of today, and nobody is asked to write more."""
    head, lines = front(page), tomlfile.content_of(page).splitlines()
    bad = [words("found_no_key", name=key) for key in keys if key not in head]
    bad += old_regions(page)
    bad += [f"{page.name}:{number}" for number, line in enumerate(lines, 1) if unwritten(line)]
    return not bad, listed(bad)


def front(page: Path) -> list[str]:
    """The keys of a card's head, the YAML between two lines of hyphens; a head that is none is a `Fault`."""
    if not page.is_file():
        raise Fault(words("found_no_page", page=page.name))
    first, *lines = tomlfile.content_of(page).splitlines() or [""]
    if first != "---" or "---" not in lines:
        raise Fault(words("found_no_head", page=page.name, line=1))
    keys = []
    for number, line in enumerate(lines[: lines.index("---")], 2):
        if line and not re.match(r"[\w-]+:|[ ]+\S|#|- ", line):
            raise Fault(words("found_no_head", page=page.name, line=number))
        keys += re.findall(r"^([\w-]+):", line)
    return keys


def old_regions(page: Path) -> list[str]:
    """The regions of a card that do not say what the published run and the data say."""
    return [words("found_old_region", name=name) for path, name in stale() if path == page]


@cache
def stale() -> list[tuple[Path, str]]:
    """All cards' old regions: page and name."""
    import cards  # here, because it imports the team's own data.py, and the list goes on where that is broken

    return [(page, name) for page, name, _ in cards.stale(cards.regions())]


def card_numbers() -> Found:
    """The model card has the report's scores, and no other stands in its text."""
    bad = old_regions(MODEL) + [f"{MODEL.name}:{place}" for place in numbers.strangers(MODEL, evidence.sheet())]
    return not bad, listed(bad)


def ethics() -> Found:
    """Each of the 21 points is there, and has an answer of more than one word."""
    text = tomlfile.content_of(ETHICS) if ETHICS.is_file() else ""
    pieces = re.split(r"^### ([A-E]\.\d)\b.*$", text, flags=re.MULTILINE)
    answers = dict(zip(pieces[1::2], pieces[2::2], strict=True))
    open_points = [point for point in POINTS if not answered(answers.get(point, ""))]
    return not open_points, listed(open_points)


def answered(text: str) -> bool:
    """Whether behind the mark of the answer, the first words in bold, there is a sentence."""
    _, *answers = re.split(r"[:：]\*\*", re.sub(r"^## .*", "", text, flags=re.MULTILINE | re.DOTALL), maxsplit=1)
    answer = "".join(answers)
    return not unwritten(answer) and evidence.width(answer) >= LEAST_LETTERS


def nothing_personal() -> Found:
    found = personal.suspects()
    told = (runs.ROOT / "data").is_dir()
    return (not found, listed(found)) if told else (None, words("found_no_data"))


ITEMS = [
    Item("model-card", "ethics", AUTO, True, model_card),
    Item("card-numbers", "evidence", AUTO, True, card_numbers),
    Item("data-card", "ethics", AUTO, True, data_card),
    Item("ethics", "ethics", AUTO, True, ethics),
    Item("personal", "ethics", AUTO, False, nothing_personal),
]
