"""The repository: licence, README, nothing left to write, links, and all of it committed and pushed."""

import re
from urllib.parse import urlparse

import runs
from checks import git
from checks.item import AUTO, Found, Item
from reporting import report
from support import marked
from support.wording import words

README = runs.ROOT / "README.md"
ABOUT = "<!-- about -->", "<!-- end of about -->"
LICENCES = (
    r"MIT License|Apache License|BSD \d-Clause|Redistribution and use|GNU |Mozilla Public|SPDX-License-Identifier"
)
POINTS = 4  # of the section about the project: problem, team, what it is built with, AI tools
UNFINISHED = re.compile(
    r"\b(?:TOD[O]|FIXM[E])\b|(?i:lorem ipsu[m])|\[(?i:more information) neede[d]\]"
)  # not this line
LINK = re.compile(r"\[[^\]]*\]\(<?([^)\s>]+)>?[^)]*\)")
MOST_NAMED = 5  # places that one line names


def licence() -> Found:
    path = runs.ROOT / "LICENSE"
    text = path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
    if not re.search(LICENCES, text):
        return False, words("found_no_licence")
    nobody = re.search(r"^Copyright.*the authors of this project", text, re.MULTILINE)
    return not nobody, words("found_nobody") if nobody else ""


def readme() -> Found:
    text = README.read_text(encoding="utf-8") if README.is_file() else ""
    about = marked.section(README, *ABOUT)
    points = [line for line in about.splitlines() if re.match(r"[-*] \*\*.+?\*\*\s*\S", line)]
    missing = []
    if not re.search(r"^(    |```|\$ ).*?python ", text, re.MULTILINE):
        missing.append(words("found_no_command"))
    if len(points) < POINTS:
        missing.append(words("found_few_points", found=len(points), wanted=POINTS))
    missing += [f"README.md:{number}" for number, line in enumerate(text.splitlines(), 1) if unwritten(line)]
    if "|" not in marked.section(README, report.START, report.END):
        missing.append(words("found_no_results"))
    return not missing, listed(missing)


def placeholders() -> Found:
    places = [
        f"{path}:{number}"
        for path, lines in git.texts(".md", ".py").items()
        for number, line in enumerate(lines, 1)
        if path != git.LISTS and (UNFINISHED.search(line) or (path.endswith(".md") and unwritten(line)))
    ]
    return not places, listed(places)


def links() -> Found:
    bad = []
    for path, lines in git.texts(".md").items():
        for number, line in enumerate(lines, 1):
            bad += [f"{path}:{number}: {target}" for target in LINK.findall(line) if not leads_somewhere(path, target)]
    return not bad, listed(bad)


def leads_somewhere(page: str, target: str) -> bool:
    """Whether a link is to a file that is there, or has the form of an address (nothing is asked of the network)."""
    parsed = urlparse(target)
    if parsed.scheme in ("http", "https"):
        return "." in (parsed.hostname or "")
    if parsed.scheme or target.startswith("#"):
        return True
    return ((runs.ROOT / page).parent / parsed.path).exists()


def committed() -> Found:
    unsaved = git.unsaved()
    return not unsaved, listed(unsaved)


def pushed() -> Found:
    ahead = int(git.git("rev-list", "--count", "@{upstream}..HEAD"))
    return ahead == 0, words("found_ahead", commits=ahead) if ahead else ""


def tagged() -> Found:
    tags = git.git("tag", "--points-at", "HEAD").split()
    return bool(tags), ", ".join(tags)


def unwritten(line: str) -> bool:
    """Whether a line still asks somebody to write something."""
    return any(mark in line for mark in words("checklist_unwritten").split("|"))


def listed(places: list[str]) -> str:
    """The first few places, and how many more there are."""
    more = len(places) - MOST_NAMED
    return ", ".join(places[:MOST_NAMED]) + (f" (+{more})" if more > 0 else "")


ITEMS = [
    Item("licence", "repository", AUTO, True, licence),
    Item("readme", "repository", AUTO, True, readme),
    Item("placeholders", "repository", AUTO, True, placeholders),
    Item("links", "repository", AUTO, False, links),
    Item("committed", "repository", AUTO, True, committed),
    Item("pushed", "repository", AUTO, False, pushed),
    Item("tagged", "repository", AUTO, False, tagged),
]
