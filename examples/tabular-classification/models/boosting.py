"""Gradient boosting (scikit-learn's histograms): a model without gradients, which trains and answers by itself.

It offers what train.py and net.py do for networks, and they are not asked. Trees are saved by skops, which reads only
the types that TRUSTED names: a foreign file can run no code, as a pickle could.
"""

import argparse
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
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

BEST, LAST = "best.skops", "last.skops"
TRUSTED = ["functools.partial", "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor"]
TRUSTED += ["sklearn.utils.validation.check_array"]
SHARE = 0.9  # of the rows, drawn anew, decide in each epoch (stochastic gradient boosting, Friedman 2002)
MOST_VALUES = 255  # a category of more is read as a number, in the order of its codes
LEAST_ROWS = 20  # in a leaf; of few rows a fiftieth, and as many leaves: few rows bear small trees
Model = HistGradientBoostingClassifier | HistGradientBoostingRegressor


def build(meta: dict, config: Config) -> Model:
    """A model that knows nothing yet, for numbers and the codes of categories, (rows, numbers + categories)."""
    kind = HistGradientBoostingClassifier if "classes" in meta else HistGradientBoostingRegressor
    return kind(
        learning_rate=config.learning_rate,
        categorical_features=[False] * meta["numbers"] + [size <= MOST_VALUES for size in meta["categories"]],
        l2_regularization=1.0,  # else a leaf of rows that are all but certain says too much
        early_stopping=False,  # `fit` stops by the score on valid
        warm_start=True,
        random_state=config.seed,
    )


fresh = build


def fit(model: Model, data: Data, config: Config, run: Path, pressed: Sequence[int] = ()) -> list[list[float]]:
    """Grow trees until epochs or minutes are over or valid no longer improves; goes on where `last` of the run stands.

    Keeps the best model in best.skops. Returns the rows of history.csv; `pressed` fills when Ctrl-C is pressed.
    """
    state = State()
    if (run / LAST).is_file():
        last = load(run / LAST, config)
        vars(model).update(vars(last["model"]))
        state = State(**last["state"])
        state.saved(run, config, ())  # again, as a kill may have come before it
    rows = len(data.train.ids)
    few = max(1, rows // 50)
    model.set_params(min_samples_leaf=min(LEAST_ROWS, few), max_leaf_nodes=min(config.leaves, max(4, few)))
    best = None
    print(runs.HEAD.format(data.meta["metric"]))
    while not state.over(config):
        rng = np.random.default_rng((config.seed, state.epoch))
        order = rng.permutation(rows)
        part = Split(*(array[order] for array in data.train))
        weights = (rng.random(rows) < SHARE).astype(float)
        if data.meta.get("class_weights"):
            weights *= np.array(data.meta["class_weights"])[part.targets]
        model.set_params(max_iter=state.steps + config.trees)
        model.fit(part.inputs, part.targets, weights)
        state.end_step(config.trees)
        state.rate = config.learning_rate
        output = outputs(model, data.valid.inputs, None, data.meta)
        if state.end_epoch(mean_loss(model, part, data.meta), output, data, config):
            best = skops.io.dumps({"about": [TASK, FRAMEWORK, config.model], "model": model})
        if state.over(config) or state.to_be_saved(pressed):
            if best:
                common.write(run / BEST, best)
            about = {"about": [TASK, FRAMEWORK, config.model], "model": model, "state": asdict(state)}
            common.write(run / LAST, skops.io.dumps(about))
            state.saved(run, config, pressed)
            best = None
    return state.history


def outputs(
    model: Model, inputs: Any, targets: Any, meta: dict, precision: str = "", batch: int = 50_000
) -> np.ndarray:
    """Class probabilities, (rows, classes), or numbers in their own unit, (rows,); `batch` only changes the memory."""
    trained, classes = hasattr(model, "n_iter_"), len(meta.get("classes", []))
    parts = []
    for start in range(0, len(inputs), batch):
        some = inputs[start : start + batch]
        if not classes:
            parts.append((model.predict(some) if trained else np.zeros(len(some))) * meta["deviation"] + meta["mean"])
            continue
        chances = np.zeros((len(some), classes))
        if trained:  # train may lack a class, or hold a single one
            chances[:, model.classes_] = model.predict_proba(some)[:, : len(model.classes_)]
        else:
            chances[:] = 1 / classes
        parts.append(chances)
    return np.concatenate(parts).astype(np.float32)


def mean_loss(model: Model, split: Split, meta: dict) -> float:
    """The loss on all rows of a split, as history.csv has it."""
    return metrics.loss(metrics.truth(split, meta), outputs(model, split.inputs, None, meta), meta)


def learnt(model: Model) -> dict[str, np.ndarray]:
    """All that training should change, for check.py: what the nodes of all trees say."""
    trees = [tree for trees in getattr(model, "_predictors", []) for tree in trees]
    return {"nodes": np.concatenate([np.zeros(1), *(tree.nodes["value"] for tree in trees)])}


def mean_gradient(run: Path, config: Config) -> np.ndarray:
    raise NotImplementedError("trees grow from all rows at once, without batches and gradients")


def parameter_count(model: Model) -> int:
    """Numbers that training sets: where each tree splits, and what its leaves say."""
    return len(learnt(model)["nodes"]) - 1


def load(path: Path, config: Config) -> dict[str, Any]:
    """Read a checkpoint: trees and plain values only."""
    try:
        content = skops.io.loads(path.read_bytes(), trusted=TRUSTED)
        if content["about"] == [TASK, FRAMEWORK, config.model]:
            return content
    except FileNotFoundError:
        raise Problem(f"{path} is missing; python train.py makes a new run") from None
    except Exception:  # of all that unpacking and checking may stumble over
        raise Problem(f"{path} is damaged or no checkpoint of this project; restore it or train again") from None
    raise Problem(f"{path} is of {', '.join(map(str, content['about']))}, not of this run; choose another")


def restore(run: Path, config: Config, meta: dict, device: str | None = None) -> Model:
    """The best model of a run, ready to answer."""
    return load(run / BEST, config)["model"]


def main(args: argparse.Namespace, run: Path | None, config: Config, data: Data) -> None:
    """What train.py does for this model."""
    run = run or runs.new(args.out, config, data.meta, args.smoke)
    model, few = build(data.meta, config), runs.fewer(data.train)
    print(f"{config.trees} trees an epoch; {len(data.train.ids)} train and {len(data.valid.ids)} valid rows")
    before = mean_loss(model, few, data.meta)
    fit(model, data, config, run, runs.watch_ctrl_c())
    runs.end(run, args.smoke, before, mean_loss(model, few, data.meta))
