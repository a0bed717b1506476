"""Gradient boosting (scikit-learn's histograms) beside a small network: a model that trains and answers by itself.

A tree splits one column at a time, so trees see beside them what a linear model says of a row. Trees of columns alone,
a forest and a network err elsewhere, so a mean errs less. skops reads only TYPES, so that no file can run code.
"""

import copy
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import common
import metrics
import runs
from common import Problem
from config import FRAMEWORK, TASK, Config
from data import Data, Split
from runs import State

import numpy as np
import skops.io
from sklearn import ensemble, neural_network
from sklearn.compose import make_column_transformer
from sklearn.linear_model import Ridge
from sklearn.model_selection import KFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder
from threadpoolctl import threadpool_limits

BEST, LAST = "best.skops", "last.skops"
TYPES = ["sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor", "sklearn.utils.validation.check_array"]
TYPES += ["sklearn.neural_network._stochastic_optimizers.AdamOptimizer", "sklearn.tree._tree.Tree", "functools.partial"]
COLUMNS, SHRINK = 0.5, 1.0  # share of columns that a split may choose from; of leaves, as few equal rows say too much
MOST_VALUES = 255  # of a column's bins, and of a category; one of more is read as a number, in the order of its codes
MANY_ROWS = 100_000  # of fewer, trees grow in one thread: more would wait for each other longer than they work
LEAST_ROWS, MOST_LEAVES = 20, 1000  # in a leaf, of few rows a fiftieth; of a tree of the forest, as a file keeps them
FEWEST_LEAVES, ROWS_A_LEAF = 6, 500  # of train: a leaf more for so many, as few rows bear small trees
FOLDS = 5  # of train: what the linear model says of one, the others have taught it
WIDTH, DECAY, RATE = 64, 0.1, 0.002  # of the network: hidden units, weight decay, learning rate
STEPS, FEWEST, MOST = 100, 16, 128  # of the network in an epoch, and rows of a step: a twentieth of all, within these
VOTES, ROWS_A_VOTE, VOTERS = 8, 5, 9000  # that shares consist of, beside one for each; rows of valid for each, at most
Model = dict[str, Any]


def build(meta: dict, config: Config) -> Model:
    """A linear model, three kinds of trees and a network, all untrained, for numbers and codes, (rows, both)."""
    codes = list(range(meta["numbers"], meta["numbers"] + len(meta["categories"])))
    apart = OneHotEncoder(handle_unknown="ignore"), codes
    linear = make_pipeline(make_column_transformer(apart, remainder="passthrough"), Ridge())
    coded = [False] * meta["numbers"] + [size <= MOST_VALUES for size in meta["categories"]]
    kind = "Classifier" if "classes" in meta else "Regressor"
    histograms = getattr(ensemble, f"HistGradientBoosting{kind}")
    plain = histograms(categorical_features=coded, early_stopping=False, random_state=config.seed)
    trees = copy.copy(plain).set_params(learning_rate=config.learning_rate, max_features=COLUMNS, warm_start=True)
    trees.set_params(l2_regularization=SHRINK, categorical_features=[False] * meta["outputs"] + coded)
    forest = getattr(ensemble, f"ExtraTrees{kind}")(max_features=COLUMNS, random_state=config.seed)
    learner = getattr(neural_network, f"MLP{kind}")
    network = learner(hidden_layer_sizes=[WIDTH], alpha=DECAY, learning_rate_init=RATE, random_state=config.seed)
    return {"linear": linear, "trees": trees, "plain": plain, "forest": forest, "network": network}


fresh = build


def fit(model: Model, data: Data, config: Config, run: Path, pressed: Sequence[int] = ()) -> list[list[float]]:
    """Grow and train until epochs or minutes are over or valid no longer improves; goes on where `last` stands.

    Keeps the best model in best.skops. Returns the rows of history.csv; `pressed` fills when Ctrl-C is pressed.
    """
    state = State(rate=config.learning_rate)
    if (run / LAST).is_file():
        last = load(run / LAST, config)
        model.update(last["model"])
        state = State(**last["state"])
        state.saved(run, config, ())  # again, as a kill may have come before it
    train, voters, best = Split(*map(np.asarray, data.train)), runs.fewer(data.valid, VOTERS), None
    threadpool_limits(None if len(train.ids) > MANY_ROWS else 1, "openmp")
    trees, network, rows, known = model["trees"], model["network"], len(train.ids), np.unique(train.targets)
    weights = np.array(data.meta["class_weights"])[train.targets] if data.meta.get("class_weights") else None
    least, leaves = min(LEAST_ROWS, max(1, rows // 50)), min(config.leaves, FEWEST_LEAVES + rows // ROWS_A_LEAF)
    trees.set_params(min_samples_leaf=least, max_leaf_nodes=leaves)
    network.set_params(batch_size=min(MOST, max(FEWEST, rows // 20)))
    inputs = with_linear(model["linear"], train, data.meta)
    model["forest"].set_params(min_samples_leaf=max(2, rows // MOST_LEAVES)).fit(inputs, train.targets, weights)
    inputs = inputs if weights is None else np.apply_along_axis(binned, 0, inputs)
    model["plain"].set_params(min_samples_leaf=least).fit(inputs[:, data.meta["outputs"] :], train.targets, weights)
    print(runs.HEAD.format(data.meta["metric"]))
    while not state.over(config):
        trees.set_params(max_iter=state.steps + config.trees).fit(inputs, train.targets, weights)
        rng = np.random.default_rng((config.seed, state.epoch))
        drawn = rng.choice(rows, STEPS * network.batch_size, p=None if weights is None else weights / weights.sum())
        if len(known) > 1:
            classes = {"classes": known} if "classes" in data.meta else {}
            network.partial_fit(spread(data.train.inputs[drawn], data.meta), data.train.targets[drawn], **classes)
        said = answers(model, voters.inputs, data.meta)
        train_loss = mean_loss(model | {"shares": np.full(len(said), 1 / len(said))}, train, data.meta)
        model["shares"] = shares(said, voters, data.meta)
        state.end_step(config.trees)
        kept = {"about": [TASK, FRAMEWORK, config.model], "model": model}
        if state.end_epoch(train_loss, outputs(model, data.valid.inputs, None, data.meta), data, config):
            best = copy.deepcopy(kept)  # thousands of trees take skops longer to write than to grow
        if state.over(config) or state.to_be_saved(pressed, config.checkpoint_seconds):
            if best:
                common.write(run / BEST, skops.io.dumps(best))
                best = None
            common.write(run / LAST, skops.io.dumps(kept | {"state": asdict(state)}))
            state.saved(run, config, pressed)
    return state.history


def with_linear(linear: Any, train: Split, meta: dict) -> np.ndarray:
    """Fit the linear model; what it says of each row without having seen it, then the row, (rows, columns)."""
    inputs, targets = train.inputs, np.eye(meta["outputs"])[train.targets] if "classes" in meta else train.targets
    linear.fit(inputs, targets)
    unseen = KFold(FOLDS, shuffle=True, random_state=0)
    said = cross_val_predict(linear, inputs, targets, cv=unseen) if len(inputs) >= FOLDS else linear.predict(inputs)
    return np.hstack([said.reshape(len(inputs), -1), inputs])


def binned(column: np.ndarray) -> np.ndarray:
    """Numbers as the nearest of a few of them, (rows,), as scikit-learn weighs rows for seconds where they are many."""
    values = np.unique(column)
    if len(values) > MOST_VALUES:
        values = np.unique(np.quantile(column, np.linspace(0, 1, MOST_VALUES), method="nearest"))
    return values[np.searchsorted((values[1:] + values[:-1]) / 2, column)]


def spread(inputs: np.ndarray, meta: dict) -> np.ndarray:
    """Numbers, how far along each of its bins each is, and a 1 for its category, (rows, columns): for the network."""
    numbers, starts, widths = meta["numbers"], np.array(meta["bin_starts"]), np.array(meta["bin_widths"])
    used = np.nonzero(widths < 1e9)  # others are too wide to tell
    along = ((inputs[:, used[0]] - starts[used]) / widths[used]).clip(0, 1)
    kinds = [range(1, min(size, MOST_VALUES)) for size in meta["categories"]]  # 0 is a value never seen
    apart = [inputs[:, [place]] == kind for place, kind in enumerate(kinds, numbers)]
    return np.hstack([inputs[:, :numbers], along, *apart]).astype(np.float32)


def answers(model: Model, inputs: np.ndarray, meta: dict) -> np.ndarray:
    """What each says but the linear model: (models, rows, classes) or, in the target's own unit, (models, rows)."""
    seen = np.hstack([model["linear"].predict(inputs).reshape(len(inputs), -1), inputs])
    asked, said = {"trees": seen, "plain": inputs, "forest": seen}, []
    if hasattr(model["network"], "coefs_"):  # train holds more than one class or number
        asked["network"] = spread(inputs, meta)
    for name, rows in asked.items():
        if "classes" in meta:
            known = model[name].classes_  # of all
            said.append(model[name].predict_proba(rows)[:, : len(known)] @ np.eye(meta["outputs"])[known])
        else:
            said.append(model[name].predict(rows) * meta["deviation"] + meta["mean"])
    return np.array(said)


def shares(said: np.ndarray, split: Split, meta: dict) -> np.ndarray:
    """What each counts in the mean, (models,): one vote, and those of steps in which it helps most (Caruana 2004)."""
    votes, truth = np.ones(len(said)), metrics.truth(split, meta)
    for _ in range(min(VOTES, len(truth) // ROWS_A_VOTE)):
        tried = (votes + np.eye(len(votes))) / (votes.sum() + 1)
        votes[np.argmin([metrics.loss(truth, np.tensordot(some, said, 1), meta) for some in tried])] += 1
    return votes / votes.sum()


def outputs(model: Model, inputs: Any, targets: Any, meta: dict, precision: str = "", batch: int = 9000) -> np.ndarray:
    """Class probabilities, (rows, classes), or numbers in their own unit, (rows,); `batch` only changes the memory."""
    if "shares" not in model:  # untrained
        classes = len(meta.get("classes", []))
        return np.full((len(inputs), classes) if classes else len(inputs), 1 / classes if classes else meta["mean"])
    parts = [answers(model, inputs[start : start + batch], meta) for start in range(0, len(inputs), batch)]
    return np.concatenate([np.tensordot(model["shares"], part, 1) for part in parts]).astype(np.float32)


def mean_loss(model: Model, split: Split, meta: dict) -> float:
    """The loss on all rows of a split, as history.csv has it."""
    return metrics.loss(metrics.truth(split, meta), outputs(model, split.inputs, None, meta), meta)


def learnt(model: Model) -> dict[str, np.ndarray]:
    """All that training should change, for check.py: what the nodes of all trees say, and weights."""
    grown = [trees for name in ("trees", "plain") for trees in getattr(model[name], "_predictors", [])]
    nodes = [tree.nodes["value"] for trees in grown for tree in trees]
    nodes += [tree.tree_.value for tree in getattr(model["forest"], "estimators_", [])]
    linear, weights = [getattr(model["linear"][-1], "coef_", [])], getattr(model["network"], "coefs_", [])
    parts = {"nodes": nodes, "linear": linear, "network": weights}
    return {name: np.concatenate([np.zeros(0), *map(np.ravel, part)]) for name, part in parts.items()}


def parameter_count(model: Model) -> int:
    """Numbers that training sets: what the nodes of trees say, and weights."""
    return sum(map(len, learnt(model).values()))


def load(path: Path, config: Config) -> dict[str, Any]:
    """Read a checkpoint: trees and plain values only."""
    try:
        content = skops.io.loads(path.read_bytes(), trusted=TYPES)
        if content["about"] == [TASK, FRAMEWORK, config.model]:
            return content
    except Exception:  # of all that unpacking and checking may stumble over
        raise Problem(f"{path} is missing, damaged or no checkpoint of this project; train again") from None
    raise Problem(f"{path} is of {', '.join(map(str, content['about']))}, not of this run; choose another")


def restore(run: Path, config: Config, meta: dict, device: str | None = None) -> Model:
    """The best model of a run, ready to answer."""
    if device not in (None, "auto", "cpu"):
        raise Problem(f"--device {device}: trees answer on the CPU; leave it out", 2)
    threadpool_limits(1, "openmp")  # rows to answer for are few
    return load(run / BEST, config)["model"]


def main(args: Any, run: Path | None, config: Config, data: Data) -> None:
    """What train.py does for this model."""
    if config.device not in ("auto", "cpu"):
        raise Problem(f"--device {config.device}: trees grow on the CPU; leave it out", 2)
    run = run or runs.new(args.out, config, data.meta, args.smoke)
    model, few = build(data.meta, config), runs.fewer(data.train)
    print(f"{config.trees} trees an epoch; {len(data.train.ids)} train and {len(data.valid.ids)} valid examples")
    before = mean_loss(model, few, data.meta)
    fit(model, data, config, run, runs.watch_ctrl_c())
    runs.end(run, args.smoke, before, mean_loss(model, few, data.meta))
