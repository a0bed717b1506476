"""What single columns tell: alone, to the model on all rows of valid, and in one answer.

One that says as much as the whole model is asked about, not left out: only people know if it is known in time.
"""

from collections.abc import Callable, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple

import columns
import common
import metrics
import runs
from common import words
from data import Data, Split

import numpy as np

FEWEST, MOST_ROWS, MOST_CELLS = 40, 10_000, 3_000_000  # of train: fewer rows tell all by chance, more take long
LEAVES, VALUES = 64, 64  # of a small tree; of a category, the most frequent ones
PAIRED = 4  # of the strongest columns, each with each other
# A column that has the target in nearly all rows is asked about, however much the others tell; …
COPY, NEAR = 0.9, 0.02  # share of each class, or correlation of ranks; share of all rows by which half of them are off
# … others where the model is good and owes it all to them, as shares of the way from the baseline to no mistake.
GOOD, ALL, REST = 0.75, 0.95, 0.6
MOST_ASKED, TIMES, SHOWN = 200_000, 3, 12  # rows of all deals, deals of a column, columns in a figure
MOST_COLUMNS, WIDE = 4, 18  # of a row shown, and characters of its cells: more would be too small to read
Ask = Callable[[np.ndarray], np.ndarray]  # what the model answers for encoded rows


class Alone(NamedTuple):
    """What single columns reach on valid, by the project's own score."""

    scores: dict[str, float]  # of each column
    asked: dict[str, float]  # of columns, or "one + another", that people should be asked about
    whole: float  # of all columns


def places(meta: dict) -> dict[str, list[int]]:
    """Where in an encoded row each column stands."""
    number, code, found = 0, meta["numbers"], {}
    for name, about in meta["columns"].items():
        count = len(about.get("parts", ()))
        found[name] = list(range(number, number + count)) or [code]
        number, code = number + count, code + (count == 0)
    return found


def alone(data: Data, whole: float | None = None) -> Alone | None:
    """What each column reaches alone, and pairs of the strongest; None where the rows are too few to tell.

    whole  the model's score on valid; where there is none, trees of all columns stand in for it
    """
    from sklearn import dummy, ensemble, tree  # slow to import

    where, classes = places(data.meta), "classes" in data.meta
    few = learnt_from(data)
    if len(few.ids) < FEWEST or len(np.unique(few.targets)) < 2 or len(where) < 2:
        return None
    small = tree.DecisionTreeClassifier if classes else tree.DecisionTreeRegressor
    large = ensemble.HistGradientBoostingClassifier if classes else ensemble.HistGradientBoostingRegressor
    least = {"min_samples_leaf": max(2, min(20, len(few.ids) // 50)), "random_state": 0}
    everything, truth = set(range(data.train.inputs.shape[1])), metrics.truth(data.valid, data.meta)

    def score(output: np.ndarray) -> float:
        return metrics.score(truth, output, data.meta)

    def share(score: float) -> float:
        """How much of the way from the baseline to no mistake."""
        return (score - base) / ((1.0 if classes else 0.0) - base or 1.0)

    def by(*names: str) -> np.ndarray:
        used = [place for name in names for place in where[name]]
        return answers(data, used, small(max_leaf_nodes=LEAVES, **least))

    def without(*names: str) -> np.ndarray:
        used = sorted(everything - {place for name in names for place in where[name]})
        return answers(data, used, large(max_iter=50, early_stopping=False, **least))

    base = score(answers(data, [0], dummy.DummyClassifier(strategy="prior") if classes else dummy.DummyRegressor()))
    whole = score(without()) if whole is None else whole
    said = {(name,): by(name) for name in where}
    single = {names: share(score(output)) for names, output in said.items()}
    strongest = sorted(single, key=single.__getitem__)[-PAIRED:]
    weak = [name for (name,) in strongest if single[name,] < REST * share(whole)]
    said |= {pair: by(*pair) for pair in combinations(weak, 2)}
    asked = {}
    for names, output in said.items():
        reached = score(output)
        suspect = len(names) == 1 and is_copy(data, where[names[0]])
        if share(whole) > GOOD and share(reached) > ALL * share(whole) and len(names) < len(where):
            rest = without(*names)
            gain, _ = metrics.difference(truth, output, rest, data.meta)  # sure where its ends have one sign
            poor = share(score(rest)) < REST ** len(names) * share(whole)  # without these columns
            suspect |= poor and bool(gain) and gain[0] * gain[1] > 0
        if suspect:
            asked[" + ".join(names)] = reached
    return Alone({name: score(said[name,]) for name in where}, asked, whole)


def learnt_from(data: Data) -> Split:
    """Those rows of train that trees learn from."""
    return runs.fewer(data.train, min(MOST_ROWS, MOST_CELLS // data.train.inputs.shape[1]))


def answers(data: Data, used: list[int], model: Any) -> np.ndarray:
    """What a model of scikit-learn, fitted on train, says of valid from some places of the rows."""
    from sklearn import compose, pipeline, preprocessing
    from threadpoolctl import threadpool_limits

    threadpool_limits(1, "openmp")  # more threads would wait for each other longer than they work
    meta, few = data.meta, learnt_from(data)
    codes = [k for k, place in enumerate(used) if place >= meta["numbers"]]
    apart = preprocessing.OneHotEncoder(max_categories=VALUES, handle_unknown="ignore", sparse_output=False)
    whole = pipeline.make_pipeline(compose.make_column_transformer((apart, codes), remainder="passthrough"), model)
    whole.fit(few.inputs[:, used], few.targets)
    inputs = data.valid.inputs[:][:, used]
    if "classes" not in meta:
        return whole.predict(inputs) * meta["deviation"] + meta["mean"]
    chances = np.zeros((len(inputs), len(meta["classes"])))
    chances[:, whole.classes_] = whole.predict_proba(inputs)
    return chances


def is_copy(data: Data, used: list[int]) -> bool:
    """Whether a column has the target in nearly all rows: hardly more values than classes, or numbers in its order."""
    from scipy.stats import rankdata

    few = learnt_from(data)
    inputs, targets = few.inputs[:, used], few.targets
    if "classes" not in data.meta:
        wanted, given = rankdata(targets) / len(targets), rankdata(np.hstack([inputs, -inputs]), axis=0) / len(targets)
        near = np.median(np.abs(wanted[:, None] - given), axis=0) < NEAR
        return any(np.corrcoef(wanted, some)[0, 1] > COPY for some in given[:, near].T)
    different, values = np.unique(inputs, axis=0, return_inverse=True)
    counts = np.zeros((len(different), len(data.meta["classes"])))
    np.add.at(counts, (values.ravel(), targets), 1)
    shares = counts / np.maximum(counts.sum(0), 1)  # (values, classes): of each class
    return len(different) <= counts.shape[1] + 1 and shares.max(1).sum() > COPY * np.count_nonzero(counts.sum(0))


def importance(data: Data, ask: Ask) -> dict[str, float]:
    """How much of the score on valid each column is worth: permutation importance (Breiman 2001).

    Its cells are dealt to other rows, in which all else stays: what the model then loses, on average of several times.
    """
    where, truth, rng = places(data.meta), metrics.truth(data.valid, data.meta), np.random.default_rng(0)
    rows = rng.permutation(len(truth))[: max(100, MOST_ASKED // (TIMES * len(where)))]
    inputs, sign = data.valid.inputs[rows], 1 if metrics.HIGHER_IS_BETTER else -1

    def score(inputs: np.ndarray) -> float:
        return sign * metrics.score(truth[rows], ask(inputs), data.meta)

    lost, whole = dict.fromkeys(where, 0.0), score(inputs)
    for name, used in where.items():
        for _ in range(TIMES):
            dealt = inputs.copy()
            dealt[:, used] = inputs[rng.permutation(len(rows))][:, used]
            lost[name] += (whole - score(dealt)) / TIMES
    return lost


def moved(inputs: np.ndarray, output: np.ndarray, meta: dict, ask: Ask) -> list[dict[str, float]]:
    """What each column adds to each answer, the most first: how much less it is with a typical value there (occlusion).

    An answer is a number, or the chance of the likeliest class; typical are train's mean and most frequent category.
    """
    rows, best = np.arange(len(inputs)), output.argmax(1) if output.ndim == 2 else ...
    typical = np.array([0.0] * meta["numbers"] + meta["usual"], np.float32)
    added = {}
    for name, used in places(meta).items():
        changed = inputs.copy()
        changed[:, used] = typical[used]
        added[name] = (output - ask(changed))[rows, best]
    found = ({name: float(f"{values[row]:.3g}") for name, values in added.items()} for row in rows)
    return [dict(sorted(one.items(), key=lambda item: -abs(item[1]))) for one in found]


def explained(run: Path, data: Data, on_valid: np.ndarray, sheet: dict) -> Path:
    """A figure of what single columns tell, which joins the `sheet` of what report.json says."""
    import report  # slow too

    _, config, meta, _ = runs.find(str(run))
    net = common.kit(config)
    model = net.restore(run, config, meta)
    lost = importance(data, lambda inputs: net.outputs(model, inputs, None, meta, config.precision))
    best = sorted(lost, key=lost.__getitem__)[-SHOWN:]
    names = [report.shorten(name) for name in best]
    size = (10, 1.4 + 0.3 * len(best))
    figure, (left, right) = report.plt.subplots(1, 2, figsize=size, layout="constrained", sharey=True)
    left.barh(range(len(best)), [lost[name] for name in best], tick_label=names)
    left.set(xlabel=words("figure_importance", metric=meta["metric"]))
    sheet["importance"] = lost
    if found := alone(data, metrics.score(metrics.truth(data.valid, data.meta), on_valid, data.meta)):
        right.barh(range(len(best)), [found.scores[name] for name in best], color="tab:green")
        right.axvline(found.whole, color="black", linestyle=":", label=words("figure_whole"))
        right.set(xlabel=words("figure_alone", metric=meta["metric"]))
        right.legend(loc="lower right", bbox_to_anchor=(1, 1), frameon=False)  # above: it would hide a bar
        asked = found.asked.items()
        sheet["remarks"] = [words("report_alone", whole=found.whole, name=name, score=score) for name, score in asked]
    else:
        right.set_axis_off()
    return report.save(figure, run, "columns")


def rows_shown(data: Data, rows: Sequence[int], captions: Sequence[str], sheet: dict) -> Any:
    """A figure of rows of valid as a table: a caption, then the columns that are worth most to the model."""
    import report  # slow too

    seen = [columns.shown(row, data.meta) for row in data.valid.inputs[list(rows)]]
    names = sorted(seen[0], key=sheet["importance"].__getitem__, reverse=True)[:MOST_COLUMNS]
    lines = [[report.shorten(cell, WIDE) for cell in line] for line in (names, *([r[n] for n in names] for r in seen))]
    cells = np.column_stack([[words("figure_mistakes"), *captions], lines])
    letters = np.vectorize(len)(cells).max(0) + 3  # of each column
    figure, axes = report.plt.subplots(figsize=(letters.sum() / 12, 0.3 * len(cells)), layout="constrained")
    axes.axis("off")
    table = {"colWidths": letters / letters.sum(), "bbox": (0, 0, 1, 1), "edges": "horizontal"}
    axes.table(cells[1:], colLabels=cells[0], cellLoc="left", colLoc="left", **table)
    return figure
