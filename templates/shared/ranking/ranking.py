"""Which run is the best: by its score on valid, among full runs on the same data, split and metric."""

from pathlib import Path
from typing import Any

import history
import metrics
import runs
from cli import Fault


def full_runs(root: Path = runs.RUNS) -> list[tuple[Path, dict[str, Any]]]:
    """Finished runs that are no smoke runs, oldest first, with what config.json and report.json say of them.

    `valid_score` and `data` are there also where a run has not been evaluated yet; damaged runs are left out.
    """
    found = []
    for path in root.glob("*/config.json"):
        run = path.parent
        try:
            facts = runs.read_json(path)
            meta = runs.read_json(run / "meta.json")
            kept = [row for row in history.read(run) if row["kept"]]
            report = runs.read_json(run / "report.json") if (run / "report.json").is_file() else {}
            metric = meta.get("metric", metrics.NAME)
            facts |= {"metric": metric, "data": meta["data"], "valid_score": kept[-1]["valid_score"], **report}
        except (Fault, OSError, KeyError, IndexError, TypeError):
            continue
        if not facts.get("smoke"):
            found.append(((run / "history.csv").stat().st_mtime, run, facts))
    return [(run, facts) for _, run, facts in sorted(found, key=lambda entry: (entry[0], entry[1].name))]


def best() -> Path | None:
    """The best full run that can be compared with the newest one; None where there is no full run."""
    known = full_runs()
    if not known:
        return None
    newest = _terms(known[-1][1])
    sign = 1 if metrics.HIGHER_IS_BETTER else -1
    return max((entry for entry in known if _terms(entry[1]) == newest), key=lambda e: sign * e[1]["valid_score"])[0]


def _terms(facts: dict[str, Any]) -> tuple[Any, ...]:
    """What must be equal for two scores to be compared."""
    return facts["data"]["sha256"], facts["split_seed"], facts["metric"]
