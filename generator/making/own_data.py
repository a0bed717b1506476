"""The team's own data in a project: what is copied, what is only pointed at, and what the project must know of it."""

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import conversion
from ..conversion import COPIED, LOCATION, SIDE, Plain
from ..errors import Misuse, Problem
from ..parts import models, parsed
from . import fitting
from .choice import Answers, Choice

if TYPE_CHECKING:
    from ..inspection import Findings  # its libraries are slow to import, and needed only with --data

TABULAR = {"tabular-classification", "tabular-regression"}
PICTURE_FORMATS = ("pictures", "picture-list")
FAMILIES = dict.fromkeys((*PICTURE_FORMATS, "npz", "idx"), "pictures") | dict.fromkeys(("text", "texts"), "texts")
FAMILIES["unknown"] = "unknown"


@dataclass(frozen=True)
class OwnData(Plain):
    """How the team's data come into the project; `found` is what was found in them."""

    changed: bool = False  # they changed while they were read, and these are of one moment

    @property
    def copied(self) -> bool:
        return self.knob != LOCATION

    @property
    def name(self) -> str:
        """What README and data card call it; the copy's name, so that the copy makes the same project again."""
        return Path(self.knob if self.copied else self.found.path).name

    def recorded(self, answers: Answers) -> Answers:
        """The answers as they hold for the copy, whose columns may have other names, or none: it is looked at again."""
        about = parsed(self.schema.decode()) if self.copied and family(self.found.format) != "pictures" else {}
        columns = about.get("columns", {})
        names = {*columns, about.get("text"), about.get("target"), "none", "", None}
        dates = [name for name, column in columns.items() if column["role"] == "date"]
        flags = ("target", "group", "time") if self.copied else ()
        lost = {flag: "" for flag in flags if getattr(answers, flag) not in names}
        lost |= {"time": dates[0]} if "time" in lost and len(dates) == 1 else {}
        return replace(answers, data=self.knob, **lost)

    def told(self, answers: Answers) -> str:
        """Where the data are and who has them, for the person who makes the project."""
        if not self.copied:
            why = "" if answers.copy is False else f"more than {COPIED >> 20} MB, so "
            return f"{why}left where they are; {LOCATION} says where, on this computer alone"
        count = len(self.files)
        upright = "upright " * (self.found.format in PICTURE_FORMATS)
        what = f"{count:,} {upright}copies" if count > 1 else f"an {upright}copy" if upright else "a copy"
        told = f"{what} in {self.knob}, tracked, so that a clone trains (--no-copy leaves them where they are)"
        told += f"; {self.found.rows:,} rows, as they changed while they were read" * self.changed
        if upright:
            from ..conversion.pictures import renamed  # which is slow to import

            told += "".join(f"; {line}" for line in renamed(self.found))
        return told


def family(format: str) -> str:
    """What a task's card lists under `reads`: pictures, texts, or else a table; no task reads what is unknown."""
    return FAMILIES.get(format, "table")


def proposed(answers: Answers, findings: "Findings") -> Answers:
    """The answers with what the inspection suggests in place of what is open."""
    answers, suggestion = fitting.spelled(findings, answers), findings.suggestion
    if answers.task is None:
        if suggestion is None:
            raise Problem(f"{findings.path}: {why_nothing(findings)}")
        answers = replace(answers, task=suggestion.task)
    if suggestion is None or not (suggestion.task == answers.task or {suggestion.task, answers.task} <= TABULAR):
        return answers
    target = next((c for c in findings.columns if c.name == suggestion.target), None)
    predicted = "number" if answers.task == "tabular-regression" else "class"
    if suggestion.task != answers.task and (target is None or fitting.unsuited(target, predicted, findings.rows)):
        suggestion = replace(suggestion, target=answers.target)
    found = {"target": suggestion.target or "", "group": suggestion.group}
    if suggestion.task == "time-series-forecasting":  # other rows are divided by chance, unless a person asks
        found["time"] = suggestion.time
    return replace(answers, **{name: value for name, value in found.items() if getattr(answers, name) is None})


def modelled(answers: Answers, findings: "Findings") -> Answers:
    """The answers with the models that are best for such data, where none is named."""
    found = findings.suggestion
    fits = found and (found.task == answers.task or {found.task, answers.task} <= TABULAR)
    return replace(answers, models=tuple(found.start)) if fits and not answers.models else answers


def left_out(findings: "Findings", choice: Choice) -> str:
    """The model that suits such data best, where it is left out as it needs a package that not everybody has; or ""."""
    best = findings.suggestion.models[:1] if findings.suggestion else []
    able = {model.name for model in models(choice.task, choice.framework) if "optional" in model.card}
    return next((name for name in best if name in able - {model.name for model in choice.models}), "")


def why_nothing(findings: "Findings") -> str:
    """Why no task can be suggested, and what to do about it."""
    if not findings.notes:
        return "it is not clear what to learn from it; say it with --task (and --target)"
    remedied = findings.format == "unknown" or findings.rows or ";" in findings.notes[-1]
    return findings.notes[-1] + ("" if remedied else "; name other data")


def bring(findings: "Findings", choice: Choice, answers: Answers) -> OwnData:
    """Decide what the project holds of the data: copies where they are small, else the place where they lie.

    A file that grows meanwhile is looked at once more, as it stood at one moment, so that copy and card agree.
    """
    from ..inspection import inspect, state_of

    task, reads = choice.task, choice.task.card.get("reads", [])
    if not reads:
        raise Misuse(f"{task.name} learns from its sample alone; leave out --data, or name another --task")
    if findings.format == "unknown":
        raise Problem(f"{findings.path}: {why_nothing(findings)}")
    if family(findings.format) not in reads:
        if findings.suggestion and findings.suggestion.task == task.name:
            remedy = "put them there, then try again"
            raise Problem(f"{findings.path} names pictures that are not found beside it; {remedy}")
        held = f"{findings.path} holds {family(findings.format)}"
        remedy = fitting.instead(findings) or "; name other data"
        raise Misuse(f"{task.name} reads {' or '.join(reads)}, and {held}{remedy}")
    own = _brought(findings, choice, answers)
    place = Path(findings.path)
    if not own.copied or not findings.seen or state_of(Path(findings.seen[0])) == findings.seen[1]:
        return own
    if not place.is_file() or findings.format in PICTURE_FORMATS:  # which need what lies beside them
        raise Problem(f"{findings.path} changes while it is read; copy it, and name the copy")
    with tempfile.TemporaryDirectory(prefix="hackgen-still-") as folder:
        still = Path(folder) / place.name
        content = place.read_bytes()
        by_lines = findings.format in ("csv", "jsonl", "text") and content[:2] not in (b"\x1f\x8b", b"PK")
        still.write_bytes(content[: content.rfind(b"\n") + 1] if by_lines else content)  # a row may be half there
        found = inspect(str(still), answers.target or None)
        return replace(_brought(found, choice, answers), changed=True)


def _brought(findings: "Findings", choice: Choice, answers: Answers) -> OwnData:
    """The same, of data that stay as they are meanwhile."""
    task = choice.task
    fitting.check(findings, task, answers)
    plain = conversion.room(task["kind"].partition("-to-")[0]).plain(findings, task.name, answers)
    return OwnData(**vars(plain) | {"found": plain.found or findings})


def facts(own: OwnData, answers: Answers) -> dict[str, Any]:
    """What the templates of `own/` may say about the data."""
    findings = own.found
    pictures = own.copied and findings.format in PICTURE_FORMATS
    return {
        "name": own.name,
        "path": own.knob,
        "copied": own.copied,
        "format": findings.format,
        "files": findings.facts.get("files", {}).get("read", 0),  # of a folder, which hold a series each
        "pictures": len(own.files) if pictures else 0,
        "side": answers.size or SIDE,
        "target": answers.target or "",
        "rows": findings.rows,
        "bytes": findings.bytes,
        "columns": findings.columns,
        "suspects": findings.suspects,
        "classes": findings.facts.get("classes", {}),
        "notes": findings.notes,
    }
