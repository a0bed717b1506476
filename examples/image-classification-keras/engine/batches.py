"""Batches as `fit` takes them, and how many of them it takes at a time."""

import itertools
import math
from typing import Any

import numpy as np

from config import Config
from engine import feed, inference, schedule
from engine.backend import BACKEND, keras
from engine.progress import Progress
from splits import Data, Split

MOST = 16  # steps in a call of `fit`
WORK = 3e11  # multiplications in a call, at most: about a second of two cores
SMALL = 5e8  # of a step of JAX, at most, where one compiled loop takes several
ONE_STREAM = BACKEND == "tensorflow"


class Batches(keras.utils.PyDataset):
    """Inputs, targets and learning rate (1,) of each step of an epoch, `at_once` of them for a call of `fit`.

    TensorFlow, which takes long to begin an epoch's stream, gets one stream of all epochs. In it every epoch fills
    whole calls: behind its last batch that one comes again, at a rate below 0, which train.py does not learn at.
    TensorFlow takes batches before it needs them; with --minutes the clock is read that early.

    PyTorch and JAX may get several steps stacked, (steps, …), with equally many rows; stacks are filled up likewise.

    steps  of an epoch
    items  what the stream has of an epoch, from where it begins (later where it was cut off): the steps of each item,
           none where it fills a call
    """

    def __init__(self, network: keras.Model, data: Data, config: Config, progress: Progress) -> None:
        super().__init__()
        self.network, self.split, self.config, self.progress = network, data.train, config, progress
        self.steps = math.ceil(len(data.train) / config.batch_size)
        self.begun, self.epoch = progress.epoch, 0  # the first epoch, and the one whose order is known
        todo = range(progress.step, self.steps)
        batch = self.batch(progress.epoch, todo[0])
        self.at_once, self.stacked = 1, 0  # steps in a stack
        most = most_at_once(network, batch)
        if most > 1 and stacks(network, batch):
            equal = (list(steps) for _, steps in itertools.groupby(todo, lambda step: len(self.order[step])))
            self.items = [
                range(steps[0], steps[-1] + 1)[i : i + most] for steps in equal for i in range(0, len(steps), most)
            ]
            self.stacked = max(map(len, self.items))
        else:
            calls = math.ceil(len(todo) / most)
            self.at_once = math.ceil(len(todo) / calls)
            fill = calls * self.at_once - len(todo) if ONE_STREAM else 0
            self.items = [range(step, step + 1) for step in todo] + fill * [range(self.steps, self.steps)]

    @property
    def num_batches(self) -> int | None:
        """The stream's length, for `fit`."""
        return None if ONE_STREAM else len(self.items)

    def __getitem__(self, index: int) -> tuple[Any, Any, np.ndarray]:
        epochs, item = divmod(index, len(self.items))
        epoch = self.begun + epochs if ONE_STREAM else self.progress.epoch
        batches = [self.batch(epoch, step) for step in self.items[item] or [self.steps - 1]]
        inputs, targets, rate = batches[-1]
        again = inputs, targets, np.full_like(rate, -1.0)  # is not learnt
        if self.stacked:
            batches += (self.stacked - len(batches)) * [again]
            return keras.tree.map_structure(lambda *arrays: np.stack(arrays), *batches)
        return batches[0] if self.items[item] else again

    def batch(self, epoch: int, step: int) -> tuple[Any, Any, np.ndarray]:
        """What one step learns from."""
        if epoch != self.epoch:
            self.order = feed.order(len(self.split), self.config.batch_size, self.config.seed, epoch)
            self.epoch = epoch
        early = Progress(steps=(epoch - 1) * self.steps + step, seconds=self.progress.seconds)
        rate = schedule.learning_rate(self.config, early.share_done(self.config, self.steps))
        inputs, targets = cut(self.network, self.split, self.order[step], (self.config.seed, epoch, step))
        return inputs, targets, np.array([rate], np.float32)


def most_at_once(network: keras.Model, batch: Any) -> int:
    """How many steps a call of `fit` may take: several of a small network, which need less time than the call.

    What happens between calls waits so long: the progress bar, the clock, Ctrl-C.
    """
    return int(min(MOST, max(1, WORK // work(network, batch))))


def stacks(network: keras.Model, batch: Any) -> bool:
    """Whether the steps of a call come stacked: on PyTorch, where Keras knows no other way to take several.

    And on JAX, for one compiled loop, if they are small and without convolutions, which are slow in it on a CPU.
    """
    kernels = [weight for weight in network.trainable_weights if weight.name == "kernel"]
    fast = work(network, batch) <= SMALL and all(len(kernel.shape) <= 2 for kernel in kernels)
    return BACKEND == "torch" or (BACKEND == "jax" and fast)


def work(network: keras.Model, batch: Any) -> int:
    """Parameters times numbers of a batch, which the multiplications of a step do not exceed."""
    return max(array.size for array in keras.tree.flatten(batch)) * inference.parameter_count(network)


def cut(network: keras.Model, split: Split, rows: Any, key: tuple[int, int, int]) -> tuple[Any, Any]:
    """A training batch as arrays; `key` (seed, epoch, step) decides how it is augmented."""
    inputs, targets = feed.batch(split, rows, key)
    return inference.widened(network, inputs), targets
