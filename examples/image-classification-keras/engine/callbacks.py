"""What happens between the steps and epochs of `fit`: the learning rate, checkpoints, the log, and when it is over."""

import itertools
import time
from collections.abc import Callable

from cli import Interrupted
from config import Config
from engine import checkpoint, feed, history, inference, schedule
from engine import device as devices
from engine.backend import BACKEND, keras
from engine.batches import Batches
from engine.progress import Progress
from splits import Data


class Pace(keras.callbacks.Callback):
    """Counts steps and seconds, sets each step's luck, and stops when epochs or minutes are over."""

    def __init__(self, progress: Progress, config: Config, batches: Batches) -> None:
        super().__init__()
        self.progress, self.config, self.batches = progress, config, batches
        self.began = time.monotonic() - progress.seconds
        self.last: dict = {}

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        self.bar = feed.bar(range(self.batches.steps), self.progress)
        self.model.loss_sum.assign(self.progress.loss_sum)

    def on_train_batch_begin(self, batch: int, logs: dict | None = None) -> None:
        devices.seed(feed.luck((self.config.seed, self.progress.epoch, self.progress.step)))

    def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
        for value in self.last.get("done", []) if BACKEND == "jax" else []:
            keras.ops.convert_to_numpy(value)  # JAX computes behind what is told here, by one call and no more
        self.last = logs or {}
        progress, steps = self.progress, self.batches.steps
        item = min(batch, len(self.batches.items) - 1)  # on JAX `fit` counts the last call of an epoch as a whole one
        done = self.batches.items[item].stop - progress.step  # by this call
        next(itertools.islice(self.bar, done - 1, None), None)
        progress.steps += done - 1
        # of the last step; with --minutes but for the time that its batch lay ready
        progress.rate = schedule.learning_rate(self.config, progress.share_done(self.config, steps))
        progress.step, progress.steps = progress.step + done, progress.steps + 1
        progress.seconds = time.monotonic() - self.began
        if progress.share_done(self.config, steps) >= 1:  # on JAX, each use of self.model costs a step's time
            self.model.stop_training = True

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        next(self.bar, None)
        self.progress.loss_sum = float(self.model.loss_sum)


class Checkpoints(keras.callbacks.Callback):
    """Saves in the middle of a long epoch, and on Ctrl-C, which it ends training with."""

    def __init__(
        self, saver: checkpoint.Saver, progress: Progress, steps: int, interrupted: Callable[[], bool]
    ) -> None:
        super().__init__()
        self.saver, self.progress, self.steps, self.interrupted = saver, progress, steps, interrupted

    def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
        late = time.monotonic() - self.saver.saved_at > self.saver.config.checkpoint_seconds
        if self.progress.step < self.steps and (late or self.interrupted()):
            self.progress.loss_sum = float(self.model.loss_sum)  # self.model has JAX's variables brought up to date
            self.save(0.0)

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        self.save(0.0 if self.progress.finished or self.interrupted() else 1.0)

    def save(self, every: float) -> None:
        """Write the checkpoints; after Ctrl-C say how to go on."""
        self.saver.save(self.progress, every)
        if self.interrupted() and not self.progress.finished:
            run = self.saver.run.name
            raise Interrupted(f"interrupted and saved; go on with: python train.py --resume {run}")


class Score(keras.callbacks.Callback):
    """Scores every epoch on valid, notes it in the log, keeps the best weights, and stops when they get no better."""

    def __init__(
        self, log: history.Log, data: Data, config: Config, progress: Progress, saver: checkpoint.Saver
    ) -> None:
        super().__init__()
        self.log, self.data, self.config, self.progress, self.saver = log, data, config, progress, saver
        self.began = time.monotonic() - progress.seconds

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        self.progress.check_loss(self.config)
        network = self.model.network
        output = inference.outputs(network, self.data.valid, self.data.meta)
        self.progress.seconds = time.monotonic() - self.began
        if self.log.epoch(self.progress, output, network):
            self.saver.keep()
        self.progress.end_epoch(self.config)
        self.model.stop_training = self.progress.finished
