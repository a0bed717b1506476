"""More checks for check.py: what data are fitted on, what short runs read, repeat and keep, what answers follow."""

import contextlib
import dataclasses
import functools
import importlib
import io
import math
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar
from unittest import mock

import common
import data as data_module
import metrics
import runs
from check_parts import CAUSAL, Found, alike, difference, picked
from data import Split

import numpy as np

NEAR, WORDS = 24, 8  # places that are looked at, of a text
ROWS = 61  # no multiple of a batch: who drops the last one, or cuts it short, is seen


class Watched(np.ndarray):
    """Rows that note which of them are asked for."""

    asked: ClassVar[list[np.ndarray]] = []

    def __getitem__(self, rows: Any) -> np.ndarray:
        self.asked.append(np.atleast_1d(np.arange(len(self))[rows]))
        return np.asarray(self)[rows]


def short(bench: Any, epochs: int, seed: int = 0, pressed: tuple = (), run: Path | None = None, **splits: Split) -> Any:
    """history.csv of a run on a few of the data's rows, in bench.run, with some splits put in their place."""
    few = {"train": runs.fewer(bench.train, ROWS), "valid": runs.fewer(bench.valid, ROWS)} | splits
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a few rows, none may be of a rare class
        bench.trained(few.pop("train"), run, pressed, few, epochs=epochs, batch_size=8, seed=seed)
    return runs.read_history(bench.run)


def strangers(split: Split) -> Split:
    """The rows of a split, each with the target of another."""
    return split._replace(targets=split.targets[np.roll(np.arange(len(split.ids)), len(split.ids) // 2)])


def fitted(bench: Any) -> Found:
    """What is fitted is fitted on train alone: in data.load(), scales, bins and vocabulary take rows of train alone;
    config.split_seed decides the splits, in common.divide()"""
    config, called = common.configured(bench.given), []
    rows = np.concatenate([bench.data.valid.ids, bench.data.test.ids])

    def other(read: Callable, disturbed: Callable, *given: Any, **more: Any) -> Any:
        called.append(read)
        return disturbed(read(*given, **more), rows)

    with contextlib.ExitStack() as changed:
        for name, disturbed in bench.own("SOURCES", {}).items():
            module, _, function = name.partition(".")
            if read := getattr(sys.modules[module], function, None):
                changed.enter_context(mock.patch(name, functools.partial(other, read, disturbed)))
        again = data_module.load(dataclasses.replace(config, seed=config.seed + 1))
    if not called:
        return None, "data that were prepared once are not read anew", "other values in valid and test"
    if not np.array_equal(again.test.ids, bench.data.test.ids):
        return False, "other rows of test with another seed, or when loaded again", "equal splits"
    wrong = [name for name, value in bench.meta.items() if again.meta[name] != value]
    wrong += ["inputs"] * (not np.array_equal(runs.fewer(again.train, len(bench.train.ids)).inputs, bench.train.inputs))
    return not wrong, f"{', '.join(wrong) or 'nothing'} of meta follows other values in valid and test", "nothing"


def each_row_once(bench: Any) -> Found:
    """An epoch takes each row once: in train.fit() shuffle all rows anew each epoch, by config.seed; no draws with
    replacement, no last batch dropped"""
    few, orders = runs.fewer(bench.train, ROWS), []
    for seed in (0, 1):
        Watched.asked.clear()
        watched = "inputs" if bench.own("misplaced", None) else "targets"  # noise is drawn, and never asked for
        short(bench, 2, seed, train=few._replace(**{watched: getattr(few, watched).view(Watched)}))
        asked = np.concatenate(Watched.asked[: 2 * math.ceil(len(few.ids) / 8)])  # Keras reads further ahead
        orders += np.array_split(asked, 2)
    missing = max(len(few.ids) - len(np.unique(epoch)) for epoch in orders)
    more = max(len(epoch) - len(np.unique(epoch)) for epoch in orders)  # a step may be filled up with such
    ordered = max(float((np.diff(epoch) == 1).mean()) for epoch in orders)
    same = np.array_equal(*orders[:2]) or np.array_equal(orders[0], orders[2])
    order = "the file's" if ordered > 0.5 else "the same" if same else "another"
    found = f"{missing} of {len(few.ids)} rows left out, {more} taken twice, {order} order in each epoch and seed"
    return missing == 0 and more < 8 and order == "another", found, "0 left out, another order"


def kept_epoch(bench: Any) -> Found:
    """The best epoch on valid is kept: State.end_epoch (runs.py) scores all rows at once, no "nan", State.over has
    patience; train.fit() copies buffers (running averages); net.outputs() sets eval mode; net.restore() reads best"""
    noise = strangers(runs.fewer(bench.valid, ROWS))  # the best epoch on it is a matter of chance, seldom the last
    for seed in range(3):
        history = short(bench, 5, seed, valid=noise)
        scores = history["valid_score"] if metrics.HIGHER_IS_BETTER else -history["valid_score"]
        if scores.max() > scores[-1]:
            break
    kept, best = history[history["kept"] == 1][-1], history[scores.argmax()]
    other = dataclasses.replace(bench.kept, seed=seed + 9)  # nothing that is not kept may count
    output = bench.outputs(noise, bench.net.restore(bench.run, other, bench.meta, "cpu"))
    again = [rule(metrics.truth(noise, bench.meta), output, bench.meta) for rule in (metrics.loss, metrics.score)]
    with contextlib.suppress(common.Problem), contextlib.redirect_stdout(io.StringIO()):
        runs.State().end_epoch(math.nan, np.nan * output, bench.data._replace(valid=noise), bench.kept)
        return False, "training goes on with a loss and answers that are no numbers", "an end of it"
    said = [kept["valid_loss"], kept["valid_score"]]
    found = f"epoch {kept['epoch']:g} of {len(history)}, loss {said[0]:.6f}, score {said[1]:.6f} in history.csv; "
    found += f"{again[0]:.6f}, {again[1]:.6f} by the kept weights"
    passed = alike(again, said) and said[1] == best["valid_score"] and len(history) == 5
    return passed, found, f"epoch {best['epoch']:g} of 5, equal numbers"


def unseen(bench: Any) -> Found:
    """Training learns from train alone: see what train.fit() takes from data; valid only chooses the epoch"""
    others = {}, {"test": strangers(bench.data.test)}, {"valid": strangers(runs.fewer(bench.valid, ROWS))}
    plain, test, valid = (short(bench, 2, **splits) for splits in others)
    seen = [f"{name} by test" for name in differs(plain, test)]
    seen += [f"{name} by valid" for name in differs(plain, valid) if name in ("train_loss", "learning_rate")]
    return not seen, f"{', '.join(seen) or 'nothing'} changes with other targets", "nothing changes"


def differs(before: np.ndarray, after: np.ndarray) -> list[str]:
    """Columns of history.csv that differ, but for the time that it took."""
    return [name for name in before.dtype.names if name != "seconds" and not np.array_equal(before[name], after[name])]


def resume(bench: Any) -> Found:
    """Who goes on ends as if never interrupted: train.fit() saves all that the next step depends on, and that is not an
    old gradient (zero_grad)"""
    rows = picked(bench.train, np.arange(3 * ROWS) % len(bench.train.ids))  # so many that several are compiled in one
    whole = short(bench, 2, train=rows)
    with contextlib.suppress(common.Problem):
        short(bench, 2, pressed=(1,), train=rows)  # which ends after its first steps
    columns = differs(whole, short(bench, 2, run=bench.run, train=rows))
    return not columns, f"{', '.join(columns) or 'no column'} of history.csv differs", "no column differs"


def same_seed(bench: Any) -> Found:
    """The seed decides all: derive first weights, order, dropout from config.seed, in train.fresh() and train.fit()"""
    one, two, three = (bench.trained(bench.train, epochs=1, seed=seed)[1] for seed in (1, 1, 2))
    a, b = (bench.net.learnt(bench.fresh(seed=seed)) for seed in (1, 2))
    drawn = [name for name in a if a[name].ndim > 1 and a[name].any() and name[:5] != "body."]  # no pretrained body
    same = [name for name in drawn if np.array_equal(a[name], b[name])]
    found = f"{'equal' if one == two else 'different'} losses, {'equal' if one == three else 'others'} with seed + 1"
    found += f", whose first weights are {'the same in ' + same[0] if same else 'others'}"
    return one == two and one != three and not same, found, "equal losses, others with seed + 1"


def scores(bench: Any, some: Split, inputs: np.ndarray) -> np.ndarray:
    """Answers for other inputs; of probabilities the logarithms, which still differ where a model is sure."""
    output = bench.outputs(some._replace(inputs=inputs))
    return np.log(output + 1e-30) if "classes" in bench.meta else output


def places(bench: Any) -> Found:
    """Where a value stands matters: positions, padding and masks in models/; which place the head reads; which end a
    scan, a crop, a shift begins at"""
    some = runs.fewer(bench.valid, 64)
    inputs, texts = np.asarray(some.inputs), some.inputs.dtype.kind == "i" and not CAUSAL
    last, blind, before = bench.meta.get("numbers", inputs.shape[1]), [], scores(bench, some, inputs)
    near = range(1, min(last, NEAR)) if texts else range(max(0, last - NEAR), last)  # these end in padding
    for place in near[:-1]:
        other = inputs.copy()
        other[:, place : place + 2] = inputs[:, place : place + 2][:, ::-1]
        if inputs.ndim > 2:  # of pictures whole patches: one of these shifts is as long as some
            other = np.roll(inputs, 1 + place, axis=1)
        if not np.array_equal(inputs, other):
            blind.append(difference(before, scores(bench, some, other)) < 1e-6)
    if getattr(importlib.import_module(f"models.{bench.config.model}"), "ANY_ORDER", False):
        return all(blind), f"{sum(blind)} of {len(blind)} changes of places change no answer", "all"
    few = 0.7 * len(blind) * (inputs.ndim < 3)  # an LSTM forgets what lies further back
    return sum(blind) <= few, f"{sum(blind)} of {len(blind)} changes of places change no answer", "few or none"


def interplay(bench: Any) -> Found:
    """Attention mixes what stands in different places: in models/ it goes along words, patches or columns, not along
    heads or width, and no mask is the wrong way round; else each place adds its own to the answer"""
    if not hasattr(bench.config, "heads") or CAUSAL:
        return True, "a model without attention", "that, or places that act on each other"
    some, least = runs.fewer(bench.valid, 64), np.inf
    inputs = np.asarray(some.inputs)
    if inputs.dtype.kind == "i":  # the beginnings of texts, all equally long, or their lengths act on each other
        inputs = inputs[inputs[:, :WORDS].all(1), :WORDS]
        some = picked(some, np.arange(len(inputs)))
    if len(inputs) < 2:
        return None, f"{len(inputs)} texts of {WORDS} words", "two"
    other = np.roll(inputs, 1, axis=0)
    for split in range(1, min(inputs.shape[1], NEAR)):
        mixed = [np.concatenate([a[:, :split], b[:, split:]], 1) for a in (inputs, other) for b in (inputs, other)]
        both, first, second, neither = (scores(bench, some, rows) for rows in mixed)
        if "classes" in bench.meta:
            both, first, second, neither = (one - one[:, :1] for one in (both, first, second, neither))
        if min(np.abs(both - one).max() for one in (first, second)) > 1e-4:  # each part counts
            least = min(least, difference(both - first, second - neither))
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


PLACES = [places, interplay]  # of what stands in an input
CHECKS = [fitted, each_row_once, kept_epoch, unseen, resume, same_seed, batch_size]
