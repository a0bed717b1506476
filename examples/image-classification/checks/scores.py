"""Checks for check.py on scores: what evaluate.py reports, worked out anew."""

import contextlib
import dataclasses
import importlib
import io
import shutil
import sys
from pathlib import Path
from typing import Any
from unittest import mock

import common
import data as data_module
import evaluate
import metrics
import runs
from checks.parts import Found, alike, picked
from common import words

import numpy as np

MOST_ROWS = 20_000  # that predict.py is asked for


def command(name: str, *words: str) -> str:
    """What a command of this project prints, run in this process so that imports are paid once."""
    sys.argv = [f"{name}.py", *words]
    with contextlib.redirect_stdout(io.StringIO()) as said, contextlib.suppress(SystemExit):
        importlib.import_module(name).main()
    return said.getvalue()


def smoke_run(bench: Any) -> Path:
    """A run that train.py and evaluate.py made, with the settings that check.py was given."""
    runs.RUNS, runs.watch_ctrl_c = bench.folder, list  # nothing is left in the project; Ctrl-C ends at once
    run, fit = bench.folder / "commanded", bench.trainer.fit
    if hasattr(bench, "failed"):
        raise bench.failed
    if run.exists():
        return run

    def watched(model: Any, data: Any, *given: Any) -> Any:
        bench.handed = data
        return fit(model, data, *given)

    given = bench.given | bench.own("SMOKE", {})
    words = [f"--{name}={value}" for name, value in given.items() if not isinstance(value, bool)]
    words += [f"--{'no-' * (not value)}{name}" for name, value in given.items() if isinstance(value, bool)]
    try:
        with mock.patch.object(bench.trainer, "fit", watched):
            command("train", *words, "--smoke", "--out", run.name, "--device", "cpu", "--precision", "float32")
        command("evaluate", run.name, "--device", "cpu")
    except Exception as error:  # which others that ask for this run shall tell, not that it is missing
        bench.failed = error
        raise
    return run


def handed_on(bench: Any) -> Found:
    """Training gets the splits as they are: train.main() hands train and valid to train.fit(), and no test"""
    smoke_run(bench)
    given, own = bench.handed[:2], bench.data[:2]
    others = [int((~np.isin(some.ids, split.ids)).sum()) for some, split in zip(given, own, strict=True)]
    found = f"{others[0]} of {len(given[0].ids)} rows are not of train, {others[1]} of {len(given[1].ids)} not of valid"
    return not any(others), found, "none"


def report(bench: Any) -> Found:
    """The report is of the kept weights: evaluate.main() scores all test rows at once; metrics.score(), others(),
    interval()"""
    run, test = smoke_run(bench), bench.data.test
    sheet, found = common.read_json(run / "report.json"), np.load(run / "predictions.npz")
    model = bench.net.restore(run, bench.config, bench.meta, "cpu")
    output = bench.outputs(test, model)
    right = {"id": test.ids, "target": metrics.truth(test, bench.meta), "output": output}
    wrong = [f"{found[name].shape} {name}s, or other ones" for name in right if not alike(found[name], right[name])]
    score = textbook(bench, bench.meta["metric"], right["target"], output)
    wrong += [f"score {sheet['score']:.6f}"] * (not alike(score, sheet["score"]))
    wrong += [f"n_test {sheet['n_test']}"] * (sheet["n_test"] != len(test.ids))
    for name, value in sheet["other_metrics"].items():
        known = textbook(bench, name, right["target"], output, value)
        wrong += [] if known is value or alike(value, known) else [f"{name} {value:.6f} for {known:.6f}"]
    expected = f"{output.shape} outputs, score {score:.6f}"
    if sheet["ci95"] and not sheet["ci95"][0] <= sheet["score"] <= sheet["ci95"][1]:
        wrong.append(f"ci95 {sheet['ci95']} of score {sheet['score']:.4f}")
    elif sheet["ci95"] and output.ndim < 3 and (rows := len(output)) <= MOST_ROWS:
        truth, draws = right["target"], np.random.default_rng(0).integers(rows, size=(200, rows))
        scores = [metrics.score(truth[some], output[some], bench.meta) for some in draws if np.ptp(truth[some])]
        spread, (low, high) = np.ptp(np.percentile(scores, [2.5, 97.5])), sheet["ci95"]
        likely = 0.6 * spread <= high - low <= 6 * spread + 4 / rows
        wrong += [f"ci95 {low:.4f} to {high:.4f}"] * (not likely)
    return not wrong, "; ".join(wrong) or expected, expected


def textbook(bench: Any, name: str, target: np.ndarray, output: np.ndarray, otherwise: Any = None) -> Any:
    """A score by its name, worked out by scikit-learn or by hand; `otherwise`, or the project's own, for others."""
    from sklearn import metrics as known  # slow to import

    if by_hand := bench.own("SCORES", {}).get(name):
        return by_hand(target, output, bench.meta)
    if "classes" in bench.meta:
        said, rows, macro = output.argmax(1), np.arange(len(output)), {"average": "macro", "zero_division": 0}
        rare = np.bincount(bench.data.train.targets[:], minlength=output.shape[1]).argmin()
        rules = {
            "accuracy": lambda: known.accuracy_score(target, said),
            "macro_f1": lambda: known.f1_score(target, said, **macro),
            "macro_precision": lambda: known.precision_score(target, said, **macro),
            "macro_recall": lambda: known.recall_score(target, said, **macro),
            "average precision": lambda: known.average_precision_score(target == rare, output[:, rare]),
            "cross_entropy": lambda: -np.log(output[rows, target].clip(1e-12)).mean(),
        }
    else:
        rules = {
            "RMSE": lambda: known.mean_squared_error(target, output) ** 0.5,
            "mae": lambda: known.mean_absolute_error(target, output),
            "r2": lambda: known.r2_score(target, output),
        }
    own = metrics.score(target, output, bench.meta) if otherwise is None else otherwise
    return rules.get(name.replace("macro F1", "macro_f1"), lambda: own)()


def compared(bench: Any) -> Found:
    """The report compares like with like: evaluate.scored() takes the kept epoch's score of the valid rows that
    train.main() hands to train.fit(), and each rival's own answers, in units of the data (metrics.rivals());
    metrics.difference() is the model's score less the rival's; who is beaten follows from its sign, and what
    report.verdict() says, from that and from which score is better"""
    run, meta, data = smoke_run(bench), bench.meta, bench.data
    sheet, found = common.read_json(run / "report.json"), np.load(run / "predictions.npz")
    ends, _ = metrics.difference(found["target"], found["output"], found["output"], meta)
    wrong = [f"equal answers differ by {ends}"] * bool(np.nan_to_num(ends or 0.0).any())
    for role in ("baseline", "reference"):
        score, about = metrics.score(found["target"], found[role], meta), sheet[role]
        if meta["metric"] == "RMSE":
            known, middle = metrics.truth(data.train, meta), np.median(found[role])
            wrong += [f"half of the {role}'s answers are below {middle:.4g}"] * (
                not known.min() <= middle <= known.max()
            )
        wrong += [f"{role} {about['score']:.6f} for {score:.6f}"] * (not alike(score, about["score"]))
        if about["difference_ci95"]:
            (low, high), gain = about["difference_ci95"], sheet["score"] - score
            slack = 0.5 * (high - low) + 1e-6  # draws of few rows may lean to a side
            wrong += [f"{gain:.4f} is not in {low:.4f} to {high:.4f}"] * (not low - slack <= gain <= high + slack)
    model = bench.net.restore(run, bench.config, meta, "cpu")
    rows = runs.fewer(data.valid)  # as a smoke run has
    valid = metrics.score(metrics.truth(rows, meta), bench.outputs(rows, model), meta)
    wrong += [f"valid score {sheet['valid_score']:.6f} for {valid:.6f}"] * (not alike(valid, sheet["valid_score"]))
    longer = Path(shutil.copytree(run, bench.folder / "longer", dirs_exist_ok=True))
    lines = (longer / "history.csv").read_text(encoding="utf-8").splitlines()
    for score in (1e6, -1e6):  # as if other epochs had come later, and none of them was kept
        lines.append(",".join(["99", "99", "1", "1", str(score), "0", "1", "0"]))
    (longer / "history.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    better = 1 if metrics.HIGHER_IS_BETTER else -1
    for low, high in ((-2.0, -1.0), (-1.0, 1.0), (1.0, 2.0)):
        asked = {"baseline": ("", found["baseline"])}
        with (
            mock.patch("metrics.rivals", lambda _, asked=asked: asked),
            mock.patch("metrics.difference", lambda *_, ends=(low, high): (list(ends), "")),
        ):
            later = evaluate.scored(longer, data, {name: found[name] for name in ("id", "target", "output")})
        rival, middle = later["baseline"], better * (low + high)
        gain = middle or better * (later["score"] - rival["score"])
        known = ("behind", "beaten") if gain > 0 else ("ahead", "worse") if gain < 0 else ("level", "level")
        right, said = known[middle != 0], evaluate.report.verdict(later, rival)
        if bool(rival["beaten"]) != (right == "beaten") or said != words(f"report_{right}", interval=(low, high)):
            wrong.append(f"with a difference of {low:g} to {high:g} a rival is {said!r}")
    wrong += ["a valid score of an epoch that was not kept"] * (later["valid_score"] != sheet["valid_score"])
    return not wrong, "; ".join(wrong) or "equal numbers", "equal numbers"


def weighed(bench: Any) -> Found:
    """A class counts as often as it should: balanced weights of data.metric_and_weights() are as scikit-learn's, and
    loss.loss() takes class_weights of each row's true class"""
    from sklearn.utils.class_weight import compute_class_weight  # slow to import

    classes = bench.meta["classes"]
    some = np.repeat(np.arange(len(classes)), 1 + np.arange(len(classes)) % 3)
    config = dataclasses.replace(bench.config, class_weights="balanced", metric="")
    said = data_module.metric_and_weights(config, np.zeros(len(some), int), some, classes)["class_weights"]
    if not alike(said, known := compute_class_weight("balanced", classes=np.arange(len(classes)), y=some)):
        return False, f"weights {np.round(said, 2)} of classes", f"{np.round(known, 2)}"
    meta = bench.meta | {"class_weights": np.linspace(1, 2, len(classes)).tolist()}
    model = bench.trainer.fresh(meta, bench.config)
    few = picked(bench.train, np.argsort(bench.train.targets, kind="stable")[: len(bench.train.ids) // 2])
    answers = bench.net.outputs(model, few.inputs, None, meta, "float32")
    right, found = metrics.loss(few.targets, answers, meta), bench.net.mean_loss(model, few, meta)
    return alike(found, right), f"loss {found:.6f}", f"{right:.6f}"


def interval(bench: Any) -> Found:
    """An interval is one of 95 %: metrics.interval() and metrics.difference(), the percentiles and blocks of neighbours
    that they draw, with replacement"""
    meta, rng = bench.meta, np.random.default_rng(0)
    ahead, alike_rows = meta.get("horizon", 1), meta.get("horizon", meta.get("context", 1))  # neighbours share steps
    error = np.repeat(rng.normal(size=(2000, ahead)), alike_rows, axis=0)
    rows = len(error)
    spread = np.abs(error).mean(1).std()  # of the rows' own scores
    target, output, right = np.zeros(rows), np.abs(error[:, 0]), np.zeros(rows)
    if "classes" in meta:
        meta, target = meta | {"metric": "accuracy"}, np.arange(rows) % 2
        output = np.eye(2)[np.where(error[:, 0] < 0.5, target, 1 - target)]  # of which 69 % are right
        spread, right = (error[:, 0] < 0.5).std(), np.eye(2)[target]
    elif meta["metric"] == "RMSE":
        output, spread = error[:, 0], 0.5**0.5
    elif meta["metric"] == "MASE":
        target, output, right = np.zeros((rows, 1 + ahead)), error, np.zeros((rows, ahead))
    both = metrics.interval(target, output, meta), metrics.difference(target, output, right, meta)
    theory = 2 * 1.96 * spread / (rows / alike_rows) ** 0.5  # of both, as who is always right adds no chance
    wide = [float(np.ptp(ends)) / theory for ends, _ in both]
    found = f"{wide[0]:.2f} and {wide[1]:.2f} of the width that theory gives"
    return max(abs(one - 1) for one in wide) < 0.1, found, "1.00 ± 0.1 of a score and of a difference"


CHECKS = [handed_on, report, compared]
CHECKS += [weighed] * hasattr(data_module, "metric_and_weights")  # where there are classes
CHECKS += [interval] * (not hasattr(metrics, "frechet"))  # whose draws are few
