"""Where check.py examines a model: rows of the project's data, and fresh learners that take train.py's own steps."""

import dataclasses
from functools import cached_property
from typing import Any

import numpy as np

import data as data_module
import runs
from config import Config
from engine import feed, schedule
from engine.learner import Learner
from engine.session import spread
from splits import Data, Split, keys, subset, take

ROWS, STEPS = 512, 60  # enough to tell a healthy model from a broken one within seconds


class Bench:
    """The project's data and fresh learners of its model."""

    def __init__(self, config: Config) -> None:
        config = runs.located(config)
        self.data: Data = data_module.load(config)
        self.train = subset(self.data.train, spread(len(self.data.train), ROWS))
        self.valid = subset(self.data.valid, np.arange(min(ROWS, len(self.data.valid))))
        self.config = dataclasses.replace(schedule.resolve(config, len(self.train)), precision="float32")
        self.meta = self.data.meta

    def fresh(self) -> Learner:
        """A learner that knows nothing."""
        return Learner(self.config, self.data)

    def run(self, config: Config, split: Split, steps: int, enough: float = -1.0) -> tuple[Learner, list[float]]:
        """Train a fresh learner with train.py's own steps until the loss is `enough`; the learner and its losses."""
        learner, losses, epoch = Learner(config, self.data), [], 1
        while len(losses) < steps:
            for step, rows in enumerate(feed.order(len(split), config.batch_size, config.seed, epoch)):
                rate = schedule.learning_rate(config, len(losses) / steps)
                losses.append(learner.step(split, rows, (config.seed, epoch, step), rate))
                if len(losses) == steps or losses[-1] < enough:
                    return learner, losses
            epoch += 1
        return learner, losses

    @cached_property
    def trained(self) -> tuple[Learner, list[float]]:
        """A learner after a short training on some real rows, and its losses."""
        return self.run(self.config, self.train, STEPS)

    def outputs(self, split: Split, batch_size: int = 64) -> np.ndarray:
        """What the briefly trained model answers for every row of a split."""
        return self.trained[0].outputs(split, batch_size)

    def raw(self, rows: np.ndarray) -> np.ndarray:
        """The briefly trained model's own output for rows of train."""
        return self.trained[0].raw(take(self.data.train.inputs, rows))


class OtherInputs:
    """Inputs of which each row is another one's: `rows` (rows,) says whose."""

    def __init__(self, inputs: Any, rows: np.ndarray) -> None:
        self.inputs, self.rows = inputs, rows

    def __getitem__(self, index: Any) -> Any:
        """The inputs of other rows than those asked for."""
        return take(self.inputs, self.rows[index])


def varied(split: Split, most: int) -> np.ndarray:
    """At most `most` rows of a split whose inputs all differ, so that they can be learnt by heart; classes by turns."""
    inputs = take(split.inputs, np.arange(len(split)))
    columns = list(inputs.values()) if isinstance(inputs, dict) else [inputs]
    prints = keys([b"".join(column[row].tobytes() for column in columns) for row in range(len(split))])
    rows = np.sort(np.unique(prints, return_index=True)[1])
    targets = np.asarray(take(split.targets, rows))
    if targets.ndim == 1 and targets.dtype.kind in "iu":
        turn = np.tril(targets[:, None] == targets, -1).sum(1)  # rows of the same class before
        rows = rows[np.argsort(turn, kind="stable")]
    return rows[:most]
