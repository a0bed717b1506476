"""Train a model on the project's data: `python train.py`, with any knob of config.py as a flag.

Leaves in runs/<name>/: config.json, meta.json, history.csv, best.keras (to answer with) and last.npz (to go on with).
"""

import dataclasses
import itertools
import math
from collections.abc import Iterator, Sequence
from pathlib import Path

import common
import data as data_module
import metrics
import net
import runs
from backend import keras
from config import BACKEND, Config
from data import Data, Split
from loss import loss
from runs import State

import numpy as np


def fresh(meta: dict, config: Config) -> keras.Model:
    """A compiled model that knows nothing yet: both players learn by one Adam, each from its own part of the loss."""
    model = net.build(meta, config)
    optimizer = keras.optimizers.Adam(
        config.learning_rate, config.beta1, config.beta2, epsilon=1e-8, global_clipnorm=config.clip
    )
    optimizer.build(model.trainable_weights)
    model.compile(optimizer, loss(model), jit_compile=BACKEND == "jax")  # elsewhere compiling costs more than it saves
    return model


def distance(model: keras.Model, few: Split, meta: dict) -> float:
    """What should fall: how far means and spreads of made pictures are from those of real ones, along components."""
    made = net.outputs(model, few.inputs[:, None], few.targets, meta, "float32")  # (rows, 1, components)
    return metrics.loss(metrics.truth(few, meta), made, meta)


def batches(split: Split, config: Config, state: State) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Noise and pictures of each step, from where training stands; their order follows from seed and epoch.

    All steps are of one size, so that one shape is compiled: the last is filled up with the first rows of the epoch.
    """
    rows, skip = len(split.ids), state.step
    steps = math.ceil(rows / config.batch_size)
    epochs = itertools.count(state.epoch) if config.minutes else range(state.epoch, config.epochs + 1)
    for epoch in epochs:
        order = np.random.default_rng((config.seed, epoch)).permutation(rows)
        order = np.resize(order, (steps, math.ceil(rows / steps)))
        for step in range(skip, steps):
            rng = np.random.default_rng((config.seed, epoch, step))  # fresh noise: a list would be learnt by heart
            noise = rng.standard_normal((len(order[step]), config.latent), np.float32)
            yield noise, split.targets[order[step]]
        skip = 0


class Progress(keras.callbacks.Callback):
    """Sets the rate of each step, scores each epoch on valid, keeps the best model, saves, and ends training."""

    def __init__(self, state: State, data: Data, config: Config, run: Path, pressed: Sequence[int]) -> None:
        super().__init__()
        self.state, self.data, self.config = state, data, config
        self.run, self.pressed = run, pressed
        self.steps = math.ceil(len(data.train.ids) / config.batch_size)  # of an epoch

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
        state.end_step()
        self.model.stop_training = state.share_done(self.config, self.steps) >= 1  # the minutes are over
        unfinished = state.step < self.steps  # else the epoch's end saves
        if unfinished and state.to_be_saved(self.pressed, self.config.checkpoint_seconds):
            state.loss_sum = float(self.model.metrics[0].total)
            self.save()

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        state, config, data = self.state, self.config, self.data
        output = net.outputs(self.model, data.valid.inputs, data.valid.targets, data.meta, config.precision)
        noise = data_module.noise((data_module.SNAPSHOTS, config.latent), data_module.PROGRESS_SEED)
        made = net.outputs(self.model, noise, None, data.meta, config.precision)
        data_module.keep_snapshot(self.run, made, state.epoch)
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
    print(runs.HEAD.format(data.meta["metric"]))
    while not state.over(config):  # once; twice where an epoch was cut off, whose rest comes first
        model.fit(
            batches(data.train, config, state),
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
    length = f"{config.minutes:g} minutes" if config.minutes else f"up to {config.epochs} epochs"
    where = f"{device} with {BACKEND}"
    print(f"{config.model} with {net.parameter_count(model):,} parameters on {where} in {config.precision}, {length};")
    print(f"{len(data.train.ids)} train and {len(data.valid.ids)} valid examples, batch size {config.batch_size}")
    before = distance(model, few, data.meta)
    fit(model, data, config, run, runs.watch_ctrl_c())
    runs.end(run, args.smoke, before, distance(model, few, data.meta))


if __name__ == "__main__":
    common.run(main)
