"""More checks for check.py, in its form: on short runs, what this project's own commands read, keep, score, answer."""

import contextlib
import dataclasses
import functools
import importlib
import inspect
import io
import json
import math
import re
import sys
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import common
import data as data_module
import metrics
import net
import runs
import train
from data import Split

import numpy as np

ROWS = 61  # no multiple of a batch: who drops the last one, or cuts it short, is seen
CLOSE = 1e-4  # relative; sums of the same numbers in another order differ by less
MOST_ROWS = 20_000  # that predict.py is asked for
Found = tuple[bool | None, str, str]


class Watched(np.ndarray):
    """Inputs that note which rows are asked for."""

    asked: ClassVar[list[np.ndarray]] = []

    def __getitem__(self, rows: Any) -> np.ndarray:
        self.asked.append(np.atleast_1d(np.arange(len(self))[rows]))
        return np.asarray(self)[rows]


def examined(bench: Any, name: str, check: Callable[[Any], Found]) -> dict[str, Any]:
    """What a check says; code that breaks fails its check, no more."""
    try:
        passed, found, expected = check(bench)
    except Exception as error:
        passed = None if isinstance(error, NotImplementedError) else False  # a model may have no such thing
        found, expected = f"{type(error).__name__}: {error}", "no error"

    def place(name: re.Match) -> str:  # `train.fit()`, and where it begins
        code = inspect.unwrap(getattr(sys.modules.get(name[1]), name[2], examined)).__code__
        return f"{name[0]} ({Path(code.co_filename).name}:{code.co_firstlineno})"

    title, _, advice = (check.__doc__ or "").partition(": ")
    passed, advice = None if passed is None else bool(passed), re.sub(r"(\w+)\.(\w+)\(\)", place, advice)
    return {"id": name, "title": title, "passed": passed, "found": found, "expected": expected, "advice": advice}


def trained(bench: Any, epochs: int, seed: int = 0, stop: bool = False, **splits: Split) -> tuple[Path, np.ndarray]:
    """The folder and history of a run of train.fit on a few of the data's rows, with some splits put in their place.

    stop  whether it is interrupted at its first step, and then goes on
    """
    config = dataclasses.replace(bench.config, epochs=epochs, batch_size=8, seed=seed)
    run = Path(tempfile.mkdtemp(dir=bench.folder))
    few = {"train": runs.fewer(bench.train, ROWS), "valid": runs.fewer(bench.valid, ROWS)}
    data = bench.data._replace(**few | splits)
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a few rows, none may be of a rare class
        if stop:
            with contextlib.suppress(common.Problem):
                train.fit(train.fresh(bench.meta, config), data, config, run, [1])
        train.fit(train.fresh(bench.meta, config), data, config, run)
    return run, runs.read_history(run)


def strangers(split: Split) -> Split:
    """The rows of a split, each with the target of another."""
    others = np.roll(np.arange(len(split.ids)), len(split.ids) // 2)
    return split._replace(targets=split.targets[others])


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


def each_row_once(bench: Any) -> Found:
    """An epoch takes each row once: in train.fit() shuffle anew each epoch, and drop no last batch"""
    few = runs.fewer(bench.train, ROWS)
    Watched.asked.clear()
    trained(bench, 2, train=few._replace(inputs=few.inputs.view(Watched)))
    asked = np.concatenate(Watched.asked[: 2 * math.ceil(len(few.ids) / 8)])  # Keras reads further ahead
    epochs = np.array_split(asked, 2)
    missing = max(len(few.ids) - len(np.unique(epoch)) for epoch in epochs)
    more = len(asked) / 2 - len(few.ids)  # a step may be filled up with rows of the same epoch
    ordered = max(float((np.diff(epoch) == 1).mean()) for epoch in epochs)
    order = "the file's" if ordered > 0.5 else "the same" if np.array_equal(*epochs) else "another"
    found = f"{missing} of {len(few.ids)} rows left out, {more:g} taken twice, {order} order in each epoch"
    return missing == 0 and more < 8 and order == "another", found, "0 left out, another order in each epoch"


def kept_epoch(bench: Any) -> Found:
    """The best epoch on valid is kept: in train.fit() copy weights, buffers too; net.outputs() sets eval mode"""
    noise = strangers(runs.fewer(bench.valid, ROWS))  # the best epoch on it is a matter of chance, seldom the last
    for seed in range(3):
        run, history = trained(bench, 5, seed, valid=noise)
        scores = history["valid_score"] if metrics.HIGHER_IS_BETTER else -history["valid_score"]
        if scores.max() > scores[-1]:
            break
    kept = history[history["kept"] == 1][-1]
    model = net.restore(run, bench.config, bench.meta, "cpu")
    output = net.outputs(model, noise.inputs, noise.targets, bench.meta, "float32")
    again = metrics.loss(metrics.truth(noise, bench.meta), output, bench.meta)
    best = history[scores.argmax()]
    found = f"epoch {kept['epoch']:g}, loss {again:.6f} by the kept weights, {kept['valid_loss']:.6f} in history.csv"
    passed = alike(again, kept["valid_loss"]) and kept["valid_score"] == best["valid_score"]
    return passed, found, f"epoch {best['epoch']:g}, equal losses"


def unseen(bench: Any) -> Found:
    """Training learns from train alone: see what train.fit() takes from data; valid only chooses the epoch"""
    others = {}, {"test": strangers(bench.data.test)}, {"valid": strangers(runs.fewer(bench.valid, ROWS))}
    plain, test, valid = (trained(bench, 2, **splits)[1] for splits in others)
    seen = [f"{name} by test" for name in changed(plain, test)]
    seen += [f"{name} by valid" for name in changed(plain, valid) if name in ("train_loss", "learning_rate")]
    return not seen, f"{', '.join(seen) or 'nothing'} changes with other targets", "nothing changes"


def changed(before: np.ndarray, after: np.ndarray) -> list[str]:
    """Columns of history.csv that differ, but for the time that it took."""
    return [name for name in before.dtype.names if name != "seconds" and not np.array_equal(before[name], after[name])]


def resume(bench: Any) -> Found:
    """Who goes on ends as if never interrupted: train.fit() must save all that the next step depends on"""
    (_, whole), (_, stopped) = trained(bench, 2), trained(bench, 2, stop=True)
    columns = changed(whole, stopped)
    return not columns, f"{', '.join(columns) or 'no column'} of history.csv differs", "no column differs"


def learning_rate(bench: Any) -> Found:
    """The learning rate is not too high: lower it in config.py, or see what train.fit() makes of config.rate()"""
    losses = [bench.brief[1][-1], bench.trained(bench.train, learning_rate=bench.config.learning_rate / 10)[1][-1]]
    found = f"loss {losses[0]:.4f} after {bench.config.steps} steps, {losses[1]:.4f} with a tenth"
    start = metrics.loss_of_knowing_nothing(bench.train, bench.meta)[0]
    return losses[1] > losses[0] - 0.1 * abs(start), found, "not higher by a tenth of the loss at the start"


def report(bench: Any) -> Found:
    """The report is of the kept weights: in evaluate.main() score all test rows at once; see metrics.score()"""
    run, test = smoke_run(bench), bench.data.test
    sheet, found = common.read_json(run / "report.json"), np.load(run / "predictions.npz")
    model = net.restore(run, bench.config, bench.meta, "cpu")
    output = net.outputs(model, test.inputs, test.targets, bench.meta, "float32")
    right = {"id": test.ids, "target": metrics.truth(test, bench.meta), "output": output}
    wrong = [f"{found[name].shape} {name}s, or other ones" for name in right if not alike(found[name], right[name])]
    score = textbook(found["target"], found["output"], bench.meta)
    wrong += [f"score {sheet['score']:.6f}"] * (not alike(score, sheet["score"]))
    expected = f"{output.shape} outputs, score {score:.6f}"
    return not wrong, "; ".join(wrong) or expected, expected


def textbook(target: np.ndarray, output: np.ndarray, meta: dict) -> float:
    """The score, by scikit-learn where it knows the metric."""
    from sklearn import metrics as known  # slow to import

    by_class = {"accuracy": known.accuracy_score, "macro F1": functools.partial(known.f1_score, average="macro")}
    if meta["metric"] in by_class:
        return by_class[meta["metric"]](target, output.argmax(1))
    if meta["metric"] == "RMSE":
        return known.mean_squared_error(target, output) ** 0.5
    return metrics.score(target, output, meta)


def answers(bench: Any) -> Found:
    """predict.py answers as evaluate.py did: data.read_new() must scale, name and order as data.load() does"""
    run, test, about = smoke_run(bench), bench.data.test, bench.meta["data"]
    if about["rows"] > MOST_ROWS or not about["path"]:
        return None, f"{about['rows']} rows of {about['name']}", f"a file of at most {MOST_ROWS}, or it takes long"
    source, rows = common.located(about["path"]), test.ids
    if hasattr(data_module, "as_files"):
        source = bench.folder / "new"
        rows = data_module.as_files(test, source)
    said = json.loads(command("predict", str(source), "--run", run.name, "--device", "cpu", "--json"))
    right = data_module.decode(np.load(run / "predictions.npz")["output"], bench.meta)
    other = sum(
        not (alike(value, said[row][name]) if isinstance(value, float) else value == said[row][name])
        for row, answer in zip(rows, right, strict=True)
        for name, value in answer.items()
    )
    return other == 0, f"{other} answers for {len(rows)} rows of test differ", "0 differ"


def alike(a: Any, b: Any) -> bool:
    return np.shape(a) == np.shape(b) and np.allclose(a, b, CLOSE, CLOSE)


CHECKS = [each_row_once, kept_epoch, unseen, resume, learning_rate, report]
