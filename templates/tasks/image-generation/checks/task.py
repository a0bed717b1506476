"""Checks for check.py on two networks that learn from each other, in the form of checks/parts.py."""

import functools
import itertools
import math
from typing import Any
from unittest import mock

import data
import loss
import metrics
from checks.parts import FOR_ALL, STILL, Result, difference, picked
from config import FRAMEWORK

import numpy as np

PARTS = FOR_ALL  # of checks/parts.py; the others ask one network
LARGE = 32  # pixels a side; of more, a few minutes are too short to tell
LONGER = 2.5  # times as many epochs as other checks take: enough to tell healthy players from broken ones
MOST_COPIED = 1 << 31  # bytes


def disturbed(found: data.Found, rows: np.ndarray) -> data.Found:
    """Some pictures with their brightness turned over."""
    if found.images.nbytes > MOST_COPIED:
        raise NotImplementedError("so many pictures are not copied to change some")
    images = np.array(found.images)
    images[rows] = 255 - images[rows]
    return found._replace(images=images)


SOURCES = {"data.opened": disturbed}  # what data are read by, and how check.py changes what it says


@functools.cache
def played(bench: Any) -> tuple[Any, list[float]]:
    """Players that were trained for a while, and their loss in each epoch."""
    return bench.trained(bench.train, epochs=round(LONGER * bench.config.epochs))


def comes_closer(bench: Any) -> Result:
    """Training brings pictures closer to real ones: see both losses in loss.py, their signs, what is detached from the
    generator there (stop_gradient); a player's step in train.py, by its own optimiser, fresh noise for each, the
    running average of models/, and the rate"""
    truth = metrics.truth(bench.valid, bench.meta)
    models = bench.fresh(), played(bench)[0]
    before, after = (metrics.score(truth, bench.outputs(bench.valid, model), bench.meta) for model in models)
    found = f"distance {before:.4f}, later {after:.4f}"
    if metrics.HIGHER_IS_BETTER and after < before:
        return False, f"{found}; HIGHER_IS_BETTER of metrics.py is True", "a better score of better pictures"
    return after < 0.5 * before or too_large(bench), found, f"below {0.5 * before:.4f}"


def balance(bench: Any) -> Result:
    """Neither player wins at once: the other one does not learn; look at both losses in loss.py, their
    signs, the penalty, and the rate"""
    undecided = 3 * math.log(2)  # of a discriminator that cannot tell: ln 2 for each of its three answers
    last = played(bench)[1][-1]
    return 0.5 * undecided < last < 2 * undecided, f"loss of both {last:.4f}", f"about {undecided:.4f}"


def noise_matters(bench: Any) -> Result:
    """Other noise makes other pictures: the generator does not read its input, or draws the same each time; noise of
    each step is fresh, in train.py, and normal, as in data.py: no generator or key that begins anew"""
    for name, drawn in zip(("train", "valid", "test"), (split.inputs for split in bench.data[:3]), strict=True):
        middle, wide, slack = float(drawn.mean()), float(drawn.std()), 5 / drawn.size**0.5
        if max(abs(middle), abs(wide - 1)) > slack:
            return False, f"noise of {name} has a mean of {middle:.2f} and a deviation of {wide:.2f}", "0 and 1"
    made, real = bench.outputs(bench.valid, played(bench)[0]), metrics.truth(bench.valid, bench.meta)
    spread = made.var(0).sum() / real.var(0).sum()
    few = picked(bench.train, np.arange(min(bench.config.batch_size - 3, len(bench.train.ids))))  # compiles a new step
    with mock.patch.object(loss, "tell_apart", lambda *given, rule=loss.tell_apart: 0 * rule(*given)):
        fooled = bench.trained(few, learning_rate=STILL, epochs=3)[1]
    if np.ptp(fooled) == 0:
        return False, f"in three epochs of one step the generator loses {fooled[0]:.6f}", "other losses by other noise"
    return spread > 0.1 or too_large(bench), f"variety {spread:.4f} of that of real pictures", "above 0.1"


def penalty(bench: Any) -> Result:
    """A steep discriminator pays for it: loss.tell_apart() adds config.penalty times the change of its scores by a
    little noise on real pictures, which Keras adds in training mode alone"""
    few = picked(bench.train, np.arange(min(bench.config.batch_size - 4, len(bench.train.ids))))  # compiles a new step
    free, fined = (bench.trained(few, learning_rate=STILL, penalty=much, epochs=1)[1][0] for much in (0.0, 1e4))
    return fined > free + 1e-3, f"loss {free:.4f}, with a high penalty {fined:.4f}", "more with it"


def average(bench: Any) -> Result:
    """The running average follows the generator: with no memory update_average() in models/ copies all of it, also the
    statistics of batch normalisation; see which share it takes of which"""
    model = played(bench)[0]
    if not hasattr(model, "update_average"):
        return None, "no update_average() in models/", "one"
    model.memory = 0.0
    model.update_average()
    copied, model.average = bench.outputs(bench.valid, model), model.generator
    gap = difference(copied, bench.outputs(bench.valid, model))
    return gap < 1e-3, f"without memory its pictures are off by {gap:.1e}", "below 1e-3"


def too_large(bench: Any) -> bool | None:
    """None, for "cannot tell", where pictures are too large for so short a training to draw them; else False."""
    return None if max(bench.train.targets.shape[1:3]) > LARGE else False


def own_half(bench: Any) -> Result:
    """A player moves by its own loss alone: see what loss.py detaches, and that each optimiser has its own half"""
    wrong, few = [], bench.config.batch_size
    for number, (name, player) in enumerate((("tell_apart", "discriminator"), ("fool", "generator")), 1):
        rule = getattr(loss, name)
        rows = picked(bench.train, np.arange(min(few - number, len(bench.train.ids))))  # a new size compiles a new step
        before = bench.net.learnt(bench.fresh())
        with mock.patch.object(loss, name, lambda *given, rule=rule: 0 * rule(*given)):
            after = bench.net.learnt(bench.trained(rows, epochs=1)[0])
        moved = [weights for weights in after if not np.array_equal(after[weights], before[weights])]
        wrong += [weights for weights in moved if player in weights]
        wrong += [f"nothing but {player}"] * (not [weights for weights in moved if player not in weights])
    return not wrong, f"{', '.join(wrong[:3]) or 'nothing'} moved by the other player's loss", "nothing"


def shown(bench: Any) -> Result:
    """What is shown as real is real: train.py hands loss.tell_apart() pictures as data.load() has them; one that is
    mirrored or cut must be one that might have been there too, or such are made, and a digit's mirror image is none"""
    few, seen, rule = picked(bench.train, np.arange(min(16, len(bench.train.ids)))), [], loss.tell_apart

    def noted(model: Any, real: Any, *given: Any) -> Any:
        seen.extend(real.detach().cpu().numpy())
        return rule(model, real, *given)

    with mock.patch.object(loss, "tell_apart", noted):
        bench.trained(few, epochs=2)
    other = sum(min(np.abs(picture - one).max() for one in few.targets) > 0.01 for picture in seen)
    return seen and not other, f"{other} of {len(seen)} pictures are not of train", "none"


def there_and_back(bench: Any) -> Result:
    """Pictures come back as they were: Pictures in data.py makes bytes floats from -1 to 1, and data.decode() bytes"""
    some = bench.data.train.targets
    raw, floats = some.images[some.rows[:64]], some[:64]
    off = float(np.abs(floats - (raw / 127.5 - 1)).max())
    other = int((data.decode(floats) != raw).any(axis=(1, 2, 3)).sum())
    found = f"floats off by {off:.1e}, {other} of {len(raw)} come back changed"
    return off < 1e-3 and other == 0, found, "below 1e-3, 0"


def own_step(bench: Any) -> Result:
    """A player's step follows its own batch alone: forget old gradients, with zero_grad, before each backward()"""
    moved, few = [], bench.config.batch_size
    for name in ("tell_apart", "fool"):
        ends = []
        for steps in (1, 4):
            asked = itertools.count()  # from the second step on a player has nothing to gain
            rule = getattr(loss, name)
            with mock.patch.object(loss, name, lambda *given, r=rule, n=asked: (next(n) == 0) * r(*given)):
                rows = picked(bench.train, np.zeros(few * steps, int))  # all alike, as order differs
                ends.append(bench.net.learnt(bench.trained(rows, epochs=1)[0]))
        player = {"tell_apart": "discriminator", "fool": "generator"}[name]
        moved += [key for key in ends[0] if player in key and not np.array_equal(ends[0][key], ends[1][key])]
    return not moved, f"{len(moved)} weights follow an old gradient {', '.join(moved[:2])}".strip(), "0"


def rivals_of_train(bench: Any) -> Result:
    """Rivals are of train: metrics.rivals() draws pixels and real pictures there, none of those of test"""
    few = bench.data._replace(train=bench.train, test=bench.valid._replace(targets=None))
    try:
        said = metrics.rivals(few)
    except (AttributeError, TypeError):
        return False, "a rival asks for the pictures of test", "none does"
    return True, f"{len(said)} ask for none of test", "none does"


def frechet(target: np.ndarray, output: np.ndarray, elements: bool = False) -> list[float]:
    """The distance of each draw, with a root of the matrix itself, or wrongly of its elements."""
    from scipy.linalg import sqrtm  # slow to import

    found, spread = [], np.atleast_2d(np.cov(target, rowvar=False))
    for made in output.transpose(1, 0, 2):
        own, gap = np.atleast_2d(np.cov(made, rowvar=False)), made.mean(0) - target.mean(0)
        root = np.sqrt(np.abs(own @ spread)) if elements else sqrtm(own @ spread).real
        found.append(gap @ gap + np.trace(own + spread - 2 * root))
    return found


SCORES = {
    "Fréchet distance": lambda target, output, meta: float(np.mean(frechet(target, output))),
    "that of the best draw alone": lambda target, output, meta: min(frechet(target, output)),
    "that with a root of elements, not of the matrix": lambda target, output, meta: float(
        np.mean(frechet(target, output, elements=True))
    ),
}
CHECKS = [comes_closer, balance, noise_matters, penalty, average, own_half, there_and_back, rivals_of_train]
if FRAMEWORK in ("pytorch", "lightning"):  # the only ones that keep gradients, and let a step be watched
    CHECKS += [own_step, shown]
