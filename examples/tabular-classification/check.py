"""Sanity checks on this project's real data and model, after Karpathy's recipe for training: `python check.py`."""

import cli  # before all others, to say which package is missing

# isort: split
import dataclasses
import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import data as data_module
import metrics
from engine import watch
from engine.bench import STEPS, Bench, OtherInputs, varied
from engine.learner import ERRORS
from splits import subset, take

FEW = 16  # rows that are soon learnt by heart, even where the inputs tell nothing about the targets of others


@dataclasses.dataclass
class Result:
    """What a check found; `passed` is None where it does not apply."""

    id: str
    title: str
    passed: bool | None
    found: str
    expected: str
    advice: str


def splits_disjoint(bench: Bench) -> tuple[bool, str, str]:
    keys = [data_module.example_keys(split) for split in (bench.data.train, bench.data.valid, bench.data.test)]
    shared = sum(len(np.intersect1d(keys[a], keys[b])) for a, b in ((0, 1), (0, 2), (1, 2)))
    distinct, rows = len(np.unique(np.concatenate(keys))), sum(map(len, keys))
    few = " (warning: many rows are the same, so a score says less)" if distinct < rows / 2 else ""
    return shared == 0, f"{shared} shared, {distinct} of {rows} distinct{few}", "0 shared"


def loss_at_start(bench: Bench) -> tuple[bool, str, str]:
    rows = np.arange(min(256, len(bench.train)))
    expected, tolerance = watch.at_start(dataclasses.replace(bench.data, train=subset(bench.train, rows)))
    found = bench.fresh().loss(bench.train, rows)
    return abs(found - expected) <= tolerance, f"{found:.4f}", f"{expected:.4f} ± {tolerance:.4f}"


def inputs_matter(bench: Bench) -> tuple[bool | None, str, str]:
    truth = metrics.truth(bench.valid, bench.meta)
    known = hasattr(data_module, "misplaced")  # weak data look like rows out of order, so the source is asked
    if known and (strays := data_module.misplaced(bench.config, bench.valid, bench.meta)):
        return False, f"{strays} of {len(truth)} rows are not what the data say", "inputs and targets of one row"
    # Drawn by lot they are as likely as a row's own: a network that is sure but knows nothing does as well with them.
    # Noise that pictures are made from belongs to no row: all get the same.
    others = another_of_each(len(bench.valid)) if known else np.zeros(len(bench.valid), int)
    strange = dataclasses.replace(bench.valid, inputs=OtherInputs(bench.valid.inputs, others))
    outputs = [bench.outputs(split) for split in (bench.valid, strange)]
    real, without = (metrics.loss(truth, output, bench.meta) for output in outputs)
    found, expected = f"{real:.4f} with, {without:.4f} with another row's", "lower with its inputs, by more than chance"
    if not known and real < 0.9 * without:
        return True, found, "at least 10 % lower with its inputs"
    if len(varied(bench.valid, 2)) > 1 and difference(*outputs) < 1e-6:
        return False, f"{found}, and every row gets the same answer", expected
    gain, margin = gained(truth, outputs, bench.meta)
    if gain > margin:
        return True, found, expected
    if known:
        return None, found, f"no sign in {len(truth)} rows that inputs tell about the target; more may show one"
    if gain + margin > 0.1 * without:
        return None, found, f"{len(truth)} rows are too few to tell"
    return False, found, expected


def another_of_each(rows: int) -> np.ndarray:
    """For each row the number of another one, drawn by lot: each row is another's once."""
    drawn = np.random.default_rng(0).permutation(rows)
    others = np.empty_like(drawn)
    others[drawn] = np.roll(drawn, 1)
    return others


def gained(truth: np.ndarray, outputs: list[np.ndarray], meta: dict[str, Any]) -> tuple[float, float]:
    """How much lower the first outputs' loss is than the second's, and how far off chance may put that (97.5 %)."""
    if not len(truth) == len(outputs[0]) == len(outputs[1]) > 1:
        return 0.0, 0.0
    parts = np.array_split(np.arange(len(truth)), min(200, len(truth)))
    losses = [[metrics.loss(truth[rows], output[rows], meta) for rows in parts] for output in outputs]
    gains = np.subtract(losses[1], losses[0])
    return float(gains.mean()), 2 * float(gains.std(ddof=1)) / len(gains) ** 0.5


def overfit_one_batch(bench: Bench) -> tuple[bool, str, str]:
    plain = {"weight_decay": 0.0, "batch_size": 8} | ({"dropout": 0.0} if hasattr(bench.config, "dropout") else {})
    batch = subset(bench.train, varied(bench.train, 8))
    start = max(watch.at_start(dataclasses.replace(bench.data, train=rows))[0] for rows in (bench.train, batch))
    losses = bench.run(dataclasses.replace(bench.config, **plain), batch, 300, 0.1 * start)[1]
    return (
        min(losses) < 0.1 * start,
        f"{min(losses):.4f} after {len(losses)} steps",
        f"below {0.1 * start:.4f} within 300",
    )


def loss_falls(bench: Bench) -> tuple[bool, str, str]:
    few = subset(bench.train, varied(bench.train, FEW))
    learner, rows = bench.run(bench.config, few, STEPS)[0], np.arange(len(few))
    before, after = (one.loss(few, rows) for one in (bench.fresh(), learner))
    found = f"{before:.4f} to {after:.4f} on {len(few)} rows in {STEPS} steps"
    return after < 0.9 * before, found, f"below {0.9 * before:.4f}"


def gradients(bench: Bench) -> tuple[bool, str, str]:
    learner, _ = bench.run(bench.config, bench.train, 3)
    found = learner.gradients(bench.train, np.arange(min(64, len(bench.train))))
    bad = [name for name, value in found.items() if value is None or not np.isfinite(value).all() or not value.any()]
    return not bad, f"{len(bad)} of {len(found)} without{': ' + ', '.join(bad[:3]) if bad else ''}", "0 without"


def independent(bench: Bench) -> tuple[bool, str, str]:
    size = min(8, len(bench.train) // 2)
    here = bench.raw(np.arange(size))[0]
    among_others = bench.raw(np.r_[0, np.arange(size, 2 * size - 1)])[0]
    gap = difference(here, among_others)
    return gap < 1e-4, f"row 0 changes by {gap:.1e} with its neighbours", "below 1e-4"


def causal(bench: Bench) -> tuple[bool, str, str]:
    inputs = take(bench.train.inputs, np.arange(min(8, len(bench.train))))
    later, half = inputs.copy(), inputs.shape[1] // 2
    later[:, half:] = inputs[::-1, half:]  # other rows' endings
    learner = bench.trained[0]
    gap = difference(learner.raw(inputs)[:, :half], learner.raw(later)[:, :half])
    return gap < 1e-4, f"the first half changes by {gap:.1e} with the second", "below 1e-4"


def batch_size(bench: Bench) -> tuple[bool, str, str]:
    few = subset(bench.valid, np.arange(min(50, len(bench.valid))))
    whole, sevens, single = (bench.outputs(few, size) for size in (64, 7, 1))
    gap = max(difference(whole, sevens), difference(whole, single)) if whole.shape == single.shape else float("inf")
    return gap < 1e-3, f"answers in batches of 64, 7 and 1 differ by {gap:.1e}", "below 1e-3"


def same_seed(bench: Bench) -> tuple[bool, str, str]:
    other = dataclasses.replace(bench.config, seed=bench.config.seed + 1)
    one, two, three = (bench.run(config, bench.train, 5)[1] for config in (bench.config, bench.config, other))
    found = f"{'equal' if one == two else 'different'} losses, {'equal' if one == three else 'others'} with seed + 1"
    return one == two and one != three, found, "equal losses, others with seed + 1"


def saved_and_reloaded(bench: Bench) -> tuple[bool, str, str]:
    few = subset(bench.valid, np.arange(min(50, len(bench.valid))))
    with tempfile.TemporaryDirectory() as folder:
        again = bench.trained[0].reloaded(Path(folder)).outputs(few, 64)
    same = np.array_equal(again, bench.outputs(few))
    return same, "the same answers" if same else "other answers", "the same answers, bit for bit"


def difference(a: np.ndarray, b: np.ndarray) -> float:
    """The largest difference, relative to the size of the values; infinite where either is not finite."""
    gap = float(np.abs(a - b).max() / (np.abs(a).max() + 1e-6))
    return gap if np.isfinite(gap) else float("inf")


# id: (title, check, what to do when it fails)
CHECKS: dict[str, tuple[str, Callable[[Bench], tuple[bool | None, str, str]], str]] = {
    "splits-disjoint": (
        "No example is in two splits",
        splits_disjoint,
        "look at divide() in splits.py and at the groups data.py gives it: equal rows must have one group",
    ),
    "loss-at-start": (
        "Fresh weights know nothing",
        loss_at_start,
        "make the last layer's first weights small, its bias zero, and check the loss and the scaling of the inputs",
    ),
    "inputs-matter": (
        "The answer depends on the input",
        inputs_matter,
        "see that inputs and targets stay in the same order, and that forward() uses its argument",
    ),
    "overfit-one-batch": (
        "One small batch can be learnt by heart",
        overfit_one_batch,
        "a model that cannot do this has a fault in forward(), loss.py or the learning rate",
    ),
    "loss-falls": (
        "The loss falls",
        loss_falls,
        "try a learning rate ten times lower or higher; see that the optimiser has all parameters",
    ),
    "gradients": (
        "Every parameter gets a gradient",
        gradients,
        "a part of the model is not connected to the loss (detach, an unused layer), or its values overflow",
    ),
    "independent": (
        "An answer depends on its own example alone",
        independent,
        "look for operations along the batch axis: view, mean(0), softmax(0), batch norm in training mode",
    ),
    "causal": (
        "A prediction sees the past alone",
        causal,
        "look at the attention mask and the padding of convolutions: position t must not read t + 1",
    ),
    "batch-size": (
        "Evaluation is the same for every batch size",
        batch_size,
        "score all rows, weigh each the same, and let padding change nothing",
    ),
    "same-seed": (
        "The seed decides the losses",
        same_seed,
        "derive everything random from the seed: rows' order, dropout, augmentation",
    ),
    "reload": (
        "A saved model answers the same",
        saved_and_reloaded,
        "register tensors that the model keeps as parameters or buffers, and load them in restore()",
    ),
}


def main() -> int:
    parser = cli.Parser(__doc__)
    parser.add_argument("--only", metavar="ID", choices=CHECKS, help=f"run one of {', '.join(CHECKS)}")
    parser.add_argument("--json", action="store_true", help="print JSON for machines")
    args, config = cli.parse_with_knobs(parser)
    bench = Bench(config)
    results = []
    for name in [args.only] if args.only else CHECKS:
        title, check, advice = CHECKS[name]
        if reason := watch.NOT_APPLICABLE.get(name):
            results.append(Result(name, title, None, "does not apply", reason, ""))
        else:
            try:
                passed, found, expected = check(bench)
            except ERRORS as error:  # broken code fails its check, no more
                passed, found, expected = False, f"{type(error).__name__}: {error}", "no error"
            results.append(Result(name, title, None if passed is None else bool(passed), found, expected, advice))
        if not args.json:
            show(results[-1])
    if args.json:
        print(json.dumps([dataclasses.asdict(result) for result in results], indent=1, ensure_ascii=False))
    failed = [result.id for result in results if result.passed is False]
    if failed and not args.json:
        print(f"{len(failed)} of {len(results)} checks failed: {', '.join(failed)}")
    return 1 if failed else 0


def show(result: Result) -> None:
    """A check as a line of a table, with advice below it when it failed."""
    mark = {True: "ok", False: "FAILED", None: "-"}[result.passed]
    why = result.expected if result.passed is None else f"expected {result.expected}"
    print(f"{mark:6}  {result.title:44}  {result.found}: {why}", flush=True)
    if result.passed is False:
        print(f"{'':6}  {result.advice}")


if __name__ == "__main__":
    cli.run(main)
