"""Score a run on the test split, which nothing else opens: `python evaluate.py [RUN] [--publish]`."""

import cli  # before all others, to say which package is missing

# isort: split
import dataclasses
import io
from pathlib import Path
from typing import Any

import numpy as np

import metrics
import runs
from config import Config
from data import load
from engine import checkpoint, history, inference
from reporting import figures, publish, report
from scoring import baselines
from splits import Data


def main() -> None:
    parser = cli.Parser(__doc__)
    parser.add_argument("run", nargs="?", help="a run's name or folder [the newest]")
    parser.add_argument("--data", help="where the data are now, if they moved; they must be the same")
    parser.add_argument("--device", help="auto, cpu, cuda, mps [as trained, where it is there]")
    parser.add_argument("--publish", action="store_true", help="copy the run to published/ and refresh README.md")
    args = cli.parse_plain(parser)
    run = runs.find(args.run)
    config, facts = runs.read_config(run)
    data = load_same_data(run, config, args.data)
    model = checkpoint.restore(run, config, data.meta, args.device)
    predictions, names = predict_test(model, data)
    sheet = score(run, config, facts, data, predictions, names, inference.parameter_count(model))
    save_predictions(run, predictions)
    runs.write_json(run / "report.json", sheet)
    drawn = figures.draw(run, data, model, predictions, sheet)
    runs.write(run / "report.html", report.page(run, sheet, config, drawn))
    print(report.text(sheet))
    print(f"\n{len(drawn)} figures and report.html in {run}")
    if args.publish:
        publish.publish(run)


def load_same_data(run: Path, config: Config, moved_to: str | None) -> Data:
    """Load the data a run was trained on, and make sure that they are the same."""
    moved = dataclasses.replace(config, data=str(Path(moved_to).resolve())) if moved_to else config
    data = load(runs.located(moved))
    data.meta = {**runs.trained_meta(run, data.meta), "data": data.meta["data"]}
    return data


def predict_test(model: Any, data: Data) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """What model, baseline and reference say about every test row: the arrays of predictions.npz, and names."""
    predictions = {
        "id": data.test.ids,
        "target": metrics.truth(data.test, data.meta),
        "output": inference.outputs(model, data.test, data.meta),
    }
    names = {}
    for role, (name, output) in baselines.predictions(data).items():
        predictions[role], names[role] = output, name
    return predictions, names


def score(
    run: Path, config: Config, facts: dict, data: Data, predictions: dict[str, np.ndarray], names: dict, parameters: int
) -> dict[str, Any]:
    """The contents of report.json."""
    target, output, meta = predictions["target"], predictions["output"], data.meta
    rows = history.read(run)
    kept = [row for row in rows if row["kept"]][-1]
    interval, how = metrics.interval(target, output, meta)
    sheet = {
        "task": facts["task"],
        "framework": facts["framework"],
        "backend": facts.get("backend"),
        "model": config.model,
        "metric": meta.get("metric", metrics.NAME),
        "higher_is_better": metrics.HIGHER_IS_BETTER,
        "score": metrics.score(target, output, meta),
        "ci95": interval,
        "ci95_method": how,
        "baseline": compare(predictions, "baseline", names, meta),
        "reference": compare(predictions, "reference", names, meta),
        "valid_score": kept["valid_score"],
        "n_test": len(data.test),
        "parameters": parameters,
        "train_seconds": round(rows[-1]["seconds"], 2),
        "seed": config.seed,
        "split_seed": config.split_seed,
        "smoke": bool(facts["smoke"]),
        "checkpoint_sha256": runs.sha256(checkpoint.best_file(run)),
        "data": meta["data"],
        "other_metrics": metrics.others(predictions, meta),
    }
    return sheet


def compare(predictions: dict[str, np.ndarray], role: str, names: dict[str, str], meta: dict) -> dict[str, Any]:
    """A rival's score, and whether the model beats it: the paired interval of the difference excludes 0."""
    target, output, rival = predictions["target"], predictions["output"], predictions[role]
    difference, how = metrics.difference(target, output, rival, meta)
    beaten = None
    if difference:
        beaten = difference[0] > 0 if metrics.HIGHER_IS_BETTER else difference[1] < 0
    return {
        "name": names[role],
        "score": metrics.score(target, rival, meta),
        "difference_ci95": difference,
        "difference_method": how,
        "beaten": beaten,
    }


def save_predictions(run: Path, predictions: dict[str, np.ndarray]) -> None:
    """Write predictions.npz whole or not at all."""
    packed = io.BytesIO()
    np.savez_compressed(packed, **predictions)
    runs.write(run / "predictions.npz", packed.getvalue())


if __name__ == "__main__":
    cli.run(main)
