"""Train a model on the project's data: `python train.py`, with any knob of config.py as a flag.

Leaves in runs/<name>/: config.json, meta.json, history.csv, best.npz (to answer with) and last.npz (all to go on with).
"""

import dataclasses
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import common
import net
import runs
from common import Problem
from config import Config
from data import Data
from loss import gradients, loss
from runs import State

import numpy as np


class Optimizer:
    """AdamW, by hand: the weights that it changes, and the means of each one's gradient and of its square."""

    def __init__(self, weights: net.Arrays, weight_decay: float) -> None:
        self.weights, self.weight_decay = weights, weight_decay
        self.mean, self.square = ({name: np.zeros_like(value) for name, value in weights.items()} for _ in range(2))

    def step(self, slopes: net.Arrays, rate: float, count: int) -> None:
        """Go down the gradient; `count` is the step's number, from 1."""
        for name, slope in slopes.items():
            self.mean[name] = net.BETA1 * self.mean[name] + (1 - net.BETA1) * slope
            self.square[name] = net.BETA2 * self.square[name] + (1 - net.BETA2) * slope**2
            mean, square = self.mean[name] / (1 - net.BETA1**count), self.square[name] / (1 - net.BETA2**count)
            decay = self.weight_decay * self.weights[name] * (slope.ndim > 1)  # matrices alone
            self.weights[name] -= rate * (mean / (np.sqrt(square) + 1e-8) + decay)

    def arrays(self) -> dict[str, net.Arrays]:
        return {"weight": self.weights, "mean": self.mean, "square": self.square}


def fit(model: Any, data: Data, config: Config, run: Path, pressed: Sequence[int] = ()) -> list[list[float]]:
    """Train until epochs or minutes are over or valid no longer improves; goes on where last.npz of the run stands.

    Keeps the best weights in best.npz. Returns the rows of history.csv; `pressed` fills when Ctrl-C is pressed.
    """
    optimizer, state = Optimizer(model.weights, config.weight_decay), State()
    if (run / net.LAST).is_file():
        arrays, last = net.load(run / net.LAST, config)
        for kind, values in optimizer.arrays().items():
            values.update({name: arrays[f"{kind}.{name}"] for name in values})
        state = State(**last)
    print(runs.HEAD.format(data.meta["metric"]))
    while not state.over(config):
        order = np.random.default_rng((config.seed, state.epoch)).permutation(len(data.train.ids))
        steps = np.array_split(order, math.ceil(len(order) / config.batch_size))
        for rows in steps[state.step :]:
            done = state.share_done(config, len(steps))
            if done >= 1 or pressed:
                break
            state.rate = config.rate(done)
            inputs, targets = data.train.inputs[rows], data.train.targets[rows]
            state.loss_sum += loss(model, inputs, targets, data.meta)
            slopes = gradients(model, inputs, targets, data.meta)
            norm = math.sqrt(sum(float((slope**2).sum()) for slope in slopes.values()))
            slopes = {name: slope * config.clip / max(norm, config.clip) for name, slope in slopes.items()}
            optimizer.step(slopes, state.rate, state.steps + 1)
            state.end_step()
        train_loss = state.loss_sum / max(state.step, 1)
        if not pressed or state.step == len(steps):
            output = net.outputs(model, data.valid.inputs, data.valid.targets, data.meta, config.precision)
            if state.end_epoch(train_loss, output, data, config):
                net.save(run / net.BEST, config, model.weights)
        arrays = {f"{kind}.{name}": array for kind, all in optimizer.arrays().items() for name, array in all.items()}
        net.save(run / net.LAST, config, arrays, dataclasses.asdict(state))
        state.saved(run, config, pressed)
    return state.history


def fresh(meta: dict, config: Config) -> Any:
    """A model that knows nothing yet, ready for `fit`; the seed decides its weights."""
    return net.build(meta, config)


def main() -> None:
    args, run, config, data = runs.begin(__doc__)
    few = runs.fewer(data.train)
    for name, only in (("device", "cpu"), ("precision", "float32")):
        if getattr(config, name) != only:
            raise Problem(f"--{name} {getattr(config, name)} means nothing to NumPy; leave it out", 2)
    run = run or runs.new(args.out, config, data.meta, args.smoke)
    model = fresh(data.meta, config)
    print(f"{config.model} with {net.parameter_count(model):,} parameters on cpu in float32")
    before = net.mean_loss(model, few, data.meta)
    fit(model, data, config, run, runs.watch_ctrl_c())
    runs.end(run, args.smoke, before, net.mean_loss(model, few, data.meta))


if __name__ == "__main__":
    common.run(main)
