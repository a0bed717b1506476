"""Checks for check.py on scores: what evaluate.py reports, worked out anew."""

import contextlib
import dataclasses
import functools
import importlib
import io
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

import common
import evaluate
import metrics
import runs
from checks.parts import Result, alike
from common import words

import numpy as np

MOST_ROWS = 20_000  # that predict.py is asked for


def command(name: str, *given: str) -> str:
    """What a command of this project prints, run in this process so that imports are paid once."""
    sys.argv = [f"{name}.py", *given]
    with contextlib.redirect_stdout(io.StringIO()) as said, contextlib.suppress(SystemExit):
        importlib.import_module(name).main()
    return said.getvalue()


def asked(bench: Any) -> list[str]:
    """The settings that check.py was given, as flags of train.py, which leaves nothing in the project."""
    runs.RUNS, runs.watch_ctrl_c = bench.folder, list  # Ctrl-C ends at once
    given = bench.given | bench.own("SMOKE", {})
    flags = [f"--{name}={value}" for name, value in given.items() if not isinstance(value, bool)]
    return flags + [f"--{'no-' * (not value)}{name}" for name, value in given.items() if isinstance(value, bool)]


def smoke_run(bench: Any) -> Path:
    """A run that train.py and evaluate.py made, with the settings that check.py was given."""
    run = bench.folder / "commanded"
    if hasattr(bench, "failed"):
        raise bench.failed
    if run.exists():
        return run
    flags = asked(bench)
    try:
        command("train", *flags, "--smoke", "--out", run.name, "--device", "cpu", "--precision", "float32")
        command("evaluate", run.name, "--device", "cpu")
    except Exception as error:  # which others that ask for this run shall tell, not that it is missing
        bench.failed = error
        raise
    return run


def handed_on(bench: Any) -> Result:
    """Training gets the splits as they are: train.main() hands all of train and valid to train.fit(), and no test"""
    handed: list[Any] = []
    with mock.patch.object(bench.trainer, "fit", lambda model, data, *given: sys.exit(handed.append(data))):
        command("train", *asked(bench), "--out", "handed", "--device", "cpu", "--precision", "float32")
    given, own = handed[0][:2], bench.data[:2]
    others = [len(np.setxor1d(some.ids, split.ids)) for some, split in zip(given, own, strict=True)]
    found = f"{others[0]} of {len(own[0].ids)} rows of train are left out or others, {others[1]} of valid"
    return not any(others), found, "none"


def report(bench: Any) -> Result:
    """The report is of the kept weights: evaluate.main() scores all test rows at once; metrics.score(), others()
    (errors in the unit of the data), interval()"""
    run, test = smoke_run(bench), bench.data.test
    sheet, found = common.read_json(run / "report.json"), np.load(run / "predictions.npz")
    model = bench.net.restore(run, bench.config, bench.meta, "cpu")
    output = bench.outputs(test, model)
    right = {"id": test.ids, "target": metrics.truth(test, bench.meta), "output": output}
    wrong = [f"{found[name].shape} {name}s, or other ones" for name in right if not alike(found[name], right[name])]
    score = textbook(bench, bench.meta["metric"], right["target"], output)
    if not alike(score, sheet["score"]):
        known = rules(bench, right["target"], output)
        same = [f", which is {name}" for name, rule in known.items() if alike(rule(), sheet["score"])]
        wrong.append(f"score {sheet['score']:.6f}{''.join(same)}")
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
    own = metrics.score(target, output, bench.meta) if otherwise is None else otherwise
    return rules(bench, target, output).get(name.replace("macro F1", "macro_f1"), lambda: own)()


def rules(bench: Any, target: np.ndarray, output: np.ndarray) -> dict[str, Callable[[], Any]]:
    """How each score by a name is worked out."""
    from sklearn import metrics as known  # slow to import

    if by_hand := bench.own("SCORES", {}):
        return {name: functools.partial(rule, target, output, bench.meta) for name, rule in by_hand.items()}
    if "classes" in bench.meta:
        return importlib.import_module("checks.classes").rules(bench.data.train.targets[:], target, output)
    return {
        "RMSE": lambda: known.mean_squared_error(target, output) ** 0.5,
        "the squared error without its root": lambda: known.mean_squared_error(target, output),
        "mae": lambda: known.mean_absolute_error(target, output),
        "r2": lambda: known.r2_score(target, output),
    }


def compared(bench: Any) -> Result:
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
            if not known.min() <= middle <= known.max():
                wrong.append(f"half of the {role}'s answers are below {middle:.4g}")
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
        rivals = {"baseline": ("", found["baseline"])}
        with (
            mock.patch("metrics.rivals", lambda _, rivals=rivals: rivals),
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


def refused(bench: Any) -> Result | None:
    """A checkpoint of other layers is refused: net.restore() loads every weight, or says that they do not fit"""
    if not (depth := getattr(bench.config, "depth", 0)):
        return None
    run, deeper = smoke_run(bench), dataclasses.replace(bench.config, depth=depth + 1)
    with contextlib.suppress(common.Problem):
        models = [bench.net.restore(run, config, bench.meta, "cpu") for config in (bench.config, deeper)]
        here, there = (len(bench.net.learnt(model)) for model in models)  # equal where a file says what layers it has
        return here == there, f"{here} weights, {there} with a layer more", "none that the file does not have"
    return True, "it does not fit a layer more", "that"


def newest(bench: Any) -> Result:
    """The newest run answers: State.saved (runs.py) notes its name, by which runs.find() finds it, whatever it is"""
    made, other = smoke_run(bench), []
    for name in ("0", "zz"):  # each stands first or last among the others
        run = Path(shutil.copytree(made, bench.folder / name))
        runs.State(best=[0.0, 0.0, 1.0]).saved(run, bench.config, ())
        found = runs.find(None)[0].name
        other += [f"{found} for {name}"] * (found != name)
    return not other, "; ".join(other) or "each of two when it is the newest", "the newest"


def interval(bench: Any) -> Result:
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


CHECKS = [newest, handed_on, report, compared, refused]
CHECKS += [interval] * (not hasattr(metrics, "frechet"))  # whose draws are few
