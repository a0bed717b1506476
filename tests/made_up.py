"""A project that was never trained: its pages, a metric of ten lines, and runs as its commands would leave them.

What `generator/pitch` does is tested on it: no framework is imported, and a run takes milliseconds.
"""

import csv
import hashlib
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
from hackgen.making.choice import Answers
from hackgen.making.compose import planned
from hackgen.making.write import write

CLASSES = 10
METRICS = '''"""Accuracy."""

NAME = "accuracy"
HIGHER_IS_BETTER = True


def score(target, output, meta):
    return float((output.argmax(1) == target).mean())


def difference(target, output, rival, meta):
    gain = (output.argmax(1) == target) * 1.0 - (rival.argmax(1) == target)
    spread = 1.96 * gain.std() / len(gain) ** 0.5
    return [float(gain.mean() - spread), float(gain.mean() + spread)], "normal approximation"
'''
COLUMNS = ["epoch", "step", "train_loss", "valid_loss", "valid_score", "learning_rate", "seconds", "kept"]


def project(folder: Path, **answers: Any) -> Path:
    """Write the pages of a project for the answers, its config.py and a metric; returns the folder."""
    files = planned(Answers(**{"title": "A test", "task": "image-classification", "models": ("cnn", "mlp"), **answers}))
    pages = {path: raw for path, raw in files.items() if not path.endswith(".py") or path == "config.py"}
    write(pages | {"metrics.py": METRICS.encode()}, folder)
    return folder


def made(
    project: Path,
    name: str,
    model: str = "cnn",
    right: float = 0.9,
    valid: float = 0.9,
    rows: int = 400,
    seed_of_rows: int = 0,
    data: str = "d",
    smoke: bool = False,
    scored: bool = True,
    knobs: dict[str, Any] | None = None,
    **said: Any,
) -> Path:
    """A run in runs/, or published/: `right` of its test rows are; `said` replaces fields of its report."""
    run = project / name if name == "published" else project / "runs" / name
    (run / "figures").mkdir(parents=True)
    task = {"task": "image-classification", "framework": "pytorch", "backend": None, "contract": 1}
    config = {"model": model, "seed": 0, "split_seed": 0, "epochs": 7, "batch_size": 32, "learning_rate": 0.01}
    config |= {"precision": "float32", "width": {"cnn": 16, "mlp": 256}.get(model, 1)} | (knobs or {})
    _json(run / "config.json", task | {"smoke": smoke} | config)
    about = {"name": "digits", "path": "", "sha256": data, "rows": 1797}
    _json(run / "meta.json", {"data": about, "classes": [str(number) for number in range(CLASSES)]})
    row = dict.fromkeys(COLUMNS, 1.0) | {"valid_score": valid, "seconds": 12.3}
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([COLUMNS, list(row.values())])
    (run / "history.csv").write_text(text.getvalue(), encoding="utf-8")
    (run / "best.pt").write_text(f"weights of {name} {valid}", encoding="utf-8")
    if scored:
        luck = np.random.default_rng(5).random(rows)  # the same rows are hard for every model
        target = np.random.default_rng(seed_of_rows).integers(CLASSES, size=rows)
        found = {"id": np.arange(rows), "target": target, "output": answers(target, luck < right)}
        np.savez_compressed(run / "predictions.npz", **found)
        score = float((found["output"].argmax(1) == target).mean())
        how = {"difference_method": "bootstrap"}
        baseline = {"score": 0.1, "difference_ci95": [score - 0.15, score - 0.05], "beaten": True} | how
        reference = {"score": 0.85, "difference_ci95": [score - 0.88, score - 0.82], "beaten": score > 0.88} | how
        report = {name: value for name, value in task.items() if name != "contract"} | {"model": model}
        report |= {"metric": "accuracy", "higher_is_better": True, "score": score}
        report |= {"ci95": [score - 0.03, min(1.0, score + 0.03)], "ci95_method": "Wilson's score interval"}
        report |= {"baseline": {"name": "most frequent class"} | baseline}
        report |= {"reference": {"name": "logistic regression"} | reference}
        report |= {"valid_score": valid, "n_test": rows, "parameters": 12_345, "train_seconds": 12.3, "smoke": smoke}
        report |= {"seed": config["seed"], "split_seed": config["split_seed"], "data": about}
        report |= {"checkpoint_sha256": hashlib.sha256((run / "best.pt").read_bytes()).hexdigest()}
        _json(run / "report.json", report | {"other_metrics": {"macro_f1": 0.55}} | said)
    return run


def answers(target: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Probabilities of the classes, (rows, classes): the true one where `right`, else the next one."""
    return np.eye(CLASSES)[np.where(right, target, (target + 1) % CLASSES)] * 0.8 + 0.02


def _json(path: Path, content: dict[str, Any]) -> None:
    path.write_text(json.dumps(content, indent=1), encoding="utf-8")
