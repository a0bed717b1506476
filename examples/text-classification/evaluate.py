"""Score a run on the test split, which nothing else opens: `python evaluate.py [RUN] [--publish]`."""

import dataclasses
import io
import shutil
from pathlib import Path

import common
import figures
import metrics
import net
import report
import runs
from common import PUBLISHED, Problem
from config import BACKEND, FRAMEWORK, TASK, Config
from data import Data, load

import numpy as np


def main() -> None:
    parser = common.Parser(__doc__)
    parser.add_argument("run", nargs="?", help="a run's name or folder [the newest]")
    parser.add_argument("--data", help="where the data are now, if they moved; they must be the same")
    parser.add_argument("--device", help="auto, cpu, cuda, mps [auto]")
    parser.add_argument("--publish", action="store_true", help="copy the run to published/ and refresh README.md")
    args, _ = parser.parse()
    run, config, meta, smoke = runs.find(args.run)
    data = load(dataclasses.replace(config, data=args.data or config.data))
    runs.check_same(run, data.meta)
    data = data._replace(meta=meta)
    model = net.restore(run, config, meta, args.device)
    on_test, on_valid = (
        net.outputs(model, split.inputs, split.targets, meta, config.precision) for split in (data.test, data.valid)
    )
    if not np.isfinite(on_test).all():
        raise Problem(f"{run.name} answers with values that are no numbers; train again with a lower --learning-rate")
    rivals = metrics.rivals(data)
    found = {"id": data.test.ids, "target": metrics.truth(data.test, meta), "output": on_test}
    found |= {role: output for role, (_, output) in rivals.items()}
    sheet = {"task": TASK, "framework": FRAMEWORK, "backend": BACKEND, "model": config.model, "smoke": smoke}
    sheet |= scores(run, config, data, found)
    for role, (name, output) in rivals.items():
        sheet[role] = {"name": name} | compared(found["target"], on_test, output, meta)
    sheet["parameters"] = net.parameter_count(model)
    packed = io.BytesIO()
    np.savez_compressed(packed, **found)
    common.write(run / "predictions.npz", packed.getvalue())
    common.write_json(run / "report.json", sheet)
    drawn = figures.draw(run, data, found, on_valid)
    common.write(run / "report.html", report.page(run, sheet, config, drawn))
    print(report.text(sheet))
    print(f"\n{len(drawn)} figures and report.html in {run}")
    if args.publish:
        publish(run, sheet)


def scores(run: Path, config: Config, data: Data, found: dict[str, np.ndarray]) -> dict:
    """What report.json says of the score and how it came about."""
    history = runs.read_history(run)
    target, output, meta = found["target"], found["output"], data.meta
    interval, method = metrics.interval(target, output, meta)
    return {
        "metric": meta["metric"],
        "higher_is_better": metrics.HIGHER_IS_BETTER,
        "score": metrics.score(target, output, meta),
        "ci95": interval,
        "ci95_method": method,
        "valid_score": float(history["valid_score"][history["kept"] == 1][-1]),
        "n_test": len(data.test.ids),
        "train_seconds": round(float(history["seconds"][-1]), 2),
        "seed": config.seed,
        "split_seed": config.split_seed,
        "checkpoint_sha256": common.sha256(run / net.BEST),
        "data": meta["data"],
        "other_metrics": metrics.others(target, output, meta),
    }


def compared(target: np.ndarray, output: np.ndarray, rival: np.ndarray, meta: dict) -> dict:
    """A rival's score, and whether the model beats it: the interval of the difference on the same rows excludes 0."""
    gain, method = metrics.difference(target, output, rival, meta)
    beaten = None
    if gain:
        beaten = gain[0] > 0 if metrics.HIGHER_IS_BETTER else gain[1] < 0
    score = metrics.score(target, rival, meta)
    return {"score": score, "difference_ci95": gain, "difference_method": method, "beaten": beaten}


def publish(run: Path, sheet: dict) -> None:
    """Copy what a teammate needs to published/, which git tracks, and show its results in README.md."""
    if sheet["smoke"]:
        raise Problem(f"{run.name} is a smoke run; publish one that was trained in full")
    if run != PUBLISHED.resolve():
        draft, old = (PUBLISHED.with_name(f"published.{ending}") for ending in ("new", "old"))
        for left in (draft, old):
            shutil.rmtree(left, ignore_errors=True)
        shutil.copytree(run, draft, ignore=shutil.ignore_patterns(net.LAST, "*.tmp", "snapshots"))
        if PUBLISHED.exists():
            PUBLISHED.rename(old)
        draft.rename(PUBLISHED)
        shutil.rmtree(old, ignore_errors=True)
    readme = common.ROOT / "README.md"
    start, end = "<!-- results: refreshed by evaluate.py --publish -->", "<!-- end of results -->"
    before, found, rest = readme.read_text(encoding="utf-8").partition(start)
    if not found or end not in rest:
        raise Problem(f"{readme} lacks the lines {start} and {end}; put them where the results should be")
    figure_names = sorted(path.name for path in (PUBLISHED / "figures").glob("*.png"))
    pictures = "\n".join(f"![{Path(name).stem.replace('_', ' ')}](published/figures/{name})" for name in figure_names)
    section = f"```\n{report.text(sheet)}\n```\n\n{pictures}"
    common.write(readme, f"{before}{start}\n\n{section}\n\n{end}{rest.partition(end)[2]}")
    print(f"published {run.name}: commit published/ and README.md; after a conflict in them, publish again")


if __name__ == "__main__":
    common.run(main)
