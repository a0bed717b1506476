"""What stands on a project's pages: nothing left to write, links, scores of the published run alone, cards of today."""

import re
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

from ...errors import Problem
from ...text import some
from .. import pages, runs
from ..cards import regions
from ..project import Project
from ..results import number
from ..slides import story
from ..slides.layout import length
from . import repository
from .items import PAGE
from .repository import Found

README = "README.md"
LICENCES = (
    r"MIT License|Apache License|BSD \d-Clause|Redistribution and use|GNU |Mozilla Public|SPDX-License-Identifier"
)
POINTS = 4  # of the section about the project: problem, team, what it is built with, AI tools
UNFINISHED = re.compile(r"\b(?:TOD[O]|FIXM[E])\b|(?i:lorem ipsu[m])|\[(?i:more information) neede[d]\]")  # not this
LINK = re.compile(r"\[[^\]]*\]\(<?([^)\s>]+)>?[^)]*\)")
MARK = r"^\s*(?:<!--|#) "  # comments of Markdown and of YAML
REFRESHED = re.compile(rf"{MARK}([\w ]+): refreshed by .*?{MARK}end of \1\b", re.DOTALL | re.MULTILINE)
HEADS = {
    regions.MODEL: ("license", "library_name", "pipeline_tag", "metrics", "model-index"),
    regions.DATA: ("license", "pretty_name", "size_categories", "task_categories", "dataset_info"),
}
LEAST_MISTAKES, LEAST_ANSWER = 3, 12  # examples; letters of an answer: yes or no, and why


def first_command(project: Project) -> str:
    """What to run before there is anything to check."""
    trained = any(project.runs.glob("*/history.csv"))
    return project.say("checklist.publish_first" if trained else "checklist.train_first")


def sheet(project: Project) -> dict[str, Any]:
    """The published report; a missing or damaged one is a `Problem`."""
    if not project.has_published:
        raise Problem(project.say("checklist.waits"))
    return runs.report(project, project.published)


def written(project: Project) -> Found:
    """The licence names somebody, README says what a stranger asks, nothing is left to write, links lead somewhere."""
    bad, text = [], _text(project.root / README)
    licence = _text(project.root / "LICENSE")
    if not re.search(LICENCES, licence):
        bad.append(project.say("checklist.no_licence"))
    elif re.search(r"^Copyright.*the authors of this project", licence, re.MULTILINE):
        bad.append(project.say("checklist.nobody"))
    if not re.search(r"^(    |```|\$ ).*?python ", text, re.MULTILINE):
        bad.append(project.say("checklist.no_command"))
    about = pages.section(project.root / README, "about").splitlines()
    told = [line for line in about if re.match(r"[-*] \*\*.+?\*\*\s*\S", line)]
    if len(told) < POINTS:
        bad.append(project.say("checklist.few_points", found=len(told), wanted=POINTS))
    if not re.search(r"\d", pages.section(project.root / README, "results")):
        bad.append(project.say("checklist.no_results"))
    for path, lines in repository.texts(project, ".md", ".py").items():
        for count, line in enumerate(lines, 1):
            page = path.endswith(".md")
            blank = page and path not in regions.PAGES and project.say("cards.mark") in line  # cards have an item
            if path != PAGE and (UNFINISHED.search(line) or blank):
                bad.append(f"{path}:{count}")
            links = LINK.findall(line) if page else []
            bad += [f"{path}:{count}: {link}" for link in links if not leads_somewhere(project, path, link)]
    return not bad, some(bad)


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""


def leads_somewhere(project: Project, page: str, target: str) -> bool:
    """Whether a link is to a file that is there, or has the form of an address (nothing is asked of the network)."""
    parsed = urlparse(target)
    if parsed.scheme in ("http", "https"):
        return "." in (parsed.hostname or "")
    if parsed.scheme or target.startswith("#"):
        return True
    return ((project.root / page).parent / parsed.path).exists()


def numbers(project: Project) -> Found:
    """README's results are the published ones, it shows all figures, and no other score stands in the pages' texts."""
    said, bad = sheet(project), []
    shown = pages.section(project.root / README, "results").replace(",", "")
    low_high = said["ci95"] or []
    wanted = [said["score"], *low_high, *(said[rival]["score"] for rival in ("baseline", "reference"))]
    figures = {re.sub(r"[.,]$", "", figure) for figure in re.findall(r"[\d.eE+-]+", shown)}
    if not {*(number(value).replace(",", "") for value in wanted), str(said["n_test"])} <= figures:
        bad.append(project.say("checklist.old_results"))
    text = _text(project.root / README)
    drawn = sorted((project.published / "figures").glob("*.png"))
    bad += [] if any("curve" in path.name for path in drawn) else [project.say("checklist.no_curves")]
    for path in drawn:
        if project.relative(path) not in text or not path.read_bytes().startswith(b"\x89PNG"):
            bad.append(path.name)
    for name in (README, regions.MODEL):
        bad += [f"{name}:{place}" for place in strangers(_text(project.root / name), said)]
    return not bad, some(bad)


def strangers(text: str, said: dict[str, Any]) -> list[str]:
    """`line: number` of each score in a text that the report does not know; what commands refresh is left out."""
    text = REFRESHED.sub(lambda found: "\n" * found[0].count("\n"), text)  # all other lines keep their numbers
    lines = enumerate(text.splitlines(), 1)
    return [f"{count}: {other}" for count, line in lines for other in story.strangers(line, said)]


def mistakes(project: Project) -> Found:
    """README explains three mistakes, a sentence each."""
    told = len(story.mistakes(project))
    return told >= LEAST_MISTAKES, project.say("checklist.explained", found=told, wanted=LEAST_MISTAKES)


def cards(project: Project) -> Found:
    """Heads with their keys, regions of today, nothing left to write, each question of ethics answered."""
    sheet(project)
    bad = []
    for name, keys in HEADS.items():
        head = front(project, project.root / name)
        bad += [project.say("checklist.no_key", page=name, name=key) for key in keys if key not in head]
    for page, name, _ in regions.stale(regions.regions(project)):
        bad.append(project.say("checklist.old_region", page=page.name, name=name))
    for name in regions.PAGES:
        bad += [f"{name}:{count}" for count in regions.unwritten(project, project.root / name)]
    ethics = pages.text_of(project.root / regions.ETHICS)
    questions = re.split(r"^### (.+)$", ethics, flags=re.MULTILINE)[1:]
    asked = zip(questions[::2], questions[1::2], strict=True)
    bad += [f"{regions.ETHICS}: {question}" for question, text in asked if not answered(text)]
    return not bad and bool(questions), some(bad)


def front(project: Project, page: Path) -> list[str]:
    """The keys of a card's head, the YAML between two lines of hyphens; a head that is none is a `Problem`."""
    first, *lines = pages.text_of(page).splitlines() or [""]
    if first != "---" or "---" not in lines:
        raise Problem(project.say("checklist.no_head", page=page.name, line=1))
    keys = []
    for count, line in enumerate(lines[: lines.index("---")], 2):
        if line and not re.match(r"[\w-]+:|[ ]+\S|#|- ", line):
            raise Problem(project.say("checklist.no_head", page=page.name, line=count))
        keys += re.findall(r"^([\w-]+):", line)
    return keys


def answered(text: str) -> bool:
    """Whether behind the mark of the answer, the first words in bold, there is a sentence."""
    _, *answer = re.split(r"[:：]\*\*", re.sub(r"^## .*", "", text, flags=re.MULTILINE | re.DOTALL), maxsplit=1)
    return length("".join(answer)) >= LEAST_ANSWER


def personal(project: Project) -> Found:
    found = regions.personal(project)
    told = (project.root / "data").is_dir()
    return (not found, some(found)) if told else (None, project.say("checklist.no_data"))
