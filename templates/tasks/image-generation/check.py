"""Sanity checks on this project's real data and model, after Karpathy's recipe for training: `python check.py`.

All that is trained here is trained by train.fit. A check is a function: its docstring is its title and, after the
colon, what to do when it fails; it returns whether it passed (None: cannot tell), what was found, what was expected.
"""

import contextlib
import dataclasses
import functools
import io
import json
import math
import tempfile
from pathlib import Path
from typing import Any

import check_runs
import common
import data as data_module
import metrics
import net
import runs
import train
from data import Split

import numpy as np

ROWS, STEPS = 512, 150  # enough to tell healthy players from broken ones within seconds
Found = tuple[bool | None, str, str]


class Bench:
    """The data, some rows of them, and a model that train.fit trained on those for a moment."""

    def __init__(self, given: dict[str, Any], folder: Path) -> None:
        self.given, self.folder, self.number = given, folder, 0
        config = common.configured(given)
        self.data = data_module.load(config)
        self.meta = self.data.meta
        self.train, self.valid = (runs.fewer(split, ROWS) for split in (self.data.train, self.data.valid))
        plain = dataclasses.replace(config, device="cpu", precision="float32", minutes=0.0, epochs=0, steps=STEPS)
        self.config = plain.resolved(len(self.train.ids))

    @functools.cached_property
    def brief(self) -> tuple[object, list[float]]:
        """Players that were trained for a moment, and their loss in each epoch."""
        return self.trained()

    def trained(self, **knobs: float) -> tuple[object, list[float]]:
        """A fresh model after train.fit on the bench's rows, and the players' loss in each epoch."""
        self.kept = dataclasses.replace(self.config, **knobs)
        self.number += 1
        self.run = self.folder / str(self.number)
        model = train.fresh(self.meta, self.kept)
        with contextlib.redirect_stdout(io.StringIO()):
            history = train.fit(model, self.data._replace(train=self.train, valid=self.valid), self.kept, self.run)
        return model, [row[runs.HISTORY.index("train_loss")] for row in history]

    def outputs(self, model: object, split: Split, batch: int = 512) -> np.ndarray:
        """What a model answers for every row of a split."""
        return net.outputs(model, split.inputs, split.targets, self.meta, "float32", batch)


def splits_disjoint(bench: Bench) -> Found:
    """No picture is in two splits: look at the keys and at divided() in data.py, equal pictures need equal keys"""
    keys = [np.unique(split.keys) for split in bench.data[:3]]
    shared = sum(len(np.intersect1d(keys[a], keys[b])) for a, b in ((0, 1), (0, 2), (1, 2)))
    return shared == 0, f"{shared} shared of {sum(map(len, keys))}", "0 shared"


def comes_closer(bench: Bench) -> Found:
    """Training brings pictures closer to real ones: there is a fault in loss.py, a player's step or the rate"""
    truth = metrics.truth(bench.valid, bench.meta)
    models = train.fresh(bench.meta, bench.config), bench.brief[0]
    before, after = (metrics.score(truth, bench.outputs(model, bench.valid), bench.meta) for model in models)
    return after < 0.5 * before, f"distance {before:.4f}, later {after:.4f}", f"below {0.5 * before:.4f}"


def balance(bench: Bench) -> Found:
    """Neither player wins at once: the other one does not learn; look at both losses, their signs and the rate"""
    undecided = 3 * math.log(2)  # of a discriminator that cannot tell: ln 2 for each of its three answers
    last = bench.brief[1][-1]
    return 0.5 * undecided < last < 2 * undecided, f"loss of both {last:.4f}", f"about {undecided:.4f}"


def noise_matters(bench: Bench) -> Found:
    """Other noise makes other pictures: the generator does not read its input, or draws the same each time"""
    spread = (
        bench.outputs(bench.brief[0], bench.valid).var(0).sum() / metrics.truth(bench.valid, bench.meta).var(0).sum()
    )
    return spread > 0.1, f"variety {spread:.4f} of that of real pictures", "above 0.1"


def gradients(bench: Bench) -> Found:
    """Training changes every weight: a part is frozen, not connected to a loss, or not given to an optimiser"""
    before, after = net.learnt(train.fresh(bench.meta, bench.config)), net.learnt(bench.brief[0])
    bad = [name for name in after if not np.isfinite(after[name]).all() or np.array_equal(before[name], after[name])]
    return not bad, f"{len(bad)} of {len(after)} unchanged {', '.join(bad[:3])}".strip(), "0 unchanged"


def independent(bench: Bench) -> Found:
    """A picture depends on its own noise alone: look for operations along the batch axis, such as view or mean(0)"""
    few = bench.train.inputs[:15]
    one, two = (
        net.outputs(bench.brief[0], few[rows], None, bench.meta, "float32")[0]
        for rows in (np.arange(8), np.r_[0, 8:15])
    )
    return difference(one, two) < 1e-4, f"picture 0 changes by {difference(one, two):.1e} with others", "below 1e-4"


def batch_size(bench: Bench) -> Found:
    """Evaluation is the same for every batch size: score all rows, each with equal weight"""
    some = runs.fewer(bench.valid, 50)
    whole, sevens, single = (bench.outputs(bench.brief[0], some, size) for size in (64, 7, 1))
    gap = max(difference(whole, sevens), difference(whole, single))
    return gap < 1e-3, f"answers in batches of 64, 7 and 1 differ by {gap:.1e}", "below 1e-3"


def same_seed(bench: Bench) -> Found:
    """The seed decides the losses: derive everything random from the seed"""
    seeds = bench.config.seed, bench.config.seed, bench.config.seed + 1
    one, two, three = (bench.trained(epochs=1, seed=seed)[1] for seed in seeds)
    found = f"{'equal' if one == two else 'different'} losses, {'equal' if one == three else 'others'} with seed + 1"
    return one == two and one != three, found, "equal losses, others with seed + 1"


def reload(bench: Bench) -> Found:
    """The kept file answers as the model did: register all that the model keeps, so that it is saved"""
    some, (model, _) = runs.fewer(bench.valid, 50), bench.trained(epochs=1)
    restored = net.restore(bench.run, bench.kept, bench.meta, "cpu")
    same = np.array_equal(bench.outputs(model, some), bench.outputs(restored, some))
    return same, "the same answers" if same else "other answers", "the same answers, bit for bit"


def difference(a: np.ndarray, b: np.ndarray) -> float:
    """The largest difference, relative to the size of the values."""
    gap = float(np.abs(a - b).max() / (np.abs(a).max() + 1e-6)) if a.shape == b.shape else math.inf
    return gap if math.isfinite(gap) else math.inf


CHECKS = [splits_disjoint, comes_closer, balance, noise_matters, gradients, independent, batch_size, same_seed, reload]
RUNS = [check_runs.kept_epoch, check_runs.unseen, check_runs.resume, check_runs.report]
IN_RUNS = {check.__name__.replace("_", "-"): check for check in RUNS}
IDS = {check.__name__.replace("_", "-"): check for check in CHECKS} | IN_RUNS


def main() -> int:
    parser = common.Parser(__doc__, knobs=True)
    parser.add_argument("--only", metavar="ID", choices=IDS, help=f"run one of {', '.join(IDS)}")
    parser.add_argument("--quick", action="store_true", help=f"leave out {', '.join(IN_RUNS)}")
    parser.add_argument("--json", action="store_true", help="print JSON for machines")
    args, given = parser.parse()
    results = []
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(given, Path(folder))
        for name in [args.only] if args.only else [name for name in IDS if not (args.quick and name in IN_RUNS)]:
            results.append(result := check_runs.examined(bench, name, IDS[name]))
            if not args.json:
                word = {True: "ok", False: "FAILED", None: "-"}[result["passed"]]
                print(f"{word:6}  {result['title']:43}  {result['found']}; expected {result['expected']}", flush=True)
                print(f"        {result['advice']}\n" * (result["passed"] is False), end="", flush=True)
    if args.json:
        print(json.dumps(results, indent=1, ensure_ascii=False))
    return int(any(result["passed"] is False for result in results))


if __name__ == "__main__":
    common.run(main)
