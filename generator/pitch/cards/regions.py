"""What code can say on the cards: YAML for the Hugging Face Hub and tables in Markdown, between marked lines."""

import json
import re
from contextlib import suppress
from pathlib import Path
from typing import Any

from ...errors import Problem
from ...inspection.words import people
from ...templating import rendered
from .. import pages, results, runs
from ..project import Project
from ..results import cell, number, seconds

MODEL, DATA, ETHICS = PAGES = ("MODEL_CARD.md", "DATA_CARD.md", "ETHICS.md")
HUB_TASKS = {"image-generation": "unconditional-image-generation"}  # the Hub's name, where it is another
SIZES = ["n<1K", "1K<n<10K", "10K<n<100K", "100K<n<1M", "1M<n<10M", "10M<n<100M", "100M<n<1B", "n>1B"]
MOST_CLASSES = 10  # in the table of the hardest ones
MOST_TALLIED = 50  # classes whose examples are counted by split
Region = tuple[Path, str, str]  # a page, the name of a region between two marks, and what stands there


def regions(project: Project, splits: dict[str, Any] | None = None) -> list[Region]:
    """All that can be filled in now, in the order of the pages.

    About the model once a run is published; about the data where `splits` are given, which only the project's own
    code can count (`own_code.splits`). Nothing of the project runs here.
    """
    model, data, ethics = (project.root / name for name in PAGES)
    found, known = [], {"sheet": None}
    if project.has_published:
        sheet = runs.report(project, project.published)
        measured = {sheet["metric"]: sheet["score"], **sheet["other_metrics"]}
        known = {"sheet": sheet, "config": runs.read_json(project.published / "config.json")}
        known["measured"] = {name: value for name, value in measured.items() if runs.fits(value, float)}
        known["hardest"] = weakest(project, runs.read_json(project.published / "meta.json"))
        known |= {"scores": results.rows(project, sheet), "headline": results.headline(project, sheet)}
        pairs = ("results", "results.yaml"), ("training", "training.md"), ("evaluation", "evaluation.md")
        found += [(model, name, written(project, template, **known)) for name, template in pairs]
    if splits:
        size = SIZES[sum(splits["meta"]["data"]["rows"] >= 10**power for power in range(3, 10))]
        found.append((data, "data", written(project, "data.yaml", size=size, splits=splits)))
        found.append((data, "splits", written(project, "splits.md", splits=splits, most_tallied=MOST_TALLIED)))
    return [*found, (ethics, "evidence", written(project, "evidence.md", found=personal(project), **known))]


def written(project: Project, template: str, **facts: Any) -> str:
    """What a template beside this file says."""
    facts |= {"kind": HUB_TASKS.get(project.task, project.task), "cell": cell, "number": number, "seconds": seconds}
    facts |= {"say": lambda key, **told: project.say(f"cards.{key}", **told)}
    facts |= {"quoted": lambda text: json.dumps(str(text), ensure_ascii=False)}  # as JSON and YAML share them
    return rendered(Path(__file__).with_name(f"{template}.j2"), facts).decode()


def counted(project: Project) -> dict[str, Any]:
    """What the project's data.py makes of the published run's data; a `Problem` where it cannot run."""
    return project.ask("splits", str(project.published) if project.has_published else "")


def stale(found: list[Region]) -> list[Region]:
    """The regions that do not say what they would say now."""
    return [(page, name, text) for page, name, text in found if pages.section(page, name) != text.strip()]


def unwritten(project: Project, page: Path) -> list[int]:
    """The numbers of the lines on which a person must still write something."""
    lines, mark = pages.text_of(page).splitlines(), project.say("cards.mark")
    return [number for number, line in enumerate(lines, 1) if mark in line]


def weakest(project: Project, meta: dict[str, Any]) -> list[tuple[str, int, float]]:
    """The classes of which the smallest share was recognised in test: name, rows, share; none where there are none."""
    classes = meta.get("classes")
    if not classes or not (project.published / "predictions.npz").is_file():
        return []
    import numpy as np

    found = runs.predictions(project, project.published)
    target, output = found["target"], found["output"]
    if output.shape != (len(target), len(classes)) or not np.isin(target, np.arange(len(classes))).all():
        return []  # no class numbers
    target = target.astype(int)
    counts = np.bincount(target, minlength=len(classes))
    right = np.bincount(target, output.argmax(1) == target, minlength=len(classes))
    shares = right / np.maximum(counts, 1)
    there = [index for index in np.argsort(shares, kind="stable") if counts[index]]
    return [(str(classes[index]), int(counts[index]), float(shares[index])) for index in there[:MOST_CLASSES]]


def refresh(project: Project, check: bool = False) -> dict[str, Any]:
    """Fill in the regions (with `check` only look): `refreshed` regions, `unwritten` lines by page, `uncounted`.

    `uncounted` says why the splits could not be counted: the project's own code does not run; else it is null.
    """
    if not any((project.root / name).is_file() for name in (MODEL, ETHICS)):
        raise Problem("this project has no cards; hackgen add cards lays them in")
    uncounted, splits = None, None
    try:
        splits = counted(project)
    except Problem as problem:
        uncounted = str(problem)
    old = stale(regions(project, splits))
    for page, name, text in old if not check else ():
        pages.refresh(page, name, text)
    lines = {name: unwritten(project, project.root / name) for name in PAGES}
    return {"refreshed": [[page.name, name] for page, name, _ in old], "unwritten": lines, "uncounted": uncounted}


KINDS = {"e-mail": people.MAIL, "telephone": people.PHONE}
PERSONAL = re.compile(
    r"(?:^|[\W_])(?:first|last|full|sur|nick|user)?_?names?$|e-?mail|phone|mobile|address|street|birth|passport|\bssn\b|iban",
    re.IGNORECASE,
)
MOST_BYTES = 5_000_000  # of a file that are read: a sample


def personal(project: Project) -> list[str]:
    """Places in data/ that look personal: `file: kind (how often)`, and columns of data/schema.toml that are used."""
    found = []
    for path in sorted((project.root / "data").rglob("*")):
        if not path.is_file() or path.name in ("schema.toml", "location.txt"):
            continue
        with path.open("rb") as file:
            raw = file.read(MOST_BYTES)
        text = "" if b"\0" in raw[:8000] else raw.decode("utf-8", "replace")
        for kind, known in KINDS.items():
            if count := len(people.IN_TEXT[known].findall(text)):
                found.append(f"{project.relative(path)}: {kind} ({count})")
    schema = project.root / "data" / "schema.toml"
    with suppress(Problem):  # training says what is wrong with it
        columns = pages.read_toml(schema).get("columns", {}) if schema.is_file() else {}
        columns = columns if isinstance(columns, dict) else {}  # version 0.1 has a list
        roles = {name: about.get("role") for name, about in columns.items() if isinstance(about, dict)}
        used = [name for name, role in roles.items() if role != "skip" and PERSONAL.search(name)]
        found += [f"data/schema.toml: {name}" for name in used]
    return found
