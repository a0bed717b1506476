"""The runs of a project: read as its commands left them, and which is the best."""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import Problem
from . import evidence
from .project import Project

CONTRACT = 1  # what config.json says of the files in a run; version 0.1 said nothing
Terms = tuple[str, int, str | None]


@dataclass(frozen=True)
class Run:
    """A run with a finished epoch. `report` is None until it is scored, or where it is of earlier weights."""

    folder: Path
    name: str
    config: dict[str, Any]
    meta: dict[str, Any]
    history: list[dict[str, float]]
    report: dict[str, Any] | None

    @property
    def smoke(self) -> bool:
        return bool(self.config.get("smoke"))

    @property
    def valid_score(self) -> float:
        return evidence.kept_score(self.history)

    @property
    def written(self) -> float:
        """When its last epoch ended, in seconds; copies keep it."""
        return (self.folder / "history.csv").stat().st_mtime

    @property
    def checkpoint_sha256(self) -> str | None:
        return self.report and self.report["checkpoint_sha256"]

    @property
    def terms(self) -> Terms:
        """What must be equal for two scores to be compared: data, split and metric."""
        metric = self.report["metric"] if self.report else self.meta.get("metric")
        return self.meta["data"]["sha256"], self.config["split_seed"], metric


def read(project: Project, folder: Path, name: str = "") -> Run:
    """A run as it lies there; a `Problem` where it is damaged, unfinished or of another version of hackgen."""
    config, meta = evidence.read_json(folder / "config.json"), evidence.read_json(folder / "meta.json")
    if (contract := config.get("contract", CONTRACT)) != CONTRACT:
        raise Problem(
            f"{folder.name} is from another version of hackgen (contract {contract}): use the hackgen that made it"
        )
    if (here := project.task) and config.get("task") != here:  # the framework may have been switched since
        raise Problem(f"{folder.name} is a run of task {config.get('task')!r}; this project's task is {here!r}")
    if evidence.misfit(config, evidence.CONFIG) or evidence.misfit(meta, evidence.META):
        raise Problem(f"{folder.name} is damaged (no model, split_seed or data sha256); restore it or train again")
    history = evidence.read_history(folder)
    if not math.isfinite(evidence.kept_score(history)):
        raise Problem(f"{folder.name} has a valid score that is no number; train again")
    sheet = evidence.report(project, folder) if (folder / "report.json").is_file() else None
    if sheet and sheet["valid_score"] != evidence.kept_score(history):
        sheet = None  # it was trained on since
    return Run(folder, name or folder.name, config, meta, history, sheet)


def survey(project: Project) -> tuple[list[Run], dict[str, str]]:
    """All full runs, oldest first, and why each other folder of a run is none, by its name."""
    found, left_out = [], {}
    for folder in sorted(path.parent for path in project.runs.glob("*/config.json")):
        try:
            run = read(project, folder)
        except Problem as problem:
            left_out[folder.name] = str(problem)
            continue
        if run.smoke:
            left_out[folder.name] = project.say("runs.smoke")
        else:
            found.append(run)
    return sorted(found, key=lambda run: run.written), left_out


def published(project: Project) -> Run | None:
    """The run that the team stands behind; a damaged one is a `Problem`."""
    return read(project, project.published) if project.has_published else None


def best(project: Project, known: list[Run] | None = None) -> Run | None:
    """The best full run on valid among those on the newest one's data, split and metric; None without any."""
    known = survey(project)[0] if known is None else known
    alike = [run for run in known if comparable(run.terms, known[-1].terms)]
    return next(iter(by_valid_score(project, alike)), None)


def comparable(one: Terms, other: Terms) -> bool:
    """Whether two runs agree in data, split and metric; one that is not scored may not name its metric."""
    return one[:2] == other[:2] and (one[2] == other[2] or None in (one[2], other[2]))


def by_valid_score(project: Project, known: list[Run]) -> list[Run]:
    """Runs with the best one on valid first."""
    higher = next((run.report["higher_is_better"] for run in known if run.report), project.higher_is_better)
    return sorted(known, key=lambda run: run.valid_score, reverse=higher)
