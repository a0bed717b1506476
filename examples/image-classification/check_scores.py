"""Checks for check.py on answers and scores: what the model, evaluate.py and predict.py say, worked out anew."""

import contextlib
import importlib
import io
import json
import shutil
import sys
from pathlib import Path
from typing import Any
from unittest import mock

import common
import data as data_module
import evaluate
import metrics
import predict
import runs
from check_parts import Found, alike, difference, picked

import numpy as np

NEAR = 24  # places that are looked at
MOST_ROWS = 20_000  # that predict.py is asked for
CAUSAL = getattr(data_module, "CAUSAL", False)


def command(name: str, *words: str) -> str:
    """What a command of this project prints, run in this process so that imports are paid once."""
    sys.argv = [f"{name}.py", *words]
    with contextlib.redirect_stdout(io.StringIO()) as said, contextlib.suppress(SystemExit):
        importlib.import_module(name).main()
    return said.getvalue()


def smoke_run(bench: Any) -> Path:
    """A run that train.py and evaluate.py made, with the settings that check.py was given."""
    runs.RUNS, runs.watch_ctrl_c = bench.folder, list  # nothing is left in the project; Ctrl-C ends at once
    run = bench.folder / "commanded"
    if not run.exists():
        words = [f"--{name}={value}" for name, value in bench.given.items() if not isinstance(value, bool)]
        words += [f"--{'no-' * (not value)}{name}" for name, value in bench.given.items() if isinstance(value, bool)]
        command("train", *words, "--smoke", "--out", run.name, "--device", "cpu", "--precision", "float32")
        command("evaluate", run.name, "--device", "cpu")
    return run


def report(bench: Any) -> Found:
    """The report is of the kept weights: evaluate.main() scores all test rows at once; metrics.score(), interval()"""
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
    if sheet["ci95"] and np.ptp(output) and not sheet["ci95"][0] < sheet["score"] < sheet["ci95"][1]:
        wrong.append(f"ci95 {sheet['ci95']} of score {sheet['score']:.4f}")
    elif sheet["ci95"] and output.ndim < 3 and (rows := len(output)) <= MOST_ROWS:
        truth, draws = right["target"], np.random.default_rng(0).integers(rows, size=(200, rows))
        scores = [metrics.score(truth[some], output[some], bench.meta) for some in draws if np.ptp(truth[some])]
        spread, (low, high) = np.ptp(np.percentile(scores, [2.5, 97.5])), sheet["ci95"]
        likely = low <= sheet["score"] <= high and 0.6 * spread <= high - low <= 6 * spread + 4 / rows
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
            "macro F1": lambda: known.f1_score(target, said, **macro),
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
    return rules.get(name, lambda: own)()


def compared(bench: Any) -> Found:
    """The report compares like with like: evaluate.scored() takes the kept epoch's valid score, and each rival's own
    answers; metrics.difference() is the model's score less the rival's; who is beaten follows from its sign"""
    run, meta, data = smoke_run(bench), bench.meta, bench.data
    sheet, found = common.read_json(run / "report.json"), np.load(run / "predictions.npz")
    wrong = []
    for role in ("baseline", "reference"):
        score, about = metrics.score(found["target"], found[role], meta), sheet[role]
        wrong += [f"{role} {about['score']:.6f} for {score:.6f}"] * (not alike(score, about["score"]))
        if about["difference_ci95"]:
            (low, high), gain = about["difference_ci95"], sheet["score"] - score
            beaten, slack = (low > 0 if metrics.HIGHER_IS_BETTER else high < 0), 0.1 * (high - low) + 1e-6
            wrong += [f"{gain:.4f} is not in {low:.4f} to {high:.4f}"] * (not low - slack <= gain <= high + slack)
            wrong += [f"{role} is {'not ' * (not about['beaten'])}beaten"] * (about["beaten"] != beaten)
    model = bench.net.restore(run, bench.config, meta, "cpu")
    rows = runs.fewer(data.valid)  # as a smoke run has
    valid = metrics.score(metrics.truth(rows, meta), bench.outputs(rows, model), meta)
    wrong += [f"valid score {sheet['valid_score']:.6f} for {valid:.6f}"] * (not alike(valid, sheet["valid_score"]))
    longer = Path(shutil.copytree(run, bench.folder / "longer", dirs_exist_ok=True))
    lines = (longer / "history.csv").read_text(encoding="utf-8").splitlines()
    for score in (1e6, -1e6):  # as if other epochs had come later, and none of them was kept
        lines.append(",".join(["99", "99", "1", "1", str(score), "0", "1", "0"]))
    (longer / "history.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    with mock.patch("metrics.rivals", lambda _: {}):
        later = evaluate.scored(longer, data, {name: found[name] for name in ("id", "target", "output")})
    wrong += ["a valid score of an epoch that was not kept"] * (later["valid_score"] != sheet["valid_score"])
    return not wrong, "; ".join(wrong) or "equal numbers", "equal numbers"


def weighed(bench: Any) -> Found:
    """A class counts as often as it should: loss.loss() takes class_weights of each row's true class"""
    count = len(bench.meta.get("classes", ()))
    meta = bench.meta | {"class_weights": np.linspace(1, 2, count).tolist()}
    model = bench.trainer.fresh(meta, bench.config)
    few = picked(bench.train, np.argsort(bench.train.targets, kind="stable")[: len(bench.train.ids) // 2])
    said = bench.net.outputs(model, few.inputs, None, meta, "float32")
    right, found = metrics.loss(few.targets, said, meta), bench.net.mean_loss(model, few, meta)
    return alike(found, right), f"loss {found:.6f}", f"{right:.6f}"


def answers(bench: Any) -> Found:
    """predict.py answers as evaluate.py did: data.read_new() scales, names and orders as data.load() does, and never
    sees the target; data.decode() names the likeliest class"""
    run, rows, about = smoke_run(bench), bench.data.test.ids, bench.meta["data"]
    if min(len(rows), about["rows"]) > MOST_ROWS or not about["path"]:
        return None, f"{about['rows']} rows of {about['name']}", f"a file of at most {MOST_ROWS}, or it takes long"
    source = common.located(about["path"])
    if as_files := bench.own("as_files", None):
        source = bench.folder / "new"
        rows = as_files(common.configured(bench.given), rows, source)
    said = json.loads(command("predict", str(source), "--run", run.name, "--device", "cpu", "--json"))
    output = np.load(run / "predictions.npz")["output"]
    right = [{"prediction": value} for value in output.ravel().tolist()]
    if classes := bench.meta.get("classes"):
        right = [{"class": classes[row.argmax()], "probability": float(row.max())} for row in output]
    other = sum(
        not (alike(value, said[row][name]) if isinstance(value, float) else value == said[row][name])
        for row, answer in zip(rows, right, strict=True)
        for name, value in answer.items()
    )
    return other == 0, f"{other} answers for {len(rows)} rows of test differ", "0 differ"


def places(bench: Any) -> Found:
    """Where a value stands matters: positions, padding and masks in models/; which place the head reads; which end a
    scan, a crop, a shift begins at"""
    some = runs.fewer(bench.valid, 64)
    inputs, tokens = np.asarray(some.inputs), some.inputs.dtype.kind == "i"
    last, blind = bench.meta.get("numbers", inputs.shape[1]), []
    near = range(1, min(last, NEAR)) if tokens else range(max(0, last - NEAR), last)  # texts begin with <start>
    for place in near[:-1]:
        other = inputs.copy()
        other[:, place : place + 2] = inputs[:, place : place + 2][:, ::-1]
        if inputs.ndim > 2:  # of pictures whole patches: one of these shifts is as long as some
            other = np.roll(inputs, 1 + place, axis=1)
        if not np.array_equal(inputs, other):
            moved = difference(bench.outputs(some), bench.outputs(some._replace(inputs=other)))
            blind.append(moved < 1e-6)
    if getattr(importlib.import_module(f"models.{bench.config.model}"), "ANY_ORDER", False):
        return all(blind), f"{sum(blind)} of {len(blind)} changes of places change no answer", "all"
    few = 0 if inputs.ndim > 2 else 0.7 * len(blind)  # an LSTM forgets what lies further back
    return sum(blind) <= few, f"{sum(blind)} of {len(blind)} changes of places change no answer", "few or none"


def interplay(bench: Any) -> Found:
    """Attention mixes what stands in different places: along words, patches or columns, not along heads or width, in
    models/; else each place adds its own to the answer"""
    if not hasattr(bench.config, "heads") or CAUSAL:
        return True, "a model without attention", "that, or places that act on each other"
    some, least = runs.fewer(bench.valid, 64), np.inf
    inputs = np.asarray(some.inputs)
    other = np.roll(inputs, 1, axis=0)
    for split in range(1, min(inputs.shape[1], NEAR)):
        mixed = [np.concatenate([a[:, :split], b[:, split:]], 1) for a in (inputs, other) for b in (inputs, other)]
        scores = [bench.outputs(some._replace(inputs=rows)) for rows in mixed]
        if "classes" in bench.meta:
            scores = [np.log(score) - np.log(score[:, :1]) for score in scores]
        if min(np.abs(scores[0] - one).max() for one in scores[1:3]) > 1e-4:  # each part counts
            least = min(least, difference(scores[0] - scores[1], scores[2] - scores[3]))
    return least > 1e-3, f"what one part adds differs by {least:.1e} with what the other is", "above 1e-3"


def batch_size(bench: Any) -> Found:
    """An answer is the same in every batch: operations along the batch axis or a reshape that mixes, a mask of padding,
    dropout or no eval(), chance in data.py, all rows in net.outputs()"""
    valid, rows = bench.data.valid, np.arange(min(12, len(bench.data.valid.ids)))
    model, _ = bench.trained(bench.train, epochs=1)  # as training leaves it
    whole, sevens = (bench.outputs(picked(valid, rows), model, size) for size in (64, 7))
    alone = [bench.outputs(picked(valid, rows[[row]]), model) for row in rows]  # of texts, no wider than its own
    gap = max(difference(whole, sevens), difference(whole, np.concatenate(alone)))
    if (words := valid.inputs[rows]).dtype.kind == "i" and not CAUSAL:  # two of each text, with and without padding
        wide = picked(valid, rows)._replace(inputs=np.where(np.arange(words.shape[1]) < 2, words, 0))
        gap = max(gap, difference(bench.outputs(wide, model), bench.outputs(wide._replace(inputs=words[:, :2]), model)))
    return gap < 1e-4, f"answers in batches of 64, of 7 and alone differ by {gap:.1e}", "below 1e-4"


PLACES = [places, interplay]  # of an input
CHECKS = [batch_size, report, compared] + [weighed] * hasattr(metrics, "choose")  # where there are classes
CHECKS += [answers] * getattr(predict, "EACH_ROW", False)
