"""Fill MODEL_CARD.md, DATA_CARD.md and ETHICS.md from the published run and the data: `python cards.py`."""

from pathlib import Path

import cli
import data as data_module
import runs
from config import MODELS
from reporting import card_facts
from scoring import evidence
from support import marked, tomlfile
from support.wording import words

MODEL, DATA, ETHICS = (runs.ROOT / name for name in ("MODEL_CARD.md", "DATA_CARD.md", "ETHICS.md"))
Region = tuple[Path, str, str]  # a page, the name of a region between two marks, and what stands there


def main() -> int:
    parser = cli.Parser(__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; say what is old, and fail if anything is")
    args = cli.parse_plain(parser)
    old = stale(regions())
    for page, name, text in old:
        if not args.check:
            marked.replace(page, *marks(page, name), text)
        print(words("cards_old" if args.check else "cards_filled", page=page.name, region=name))
    if not old:
        print(words("cards_current"))
    for page in (MODEL, DATA, ETHICS):
        if places := unwritten(page):
            print(words("cards_unwritten", page=page.name, lines=", ".join(map(str, places))))
    if not published():
        raise cli.Fault(words("cards_unpublished"))
    return int(args.check and bool(old))


def published() -> bool:
    return (runs.PUBLISHED / "report.json").is_file()


def regions() -> list[Region]:
    """All that code can fill in now: about the data always, about the model once a run is published."""
    sheet = evidence.read(runs.PUBLISHED) if published() else None
    config = runs.read_config(runs.PUBLISHED)[0] if sheet else next(iter(MODELS.values()))()
    data = data_module.load(runs.located(config))
    meta = runs.read_json(runs.PUBLISHED / "meta.json") if sheet else data.meta
    found = [(DATA, "data", card_facts.data_front(data)), (DATA, "splits", card_facts.splits(data))]
    found.append((ETHICS, "evidence", card_facts.evidence(sheet, meta)))
    if sheet:
        found.append((MODEL, "results", card_facts.results(sheet)))
        found.append((MODEL, "training", card_facts.training(sheet, config)))
        found.append((MODEL, "evaluation", card_facts.evaluation(sheet, meta)))
    return found


def stale(found: list[Region]) -> list[Region]:
    """The regions that do not say what they would say now."""
    return [entry for entry in found if marked.section(entry[0], *marks(*entry[:2])) != entry[2].strip()]


def marks(page: Path, name: str) -> tuple[str, str]:
    """The two lines that a region stands between: comments of YAML at the head of a card, of HTML below."""
    if name in ("results", "data"):
        return f"# {name}: refreshed by cards.py", f"# end of {name}"
    return f"<!-- {name}: refreshed by cards.py -->", f"<!-- end of {name} -->"


def unwritten(page: Path) -> list[int]:
    """The numbers of the lines on which a person must still write something."""
    lines = tomlfile.content_of(page).splitlines()
    marks_of_prompts = words("cards_unwritten_mark").split("|")
    return [number for number, line in enumerate(lines, 1) if any(mark in line for mark in marks_of_prompts)]


if __name__ == "__main__":
    cli.run(main)
