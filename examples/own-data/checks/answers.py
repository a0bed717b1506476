"""Checks for check.py on answers: what these follow, and that predict.py gives those of evaluate.py."""

import importlib
import json
from typing import Any

import common
import metrics
import predict
import runs
from checks.parts import CAUSAL, Result, alike, difference, picked
from checks.scores import MOST_ROWS, command, smoke_run
from checks.training import Watched, watched
from data import Split

import numpy as np

MOST_TEXTS = 5_000  # with more, it would take long to fit rivals several times
FEWEST = 20  # rows of valid; of fewer each may decide which rival is chosen
LEARNT = 100  # rows that a rival should learn from, where there are so many
NEAR, WORDS = 24, 8  # places that are looked at, of a text


def scores(bench: Any, some: Split, inputs: np.ndarray, model: Any = None) -> np.ndarray:
    """Answers for other inputs; of probabilities the logarithms, which still differ where a model is sure."""
    output = bench.outputs(some._replace(inputs=inputs), model)
    return np.log(output + 1e-30) if "classes" in bench.meta else output


def places(bench: Any) -> Result:
    """Where a value stands matters: positions, padding and masks in models/; which place the head reads; which end a
    scan, a crop, a shift begins at; how far back convolutions reach"""
    some = runs.fewer(bench.valid, 64)
    if CAUSAL:  # stretches that are scored to their ends
        some = picked(bench.train, np.flatnonzero((bench.train.targets >= 0).all(1))[:64])
    inputs, texts = np.asarray(some.inputs), some.inputs.dtype.kind == "i" and not CAUSAL
    forgets = "LSTM" in (common.ROOT / f"models/{bench.config.model}.py").read_text(encoding="utf-8")
    model = bench.fresh(depth=1) if CAUSAL and not forgets else None  # a mask tells places to a second layer

    def answer(inputs: np.ndarray) -> np.ndarray:
        found = scores(bench, some, inputs, model)
        return found.reshape(inputs.shape)[:, -1] if CAUSAL else found  # of a text that which follows

    last, blind, before = bench.meta.get("numbers", inputs.shape[1]), [], answer(inputs)
    near = range(1, min(last, NEAR)) if texts else range(max(0, last - NEAR), last)  # these end in padding
    for place in near[:-1]:
        other = inputs.copy()
        other[:, place : place + 2] = inputs[:, place : place + 2][:, ::-1]
        if inputs.ndim > 2:  # of pictures whole patches: one of these shifts is as long as some
            other = np.roll(inputs, 1 + place, axis=1)
        if not np.array_equal(inputs, other):
            blind.append(difference(before, answer(other)) < 1e-6)
    if getattr(importlib.import_module(f"models.{bench.config.model}"), "ANY_ORDER", False):
        return all(blind), f"{sum(blind)} of {len(blind)} changes of places change no answer", "all"
    few = 0.7 * len(blind) * (forgets or texts)  # what lies far back; of a text may only count what weighs most
    return sum(blind) <= few, f"{sum(blind)} of {len(blind)} changes of places change no answer", "few or none"


def interplay(bench: Any) -> Result | None:
    """Attention mixes what stands in different places: in models/ it goes along words, patches or columns, not along
    heads or width, and no mask is the wrong way round; else each place adds its own to the answer"""
    if not hasattr(bench.config, "heads") or CAUSAL:
        return None
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


def knobs(bench: Any) -> Result | None:
    """A model is as large as its knobs say: build() in models/ uses config's width and depth; no block stands in for
    several, which would share their weights"""

    def size(**more: int) -> int:
        return sum(weight.size for weight in bench.net.learnt(bench.fresh(**{"depth": 1} | more)).values())

    more = {"width": 2 * getattr(bench.config, "width", 0), "depth": 2}
    sizes = {"": size()} | {name: size(**{name: some}) for name, some in more.items() if hasattr(bench.config, name)}
    if len(sizes) == 1:
        return None
    wrong = [name for name, size in sizes.items() if name and size <= sizes[""]]
    found = ", the ".join(f"{name}: {size}" for name, size in sizes.items() if name)
    return not wrong, f"{sizes['']} weights of a shallow one; with twice the {found}", "more with twice each knob"


def batch_size(bench: Any) -> Result:
    """An answer is the same in every batch: operations along the batch axis or a reshape that mixes, a mask of padding,
    dropout, no eval() (training=False), chance in data.py, all rows in net.outputs()"""
    valid, rows = bench.data.valid, np.arange(min(12, len(bench.data.valid.ids)))
    whole, sevens = (bench.outputs(picked(valid, rows), bench.once, size) for size in (64, 7))
    alone = [bench.outputs(picked(valid, rows[[row]]), bench.once) for row in rows]  # of texts, no wider than its own
    gap = max(difference(whole, sevens), difference(whole, np.concatenate(alone)))
    if (texts := valid.inputs[rows]).dtype.kind == "i" and not CAUSAL:  # two of each text, with and without padding
        wide = picked(valid, rows)._replace(inputs=np.where(np.arange(texts.shape[1]) < 2, texts, 0))
        narrow = wide._replace(inputs=texts[:, :2])
        gap = max(gap, difference(bench.outputs(wide, bench.once), bench.outputs(narrow, bench.once)))
    return gap < 1e-4, f"answers in batches of 64, of 7 and alone differ by {gap:.1e}", "below 1e-4"


def rivals_of_train(bench: Any) -> Result:
    """Rivals learn from train alone: metrics.rivals() and those of figures.py never see what is right for test, and of
    valid only which one to choose; of train they see no few rows, as runs.fewer() gives"""
    data, inputs = bench.data, bench.data.train.inputs
    if hasattr(inputs, "read") and len(inputs) > MOST_TEXTS:
        return None, f"{len(inputs)} texts", f"at most {MOST_TEXTS}, or it takes long"
    rich = hasattr(inputs, "read") or hasattr(inputs, "values")  # texts, or series: more than rows
    train, valid = data[:2] if rich else (watched(bench, bench.train), bench.valid)
    few = data._replace(train=train, valid=valid, test=valid, meta=bench.meta | {"model": bench.config.model})

    def asked(**others: Split) -> dict[str, np.ndarray]:  # what each rival says
        return {name: said for name, (_, said) in metrics.rivals(few._replace(**others)).items()}

    def changed(row: int) -> Split:  # valid with another target in one row, which seldom changes a choice
        targets = np.array(valid.targets[:])
        differs = (targets != targets[row]).reshape(len(targets), -1).any(1)
        targets[row] = targets[differs.argmax()]
        return valid._replace(targets=targets)

    Watched.asked.clear()
    plain = asked()
    rows = len(np.unique(np.concatenate(Watched.asked))) if Watched.asked else len(train.ids)
    if rows < min(len(train.ids), LEARNT):
        found = f"rivals learn from {rows} of {len(train.ids)} rows"
        return False, found, f"from {LEARNT} or more, or they are too weak"
    try:
        asked(test=valid._replace(targets=None))
    except (AttributeError, TypeError):
        return False, "a rival asks what is right for test", "none does"
    following = []
    for row in range(3 * (len(valid.ids) >= FEWEST)):
        by_valid = asked(valid=changed(row))
        following = [f"{name} follows valid" for name in plain if not np.array_equal(plain[name], by_valid[name])]
        if not following:
            break
    return not following, "; ".join(following) or "no rival follows other targets", "none, but for a choice"


def answers(bench: Any) -> Result:
    """predict.py answers as evaluate.py did, each row under its own name: data.read_new() scales, names and orders as
    data.load() does, and never sees the target; data.decode() names the likeliest class with its chance"""
    run, rows, about = smoke_run(bench), bench.data.test.ids, bench.meta["data"]
    if min(len(rows), about["rows"]) > MOST_ROWS or not about["path"]:
        return None, f"{about['rows']} rows of {about['name']}", f"a file of at most {MOST_ROWS}, or it takes long"
    source = common.located(about["path"])
    if as_files := bench.own("as_files", None):
        source = bench.folder / "new"
        rows = as_files(common.configured(bench.given), rows, source)
    said = json.loads(command("predict", str(source), "--run", run.name, "--device", "cpu", "--json"))
    names = importlib.import_module("data").read_new(str(source), bench.meta)[0]
    output = np.load(run / "predictions.npz")["output"]
    right = [{"prediction": value} for value in output.ravel().tolist()]
    if classes := bench.meta.get("classes"):
        right = [{"class": classes[row.argmax()], "probability": float(row.max())} for row in output]
    other = [
        name
        for row, answer in zip(rows, right, strict=True)
        for name, value in {**answer, "input": names[row]}.items()
        if not (alike(value, said[row][name]) if isinstance(value, float) else value == said[row][name])
    ]
    found = ", ".join(f"{name} of {other.count(name)}" for name in dict.fromkeys(other)) or "nothing"
    return not other, f"{found} of {len(rows)} rows of test differs", "nothing"


ONE_MODEL = [places, interplay]  # not where two networks learn from each other
CHECKS = [batch_size] + [answers] * getattr(predict, "EACH_ROW", False)
CHECKS += [knobs] * (not hasattr(metrics, "frechet"))  # which those two have
CHECKS += importlib.import_module("checks.classes").CHECKS if hasattr(metrics, "worst") else []  # where classes are
CHECKS += [rivals_of_train] * (not (CAUSAL or hasattr(metrics, "frechet")))  # whose rivals say what is right
