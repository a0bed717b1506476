"""Sanity checks on this project's real data and model, after Karpathy's recipe for training: `python check.py`.

All that is trained here is trained by train.fit. A check is a function: its docstring is its title and, after the
colon, what to do when it fails; it returns whether it passed (None: cannot tell), what was found, what was expected.
"""

import contextlib
import io
import json
import math
import tempfile
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

import check_runs
import common
import data as data_module
import metrics
import net
import predict
import runs
import train
from data import Split

import numpy as np

ROWS, STEPS = 512, 60  # enough to tell a healthy model from a broken one within seconds
OTHERS = 20  # so that one test in 20 is passed by chance
Found = tuple[bool | None, str, str]


class Bench:
    """The data, some rows of them, and a model that train.fit trained on those for a moment."""

    def __init__(self, given: dict[str, Any], folder: Path) -> None:
        self.given, self.folder = given, folder
        config = common.configured(given)
        self.data = data_module.load(config)
        self.meta = self.data.meta
        self.train = runs.fewer(self.data.train, ROWS)
        self.valid = runs.fewer(self.data.valid, ROWS)
        plain = replace(config, device="cpu", precision="float32", minutes=0.0, epochs=0, steps=STEPS)
        self.config = replace(plain.resolved(len(self.train.ids)), patience=10_000)

    @cached_property
    def brief(self) -> tuple[Any, list[float]]:
        """A model that was trained for a moment, and its mean loss in each epoch."""
        return self.trained(self.train)

    def trained(self, split: Split, **knobs: float) -> tuple[Any, list[float]]:
        """A fresh model after train.fit on the rows of `split`, and its mean loss in each epoch."""
        known = {name: value for name, value in knobs.items() if hasattr(self.config, name)}
        self.kept = replace(self.config, **known)
        self.run = Path(tempfile.mkdtemp(dir=self.folder))
        model = train.fresh(self.meta, self.kept)
        with contextlib.redirect_stdout(io.StringIO()):
            few = self.data._replace(train=split, valid=runs.fewer(split))
            history = train.fit(model, few, self.kept, self.run)
        return model, [row[runs.HISTORY.index("train_loss")] for row in history]

    def outputs(self, split: Split, model: Any = None, batch: int = 512) -> np.ndarray:
        """What the briefly trained model, or another one, answers for every row of a split."""
        return net.outputs(model or self.brief[0], split.inputs, split.targets, self.meta, "float32", batch)

    def different(self, rows: int) -> Split:
        """Rows of train whose inputs differ."""
        first = np.unique(self.train.inputs, axis=0, return_index=True)[1]
        return picked(self.train, np.random.default_rng(0).permutation(np.sort(first))[:rows])


def picked(split: Split, rows: np.ndarray) -> Split:
    """Some rows of a split, as a split."""
    return Split(*(array[rows] for array in split))


def splits_disjoint(bench: Bench) -> Found:
    """No example is in two splits: look at the keys in data.load() and at common.divide(); equal rows, equal keys"""
    keys = [np.ravel(split.keys) for split in bench.data[:3]]
    rows = sum(len(some) for some in keys)
    distinct = len(np.unique(np.concatenate(keys)))
    shared = sum(len(np.unique(some)) for some in keys) - distinct
    few = " (warning: many rows are the same, so a score says less)" if distinct < rows / 2 else ""
    return shared == 0, f"{shared} shared, {distinct} of {rows} distinct{few}", "0 shared"


def loss_at_start(bench: Bench) -> Found:
    """Fresh weights know nothing: make the last layer's first weights small; see loss.loss() and the inputs' scale"""
    expected, tolerance = metrics.loss_of_knowing_nothing(bench.train, bench.meta)
    found = net.mean_loss(train.fresh(bench.meta, bench.config), bench.train, bench.meta)
    return abs(found - expected) <= tolerance, f"{found:.4f}", f"{expected:.4f} ± {tolerance:.4f}"


def inputs_matter(bench: Bench) -> Found:
    """The answer depends on the input: data.load() keeps inputs and targets in one order; forward() uses its input"""
    own = picked(bench.valid, np.random.default_rng(0).permutation(len(bench.valid.ids))[:100])
    strays = data_module.misplaced(bench.config, own, bench.meta) if hasattr(data_module, "misplaced") else None
    if strays:
        return False, f"{strays} of {len(own.ids)} rows are not what the data say", "each with its own class"
    truth, losses = metrics.truth(own, bench.meta), []
    for shift in range(min(OTHERS, max(2, len(own.ids)))):  # 0: its own input
        output = bench.outputs(own._replace(inputs=np.roll(own.inputs, shift, axis=0)))
        losses.append(metrics.loss(truth, output, bench.meta))
    found = f"loss {losses[0]:.4f}, with other rows' inputs {min(losses[1:]):.4f} to {max(losses):.4f}"
    blind = max(losses) - min(losses) < 1e-6 * abs(losses[0]) and min(len(truth), len(bench.different(2).ids)) > 1
    if strays == 0 and not blind and losses[0] >= min(losses[1:]):
        return None, found, f"{len(truth)} rows show no sign that inputs tell about the target; more may"
    return losses[0] < min(losses[1:]), found, f"less with its own than with {len(losses) - 1} others"


def overfit_one_batch(bench: Bench) -> Found:
    """Eight rows can be learnt by heart: look at forward(), loss.loss(), and train.fit()'s step, batches and rate"""
    few = bench.different(8)
    often = picked(few, np.tile(np.arange(len(few.ids)), 50))
    model, losses = bench.trained(often, batch_size=len(few.ids), epochs=10, dropout=0.0, weight_decay=0.0)
    limit = 0.1 * metrics.loss_of_knowing_nothing(few, bench.meta)[0]
    after = net.mean_loss(model, few, bench.meta)
    passed = losses[-1] < limit and after < 2 * limit
    return passed, f"{losses[-1]:.4f} in training, {after:.4f} on the same rows after it", f"below {limit:.4f}"


def gradients(bench: Bench) -> Found:
    """Training changes every weight: one is frozen, cut off from loss.loss(), or not in the optimiser of train.fit()"""
    before, after = net.learnt(train.fresh(bench.meta, bench.config)), net.learnt(bench.brief[0])
    bad = [name for name in after if not np.isfinite(after[name]).all() or np.array_equal(before[name], after[name])]
    return not bad, f"{len(bad)} of {len(after)} unchanged {', '.join(bad[:3])}".strip(), "0 unchanged"


def own_batch(bench: Bench) -> Found:
    """A step follows its own batch alone: forget old gradients before backward(), with zero_grad, in train.fit()"""
    means = []
    for steps in (1, 3):  # on equal rows and with weights that stand still, all gradients are equal
        same = picked(bench.different(1), np.zeros(8 * steps, int))
        bench.trained(same, learning_rate=1e-30, clip=1e9, dropout=0.0, batch_size=8, epochs=1)
        means.append(net.mean_gradient(bench.run, bench.kept))
    gap = difference(*means)
    return gap < 1e-3, f"the mean gradients of one and of three equal steps differ by {gap:.1e}", "below 1e-3"


def batch_size(bench: Bench) -> Found:
    """An answer is the same in every batch: see operations along the batch axis, dropout, all rows in net.outputs()"""
    valid, rows = bench.data.valid, np.arange(min(12, len(bench.data.valid.ids)))
    model, _ = bench.trained(bench.train, epochs=1)  # as training leaves it
    whole, sevens = (bench.outputs(picked(valid, rows), model, size) for size in (64, 7))
    alone = [bench.outputs(picked(valid, rows[[row]]), model) for row in rows]  # of texts, no wider than its own
    gap = max(difference(whole, sevens), difference(whole, np.concatenate(alone)))
    return gap < 1e-4, f"answers in batches of 64, of 7 and alone differ by {gap:.1e}", "below 1e-4"


def causal(bench: Bench) -> Found:
    """A prediction sees the past alone: look at the attention mask; position t must not read t + 1"""
    rows, half = picked(bench.train, np.arange(8)), bench.train.inputs.shape[1] // 2
    later = rows.inputs.copy()
    later[:, half:] = rows.inputs[::-1, half:]  # other rows' endings
    early = [bench.outputs(some).reshape(rows.targets.shape)[:, :half] for some in (rows, rows._replace(inputs=later))]
    gap = difference(*early)
    return gap < 1e-4, f"the first half changes by {gap:.1e} with the second", "below 1e-4"


def same_seed(bench: Bench) -> Found:
    """The seed decides the losses: derive all chance from config.seed, in train.fresh() and train.fit()"""
    seed = bench.config.seed
    one, two, three = (bench.trained(bench.train, epochs=1, seed=some)[1] for some in (seed, seed, seed + 1))
    found = f"{'equal' if one == two else 'different'} losses, {'equal' if one == three else 'others'} with seed + 1"
    return one == two and one != three, found, "equal losses, others with seed + 1"


def reload(bench: Bench) -> Found:
    """The kept file answers as the model did: register all that the model keeps, so that net.restore() finds it"""
    some = runs.fewer(bench.valid, 50)
    model, _ = bench.trained(bench.train, epochs=1)
    again = bench.outputs(some, net.restore(bench.run, bench.kept, bench.meta, "cpu"))
    same = np.array_equal(bench.outputs(some, model), again)
    return same, "the same answers" if same else "other answers", "the same answers, bit for bit"


def difference(a: np.ndarray, b: np.ndarray) -> float:
    """The largest difference, relative to the values; infinite where shapes differ."""
    gap = float(np.abs(a - b).max() / (np.abs(a).max() + 1e-6)) if a.shape == b.shape else math.inf
    return gap if math.isfinite(gap) else math.inf


CHECKS = [splits_disjoint, loss_at_start, inputs_matter, overfit_one_batch, gradients, own_batch, batch_size]
CHECKS += getattr(predict, "CHECKS", [])
CHECKS += [same_seed, reload] + [causal] * getattr(data_module, "CAUSAL", False)
RUNS = check_runs.CHECKS + [check_runs.answers] * getattr(predict, "EACH_ROW", False)
CHECKS = {check.__name__.replace("_", "-"): check for check in CHECKS + RUNS}


def main() -> int:
    parser = common.Parser(__doc__, knobs=True)
    parser.add_argument("--only", metavar="ID", choices=CHECKS, help=f"run one of {', '.join(CHECKS)}")
    parser.add_argument("--quick", action="store_true", help=f"leave out those of runs, the last {len(RUNS)}")
    parser.add_argument("--json", action="store_true", help="print JSON for machines")
    args, given = parser.parse()
    if hasattr(kit := common.kit(common.configured(given)), "fit"):  # a model without gradients stands in for both
        globals().update(net=kit, train=kit)
        vars(check_runs).update(net=kit, train=kit)
    results = []
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(given, Path(folder))
        for name in [args.only] if args.only else [one for one in CHECKS if not args.quick or CHECKS[one] not in RUNS]:
            results.append(result := check_runs.examined(bench, name, CHECKS[name]))
            if not args.json:
                word = {True: "ok", False: "FAILED", None: "-"}[result["passed"]]
                print(f"{word:6}  {result['title']:43}  {result['found']}; expected {result['expected']}", flush=True)
                print(f"        {result['advice']}\n" * (word == "FAILED"), end="", flush=True)
    if args.json:
        print(json.dumps(results, indent=1, ensure_ascii=False))
    return int(any(result["passed"] is False for result in results))


if __name__ == "__main__":
    common.run(main)
