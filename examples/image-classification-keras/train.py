"""Train a model on the project's data: `python train.py`, with any knob of config.py as a flag.

Leaves in runs/<name>/: config.json, meta.json, history.csv, best.keras (to answer with) and last.npz (to go on with).
"""

import dataclasses
import itertools
import math
from collections.abc import Iterator, Sequence
from pathlib import Path

import common
import net
import runs
from backend import keras
from config import BACKEND, Config
from data import Data, Split
from loss import loss
from runs import State

import numpy as np

AT_ONCE = 1 if BACKEND == "torch" else 8  # steps between callbacks, which take longer than a step of a small network


def fresh(meta: dict, config: Config) -> keras.Model:
    """A compiled model that knows nothing yet. AdamW leaves biases and gains out of the weight decay."""
    model = net.build(meta, config)
    optimizer = keras.optimizers.AdamW(
        config.learning_rate, config.weight_decay, config.beta1, config.beta2, epsilon=1e-8, global_clipnorm=config.clip
    )
    optimizer.exclude_from_weight_decay([weight for weight in model.trainable_weights if len(weight.shape) < 2])
    optimizer.build(model.trainable_weights)
    model.compile(optimizer, loss(meta), jit_compile=BACKEND == "jax")  # elsewhere compiling costs more than it saves
    return model


def batches(
    model: keras.Model, split: Split, config: Config, state: State, steps: int
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Inputs and targets of each step, from where training stands; their order follows from seed and epoch.

    All steps are of one size, so that one shape is compiled: the last is filled up with the first rows of the epoch.
    """
    rows, skip = len(split.ids), state.step
    epochs = itertools.count(state.epoch) if config.minutes else range(state.epoch, config.epochs + 1)
    for epoch in epochs:
        order = np.random.default_rng((config.seed, epoch)).permutation(rows)
        for some in np.resize(order, (steps, math.ceil(rows / steps)))[skip:]:
            yield net.widened(model, split.inputs[some]), split.targets[some]
        skip = 0


class Progress(keras.callbacks.Callback):
    """Sets the rate of each step, scores each epoch on valid, keeps the best model, saves, and ends training."""

    def __init__(self, state: State, data: Data, config: Config, run: Path, pressed: Sequence[int]) -> None:
        super().__init__()
        self.state, self.data, self.config = state, data, config
        self.run, self.pressed = run, pressed
        steps = math.ceil(len(data.train.ids) / config.batch_size)  # of an epoch
        calls = math.ceil(steps / AT_ONCE)
        self.at_once = math.ceil(steps / calls)  # all calls are alike
        self.steps = calls * self.at_once

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        mean_loss = self.model.metrics[0]  # in the middle of an epoch it goes on from where it was
        mean_loss.total.assign(self.state.loss_sum)
        mean_loss.count.assign(self.state.step * math.ceil(len(self.data.train.ids) / self.steps))

    def on_train_batch_begin(self, batch: int, logs: dict | None = None) -> None:
        state, config = self.state, self.config
        if BACKEND == "torch":  # its dropout follows one chance for all; other backends keep theirs in the model
            keras.utils.set_random_seed(hash((config.seed, state.steps)) % 2**32)
        state.rate = config.rate(state.share_done(config, self.steps))
        self.model.optimizer.learning_rate = state.rate

    def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
        state = self.state
        state.end_step(self.at_once)
        self.model.stop_training = state.share_done(self.config, self.steps) >= 1  # the minutes are over
        unfinished = state.step < self.steps  # else the epoch's end saves
        if unfinished and state.to_be_saved(self.pressed, self.config.checkpoint_seconds):
            state.loss_sum = float(self.model.metrics[0].total)
            self.save()

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        state, config, data = self.state, self.config, self.data
        output = net.outputs(self.model, data.valid.inputs, data.valid.targets, data.meta, config.precision)
        if state.end_epoch(float(logs["loss"]), output, data, config):
            net.save_best(self.run, self.model, config)
        self.model.stop_training = state.over(config)
        if state.over(config) or state.to_be_saved(self.pressed):
            self.save()

    def save(self) -> None:
        """Write last.npz; after Ctrl-C that ends training."""
        net.save_last(self.run, self.model, self.config, dataclasses.asdict(self.state))
        self.state.saved(self.run, self.config, self.pressed)


def fit(model: keras.Model, data: Data, config: Config, run: Path, pressed: Sequence[int] = ()) -> list[list[float]]:
    """Train until epochs or minutes are over or valid no longer improves; goes on where last.npz of the run stands.

    Keeps the best model in best.keras. A run that was interrupted and goes on ends with the same weights as one that
    was not. Returns the rows of history.csv; `pressed` fills when Ctrl-C is pressed.
    """
    state = State()
    if (run / net.LAST).is_file():
        state = State(**net.load_last(run, model, config))
        state.saved(run, config, ())  # again, as a kill may have come before it
    progress = Progress(state, data, config, run, pressed)
    model.steps_per_execution = progress.at_once
    print(runs.HEAD.format(data.meta["metric"]))
    while not state.over(config):  # once; twice where an epoch was cut off, whose rest comes first
        model.fit(
            batches(model, data.train, config, state, progress.steps),
            steps_per_epoch=progress.steps - state.step,
            initial_epoch=state.epoch - 1,
            epochs=state.epoch if state.step else 1_000_000,  # progress stops it earlier
            shuffle=False,
            verbose=0,
            callbacks=[progress],
        )
    return state.history


def main() -> None:
    args, run, config, data = runs.begin(__doc__)
    few = runs.fewer(data.train)
    device = net.choose_device(config.device)
    config = dataclasses.replace(config, precision=net.choose_precision(config.precision, device))
    run = run or runs.new(args.out, config, data.meta, args.smoke)
    model = fresh(data.meta, config)
    length = f"{config.minutes:g} minutes" if config.minutes else f"up to {config.epochs} epochs in {config.precision}"
    print(f"{config.model} with {net.parameter_count(model):,} parameters on {device} with {BACKEND}, {length};")
    print(f"{len(data.train.ids)} train and {len(data.valid.ids)} valid examples, batch size {config.batch_size}")
    before = net.mean_loss(model, few, data.meta)
    fit(model, data, config, run, runs.watch_ctrl_c())
    runs.end(run, args.smoke, before, net.mean_loss(model, few, data.meta))


if __name__ == "__main__":
    common.run(main)
