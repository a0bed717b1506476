"""Gradient boosting (scikit-learn's histograms) beside a small network: a model that trains and answers by itself.

A tree splits one column at a time, so slopes and sums cost it many splits: the trees see beside the columns what a
linear model says of a row. A network errs elsewhere: the mean of both makes fewer mistakes. This file offers what
train.py and net.py do for others; skops saves all, and reads only the types of TRUSTED, so that no file can run code.
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
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.linear_model import Ridge
from sklearn.model_selection import KFold, cross_val_predict
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

BEST, LAST = "best.skops", "last.skops"
TRUSTED = ["functools.partial", "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor"]
TRUSTED += ["sklearn.neural_network._stochastic_optimizers.AdamOptimizer", "sklearn.utils.validation.check_array"]
SHARE = 0.9  # of the rows, drawn anew, decide in each epoch (stochastic gradient boosting, Friedman 2002)
COLUMNS = 0.5  # share of them that a split may choose from, drawn anew for each
MOST_VALUES = 255  # of a column; a category of more is read as a number, in the order of its codes
LITTLE = 1e-9  # weight of rows that do not decide: without any, scikit-learn would not see their values
LEAST_ROWS = 20  # in a leaf; of few rows a fiftieth
FEWEST_LEAVES, ROWS_A_LEAF = 6, 500  # of train: a leaf more for so many, as few rows bear small trees
FOLDS = 5  # of train: what the linear model says of one, the others have taught it
WIDTH, DECAY, RATE = 64, 0.1, 0.002  # of the network: hidden units, weight decay, learning rate
STEPS, FEWEST, MOST = 100, 16, 128  # of the network in an epoch, and rows of a step: a twentieth of all, within these
Model = dict[str, Any]


def build(meta: dict, config: Config) -> Model:
    """A linear model, trees and a network that know nothing yet, for numbers and codes of categories, (rows, both)."""
    codes = list(range(meta["numbers"], meta["numbers"] + len(meta["categories"])))
    apart = OneHotEncoder(handle_unknown="ignore"), codes
    linear = make_pipeline(make_column_transformer(apart, remainder="passthrough"), Ridge())
    numbers = meta["outputs"] + meta["numbers"]
    kind = HistGradientBoostingClassifier if "classes" in meta else HistGradientBoostingRegressor
    trees = kind(
        learning_rate=config.learning_rate,
        categorical_features=[False] * numbers + [size <= MOST_VALUES for size in meta["categories"]],
        max_features=COLUMNS,
        l2_regularization=1.0,  # else a leaf of rows that are all but certain says too much
        early_stopping=False,  # `fit` stops by the score on valid
        warm_start=True,
        random_state=config.seed,
    )
    kind = MLPClassifier if "classes" in meta else MLPRegressor
    network = kind(hidden_layer_sizes=[WIDTH], alpha=DECAY, learning_rate_init=RATE, random_state=config.seed)
    return {"linear": linear, "trees": trees, "network": network}


fresh = build


def coarse(inputs: np.ndarray, numbers: int) -> np.ndarray:
    """Inputs whose first columns have few values each, of many those at quantiles, (rows, columns).

    Trees would look for such anew in each epoch, and by other rows: those of the epochs before would be misread.
    """
    inputs = np.array(inputs)
    for column in inputs.T[:numbers]:
        values = np.unique(column)
        if len(values) > MOST_VALUES:
            values = np.unique(np.quantile(column, np.linspace(0, 1, MOST_VALUES), method="nearest"))
            column[:] = values[np.searchsorted((values[1:] + values[:-1]) / 2, column)]
    return inputs


def fit(model: Model, data: Data, config: Config, run: Path, pressed: Sequence[int] = ()) -> list[list[float]]:
    """Grow and train until epochs or minutes are over or valid no longer improves; goes on where `last` stands.

    Keeps the best model in best.skops. Returns the rows of history.csv; `pressed` fills when Ctrl-C is pressed.
    """
    state = State()
    if (run / LAST).is_file():
        last = load(run / LAST, config)
        model.update(last["model"])
        state = State(**last["state"])
        state.saved(run, config, ())  # again, as a kill may have come before it
    rows, trees, network, best = len(data.train.ids), model["trees"], model["network"], None
    leaves = min(config.leaves, FEWEST_LEAVES + rows // ROWS_A_LEAF)
    trees.set_params(min_samples_leaf=min(LEAST_ROWS, max(1, rows // 50)), max_leaf_nodes=leaves)
    network.set_params(batch_size=min(MOST, max(FEWEST, rows // 20)))
    inputs = coarse(with_linear(model["linear"], data.train, data.meta), data.meta["outputs"] + data.meta["numbers"])
    print(runs.HEAD.format(data.meta["metric"]))
    while not state.over(config):
        rng = np.random.default_rng((config.seed, state.epoch))
        order = rng.permutation(rows)
        part = Split(*(array[order] for array in data.train))
        weights = np.where(rng.random(rows) < SHARE, 1, LITTLE)
        if data.meta.get("class_weights"):
            weights *= np.array(data.meta["class_weights"])[part.targets]
        trees.set_params(max_iter=state.steps + config.trees)
        trees.fit(inputs[order], part.targets, weights)
        drawn = rng.choice(rows, STEPS * network.batch_size, p=weights / weights.sum())
        if len(known := np.unique(part.targets)) > 1:
            classes = {"classes": known} if "classes" in data.meta else {}
            network.partial_fit(spread(part.inputs[drawn], data.meta), part.targets[drawn], **classes)
        state.end_step(config.trees)
        state.rate = config.learning_rate
        output = outputs(model, data.valid.inputs, None, data.meta)
        kept = {"about": [TASK, FRAMEWORK, config.model], "model": model}
        if state.end_epoch(mean_loss(model, part, data.meta), output, data, config):
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
    inputs, targets = np.asarray(train.inputs), np.asarray(train.targets)
    if "classes" in meta:
        targets = np.eye(meta["outputs"])[targets]
    linear.fit(inputs, targets)
    unseen = KFold(FOLDS, shuffle=True, random_state=0)
    said = cross_val_predict(linear, inputs, targets, cv=unseen) if len(inputs) >= FOLDS else linear.predict(inputs)
    return np.hstack([said.reshape(len(inputs), -1), inputs])


def spread(inputs: np.ndarray, meta: dict) -> np.ndarray:
    """Numbers, how far along each of its bins each is, and a 1 for its category, (rows, columns): for the network."""
    numbers, starts, widths = meta["numbers"], np.array(meta["bin_starts"]), np.array(meta["bin_widths"])
    used = np.nonzero(widths < 1e9)  # others are too wide to tell
    along = ((inputs[:, used[0]] - starts[used]) / widths[used]).clip(0, 1)
    kinds = [range(1, min(size, MOST_VALUES)) for size in meta["categories"]]  # 0 is a value never seen
    apart = [inputs[:, [place]] == kind for place, kind in enumerate(kinds, numbers)]
    return np.hstack([inputs[:, :numbers], along, *apart]).astype(np.float32)


def outputs(model: Model, inputs: Any, targets: Any, meta: dict, precision: str = "", batch: int = 9000) -> np.ndarray:
    """Class probabilities, (rows, classes), or numbers in their own unit, (rows,); `batch` only changes the memory."""
    linear, trees, network = model["linear"], model["trees"], model["network"]
    classes, parts = len(meta.get("classes", [])), []
    for start in range(0, len(inputs), batch):
        some = inputs[start : start + batch]
        answer = np.full((len(some), classes), 1 / classes) if classes else np.zeros(len(some))
        if hasattr(trees, "n_iter_"):
            ask, seen = ("predict_proba" if classes else "predict"), linear.predict(some).reshape(len(some), -1)
            said = [getattr(trees, ask)(np.hstack([seen, some]))]
            if hasattr(network, "coefs_"):
                said.append(getattr(network, ask)(spread(some, meta)))
            answer = np.mean(said, axis=0)
            if classes:  # of which train may lack some, or hold a single one
                answer = answer[:, : len(trees.classes_)] @ np.eye(classes)[trees.classes_]
        parts.append(answer if classes else answer * meta["deviation"] + meta["mean"])
    return np.concatenate(parts).astype(np.float32)


def mean_loss(model: Model, split: Split, meta: dict) -> float:
    """The loss on all rows of a split, as history.csv has it."""
    return metrics.loss(metrics.truth(split, meta), outputs(model, split.inputs, None, meta), meta)


def learnt(model: Model) -> dict[str, np.ndarray]:
    """All that training should change, for check.py: what the nodes of all trees say, and weights."""
    nodes = [tree.nodes["value"] for grown in getattr(model["trees"], "_predictors", []) for tree in grown]
    linear, weights = [getattr(model["linear"][-1], "coef_", [])], getattr(model["network"], "coefs_", [])
    parts = {"nodes": nodes, "linear": linear, "network": weights}
    return {name: np.concatenate([np.zeros(0), *map(np.ravel, part)]) for name, part in parts.items()}


def mean_gradient(run: Path, config: Config) -> np.ndarray:
    raise NotImplementedError("trees grow from all rows at once, without batches and gradients")


def parameter_count(model: Model) -> int:
    """Numbers that training sets: what the nodes of trees say, and weights."""
    return sum(map(len, learnt(model).values()))


def load(path: Path, config: Config) -> dict[str, Any]:
    """Read a checkpoint: trees and plain values only."""
    try:
        content = skops.io.loads(path.read_bytes(), trusted=TRUSTED)
        if content["about"] == [TASK, FRAMEWORK, config.model]:
            return content
    except Exception:  # of all that unpacking and checking may stumble over
        raise Problem(f"{path} is missing, damaged or no checkpoint of this project; train again") from None
    raise Problem(f"{path} is of {', '.join(map(str, content['about']))}, not of this run; choose another")


def restore(run: Path, config: Config, meta: dict, device: str | None = None) -> Model:
    """The best model of a run, ready to answer."""
    if device not in (None, "auto", "cpu"):
        raise Problem(f"--device {device}: trees answer on the CPU; leave it out", 2)
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
