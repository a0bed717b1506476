"""More checks for check.py: what short runs read, repeat and keep."""

import contextlib
import dataclasses
import functools
import io
import math
import warnings
from pathlib import Path
from typing import Any, ClassVar
from unittest import mock

import common
import metrics
import runs
from checks.parts import CAUSAL, Result, alike, picked
from data import Split

import numpy as np

ROWS = 61  # no multiple of a batch: who drops the last one, or cuts it short, is seen
MANY = 1100  # who takes the first thousand alone, for a try, is too; …
LARGE = 5000  # … but where a row has so many numbers, that takes long


class Watched(np.ndarray):
    """Rows that note which of them are asked for."""

    asked: ClassVar[list[np.ndarray]] = []

    def __getitem__(self, rows: Any) -> np.ndarray:
        self.asked.append(np.atleast_1d(np.arange(len(self))[rows[0] if isinstance(rows, tuple) else rows]))
        return np.asarray(self)[rows]


def watched(bench: Any, split: Split) -> Split:
    """A split that notes which of its rows are asked for."""
    what = "inputs" if bench.own("misplaced", None) else "targets"  # noise is drawn, and never asked for
    return split._replace(**{what: getattr(split, what).view(Watched)})


def short(bench: Any, epochs: int, seed: int = 0, pressed: tuple = (), run: Path | None = None, **splits: Split) -> Any:
    """history.csv of a run on a few of the data's rows, in bench.run, with some splits put in their place."""
    few = {"train": runs.fewer(bench.train, ROWS), "valid": runs.fewer(bench.valid, ROWS)} | splits
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a few rows, none may be of a rare class
        bench.trained(few.pop("train"), run, pressed, few, epochs=epochs, batch_size=8, seed=seed, depth=1)
    return runs.read_history(bench.run)


def strangers(split: Split) -> Split:
    """The rows of a split, each with the target of another."""
    return split._replace(targets=split.targets[np.roll(np.arange(len(split.ids)), len(split.ids) // 2)])


@functools.cache
def taken(bench: Any, seed: int) -> tuple[np.ndarray, list[np.ndarray]]:
    """history.csv of two epochs, and the rows that each took, in their order."""
    few = runs.fewer(bench.train, ROWS)
    Watched.asked.clear()
    history = short(bench, 2, seed, train=watched(bench, few))
    asked = np.concatenate(Watched.asked[: 2 * math.ceil(len(few.ids) / 8)])  # Keras reads further ahead
    return history, np.array_split(asked, 2)


@functools.cache
def of_other_test(bench: Any) -> np.ndarray:
    """history.csv of the same two epochs, where test has other targets."""
    return short(bench, 2, test=strangers(bench.data.test))


def each_row_once(bench: Any) -> Result:
    """An epoch takes each row once: in train.fit() shuffle all rows anew each epoch, by config.seed; no draws with
    replacement, no last batch dropped"""
    rows, orders = min(ROWS, len(bench.train.ids)), [*taken(bench, 0)[1], *taken(bench, 1)[1]]
    missing = max(rows - len(np.unique(epoch)) for epoch in orders)
    more = max(len(epoch) - len(np.unique(epoch)) for epoch in orders)  # a step may be filled up with such
    ordered = max(float((np.diff(epoch) == 1).mean()) for epoch in orders)
    same = np.array_equal(*orders[:2]) or np.array_equal(orders[0], orders[2])
    order = "the file's" if ordered > 0.5 else "the same" if same else "another"
    if not (CAUSAL or missing) and bench.train.inputs[0].size < LARGE:
        most = picked(bench.train, np.zeros(MANY, int))
        Watched.asked.clear()
        short(bench, 1, train=watched(bench, most))
        rows, missing = MANY, MANY - len(np.unique(np.concatenate(Watched.asked)))
    found = f"{missing} of {rows} rows left out, {more} taken twice, {order} order in each epoch and seed"
    return missing == 0 and more < 8 and order == "another", found, "0 left out, another order"


def kept_epoch(bench: Any) -> Result:
    """The best epoch on valid is kept: State.end_epoch (runs.py) scores all rows at once, no "nan", State.over has
    patience; train.fit() asks the model that it trains about the rows of valid, and copies weights and buffers (running
    averages), deeply; net.outputs() sets eval mode (training=False); net.restore() reads best"""
    noise = strangers(runs.fewer(bench.valid, ROWS))  # the best epoch on it is a matter of chance, seldom the last
    for seed in range(3):
        history = short(bench, 5, seed, valid=noise)
        scores = history["valid_score"] if metrics.HIGHER_IS_BETTER else -history["valid_score"]
        if scores.max() > scores[-1]:
            break
    order = np.lexsort((np.arange(len(history), 0, -1), -history["valid_loss"], scores))  # of equal scores, less loss
    kept, best = history[history["kept"] == 1][-1], history[order[-1]]
    other = dataclasses.replace(bench.used, seed=seed + 9)  # nothing that is not kept may count
    output = bench.outputs(noise, bench.net.restore(bench.run, other, bench.meta, "cpu"))
    again = [rule(metrics.truth(noise, bench.meta), output, bench.meta) for rule in (metrics.loss, metrics.score)]
    with contextlib.suppress(common.Problem), contextlib.redirect_stdout(io.StringIO()):
        runs.State().end_epoch(math.nan, np.nan * output, bench.data._replace(valid=noise), bench.used)
        return False, "training goes on with a loss and answers that are no numbers", "an end of it"
    if "classes" in bench.meta:  # equally right are the same answers, less sure of themselves
        unsure = np.sqrt(output.astype(float))
        unsure /= unsure.sum(1, keepdims=True)
        truth, state = metrics.truth(noise, bench.meta), runs.State()
        tied = sorted((output, unsure), key=lambda some: -metrics.loss(truth, some, bench.meta))
        with contextlib.redirect_stdout(io.StringIO()):
            ends = [state.end_epoch(0.0, some, bench.data._replace(valid=noise), bench.used) for some in tied]
        if not all(ends):
            return False, "of equal scores the higher loss is kept", "the lower one"
    patient = dataclasses.replace(bench.used, patience=3, epochs=99, minutes=0.0)
    ends = [runs.State(epoch=epoch, best=[0.1, -0.2, 7]).over(patient) for epoch in (8, 9, 10, 11, 12)]
    if (waits := ends.index(True) if any(ends) else "more than 4") != 3:
        return False, f"{waits} epochs after the best one training ends, with a patience of 3", "3 epochs"
    said = [kept["valid_loss"], kept["valid_score"]]
    found = f"epoch {kept['epoch']:g} of {len(history)}, loss {said[0]:.6f}, score {said[1]:.6f} in history.csv; "
    found += f"{again[0]:.6f}, {again[1]:.6f} by the kept weights"
    passed = alike(again, said) and kept["epoch"] == best["epoch"] and len(history) == 5
    return passed, found, f"epoch {best['epoch']:g} of 5, equal numbers"


def unseen(bench: Any) -> Result:
    """Training learns from train alone: see what train.fit() takes from data; valid only chooses the epoch"""
    plain, test = taken(bench, 0)[0], of_other_test(bench)
    valid = short(bench, 2, valid=strangers(runs.fewer(bench.valid, ROWS)))
    seen = [f"{name} by test" for name in differs(plain, test)]
    seen += [f"{name} by valid" for name in differs(plain, valid) if name in ("train_loss", "learning_rate")]
    return not seen, f"{', '.join(seen) or 'nothing'} changes with other targets", "nothing changes"


def differs(before: np.ndarray, after: np.ndarray) -> list[str]:
    """Columns of history.csv that differ, but for the time that it took."""
    return [name for name in before.dtype.names if name != "seconds" and not np.array_equal(before[name], after[name])]


def resume(bench: Any) -> Result:
    """Who goes on ends as if never interrupted: train.fit() saves, and loads, all that the next step depends on, the
    optimiser's memory and running averages too, and the best epoch; that is no old gradient (zero_grad)"""
    rows = picked(bench.train, np.arange(2 * ROWS) % len(bench.train.ids))  # two calls, where several steps are one
    splits = {"train": rows, "valid": strangers(runs.fewer(bench.valid, ROWS))}  # of which later epochs may be worse
    for seed in range(4):
        whole, pressed, end_epoch = short(bench, 3, seed, **splits), [], runs.State.end_epoch
        if not whole["kept"].all():
            break

    def ended(state: runs.State, *given: Any) -> bool:
        if len(state.history) == np.argmin(whole["kept"][1:]):
            pressed.append(1)  # after an epoch that is better than the next one
        return end_epoch(state, *given)

    with contextlib.suppress(common.Problem):
        short(bench, 3, seed, (1,), **splits)  # which ends after its first steps
    with contextlib.suppress(common.Problem), mock.patch.object(runs.State, "end_epoch", ended):
        short(bench, 3, seed, pressed, bench.run, **splits)
    columns = differs(whole, short(bench, 3, seed, run=bench.run, **splits))
    return not columns, f"{', '.join(columns) or 'no column'} of history.csv differs", "no column differs"


def same_seed(bench: Any) -> Result:
    """The seed decides all: derive first weights, order, dropout from config.seed, in train.fresh() and train.fit(); in
    data.py chance begins anew for each batch, from its rows"""
    rows = np.arange(min(ROWS, len(bench.data.train.ids)))
    if not np.array_equal(*(np.asarray(bench.data.train.inputs[rows]) for _ in range(2)), equal_nan=True):
        return False, "the same rows are other inputs when they are cut again", "equal ones"
    one, three = (taken(bench, seed)[0] for seed in (0, 1))
    vars(bench).pop("traced", None)  # what a graph drew once, it would draw again
    other = differs(one, of_other_test(bench)) and differs(one, short(bench, 2))  # that alone tells what is by chance
    moved = "train_loss" in differs(one, three)
    a, b = (bench.net.learnt(bench.fresh(seed=seed, depth=bench.shallow)) for seed in (1, 2))
    drawn = [name for name in a if a[name].ndim > 1 and a[name].any() and name[:5] != "body."]  # no pretrained body
    same = [name for name in drawn if np.array_equal(a[name], b[name])]
    found = f"{', '.join(other) or 'no column'} of history.csv differs; with seed + 1 {'other' if moved else 'equal'} "
    found += f"losses and {'the same first weights in ' + same[0] if same else 'other first weights'}"
    return not other and moved and not same, found, "no column; other losses and first weights"


def length(bench: Any) -> Result:
    """Training lasts as long as its knobs say: Config.resolved() in config.py divides `steps` into epochs"""
    said, rows = dataclasses.replace(common.configured(bench.given), epochs=0), len(bench.data.train.ids)
    config = said.resolved(rows)
    a_pass = math.ceil(rows / config.batch_size)
    steps, most = config.epochs * a_pass, 200 * a_pass  # of so many epochs
    return steps > 0.6 * min(said.steps, most), f"{config.epochs} epochs of {a_pass} steps", f"{said.steps} steps"


CHECKS = [length, each_row_once, kept_epoch, unseen, resume, same_seed]
