"""Batches as `fit` takes them, and how many of them it takes at a time."""

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
ONE_STREAM = BACKEND == "tensorflow"


class Batches(keras.utils.PyDataset):
    """Inputs, targets and learning rate (1,) of each step of an epoch, `at_once` of them for a call of `fit`.

    TensorFlow, which takes long to begin an epoch's stream, gets one stream of all epochs. In it every epoch fills
    whole calls: behind its last batch that one comes again, at a rate below 0, which train.py does not learn at.
    TensorFlow takes batches before it needs them; with --minutes the clock is read that early.

    first, steps  of the epoch to begin with: where it begins, above 0 where it was cut off, and where it ends
    filled        its steps with those that are not learnt
    """

    def __init__(self, network: keras.Model, data: Data, config: Config, progress: Progress) -> None:
        super().__init__()
        self.network, self.split, self.config, self.progress = network, data.train, config, progress
        self.first, self.steps = progress.step, math.ceil(len(data.train) / config.batch_size)
        self.begun, self.epoch = progress.epoch, 0  # the first epoch, and the one whose order is known
        self.filled = todo = self.steps - self.first
        calls = math.ceil(todo / most_at_once(network, self[0]))
        self.at_once = math.ceil(todo / calls)
        if ONE_STREAM:
            self.filled = calls * self.at_once

    @property
    def num_batches(self) -> int | None:
        """The stream's length, for `fit`."""
        return None if ONE_STREAM else self.filled

    def __getitem__(self, index: int) -> tuple[Any, Any, np.ndarray]:
        config, (epochs, step) = self.config, divmod(index, self.filled)
        epoch, step = self.begun + epochs if ONE_STREAM else self.progress.epoch, self.first + step
        if epoch != self.epoch:
            self.order = feed.order(len(self.split), config.batch_size, config.seed, epoch)
            self.epoch = epoch
        early = Progress(steps=(epoch - 1) * self.steps + step, seconds=self.progress.seconds)
        rate = schedule.learning_rate(config, early.share_done(config, self.steps)) if step < self.steps else -1.0
        step = min(step, self.steps - 1)
        inputs, targets = cut(self.network, self.split, self.order[step], (config.seed, epoch, step))
        return inputs, targets, np.array([rate], np.float32)


def most_at_once(network: keras.Model, batch: Any) -> int:
    """How many steps a call of `fit` may take: several of a small network, which need less time than the call.

    What happens between calls waits so long: the progress bar, the clock, Ctrl-C. A step is judged by its parameters
    times its numbers, which no step exceeds. On PyTorch Keras knows one alone.
    """
    if BACKEND == "torch":
        return 1
    numbers = max(array.size for array in keras.tree.flatten(batch))
    return int(min(MOST, max(1, WORK // (numbers * inference.parameter_count(network)))))


def cut(network: keras.Model, split: Split, rows: Any, key: tuple[int, int, int]) -> tuple[Any, Any]:
    """A training batch as arrays; `key` (seed, epoch, step) decides how it is augmented."""
    inputs, targets = feed.batch(split, rows, key)
    return inference.widened(network, inputs), targets
