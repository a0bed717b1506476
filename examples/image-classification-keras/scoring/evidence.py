"""Whether a run's report can be believed: it is whole, of this checkpoint, and of the predictions beside it."""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import runs
from cli import Fault
from support.wording import words

Fields = dict[str, Callable[[Any], bool]]


def text(value: Any) -> bool:
    return isinstance(value, str)


def flag(value: Any) -> bool:
    return isinstance(value, bool)


def number(value: Any) -> bool:
    return isinstance(value, int | float) and not flag(value) and math.isfinite(value)


def count(value: Any) -> bool:
    return isinstance(value, int) and not flag(value) and value >= 0


def span(value: Any) -> bool:
    """An interval, or null where there is none."""
    return value is None or (isinstance(value, list) and len(value) == 2 and all(map(number, value)))


def table(fields: Fields) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, dict) and not misfit(value, fields)


def misfit(value: dict[str, Any], fields: Fields) -> str | None:
    """The first field that is missing or holds something else than it should; None where all is well."""
    return next((name for name, fits in fields.items() if name not in value or not fits(value[name])), None)


RIVAL: Fields = {"name": text, "score": number, "difference_ci95": span, "difference_method": text}
RIVAL |= {"beaten": lambda value: value is None or flag(value)}


def rival(value: Any) -> bool:
    """A rival's score; whether it is beaten can be told exactly where the difference has an interval."""
    return table(RIVAL)(value) and (value["beaten"] is None) == (value["difference_ci95"] is None)


REPORT: Fields = {"metric": text, "higher_is_better": flag, "model": text, "score": number, "ci95": span}
REPORT |= {"ci95_method": text, "baseline": rival, "reference": rival, "valid_score": number}
REPORT |= {"n_test": count, "parameters": count, "train_seconds": number, "seed": count, "split_seed": count}
REPORT |= {"smoke": flag, "checkpoint_sha256": text, "other_metrics": table({})}
REPORT |= {"data": table({"name": text, "sha256": text, "rows": count})}


def read(run: Path) -> dict[str, Any]:
    """The run's report.json, if it has what evaluate.py writes; a `Fault` names what is damaged, and the remedy."""
    path = run / "report.json"
    try:
        sheet = runs.read_json(path)
    except Fault as fault:
        raise Fault(f"{fault}; {remedy(run)}") from None
    if (name := misfit(sheet, REPORT)) or not text(sheet.get("backend") or ""):
        raise Fault(words("evidence_damaged", file=path, what=f'"{name or "backend"}"', remedy=remedy(run)))
    return sheet


def report(run: Path) -> dict[str, Any]:
    """The same, if it is also of the checkpoint and the predictions that lie there; else a `Fault`."""
    import metrics  # here, because a team edits it, and a list of checks goes on where it is broken

    sheet, best = read(run), checkpoint(run)
    if runs.sha256(best) != sheet["checkpoint_sha256"]:
        raise Fault(words("evidence_other_weights", file=run / "report.json", best=best.name, remedy=remedy(run)))
    found, meta = predictions(run), runs.read_json(run / "meta.json")
    try:
        score = float(metrics.score(found["target"], found["output"], meta))
    except Exception as error:  # whatever a task's metric meets in damaged arrays or a damaged meta.json
        what = f"{type(error).__name__}: {error}"
        raise Fault(words("evidence_damaged", file=run / "predictions.npz", what=what, remedy=remedy(run))) from None
    if not math.isclose(score, sheet["score"], rel_tol=1e-6, abs_tol=1e-9):
        said = f"{sheet['metric']} {sheet['score']}"
        facts = {"file": run / "report.json", "said": said, "found": f"{score:.6g}", "remedy": remedy(run)}
        raise Fault(words("evidence_other_score", **facts))
    return sheet


def checkpoint(run: Path) -> Path:
    """The file of the run's best weights, whatever the framework calls it."""
    best = [path for path in sorted(run.glob("best.*")) if path.suffix != ".tmp"]
    if not best:
        raise Fault(words("evidence_damaged", file=run, what="best.*", remedy=remedy(run)))
    return best[0]


def predictions(run: Path) -> dict[str, np.ndarray]:
    """The arrays of predictions.npz: what was said about each test row, and what is true."""
    path = run / "predictions.npz"
    try:
        with np.load(path, allow_pickle=False) as arrays:
            found = dict(arrays)
    except FileNotFoundError:
        raise Fault(words("evidence_missing", file=path, remedy=remedy(run))) from None
    except Exception as error:  # zip, npy and zlib each have errors of their own
        raise Fault(words("evidence_damaged", file=path, what=error, remedy=remedy(run))) from None
    if missing := {"id", "target", "output"} - found.keys():
        raise Fault(words("evidence_damaged", file=path, what=f'"{min(missing)}"', remedy=remedy(run)))
    return found


def remedy(run: Path) -> str:
    """The command that makes a run's report anew."""
    published = run == runs.PUBLISHED
    return words("evidence_publish") if published else words("evidence_score", run=run.name)
