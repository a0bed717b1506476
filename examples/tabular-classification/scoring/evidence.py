"""Whether a run's report can be believed: it is of this checkpoint, and of the predictions beside it."""

import math
from pathlib import Path
from typing import Any

import numpy as np

import metrics
import runs
from cli import Fault

NEEDED = ["metric", "model", "score", "ci95", "baseline", "reference", "valid_score", "n_test", "parameters"]
NEEDED += ["train_seconds", "checkpoint_sha256", "data", "smoke", "higher_is_better", "other_metrics", "split_seed"]


def report(run: Path) -> dict[str, Any]:
    """The run's report.json, if it is of the checkpoint and the predictions that lie there; else a `Fault`."""
    sheet = runs.read_json(run / "report.json")
    if missing := [name for name in NEEDED if not isinstance(sheet, dict) or name not in sheet]:
        raise Fault(f"{run / 'report.json'} is damaged: it lacks {missing[0]}; {remedy(run)}")
    best = [path for path in sorted(run.glob("best.*")) if path.suffix != ".tmp"]
    if not best:
        raise Fault(f"{run} has no checkpoint best.* that its report could be of; {remedy(run)}")
    if runs.sha256(best[0]) != sheet["checkpoint_sha256"]:
        raise Fault(f"{run / 'report.json'} is not of {best[0].name} beside it (sha256 differs); {remedy(run)}")
    found = predictions(run)
    score = metrics.score(found["target"], found["output"], runs.read_json(run / "meta.json"))
    if not isinstance(sheet["score"], int | float) or not math.isclose(score, sheet["score"], rel_tol=1e-6):
        raise Fault(
            f"{run / 'report.json'} says {sheet['metric']} {sheet['score']}, "
            f"its predictions.npz {score:.6g}; {remedy(run)}"
        )
    return sheet


def predictions(run: Path) -> dict[str, np.ndarray]:
    """The arrays of predictions.npz: what was said about each test row, and what is true."""
    path = run / "predictions.npz"
    try:
        with np.load(path, allow_pickle=False) as arrays:
            found = dict(arrays)
    except FileNotFoundError:
        raise Fault(f"{path} is missing; {remedy(run)}") from None
    except Exception as error:  # zip, npy and zlib each have errors of their own
        raise Fault(f"{path} is damaged ({error}); {remedy(run)}") from None
    if missing := {"id", "target", "output"} - found.keys():
        raise Fault(f"{path} is damaged: it lacks {min(missing)}; {remedy(run)}")
    return found


def remedy(run: Path) -> str:
    """The command that makes a run's report anew."""
    if run == runs.PUBLISHED:
        return "publish again: python evaluate.py RUN --publish"
    return f"score it again: python evaluate.py {run.name}"
