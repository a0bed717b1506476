"""The runs of a project: read as its commands left them, whether what they hold can be believed, and which is best."""

import csv
import hashlib
import json
import math
from dataclasses import dataclass
from pathlib import Path
from types import UnionType
from typing import Any

from ..errors import Problem
from .project import Project

CONTRACT = 1  # what config.json says of the files in a run; version 0.1 said nothing
Terms = tuple[str, int, str | None]


def read_json(path: Path) -> dict[str, Any]:
    """The names and values of a JSON file of a run; a missing or damaged one is a `Problem` that names it."""
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise Problem(f"{short(path)} is missing; is this a finished run? python train.py makes a new one") from None
    except ValueError as error:
        raise Problem(f"{short(path)} is damaged ({error}); restore it or train again") from None
    if not isinstance(content, dict):
        raise Problem(f"{short(path)} is damaged (it does not begin with a brace); restore it or train again")
    return content


def short(path: Path) -> str:
    """A file of a run as messages name it, the same on every machine: `good/report.json`."""
    return f"{path.parent.name}/{path.name}"


def read_history(folder: Path) -> list[dict[str, float]]:
    """The rows of history.csv as numbers; a task may have added columns."""
    try:
        with (folder / "history.csv").open(encoding="utf-8", newline="") as file:
            rows = [{name: float(value) for name, value in row.items()} for row in csv.DictReader(file)]
        if not any(row["kept"] for row in rows):
            raise Problem(
                f"{folder.name} has no finished epoch yet; go on with: python train.py --resume {folder.name}"
            )
        kept_score(rows)
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise Problem(f"{folder.name}/history.csv cannot be read ({error}); train again") from None
    return rows


def kept_score(history: list[dict[str, float]]) -> float:
    """The score on valid of the epoch that was kept last."""
    return [row["valid_score"] for row in history if row["kept"]][-1]


def fits(value: Any, kind: Any) -> bool:
    """Whether a value is of a kind: of a type, a list [kind], a table {field: kind}, or what a function takes."""
    if isinstance(kind, dict):
        return isinstance(value, dict) and all(name in value and fits(value[name], of) for name, of in kind.items())
    if isinstance(kind, list):
        return isinstance(value, list) and all(fits(item, kind[0]) for item in value)
    if kind in (int, float):  # a count, a number
        number = isinstance(value, (int, kind)) and not isinstance(value, bool) and math.isfinite(value)
        return number and (kind is float or value >= 0)
    return isinstance(value, kind) if isinstance(kind, type | UnionType) else kind(value)


def interval(value: Any) -> bool:
    return value is None or (fits(value, [float]) and len(value) == 2)


def rival(value: Any) -> bool:
    """A rival's score; whether it is beaten can be told exactly where the difference has an interval."""
    return fits(value, RIVAL) and (value["beaten"] is None) == (value["difference_ci95"] is None)


RIVAL = {"name": str, "score": float, "difference_ci95": interval, "difference_method": str, "beaten": bool | None}
REPORT: dict[str, Any] = {"metric": str, "higher_is_better": bool, "model": str, "score": float, "ci95": interval}
REPORT |= {"ci95_method": str, "baseline": rival, "reference": rival, "valid_score": float, "n_test": int}
REPORT |= {"parameters": int, "train_seconds": float, "seed": int, "split_seed": int, "smoke": bool}
REPORT |= {"checkpoint_sha256": str, "other_metrics": dict, "data": {"name": str, "sha256": str, "rows": int}}
REPORT |= {"backend": str | None}


def report(project: Project, folder: Path) -> dict[str, Any]:
    """A run's report.json, if it has what evaluate.py writes; a `Problem` names what is damaged, and the remedy."""
    path = folder / "report.json"
    try:
        sheet = {"backend": None} | read_json(path)
    except Problem as problem:
        raise Problem(f"{problem}; {remedy(project, folder)}") from None
    for name, kind in REPORT.items():
        if not fits(sheet, {name: kind}):
            raise _damaged(project, path, f'"{name}"')
    return sheet


def intact(project: Project, folder: Path) -> dict[str, Any]:
    """The predictions of a run whose report is of the checkpoint beside it; else a `Problem`. Nothing runs."""
    best = checkpoint(project, folder)
    if sha256(best) != report(project, folder)["checkpoint_sha256"]:
        facts = {"file": short(folder / "report.json"), "best": best.name, "remedy": remedy(project, folder)}
        raise Problem(project.say("runs.other_weights", **facts))
    return predictions(project, folder)


def agree(project: Project, folder: Path, judged: dict[str, Any]) -> None:
    """A `Problem` where the predictions have another score than the report, by what own_code.judge said of them."""
    if "failed" in judged:
        raise _damaged(project, folder / "predictions.npz", judged["failed"])
    sheet = report(project, folder)
    if not math.isclose(judged["score"], sheet["score"], rel_tol=1e-6, abs_tol=1e-9):
        facts = {"said": f"{sheet['metric']} {sheet['score']}", "found": f"{judged['score']:.6g}"}
        file = short(folder / "report.json")
        raise Problem(project.say("runs.other_score", file=file, remedy=remedy(project, folder), **facts))


def checkpoint(project: Project, folder: Path) -> Path:
    """The file of the run's best weights, whatever the framework calls it."""
    found = [path for path in sorted(folder.glob("best.*")) if path.suffix != ".tmp"]
    if not found:
        raise _damaged(project, folder, "best.*")
    return found[0]


def predictions(project: Project, folder: Path) -> dict[str, Any]:
    """The arrays of predictions.npz: what was said about each test row, and what is true."""
    import numpy as np

    path = folder / "predictions.npz"
    try:
        with np.load(path, allow_pickle=False) as arrays:
            found = dict(arrays)
    except FileNotFoundError:
        raise Problem(project.say("runs.missing", file=short(path), remedy=remedy(project, folder))) from None
    except Exception as error:  # zip, npy and zlib each have errors of their own
        raise _damaged(project, path, error) from None
    if missing := {"id", "target", "output"} - found.keys():
        raise _damaged(project, path, f'"{min(missing)}"')
    return found


def remedy(project: Project, folder: Path) -> str:
    """The command that makes a run's report anew."""
    return project.say("runs.publish") if folder.name == "published" else project.say("runs.score", run=folder.name)


def sha256(path: Path) -> str:
    """The fingerprint of a file."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def _damaged(project: Project, path: Path, what: object) -> Problem:
    folder, name = (path, path.name) if path.is_dir() else (path.parent, short(path))
    return Problem(project.say("runs.damaged", file=name, what=what, remedy=remedy(project, folder)))


# Runs as a whole


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
        return kept_score(self.history)

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
    config, meta = read_json(folder / "config.json"), read_json(folder / "meta.json")
    if (contract := config.get("contract", CONTRACT)) != CONTRACT:
        raise Problem(
            f"{folder.name} is from another version of hackgen (contract {contract}): use the hackgen that made it"
        )
    if (here := project.task) and config.get("task") != here:  # the framework may have been switched since
        raise Problem(f"{folder.name} is a run of task {config.get('task')!r}; this project's task is {here!r}")
    if not (fits(config, {"split_seed": int, "model": str}) and fits(meta, {"data": {"sha256": str}})):
        raise Problem(f"{folder.name} is damaged (no model, split_seed or data sha256); restore it or train again")
    history = read_history(folder)
    if not math.isfinite(kept_score(history)):
        raise Problem(f"{folder.name} has a valid score that is no number; train again")
    sheet = report(project, folder) if (folder / "report.json").is_file() else None
    if sheet and sheet["valid_score"] != kept_score(history):
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
    stated = (run.report["higher_is_better"] for run in known if run.report)
    higher = next(stated, project.metrics("HIGHER_IS_BETTER", True))
    return sorted(known, key=lambda run: run.valid_score, reverse=higher)
