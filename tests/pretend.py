"""Runs as train.py and evaluate.py leave them, without a training: chosen answers to chosen questions, scored for real.

    python pretend.py NAME '{"right": 0.9, "seed": 1, ...}'        inside a project of image-classification

Everything in the folder is what the project's own code makes of the answers; only the weights are none.
"""

import dataclasses
import io
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path.cwd()))

import metrics
import numpy as np
import runs
from config import MODELS
from engine import history

CLASSES = 10


def main(name: str, given: dict) -> None:
    wanted = {"right": 0.9, "valid": 0.9, "rows": 400, "scored": True, "smoke": False, "data": "d", "knobs": {}} | given
    model = wanted.get("model", next(iter(MODELS)))
    config = dataclasses.replace(MODELS[model](), **wanted["knobs"])
    run = runs.PUBLISHED if name == "published" else runs.RUNS / name
    run.mkdir(parents=True)
    runs.save_config(run, config, smoke=wanted["smoke"])
    data = {"name": "digits", "path": "", "sha256": wanted["data"], "rows": 1797}
    meta = {"data": data, "classes": [str(number) for number in range(CLASSES)], "shape": [8, 8, 1]}
    runs.write_json(run / "meta.json", meta)
    row = dict.fromkeys(history.COLUMNS, 1.0) | {"valid_score": wanted["valid"], "seconds": 12.3}
    history.write(run, [row])
    runs.write(run / "best.pt", f"weights of {name} {wanted['valid']}")
    runs.write(run / "report.html", "a page")
    (run / "figures").mkdir()
    if wanted["scored"]:
        score(run, config, meta, wanted)


def score(run: Path, config: object, meta: dict, wanted: dict) -> None:
    """Write predictions.npz and report.json."""
    rng = np.random.default_rng(wanted.get("rows_seed", 0))
    target = rng.integers(CLASSES, size=wanted["rows"])
    luck = np.random.default_rng(5).random(wanted["rows"])  # the same rows are hard for every model
    found = {"id": np.arange(wanted["rows"]), "target": target, "output": answers(target, luck < wanted["right"])}
    found |= {"baseline": answers(target, luck < 0.1), "reference": answers(target, luck < wanted.get("rival", 0.85))}
    packed = io.BytesIO()
    np.savez_compressed(packed, **found)
    runs.write(run / "predictions.npz", packed.getvalue())
    span, how = metrics.interval(target, found["output"], meta)
    sheet = {"task": "image-classification", "framework": "pytorch", "backend": None, "model": config.model}
    sheet |= {"metric": metrics.NAME, "higher_is_better": metrics.HIGHER_IS_BETTER}
    sheet |= {"score": metrics.score(target, found["output"], meta), "ci95": span, "ci95_method": how}
    for role, name in (("baseline", "most frequent class"), ("reference", "logistic regression")):
        gained, how = metrics.difference(target, found["output"], found[role], meta)
        sheet[role] = {"name": name, "score": metrics.score(target, found[role], meta)}
        sheet[role] |= {"difference_ci95": gained, "difference_method": how, "beaten": gained[0] > 0}
    sheet |= {"valid_score": wanted["valid"], "n_test": len(target), "parameters": 12_345, "train_seconds": 12.3}
    sheet |= {"seed": config.seed, "split_seed": config.split_seed, "smoke": wanted["smoke"]}
    sheet |= {"checkpoint_sha256": runs.sha256(run / "best.pt"), "data": meta["data"]}
    runs.write_json(run / "report.json", sheet | {"other_metrics": metrics.others(found, meta)})


def answers(target: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Probabilities of the classes, (rows, classes): the true one where `right`, else the next one."""
    return np.eye(CLASSES)[np.where(right, target, (target + 1) % CLASSES)] * 0.8 + 0.02


if __name__ == "__main__":
    main(sys.argv[1], json.loads(sys.argv[2]))
