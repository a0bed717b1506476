"""Checks for check.py on the parts of training: what data, model, loss, and a step of train.fit do.

A check is a function: its docstring is its title and, after the colon, what to do when it fails; it returns whether it
passed (None: cannot tell), what was found, what was expected; or None alone where there is nothing to check.
"""

import functools
import re
from typing import Any

import common
import data as data_module
import metrics
import runs
from checks.optimiser import mean_gradient
from data import Split

import numpy as np

OTHERS, IN_A_CALL = 20, 8  # other inputs, so that chance passes one test in 20; most steps compiled with one rate
STILL = 1e-30  # a learning rate at which no weight moves
CAUSAL = getattr(data_module, "CAUSAL", False)
Result = tuple[bool | None, str, str]


def picked(split: Split, rows: np.ndarray) -> Split:
    """Some rows of a split, as a split."""
    return Split(*(array[rows] for array in split))


def different(bench: Any, rows: int) -> Split:
    """Rows of train whose inputs differ."""
    first = np.sort(np.unique(bench.train.inputs, axis=0, return_index=True)[1])
    return picked(bench.train, np.random.default_rng(0).permutation(first)[:rows])


@functools.cache
def gradient(bench: Any, steps: int, clip: float) -> tuple[np.ndarray, list[float]]:
    """The mean gradient, (parameters,), and losses of steps that are all alike: equal rows, as weights stand still."""
    same = picked(different(bench, 1), np.zeros(8 * steps, int))
    _, losses = bench.trained(same, learning_rate=STILL, clip=clip, dropout=0.0, batch_size=8, epochs=2, depth=1)
    return mean_gradient(bench.run, bench.used), losses


@functools.cache
def stepped(bench: Any, decay: float) -> dict[str, np.ndarray]:
    """The weights after a single step."""
    return bench.net.learnt(bench.trained(different(bench, 8), batch_size=8, epochs=1, weight_decay=decay, depth=1)[0])


def splits_disjoint(bench: Any) -> Result:
    """No example is in two splits: keys in data.load(), equal for equal rows; common.divide(); where windows may end"""
    keys = [np.ravel(split.keys) for split in bench.data[:3]]
    rows, distinct = sum(map(len, keys)), len(np.unique(np.concatenate(keys)))
    shared = sum(len(np.unique(some)) for some in keys) - distinct
    few = " (warning: many rows are the same, so a score says less)" if distinct < rows / 2 else ""
    return shared == 0, f"{shared} shared, {distinct} of {rows} distinct{few}", "0 shared"


def loss_at_start(bench: Any) -> Result:
    """Fresh weights know nothing: small first weights in models/; loss.loss() is a mean; data.load() scales inputs"""
    expected, tolerance = bench.at_start(bench.train)
    found = bench.net.mean_loss(bench.fresh(), bench.train, bench.meta)
    return abs(found - expected) <= tolerance, f"{found:.4f}", f"{expected:.4f} ± {tolerance:.4f}"


def inputs_matter(bench: Any) -> Result:
    """The answer depends on the input: data.load() scales inputs once, as floats, keeps targets as the data have them
    (a logarithm is taken back), both in one order, and classes in theirs; models/ use their input, not across rows"""
    own = picked(bench.valid, np.random.default_rng(0).permutation(len(bench.valid.ids))[: 25 if CAUSAL else 100])
    if strays := bench.own("misplaced", lambda *_: None)(bench.config, own, bench.meta):
        return False, f"{strays} of {len(own.ids)} rows are not what the data say", "each with its own"
    shifted = [np.roll(own.inputs, shift, axis=0) for shift in range(min(OTHERS, max(2, len(own.ids))))]  # 0: its own
    truth, outputs, meta = metrics.truth(own, bench.meta), bench.each(own, shifted), bench.meta
    losses, scores = ([rule(truth, output, meta) for output in outputs] for rule in (metrics.loss, metrics.score))
    found = f"loss {losses[0]:.4f}, with other rows' inputs {min(losses[1:]):.4f} to {max(losses):.4f}"
    blind = max(losses) - min(losses) < 1e-6 * abs(losses[0]) and min(len(truth), len(different(bench, 2).ids)) > 1
    if strays == 0 and not blind and losses[0] >= min(losses[1:]):
        return None, found, f"{len(truth)} rows show no sign that inputs tell about the target; more may"
    wrong = scores[0] < min(scores[1:]) if metrics.HIGHER_IS_BETTER else scores[0] > max(scores[1:])
    if losses[0] < min(losses[1:]) and wrong:
        return False, f"{found}; the score is worse, by HIGHER_IS_BETTER of metrics.py", "better where the loss is less"
    return losses[0] < min(losses[1:]), found, f"less with its own than with {len(losses) - 1} others"


def overfit_one_batch(bench: Any) -> Result:
    """Eight rows can be learnt by heart: forward() in models/ ends in raw scores (from_logits), loss.loss() takes them
    in one shape with targets, as loss.answers() does; see the step, the rate, and one order in train.fit()"""
    limit = 0.1 * bench.at_start(few := different(bench, 8))[0]
    still = {"batch_size": len(few.ids), "epochs": 10, "dropout": 0.0, "weight_decay": 0.0, "depth": bench.shallow}
    for times in (12, 50, 200):  # a step takes all; most models need few of them
        model, losses = bench.trained(picked(few, np.tile(np.arange(len(few.ids)), times)), **still)
        after = bench.net.mean_loss(model, few, bench.meta)
        scored = metrics.loss(metrics.truth(few, bench.meta), bench.outputs(few, model), bench.meta)
        passed = losses[-1] < limit and max(after, scored) < 2 * limit
        if passed or (times == 50 and losses[-1] > 5 * limit):  # who has not come halfway never will
            break
    found = f"{losses[-1]:.4f} in training, {after:.4f} on the same rows after it, {scored:.4f} where they are scored"
    return passed, found, f"below {limit:.4f}"


def gradients(bench: Any) -> Result:
    """Training changes every weight: in later epochs too, and in float32; else one is frozen, cut off from loss.loss(),
    by a reshape or the place that is read in models/, or not in the optimiser of train.fit(); trees no longer grow"""
    before, once, after = (bench.net.learnt(model) for model in (bench.fresh(), bench.once, bench.brief[0]))
    wide = bench.net.learnt(bench.fresh(precision="bfloat16", depth=1)).items()
    if coarse := [name for name, weight in wide if weight.itemsize < 4]:
        return False, f"{len(coarse)} weights are kept in bfloat16, where small steps are lost", "float32"
    bad = [name for name in after if not np.isfinite(after[name]).all() or np.array_equal(before[name], after[name])]
    still = [name for name in after if np.array_equal(once[name], after[name])]
    bad += still * (2 * len(still) > len(after) and bench.config.epochs > 1)  # what is fitted at once may be one
    most = len(bench.meta.get("vocabulary", ())) or np.inf  # words have a vector each, and few rows hold few of them
    inner = [name for name in after if after[name].shape < (most,) and not re.search("embed|position|place|body", name)]
    bad += [name for name in inner if after[name].ndim == 2 and (before[name] == after[name]).mean() > 0.6]
    return not bad, f"{len(bad)} of {len(after)} unchanged {', '.join(bad[:3])}".strip(), "0 unchanged"


def own_batch(bench: Any) -> Result:
    """A step follows its own batch alone: train.fit() forgets old gradients (zero_grad), accumulates none, and gives
    the optimiser beta1 and beta2 in this order; train_loss is the mean over an epoch's own steps"""
    (one, losses), (three, others) = gradient(bench, 1, 1e9), gradient(bench, 3, 1e9)
    gap, other, limit = difference(one, three), float(np.ptp(losses + others)) / (abs(losses[0]) + 1e-6), 1e-3
    if not alike(*losses):  # of a step that draws, as an augmentation does, only the length can be compared
        gap, other, limit = abs(np.log(np.linalg.norm(three) / np.linalg.norm(one))), 0.0, 0.5
    found = f"gradients of one and of three equal steps differ by {gap:.1e}, losses of epochs by {other:.1e}"
    return max(gap, other) < limit, found, f"below {limit:g}"


def clipping(bench: Any) -> Result:
    """The gradient is clipped, not the loss: its norm, before the optimiser steps, to config.clip, in train.fit()"""
    free, losses = gradient(bench, 1, 1e9)
    whole = float(np.linalg.norm(free)) or 1e-9  # where there is none, nothing is clipped
    clipped = float(np.linalg.norm(gradient(bench, 1, whole / 2)[0]))
    limit = 0.01 if alike(*losses) else 0.3  # of a step that draws, each is another
    return abs(clipped - whole / 2) <= limit * whole, f"{whole:.4g} becomes {clipped:.4g}", f"{whole / 2:.4g}"


def decay(bench: Any) -> Result:
    """Weight decay takes from matrices alone: AdamW, which leaves gradients as they are, with config.weight_decay for
    matrices and 0 for biases and gains, in train.fit()"""
    first, gaps = bench.config.rate(0.0), {True: 0.0, False: 0.0}
    plain, decayed = stepped(bench, 0.0), stepped(bench, 0.1 / first)  # which takes a tenth
    for name, weight in bench.net.learnt(bench.fresh(depth=1)).items():
        matrix = weight.ndim >= 2 and not np.array_equal(plain[name], weight)  # a pretrained body may rest
        gap = float(np.abs(plain[name] - decayed[name] - matrix * 0.1 * weight).max())
        gaps[matrix] = max(gaps[matrix], gap / (0.1 * float(np.abs(weight).max()) + first))
    found = f"what it takes is off by {gaps[True]:.1e} of that for matrices, {gaps[False]:.1e} for others"
    return max(gaps.values()) < 0.05, found, "below 0.05"


def rate(bench: Any) -> Result:
    """Steps are as long as they should be: train.fit() sets config.rate(), which rises and then falls to 0, for all
    parameters before each step, and steps in each batch; State.share_done (runs.py) says how far training is"""
    fresh, once, first = bench.net.learnt(bench.fresh(depth=1)), stepped(bench, 0.0), bench.config.rate(0.0)
    same = picked(different(bench, 1), np.zeros(121, int))  # of one gradient: all steps go one way, each a rate long
    slow = bench.net.learnt(bench.trained(same, epochs=6, batch_size=8, learning_rate=3e-6, depth=1)[0])
    moves = [[b - a, c - a] for a, b, c in zip(fresh.values(), once.values(), slow.values(), strict=True)]
    length, way = np.max([[np.linalg.norm(a) ** 2 / (np.abs(a).sum() + STILL) for a in both] for both in moves], axis=0)
    history, rule = runs.read_history(bench.run), np.vectorize(bench.used.rate)
    wanted = rule(np.maximum(0, history["step"][:, None] - np.arange(1, 1 + IN_A_CALL)) / history["step"][-1])
    right = (history["learning_rate"] < 1.001 * wanted.max(1)) & (history["learning_rate"] > 0.999 * wanted.min(1))
    plan, steps, players = rule(np.linspace(0, 1, 101)), int(history["step"][-1]), bool(bench.own("PARTS", 0))
    half = runs.State(seconds=30.0).share_done(common.configured({"minutes": 1.0}), 1)  # of a minute
    top, turns, way, left = plan.argmax(), np.diff(plan), way / (plan.mean() * steps), max(0, 6 * 121 - 8 * steps)
    falls = plan[-1] < 0.5 * plan.max() and (turns[top:] <= 0).all() and (turns[:top] >= 0).all()
    passed = len(right) == 6 and right.all() and falls and not left and half == 0.5
    found = f"a first step is {length:.1e} long, {steps} are {way:.2f} of their rates, {right.sum()} epochs end at the "
    found += f"right one, {left} rows are left out, and 30 s of a minute are {half:.0%} of training"
    expected = f"about {first:.1e}, which is Adam's rate there; 1.00; 6, and a fall to 0; 0; 50%"
    return passed and 0.03 * first < length < 1.2 * first and 0.5 < way < 1.3 + 0.5 * players, found, expected


def learning_rate(bench: Any) -> Result:
    """The learning rate is not too high: lower it in config.py, or see what train.fit() makes of config.rate()"""
    tenth = {"learning_rate": bench.config.learning_rate / 10, "weight_decay": 0.0, "depth": bench.shallow}
    slow = bench.trained(bench.train, **tenth)[1][-1]
    fast = min(bench.brief[1][-1], bench.net.mean_loss(bench.brief[0], bench.train, bench.meta))
    much = 0.3 * abs(bench.at_start(bench.train)[0])  # heavy rare classes are noisy
    return slow > fast - much, f"loss {fast:.4f}, {slow:.4f} with a tenth", "not higher by 0.3 of the loss at the start"


def sees(bench: Any) -> Result:
    """Training sees what scoring sees: batches of train.fit(), train_loss, augmentation, which must keep the class and
    move the target; train() (training=True) after scoring; dropout; softmax, units, smoothing, weights in loss.py"""
    rows = 16 if CAUSAL else 64
    still = {"learning_rate": STILL, "batch_size": rows, "epochs": 3, "dropout": 0.0, "depth": bench.shallow}
    some, fresh = different(bench, rows), bench.fresh(**still)  # without dropout, as Keras draws other weights then
    before, outside = bench.outputs(some, fresh), bench.net.mean_loss(fresh, some, bench.meta)
    model, (inside, again, _) = bench.trained(some, **still)
    moved = not np.array_equal(before, bench.outputs(some, model))  # by running averages: training has its own
    minimised = bench.net.mean_loss(bench.brief[0], some, bench.meta)
    scored = metrics.loss(metrics.truth(some, bench.meta), bench.outputs(some), bench.meta)
    gap, apart = abs(again - inside), max(abs(inside - outside), abs(again - outside))  # by batch norm, a bit
    gap = max(gap, apart - 0.5 * moved * abs(outside), 0.0 if CAUSAL else 0.1 * abs(minimised - scored)) / abs(outside)
    found = f"loss {inside:.6f}, {again:.6f} in training, {outside:.6f} outside; {minimised:.4f}, scored {scored:.4f}"
    if not moved and ".BatchNorm" in (common.ROOT / f"models/{bench.config.model}.py").read_text(encoding="utf-8"):
        return False, "running averages of batch normalisation stand still in training", "train() each epoch"
    if hasattr(bench.config, "dropout"):  # of one row in each step, unless batches are what it is normalised by
        equal = (some if moved else picked(some, np.zeros(rows * steps, int)) for steps in (1, 2))
        chance = still | {"dropout": 0.5, "epochs": 4, "depth": 1}
        one, two = (bench.trained(split, **chance)[1] for split in equal)
        if min(np.ptp(one[1:]), np.abs(np.subtract(one, two)).max() + moved) < 1e-6 * outside:
            return False, "no dropout in later epochs, or the same in all steps", "train() each epoch, chance each step"
    return gap < 1e-4, found, "equal losses"


def difference(a: np.ndarray, b: np.ndarray) -> float:
    """The largest difference, relative to the values; infinite where shapes differ."""
    gap = float(np.abs(a - b).max() / (np.abs(a).max() + 1e-6)) if a.shape == b.shape else np.inf
    return gap if np.isfinite(gap) else np.inf


def alike(a: Any, b: Any) -> bool:
    return np.shape(a) == np.shape(b) and np.allclose(a, b, 1e-4, 1e-4)  # sums in another order differ by less


CHECKS = [splits_disjoint, loss_at_start, clipping, decay, own_batch, rate, gradients, inputs_matter, overfit_one_batch]
CHECKS += [learning_rate, sees]  # the quickest first
FOR_ALL = [splits_disjoint, gradients, rate]  # also where two networks learn from each other
STEPS = [own_batch, clipping, decay, rate, sees]  # only where there are steps down a gradient
