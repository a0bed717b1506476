"""Sanity checks on this project's real data and model, after Karpathy's recipe for training: `python check.py`.

All that is trained here is trained by train.fit. A check is a function: its docstring is its title and, after the
colon, what to do when it fails; it returns whether it passed (None: cannot tell), what was found, what was expected.
"""

import contextlib
import dataclasses
import io
import json
import math
import tempfile
from pathlib import Path
from typing import Any

import common
import data as data_module
import metrics
import net
import runs
import train
from config import Config
from data import Split

import numpy as np

ROWS, STEPS = 512, 60  # enough to tell a healthy model from a broken one within seconds
Found = tuple[bool | None, str, str]


class Bench:
    """The data, some rows of them, and a model that train.fit trained on those for a moment."""

    def __init__(self, config: Config, folder: Path) -> None:
        self.folder, self.number = folder, 0
        self.data = data_module.load(config)
        self.meta = self.data.meta
        self.train, self.valid = (runs.fewer(split, ROWS) for split in (self.data.train, self.data.valid))
        plain = dataclasses.replace(config, device="cpu", precision="float32", minutes=0.0, epochs=0, steps=STEPS)
        self.config = dataclasses.replace(plain.resolved(len(self.train.ids)), patience=10_000)
        self.model, _ = self.trained(self.train)

    def trained(self, split: Split, **knobs: float) -> tuple[Any, list[float]]:
        """A fresh model after train.fit on the rows of `split`, and its mean loss in each epoch."""
        known = {name: value for name, value in knobs.items() if hasattr(self.config, name)}
        self.kept = dataclasses.replace(self.config, **known)
        self.number += 1
        self.run = self.folder / str(self.number)
        model = train.fresh(self.meta, self.kept)
        with contextlib.redirect_stdout(io.StringIO()):
            history = train.fit(model, self.data._replace(train=split, valid=split), self.kept, self.run)
        return model, [row[runs.HISTORY.index("train_loss")] for row in history]

    def outputs(self, split: Split, model: Any = None, batch: int = 512) -> np.ndarray:
        """What the briefly trained model, or another one, answers for every row of a split."""
        return net.outputs(model or self.model, split.inputs, split.targets, self.meta, "float32", batch)

    def different(self, rows: int) -> Split:
        """Rows of train whose inputs differ."""
        first = {row.tobytes(): number for number, row in reversed(list(enumerate(self.train.inputs)))}
        return picked(self.train, np.random.default_rng(0).permutation(sorted(first.values()))[:rows])


def picked(split: Split, rows: np.ndarray) -> Split:
    """Some rows of a split, as a split."""
    return Split(*(array[rows] for array in split))


def splits_disjoint(bench: Bench) -> Found:
    """No example is in two splits: look at the keys in data.py and at divide(), equal rows need equal keys"""
    every = [np.asarray(split.keys).ravel() for split in bench.data[:3]]
    keys = [np.unique(some) for some in every]
    shared = sum(len(np.intersect1d(keys[a], keys[b])) for a, b in ((0, 1), (0, 2), (1, 2)))
    rows, distinct = sum(map(len, every)), len(np.unique(np.concatenate(keys)))
    few = " (warning: many rows are the same, so a score says less)" if distinct < rows / 2 else ""
    return shared == 0, f"{shared} shared, {distinct} of {rows} distinct{few}", "0 shared"


def loss_at_start(bench: Bench) -> Found:
    """Fresh weights know nothing: make the last layer's first weights small; see loss.py and the inputs' scale"""
    expected, tolerance = metrics.loss_of_knowing_nothing(bench.train, bench.meta)
    found = net.mean_loss(train.fresh(bench.meta, bench.config), bench.train, bench.meta)
    return abs(found - expected) <= tolerance, f"{found:.4f}", f"{expected:.4f} ± {tolerance:.4f}"


def inputs_matter(bench: Bench) -> Found:
    """The answer depends on the input: see that inputs and targets stay in one order, and that forward() uses both"""
    own = picked(bench.valid, np.random.default_rng(0).permutation(len(bench.valid.ids)))
    other = own._replace(inputs=np.roll(own.inputs, 1, axis=0))
    outputs, truth = [bench.outputs(own), bench.outputs(other)], metrics.truth(own, bench.meta)
    parts = np.array_split(np.arange(len(truth)), min(200, len(truth)))
    losses = [np.array([metrics.loss(truth[part], some[part], bench.meta) for part in parts]) for some in outputs]
    without, gains = float(losses[1].mean()), losses[1] - losses[0]
    gain, margin = float(gains.mean()), 2 * float(gains.std()) / math.sqrt(max(len(gains) - 1, 1))
    found = f"loss {losses[0].mean():.4f}, with another row's input {without:.4f}"
    blind = len(bench.different(2).ids) > 1 and difference(*outputs) < 1e-6
    passed = not blind and gain > min(margin, 0.1 * without)
    strays = data_module.misplaced(bench.config, own, bench.meta) if hasattr(data_module, "misplaced") else None
    if strays:
        return False, f"{strays} of {len(own.ids)} rows are not what the data say", "each with its own class"
    unsure = gain + margin > 0.1 * without or len(bench.train.ids) < ROWS
    if not (blind or passed) and (unsure or strays == 0):
        return None, found, f"{len(truth)} rows show no sign that inputs tell about the target; more may"
    return passed, found, "lower with its own input, by more than chance"


def overfit_one_batch(bench: Bench) -> Found:
    """Eight rows can be learnt by heart: there is a fault in forward(), loss.py, the step, its batches or the rate"""
    few = bench.different(8)
    often = picked(few, np.tile(np.arange(len(few.ids)), 50))
    model, losses = bench.trained(often, batch_size=len(few.ids), epochs=10, dropout=0.0, weight_decay=0.0)
    limit = 0.1 * metrics.loss_of_knowing_nothing(few, bench.meta)[0]
    after = net.mean_loss(model, few, bench.meta)
    passed = losses[-1] < limit and after < 2 * limit
    return passed, f"{losses[-1]:.4f} in training, {after:.4f} on the same rows after it", f"below {limit:.4f}"


def gradients(bench: Bench) -> Found:
    """Training changes every weight: a part is frozen, not connected to the loss, or not given to the optimiser"""
    before, after = net.learnt(train.fresh(bench.meta, bench.config)), net.learnt(bench.model)
    bad = [name for name in after if not np.isfinite(after[name]).all() or np.array_equal(before[name], after[name])]
    return not bad, f"{len(bad)} of {len(after)} unchanged {', '.join(bad[:3])}".strip(), "0 unchanged"


def own_batch(bench: Bench) -> Found:
    """A step follows its own batch alone: forget the old gradients before backward(), with zero_grad"""
    means, still = [], {"learning_rate": 1e-30, "clip": 1e9, "dropout": 0.0, "batch_size": 8, "epochs": 1}
    for steps in (1, 3):  # on equal rows and with weights that stand still, all gradients are equal
        bench.trained(picked(bench.different(1), np.zeros(8 * steps, int)), **still)
        means.append(net.mean_gradient(bench.run, bench.kept))
    gap = difference(*means)
    return gap < 1e-3, f"the mean gradients of one and of three equal steps differ by {gap:.1e}", "below 1e-3"


def independent(bench: Bench) -> Found:
    """An answer depends on its own example alone: look for operations along the batch axis, such as view or mean(0)"""
    valid, rows = bench.data.valid, np.arange(min(8, len(bench.data.valid.ids)))
    alone = [bench.outputs(picked(valid, rows[[row]])) for row in rows]  # of texts, no wider than its own
    gap = difference(bench.outputs(picked(valid, rows)), np.concatenate(alone))
    return gap < 1e-4, f"answers change by {gap:.1e} with the rows beside them", "below 1e-4"


def causal(bench: Bench) -> Found:
    """A prediction sees the past alone: look at the attention mask; position t must not read t + 1"""
    rows, half = picked(bench.train, np.arange(8)), bench.train.inputs.shape[1] // 2
    later = rows.inputs.copy()
    later[:, half:] = rows.inputs[::-1, half:]  # other rows' endings
    early = [bench.outputs(some).reshape(rows.targets.shape)[:, :half] for some in (rows, rows._replace(inputs=later))]
    gap = difference(*early)
    return gap < 1e-4, f"the first half changes by {gap:.1e} with the second", "below 1e-4"


def batch_size(bench: Bench) -> Found:
    """Evaluation is the same for every batch size: score all rows, without dropout, each with equal weight"""
    some, model = runs.fewer(bench.valid, 50), bench.trained(bench.train, epochs=1)[0]  # as training leaves it
    whole, sevens, single = (bench.outputs(some, model, size) for size in (64, 7, 1))
    gap = max(difference(whole, sevens), difference(whole, single))
    return gap < 1e-3, f"answers in batches of 64, 7 and 1 differ by {gap:.1e}", "below 1e-3"


def same_seed(bench: Bench) -> Found:
    """The seed decides the losses: derive everything random from the seed"""
    seeds = bench.config.seed, bench.config.seed, bench.config.seed + 1
    one, two, three = (bench.trained(bench.train, epochs=1, seed=seed)[1] for seed in seeds)
    found = f"{'equal' if one == two else 'different'} losses, {'equal' if one == three else 'others'} with seed + 1"
    return one == two and one != three, found, "equal losses, others with seed + 1"


def reload(bench: Bench) -> Found:
    """The kept file answers as the model did: register all that the model keeps, so that it is saved"""
    some, model = runs.fewer(bench.valid, 50), bench.trained(bench.train, epochs=1)[0]
    restored = net.restore(bench.run, bench.kept, bench.meta, "cpu")
    same = np.array_equal(bench.outputs(some, model), bench.outputs(some, restored))
    return same, "the same answers" if same else "other answers", "the same answers, bit for bit"


def difference(a: np.ndarray, b: np.ndarray) -> float:
    """The largest difference, relative to the size of the values; infinite where shapes differ or a value is not."""
    gap = float(np.abs(a - b).max() / (np.abs(a).max() + 1e-6)) if a.shape == b.shape else math.inf
    return gap if math.isfinite(gap) else math.inf


CHECKS = [splits_disjoint, loss_at_start, inputs_matter, overfit_one_batch, gradients, own_batch, independent]
CHECKS += [batch_size, same_seed, reload] + [causal] * getattr(data_module, "CAUSAL", False)
IDS = {check.__name__.replace("_", "-"): check for check in CHECKS}


def examined(bench: Bench, name: str) -> dict[str, Any]:
    """What a check says; code that breaks fails its check, no more."""
    try:
        passed, found, expected = IDS[name](bench)
    except (RuntimeError, ValueError, LookupError, TypeError, AttributeError) as error:
        passed, found, expected = False, f"{type(error).__name__}: {error}", "no error"
    title, _, advice = IDS[name].__doc__.partition(": ")
    passed = None if passed is None else bool(passed)
    return {"id": name, "title": title, "passed": passed, "found": found, "expected": expected, "advice": advice}


def main() -> int:
    parser = common.Parser(__doc__, knobs=True)
    parser.add_argument("--only", metavar="ID", choices=IDS, help=f"run one of {', '.join(IDS)}")
    parser.add_argument("--json", action="store_true", help="print JSON for machines")
    args, given = parser.parse()
    results = []
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(common.configured(given), Path(folder))
        for name in [args.only] if args.only else IDS:
            results.append(examined(bench, name))
            if not args.json:
                word = {True: "ok", False: "FAILED", None: "-"}[results[-1]["passed"]]
                print("{:6}  {title:43}  {found}; expected {expected}".format(word, **results[-1]), flush=True)
                print(f"        {results[-1]['advice']}\n" * (word == "FAILED"), end="", flush=True)
    if args.json:
        print(json.dumps(results, indent=1, ensure_ascii=False))
    return int(any(result["passed"] is False for result in results))


if __name__ == "__main__":
    common.run(main)
