"""Score a run on the test split, which nothing else opens: `python evaluate.py [RUN] [--publish]`."""

import dataclasses
import shutil
from pathlib import Path

import common
import figures
import metrics
import report
import runs
from common import PUBLISHED, Problem
from data import Data, load

import numpy as np


def main() -> None:
    parser = common.Parser(__doc__)
    parser.add_argument("run", nargs="?", help="a run's name or folder [the newest]")
    parser.add_argument("--data", help="where the data are now, if they moved; they must be the same")
    parser.add_argument("--device", help="auto, cpu, cuda, mps [auto]")
    parser.add_argument("--publish", action="store_true", help="copy the run to published/ and refresh README.md")
    args, _ = parser.parse()
    run, config, meta, _ = runs.find(args.run)
    data = load(dataclasses.replace(config, data=args.data or config.data))
    runs.check_same(run, data.meta)
    data = data._replace(meta=meta | {"model": config.model})  # as some models have rivals of their own
    net = common.kit(config)
    model = net.restore(run, config, meta, args.device)
    on_test = net.outputs(model, data.test.inputs, data.test.targets, meta, config.precision)
    on_valid = net.outputs(model, data.valid.inputs, data.valid.targets, meta, config.precision)
    found = {"id": data.test.ids, "target": metrics.truth(data.test, meta), "output": on_test}
    sheet = scored(run, data, found) | {"parameters": net.parameter_count(model)}
    sheet["checkpoint_sha256"] = common.sha256(run / net.BEST)
    common.write(run / "predictions.npz", lambda file: np.savez_compressed(file, **found))
    drawn = figures.draw(run, data, found, on_valid, sheet)
    common.write_json(run / "report.json", sheet)
    common.write(run / "report.html", report.page(run, sheet, drawn))
    print(report.text(sheet))
    print(f"\n{len(drawn)} figures and report.html in {run}")
    if args.publish:
        publish(run, sheet)


def scored(run: Path, data: Data, found: dict[str, np.ndarray]) -> dict:
    """What report.json says of the score, how it came about, and of its rivals, whose answers join `found`."""
    target, output, meta = found["target"], found["output"], data.meta
    about, history = common.read_json(run / "config.json"), runs.read_history(run)
    interval, method = metrics.interval(target, output, meta)
    known = "task framework backend model smoke seed split_seed".split()
    sheet = {name: about[name] for name in known} | {
        "metric": meta["metric"],
        "higher_is_better": metrics.HIGHER_IS_BETTER,
        "score": metrics.score(target, output, meta),
        "ci95": interval,
        "ci95_method": method,
        "valid_score": float(history["valid_score"][history["kept"] == 1][-1]),
        "n_test": len(found["id"]),
        "train_seconds": round(float(history["seconds"][-1]), 2),
        "data": meta["data"],
        "other_metrics": metrics.others(target, output, meta),
    }
    for role, (name, answers) in metrics.rivals(data).items():
        found[role] = answers
        gain, method = metrics.difference(target, output, answers, meta)  # on the same rows
        beaten = gain and (gain[0] > 0 if metrics.HIGHER_IS_BETTER else gain[1] < 0)
        score = metrics.score(target, answers, meta)
        rival = {"name": name, "score": score, "difference_ci95": gain, "difference_method": method}
        sheet[role] = rival | {"beaten": beaten}
    return sheet


def publish(run: Path, sheet: dict) -> None:
    """Copy what a teammate needs to published/, which git tracks, and show its results in README.md."""
    if sheet["smoke"]:
        raise Problem(f"{run.name} is a smoke run; publish one that was trained in full")
    if run != PUBLISHED:
        draft = PUBLISHED.with_name("published.new")
        shutil.rmtree(draft, ignore_errors=True)
        shutil.copytree(run, draft, ignore=shutil.ignore_patterns("last.*", "*.tmp", "snapshots"))
        PUBLISHED.mkdir(exist_ok=True)
        PUBLISHED.rename(draft / "before.tmp")  # whole until the new one stands there, whenever a kill comes
        draft.rename(PUBLISHED)
        shutil.rmtree(PUBLISHED / "before.tmp")
    readme = common.ROOT / "README.md"
    start, end = "<!-- results: refreshed by evaluate.py --publish -->", "<!-- end of results -->"
    before, found, rest = readme.read_text(encoding="utf-8").partition(start)
    if not found or end not in rest:
        raise Problem(f"{readme} lacks the lines {start} and {end}; put them where the results should be")
    names = sorted(path.stem for path in (PUBLISHED / "figures").glob("*.png"))
    pictures = "\n".join(f"![{name.replace('_', ' ')}](published/figures/{name}.png)" for name in names)
    results = f"```\n{report.text(sheet)}\n```\n\n{pictures}"
    common.write(readme, f"{before}{start}\n\n{results}\n\n{end}{rest.partition(end)[2]}")
    print(f"published {run.name}: commit published/ and README.md; after a conflict in them, publish again")


if __name__ == "__main__":
    common.run(main)
