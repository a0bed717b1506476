"""Model and evidence: what the published run claims, and whether the project bears it out."""

import re
from typing import Any

import runs
from checks import git, numbers
from checks.item import AUTO, HUMAN, Found, Item
from checks.repository import README, listed, unwritten
from cli import Fault
from reporting import report
from scoring import evidence
from support import marked
from support.wording import words

MISTAKES = "<!-- mistakes -->", "<!-- end of mistakes -->"
LEAST_MISTAKES, LEAST_LENGTH = 3, 25  # examples, and characters of the sentence on each
SHOWN_BY = ["models", "loss.py", "data.py", "train.py", "config.py"]  # a change there may change the score


def first_command() -> str:
    """What to run before there is anything to check."""
    trained = any(runs.RUNS.glob("*/history.csv"))
    return words("checklist_publish_first") if trained else words("checklist_train_first")


def sheet() -> dict[str, Any]:
    """The published report; a missing or damaged one is a `Fault` with the command that writes it."""
    if not (runs.PUBLISHED / "report.json").is_file():
        raise Fault(first_command())
    return evidence.read(runs.PUBLISHED)


def published() -> Found:
    """Report, checkpoint and predictions are of one run, a full one, and committed."""
    said = sheet()
    if said["smoke"]:
        return False, words("found_smoke")
    evidence.report(runs.PUBLISHED)
    unsaved = git.unsaved("published") or [path for path in ("published/report.json",) if path not in git.tracked()]
    return not unsaved, listed(unsaved) or f"{said['metric']} {report.number(said['score'])}"


def newest() -> Found:
    """No change of model, loss, data or settings came after the published run was committed."""
    sheet()
    run = git.git("rev-list", "-1", "HEAD", "--", "published/report.json").strip()
    later = git.git("log", "--format=", "--name-only", f"{run}..HEAD", "--", *SHOWN_BY).split("\n") if run else []
    changed = sorted({*filter(None, later), *git.unsaved(*SHOWN_BY)})
    return bool(run) and not changed, listed(changed)


def beats_baseline() -> Found:
    rival = sheet()["baseline"]
    return rival["beaten"], f"{rival['name']}: {report.verdict(rival)}"


def interval() -> Found:
    said = sheet()
    low_high = said["ci95"]
    return low_high is not None, " … ".join(map(report.number, low_high)) if low_high else said["ci95_method"]


def readme_numbers() -> Found:
    """README's results are those of the published report, and no other score stands in its text."""
    said = sheet()
    drawn = sorted(path.relative_to(runs.ROOT).as_posix() for path in (runs.PUBLISHED / "figures").glob("*.png"))
    shown = marked.section(README, report.START, report.END)
    bad = [] if shown == report.markdown(said, drawn).strip() else [words("found_old_results")]
    bad += [f"README.md:{place}" for place in numbers.strangers(README, said)]
    return not bad, listed(bad)


def figures() -> Found:
    sheet()
    drawn = sorted((runs.PUBLISHED / "figures").glob("*.png"))
    text = README.read_text(encoding="utf-8") if README.is_file() else ""
    hidden = [path.name for path in drawn if path.relative_to(runs.ROOT).as_posix() not in text]
    broken = [path.name for path in drawn if not path.read_bytes().startswith(b"\x89PNG")]
    bad = [] if any("curves" in path.name for path in drawn) else [words("found_no_curves")]
    return not bad + hidden + broken, listed(bad + hidden + broken)


def error_analysis() -> Found:
    """README explains three mistakes, a sentence each."""
    lines = marked.section(README, *MISTAKES).splitlines()
    entries = [
        re.sub(r"^\s*(?:\d+[.)]|[-*])\s+", "", line) for line in lines if re.match(r"\s*(?:\d+[.)]|[-*])\s", line)
    ]
    told = [entry for entry in entries if not unwritten(entry) and width(entry) >= LEAST_LENGTH]
    return len(told) >= LEAST_MISTAKES, words("found_mistakes", found=len(told), wanted=LEAST_MISTAKES)


def width(text: str) -> int:
    """The length of a text, a Chinese, Japanese or Korean character counting as two and a half letters."""
    return round(sum(2.5 if ord(letter) >= 0x2E80 else 1 for letter in text.strip()))


ITEMS = [
    Item("published", "evidence", AUTO, True, published),
    Item("newest", "evidence", AUTO, False, newest),
    Item("beats-baseline", "evidence", AUTO, False, beats_baseline),
    Item("interval", "evidence", AUTO, False, interval),
    Item("readme-numbers", "evidence", AUTO, True, readme_numbers),
    Item("figures", "evidence", AUTO, False, figures),
    Item("error-analysis", "evidence", AUTO, True, error_analysis),
    Item("tested-once", "evidence", HUMAN, False),
    Item("one-chart", "evidence", HUMAN, False),
    Item("what-failed", "evidence", HUMAN, False),
]
