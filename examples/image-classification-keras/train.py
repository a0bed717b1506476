"""Train a model on the project's data: `python train.py`, with any knob of config.py as a flag."""

from functools import partial
from pathlib import Path
from typing import Any

import cli
import loss
import models
from config import Config
from engine import callbacks, checkpoint, history, inference, step
from engine import device as devices
from engine.backend import BACKEND, keras
from engine.batches import Batches
from engine.session import Session
from splits import Data


def main() -> None:
    session = Session(__doc__)
    device = devices.choose(session.config.device)
    run = session.start(precision=devices.use_precision(session.config.precision, device))
    trainee = Trainee(session.config, session.data.meta)
    session.announce(inference.parameter_count(trainee.network), f"{device} with {BACKEND}")
    before = session.yardstick(trainee.network) if session.smoke else 0.0
    try:
        fit(trainee, session.data, session.config, run)
    except Exception as error:
        if not any(words in str(error).lower() for words in ("out of memory", "oom when", "resource_exhausted")):
            raise
        raise session.out_of_memory() from None
    session.end(before, trainee.network)


class Trainee(keras.Model):
    """A network of models/ as `fit` sees it: what it minimises stands in loss.py. All chance comes from the seed.

    network   the model itself, the only part that best.keras keeps
    loss_sum  of the steps of this epoch
    """

    def __init__(self, config: Config, meta: dict[str, Any]) -> None:
        keras.utils.set_random_seed(config.seed)
        super().__init__()
        self.network = models.build(meta, config)
        self.built = True  # `fit` need not find out the shapes, from batches that may be stacked
        self.loss_sum = self.add_weight(name="loss_sum", initializer="zeros", trainable=False)
        self.minimised = partial(loss.loss, self.network, meta=meta)
        self.compile(make_optimizer(self.network, config), jit_compile=devices.COMPILE)

    def call(self, inputs: Any, training: bool = False) -> Any:
        return self.network(inputs, training=training)

    def compute_loss(
        self, x: Any = None, y: Any = None, y_pred: Any = None, sample_weight: Any = None, training: bool = True
    ) -> Any:
        value = self.minimised(y_pred, y, training=training)
        self.loss_sum.assign_add(keras.ops.stop_gradient(value))
        return value

    def compute_metrics(self, x: Any, y: Any, y_pred: Any, sample_weight: Any = None) -> dict[str, Any]:
        """Nothing: `fit` reads what it gets after every step, and waits for it."""
        return {}

    def train_step(self, *given: Any) -> Any:
        """A step of `fit` at the learning rate (1,) that comes with its batch, so that nothing is set between steps."""
        *state, batch = given
        if BACKEND == "jax":
            after = step.in_turn(super().train_step, self.optimizer, state[0], batch)
            return {"done": [batch[2] + 0]}, after  # there when the step is; `fit` would wait for what is in no list
        if BACKEND == "torch":
            for inputs, targets, rate in step.apart(batch):
                self.optimizer.learning_rate = rate
                value = self.compute_loss(inputs, targets, self.network(inputs, training=True))
                step.descend(self.network, self.optimizer, value)
            return {}
        inputs, targets, rate = batch
        self.optimizer.learning_rate = rate[0]
        return step.unless_filling(rate, partial(super().train_step, (inputs, targets)))


def make_optimizer(network: keras.Model, config: Config) -> keras.Optimizer:
    """AdamW that leaves biases and gains, all that is no matrix, out of the weight decay."""
    optimizer = keras.optimizers.AdamW(
        config.learning_rate, config.weight_decay, config.beta1, config.beta2, epsilon=1e-8, global_clipnorm=config.clip
    )
    optimizer.exclude_from_weight_decay([weight for weight in network.trainable_weights if len(weight.shape) < 2])
    optimizer.build(network.trainable_weights)
    return optimizer


def fit(trainee: Trainee, data: Data, config: Config, run: Path) -> None:
    """Train until the epochs or the minutes are over or valid no longer improves; best.* keeps the best weights.

    A run resumed from last.npz ends with the same losses: the batches follow from (seed, epoch, step), and the
    state of dropout's chance is saved with the weights.
    """
    saver = checkpoint.Saver(run, trainee.network, trainee.optimizer, config)
    progress = saver.resume()
    interrupted = cli.watch_interrupts()
    log = history.Log(run, data, progress)
    while not progress.finished:  # once; twice where an epoch was cut off, whose rest comes first
        batches = Batches(trainee.network, data, config, progress)
        epochs = progress.epoch if progress.step else 1_000_000  # the callbacks stop it earlier
        trainee.steps_per_execution = batches.at_once
        trainee.fit(
            batches,
            steps_per_epoch=len(batches.items),
            initial_epoch=progress.epoch - 1,
            epochs=epochs,
            shuffle=False,
            verbose=0,
            callbacks=[
                callbacks.Pace(progress, config, batches),
                callbacks.Score(log, data, config, progress, saver),
                callbacks.Checkpoints(saver, progress, batches.steps, interrupted),
            ],
        )


if __name__ == "__main__":
    cli.run(main)
