"""Which run is the best: by its score on valid, among full runs on the same data, split and metric."""

import math
from pathlib import Path
from typing import Any

import metrics
import runs
from cli import Fault
from engine import history

Entry = tuple[Path, dict[str, Any]]  # a run's folder, and what config.json and report.json say of it


def full_runs(root: Path = runs.RUNS) -> list[Entry]:
    """Finished runs that are no smoke runs, oldest first, with what config.json and report.json say of them.

    `valid_score` and `data` are there also where a run has not been evaluated yet; damaged runs are left out, and
    `survey` says why.
    """
    return survey(root)[0]


def survey(root: Path = runs.RUNS) -> tuple[list[Entry], dict[str, str]]:
    """All full runs, oldest first, and why each other folder of a run is none, by its name."""
    found, left_out = [], {}
    for run in sorted(path.parent for path in root.glob("*/config.json")):
        try:
            facts = read(run)
            if facts.get("smoke"):
                left_out[run.name] = "a smoke run"
            else:
                found.append(((run / "history.csv").stat().st_mtime, run, facts))
        except (Fault, OSError) as fault:
            left_out[run.name] = str(fault)
    return [(run, facts) for _, run, facts in sorted(found, key=lambda entry: (entry[0], entry[1].name))], left_out


def read(run: Path) -> dict[str, Any]:
    """What config.json and report.json say of a run; a `Fault` where it is damaged or has no finished epoch.

    A report of earlier weights, from before the run was resumed, is taken for none.
    """
    facts, meta = runs.read_json(run / "config.json"), runs.read_json(run / "meta.json")
    valid_score = [row for row in history.read(run) if row["kept"]][-1]["valid_score"]
    report = runs.read_json(run / "report.json") if (run / "report.json").is_file() else {}
    try:
        if not math.isfinite(valid_score):
            raise Fault(f"{run.name} has a valid score that is no number; train again")
        known = facts | {"metric": meta.get("metric", metrics.NAME), "data": meta["data"], "valid_score": valid_score}
        known |= report if report.get("valid_score") == valid_score else {}
        terms(known)
    except (KeyError, TypeError, AttributeError) as error:
        raise Fault(f"{run} is damaged ({type(error).__name__}: {error}); restore it or train again") from None
    return known


def best(root: Path = runs.RUNS) -> Path | None:
    """The best full run that can be compared with the newest one; None where there is no full run."""
    known = full_runs(root)
    if not known:
        return None
    return by_valid_score([entry for entry in known if terms(entry[1]) == terms(known[-1][1])])[0][0]


def by_valid_score(known: list[Entry]) -> list[Entry]:
    """Runs with the best one on valid first."""
    return sorted(known, key=lambda entry: entry[1]["valid_score"], reverse=metrics.HIGHER_IS_BETTER)


def terms(facts: dict[str, Any]) -> tuple[Any, ...]:
    """What must be equal for two scores to be compared."""
    return facts["data"]["sha256"], facts["split_seed"], facts["metric"]
