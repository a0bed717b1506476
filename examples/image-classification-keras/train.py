"""Train a model on the project's data: `python train.py`, with any knob of config.py as a flag.

Leaves in runs/<name>/: config.json, meta.json, history.csv, best.keras (to answer with) and last.npz (to go on with).
"""

import dataclasses
import math
from collections.abc import Sequence
from pathlib import Path

import common
import net
import runs
from backend import keras
from common import Problem
from config import BACKEND, Config
from data import Data, Split
from loss import loss
from runs import State

import numpy as np


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


class Batches(keras.utils.PyDataset):
    """All rows of train in an order that seed and epoch decide, without the steps that are already done."""

    def __init__(self, model: keras.Model, split: Split, config: Config, state: State) -> None:
        super().__init__()
        self.network, self.split, self.state, self.skip = model, split, state, state.step
        self.steps = math.ceil(len(split.ids) / config.batch_size)  # of a whole epoch
        self.seed = config.seed

    def __len__(self) -> int:
        return self.steps - self.skip

    def __getitem__(self, number: int) -> tuple[np.ndarray, np.ndarray]:
        order = np.random.default_rng((self.seed, self.state.epoch)).permutation(len(self.split.ids))
        rows = np.array_split(order, self.steps)[self.skip + number]
        return net.widened(self.network, self.split.inputs[rows]), self.split.targets[rows]


class Pace(keras.callbacks.Callback):
    """Sets the rate of each step, by steps or by the clock, and counts; saves in a long epoch and on Ctrl-C."""

    def __init__(self, state: State, config: Config, run: Path, rows: int, pressed: Sequence[int]) -> None:
        super().__init__()
        self.state, self.config, self.run, self.rows, self.pressed = state, config, run, rows, pressed
        self.steps = math.ceil(rows / config.batch_size)  # of an epoch

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        mean = self.model.metrics[0]  # of the loss; in the middle of an epoch it goes on from where it was
        size, more = divmod(self.rows, self.steps)  # rows of a step; of the first steps one more
        mean.total.assign(self.state.loss_sum)
        mean.count.assign(float(self.state.step * size + min(self.state.step, more)))

    def on_train_batch_begin(self, batch: int, logs: dict | None = None) -> None:
        net.seed_step(self.config.seed, self.state.steps)
        self.state.rate = self.config.rate(self.state.share_done(self.config, self.steps))
        self.model.optimizer.learning_rate = self.state.rate

    def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
        state = self.state
        state.end_step()
        if state.share_done(self.config, self.steps) >= 1:
            self.model.stop_training = True
        if state.step < self.steps and state.to_be_saved(self.pressed, self.config.checkpoint_seconds):
            state.loss_sum = float(self.model.metrics[0].total)
            self.save()

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        if self.state.over(self.config) or self.state.to_be_saved(self.pressed):
            self.save()

    def save(self) -> None:
        """Write last.npz; after Ctrl-C that ends training."""
        net.save_last(self.run, self.model, self.config, dataclasses.asdict(self.state))
        self.state.saved(self.run, self.config, self.pressed)


class Score(keras.callbacks.Callback):
    """Scores every epoch on valid, notes it, keeps the best model, and stops when it gets no better."""

    def __init__(self, state: State, config: Config, data: Data, run: Path) -> None:
        super().__init__()
        self.state, self.config, self.data, self.run = state, config, data, run

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        train_loss, valid = float(logs["loss"]), self.data.valid
        output = net.outputs(self.model, valid.inputs, valid.targets, self.data.meta, self.config.precision)
        if self.state.end_epoch(train_loss, output, self.data, self.config):
            net.save_best(self.run, self.model, self.config)
        self.model.stop_training = self.state.over(self.config)


def fit(model: keras.Model, data: Data, config: Config, run: Path, pressed: Sequence[int] = ()) -> list[list[float]]:
    """Train until epochs or minutes are over or valid no longer improves; goes on where last.npz of the run stands.

    Keeps the best model in best.keras. A run that was interrupted and goes on ends with the same weights as one that
    was not. Returns the rows of history.csv; `pressed` fills when Ctrl-C is pressed.
    """
    state = State(**net.load_last(run, model, config))
    if state.history:
        state.saved(run, config, ())  # again, as a kill may have come before it
    print(runs.HEAD.format(data.meta["metric"]))
    while not state.over(config):  # once; twice where an epoch was cut off, whose rest comes first
        batches = Batches(model, data.train, config, state)
        model.fit(
            batches,
            initial_epoch=state.epoch - 1,
            epochs=state.epoch if state.step else 1_000_000,  # the callbacks stop it earlier
            shuffle=False,
            verbose=0,
            callbacks=[Score(state, config, data, run), Pace(state, config, run, len(data.train.ids), pressed)],
        )
    return state.history


def main() -> None:
    args, run, config, data = runs.begin(__doc__)
    few = runs.fewer(data.train)
    device = net.choose_device(config.device)
    config = dataclasses.replace(config, precision=net.choose_precision(config.precision, device))
    run = run or runs.new(args.out, config, data.meta, args.smoke)
    model = fresh(data.meta, config)
    length = f"{config.minutes:g} minutes" if config.minutes else f"{config.epochs} epochs"
    where = f"{device} with {BACKEND}"
    print(f"{config.model} with {net.parameter_count(model):,} parameters on {where} in {config.precision};")
    print(f"{len(data.train.ids)} train and {len(data.valid.ids)} valid rows, batch size {config.batch_size}, {length}")
    before = net.mean_loss(model, few, data.meta)
    try:
        fit(model, data, config, run, runs.watch_ctrl_c())
    except Exception as error:
        if not any(words in str(error).lower() for words in ("out of memory", "oom when", "resource_exhausted")):
            raise
        size = max(1, config.batch_size // 2)
        raise Problem(f"out of memory with batch size {config.batch_size}; try --batch-size {size}") from None
    runs.end(run, args.smoke, before, net.mean_loss(model, few, data.meta))


if __name__ == "__main__":
    common.run(main)
